use crate::{
    Origin,
    world::{Code, Cover},
};

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// 电柜
    Tank,
    /// 电池
    Battery,
    /// 电动车
    Vehicle,
}

impl Picture {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tank, Self::Battery, Self::Vehicle];

    /// Its name in a path.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tank => "tank",
            Self::Battery => "battery",
            Self::Vehicle => "vehicle",
        }
    }

    /// The absolute address of the picture of `code`: its own cover, or the one that the mock draws.
    #[must_use]
    pub fn address(self, code: &Code, cover: Option<&Cover>, origin: &Origin) -> String {
        match cover.map(Cover::as_str) {
            Some(path) if path.starts_with('/') => format!("{origin}{path}"),
            Some(address) => address.to_owned(),
            None => format!("{origin}/_mock/images/{}/{code}.svg", self.name()),
        }
    }

    /// The picture of `code`: a card in the colour of its kind, with a drawing and the code. Codes need no escaping.
    #[must_use]
    pub fn svg(self, code: &Code) -> String {
        let (label, light, dark, drawing) = match self {
            Self::Tank => ("电柜", "#4f9dff", "#1f5fd0", TANK),
            Self::Battery => ("电池", "#36c98f", "#128a5c", BATTERY),
            Self::Vehicle => ("电动车", "#ffb04d", "#e0761a", VEHICLE),
        };
        // Long codes shrink to the width of the card.
        let size = (420 / code.as_str().len().max(14)).min(30);
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240" viewBox="0 0 320 240" role="img" aria-label="{label} {code}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{light}"/><stop offset="1" stop-color="{dark}"/></linearGradient></defs>
<rect width="320" height="240" rx="20" fill="url(#sky)"/>
<circle cx="278" cy="34" r="88" fill="#fff" opacity=".08"/><circle cx="34" cy="222" r="66" fill="#fff" opacity=".07"/>
{drawing}
<text x="160" y="197" text-anchor="middle" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="{size}" font-weight="700" fill="#fff">{code}</text>
<text x="160" y="221" text-anchor="middle" font-family="system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif" font-size="14" fill="#fff" opacity=".85">{label}</text>
</svg>
"##
        )
    }
}

/// Six boxes, five of them full.
const TANK: &str = r##"<g transform="translate(106 22)"><rect width="108" height="138" rx="12" fill="#fff"/><rect x="10" y="10" width="88" height="16" rx="5" fill="#1f5fd0" opacity=".85"/>
<g fill="#dbe8ff"><rect x="10" y="34" width="40" height="28" rx="5"/><rect x="58" y="34" width="40" height="28" rx="5"/><rect x="10" y="68" width="40" height="28" rx="5"/><rect x="58" y="68" width="40" height="28" rx="5"/><rect x="10" y="102" width="40" height="28" rx="5"/><rect x="58" y="102" width="40" height="28" rx="5"/></g>
<g fill="#22b573"><circle cx="42" cy="48" r="4"/><circle cx="90" cy="48" r="4"/><circle cx="42" cy="82" r="4"/><circle cx="42" cy="116" r="4"/><circle cx="90" cy="116" r="4"/></g><circle cx="90" cy="82" r="4" fill="#ffb04d"/></g>"##;

/// A pack with its handle and a flash.
const BATTERY: &str = r##"<g transform="translate(112 24)"><path d="M28 18V8a8 8 0 0 1 8-8h24a8 8 0 0 1 8 8v10" fill="none" stroke="#fff" stroke-width="8"/><rect y="16" width="96" height="120" rx="16" fill="#fff"/><rect x="10" y="26" width="76" height="100" rx="9" fill="#d3f5e6"/><path d="M53 36 26 82h19l-6 36 31-50H50z" fill="#128a5c"/></g>"##;

/// A scooter.
const VEHICLE: &str = r##"<g transform="translate(80 30)" fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round" stroke-width="9"><circle cx="28" cy="106" r="20"/><circle cx="132" cy="106" r="20"/><path d="M48 106h44c4-26 16-40 32-46L112 12H94"/><path d="M112 12h14"/><path d="M28 86c4-18 16-26 34-26h16l10 26"/><path d="M26 58h46" stroke-width="13"/></g>"##;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_of_its_own_wins_over_the_drawn_picture() {
        let (code, origin) = ("BT0001".parse().expect("a code"), Origin::new("http://127.0.0.1:4010"));
        let address = |cover: Option<&str>| {
            let cover = cover.map(|cover| cover.parse().expect("a cover"));
            Picture::Battery.address(&code, cover.as_ref(), &origin)
        };
        assert_eq!(address(None), "http://127.0.0.1:4010/_mock/images/battery/BT0001.svg");
        assert_eq!(address(Some("/photos/1.jpg")), "http://127.0.0.1:4010/photos/1.jpg");
        assert_eq!(address(Some("https://img.example.com/1.jpg")), "https://img.example.com/1.jpg");
    }

    #[test]
    fn every_picture_carries_its_code() {
        for picture in Picture::ALL {
            let svg = picture.svg(&"x".repeat(64).parse().expect("a code"));
            assert!(svg.starts_with("<svg ") && svg.contains(&format!(">{}</text>", "x".repeat(64))));
        }
    }
}
