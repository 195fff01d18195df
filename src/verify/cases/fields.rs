use super::{
    error::Mistake,
    node::{Content, Key, Node, Place},
};

/// The fields of a mapping, taken one by one; whoever is done says so, and what is left is refused.
pub(super) struct Fields {
    pub place: Place,
    left: Vec<(Key, Node)>,
}

impl Node {
    pub fn fields(self) -> Result<Fields, Mistake> {
        match self.content {
            Content::Map(left) => Ok(Fields { place: self.place, left }),
            _ => Mistake::new(self.place, "a mapping is expected"),
        }
    }

    pub fn list(self) -> Result<Vec<Self>, Mistake> {
        match self.content {
            Content::List(items) => Ok(items),
            _ => Mistake::new(self.place, "a list is expected"),
        }
    }

    pub fn text(self) -> Result<String, Mistake> {
        match self.content {
            Content::Text(text) if !text.is_empty() => Ok(text),
            _ => Mistake::new(self.place, "a text is expected"),
        }
    }

    pub fn number(self) -> Result<i64, Mistake> {
        match &self.content {
            Content::Number(number) => match number.as_i64() {
                Some(number) => Ok(number),
                None => Mistake::new(self.place, "an integer is expected"),
            },
            _ => Mistake::new(self.place, "an integer is expected"),
        }
    }

    pub fn truth(self) -> Result<(), Mistake> {
        match self.content {
            Content::Bool(true) => Ok(()),
            _ => Mistake::new(self.place, "true is the only value; leave the field out otherwise"),
        }
    }
}

impl Fields {
    pub fn take(&mut self, name: &str) -> Option<Node> {
        let index = self.left.iter().position(|(key, _)| key.name == name)?;
        Some(self.left.remove(index).1)
    }

    pub fn need(&mut self, name: &str) -> Result<Node, Mistake> {
        match self.take(name) {
            Some(node) => Ok(node),
            None => Mistake::new(self.place, format!("the field {name} is missing")),
        }
    }

    pub fn list(&mut self, name: &str) -> Result<Vec<Node>, Mistake> {
        self.take(name).map_or_else(|| Ok(Vec::new()), Node::list)
    }

    /// All that is left, in its order.
    pub fn rest(self) -> Vec<(Key, Node)> {
        self.left
    }

    pub fn end(self) -> Result<(), Mistake> {
        match self.left.into_iter().next() {
            Some((key, _)) => Mistake::new(key.place, format!("there is no field {}", key.name)),
            None => Ok(()),
        }
    }
}
