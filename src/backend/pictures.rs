use std::{fmt, sync::Arc};

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// 电池
    Battery,
    /// 电动车
    Vehicle,
    /// A photo that somebody took of an asset: there is one only if its row says so.
    Photo,
}

/// Where the pictures of assets are: in production where their rows say, in the mock, which draws them, wherever its
/// caller reaches it.
#[derive(Clone)]
pub struct Pictures(Arc<Address>);

type Address = dyn Fn(Shown, &str, Option<String>) -> Option<String> + Send + Sync;

impl Pictures {
    /// The addresses that `address` makes of what is shown, its code, and what its row says.
    pub fn of(address: impl Fn(Shown, &str, Option<String>) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(address))
    }

    /// The absolute address of the picture of an asset.
    #[must_use]
    pub fn address(&self, shown: Shown, code: &str, stored: Option<String>) -> Option<String> {
        (self.0)(shown, code, stored)
    }
}

impl Default for Pictures {
    fn default() -> Self {
        Self::of(|_, _, stored| stored)
    }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Pictures")
    }
}
