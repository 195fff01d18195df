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
    /// What rows say, where it leads somewhere: a path on a mock, which a world may have, leads nowhere here.
    fn default() -> Self {
        let absolute = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        Self::of(move |_, _, stored| stored.filter(absolute))
    }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Pictures")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_production_a_picture_has_an_absolute_address_or_none() {
        for (stored, shown) in [
            (Some("https://img.example.cn/1.svg"), Some("https://img.example.cn/1.svg")),
            (Some("/_mock/images/battery/BT0001.svg"), None),
            (None, None),
        ] {
            let address = Pictures::default().address(Shown::Battery, "BT0001", stored.map(str::to_owned));
            assert_eq!(address.as_deref(), shown);
        }
    }
}
