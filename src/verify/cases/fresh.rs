use serde_json::Value;

use super::{
    error::Mistake,
    node::{Content, Node},
};
use crate::verify::contract::fnv;

/// Makes values that the target has not seen: the same ones for the same seed and run.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// The seed of everything random.
    pub seed: u64,
    /// Tells one run from another against the same target.
    pub run: u64,
}

/// What is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A phone number.
    Phone,
    /// A code: of a battery, a document, a batch.
    Code,
    /// A person's name.
    Name,
    /// Nothing fresh, but something too long to be written down: `{repeat: BT#, times: 501}`. `#` becomes the number.
    Long { repeat: String, times: i64 },
}

impl Kind {
    pub fn read(node: Node) -> Result<Self, Mistake> {
        let place = node.place;
        if let Content::Map(_) = node.content {
            let mut fields = node.fields()?;
            let (repeat, times) = (fields.need("repeat")?.text()?, fields.need("times")?.number()?);
            fields.end()?;
            return Ok(Self::Long { repeat, times });
        }
        match node.text()?.as_str() {
            "phone" => Ok(Self::Phone),
            "code" => Ok(Self::Code),
            "name" => Ok(Self::Name),
            _ => Mistake::new(place, "phone, code, name or {repeat, times} is expected"),
        }
    }
}

impl Fresh {
    /// The value of that kind that `about` (a case and a name in it) has in this run.
    pub(super) fn make(self, kind: &Kind, about: &str) -> Value {
        let number = fnv(format!("{} {} {about}", self.seed, self.run).as_bytes());
        match kind {
            // No operator has given out numbers that begin with 16 and 0.
            Kind::Phone => format!("160{:08}", number % 100_000_000).into(),
            Kind::Code => format!("V{:015X}", number >> 4).into(),
            Kind::Long { repeat, times } => {
                (1..=*times).map(|index| repeat.replace('#', &index.to_string())).collect::<String>().into()
            }
            Kind::Name => format!("测{:010}", number % 10_000_000_000).into(),
        }
    }
}
