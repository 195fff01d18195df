use mocks::Origin;
use poem::{Endpoint, endpoint::make_sync, web::Html};

/// What the page says of how the mock was started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed {
    /// Whether Weichuang demands a token.
    pub(super) weichuang: bool,
    /// Whether our side demands signatures.
    pub(super) polaris: bool,
    /// Whether `/internal` and `/_mock` demand a token.
    pub(super) control: bool,
}

/// The page at `/`: where everything is, and a call to try, by the address under which the caller is here, or else by
/// `otherwise`.
pub(super) fn page(otherwise: Origin, closed: Closed) -> impl Endpoint + 'static {
    make_sync(move |_| {
        // An origin has no character that would need an escape.
        let origin = Origin::of_caller_or(&otherwise).to_string();
        Html(closed.shown().replace("{origin}", &origin))
    })
}

impl Closed {
    fn shown(self) -> String {
        let when = |closed, text| if closed { text } else { "" };
        include_str!("home.html")
            .replace("{kop}", when(self.polaris, "，须签名"))
            .replace("{control}", when(self.control, "，须带控制令牌"))
            .replace("{authorization}", when(self.weichuang, " -H 'Authorization: Bearer 令牌'"))
    }
}
