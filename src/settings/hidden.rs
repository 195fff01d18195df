use figment::error::{Actual, Kind};
use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

/// What stands in the place of a secret.
pub(super) const HIDDEN: &str = "(hidden)";

/// Parameters of database URLs that may be shown. Whatever else stands in a query may be a password under a name that we do
/// not know.
const HARMLESS: [&str; 17] = [
    "application_name",
    "cache",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "immutable",
    "mode",
    "port",
    "ssl-mode",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
    "vfs",
];

/// A database URL without its password, wherever in it that stands.
pub(super) fn database_url(text: &str) -> String {
    let Ok(mut url) = text.parse::<Url>() else { return only_scheme(text) };
    // A password with a # or / that was not escaped has ended up where no password belongs.
    if url.fragment().is_some() || url.path().contains('@') {
        return only_scheme(text);
    }
    let hidden = [hide_query(&mut url), url.password().is_some() && url.set_password(Some("hidden")).is_ok()];
    if hidden.contains(&true) { url.into() } else { text.to_owned() }
}

/// Hides whatever in the base URL of a partner lets us in there: a name alone can be a token.
pub(super) fn partner_url(url: &mut Url) {
    if !url.username().is_empty() || url.password().is_some() {
        // Only a URL without a host refuses them, and that has none.
        let _ = url.set_username("hidden");
        let _ = url.set_password(None);
    }
    hide_query(url);
    url.set_fragment(None);
}

/// Reads a URL. The error of its own reading repeats what stands there.
pub(super) fn read_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|error| D::Error::custom(format!("{error}: this is no URL")))
}

/// Whether there was something to hide in its query.
fn hide_query(url: &mut Url) -> bool {
    let harmless = |name: &str| HARMLESS.contains(&name.to_ascii_lowercase().as_str());
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let hides = pairs.iter().any(|(name, _)| !harmless(name));
    if hides {
        let shown = pairs.iter().map(|(name, value)| (name, if harmless(name) { value.as_str() } else { "hidden" }));
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    hides
}

fn only_scheme(text: &str) -> String {
    match text.split_once(':') {
        Some((scheme, _)) => format!("{scheme}:{HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

/// What was found, without the value, which may be a secret.
pub(super) fn kind(kind: Kind) -> Kind {
    match kind {
        Kind::InvalidType(found, expected) => Kind::InvalidType(sort(&found), expected),
        Kind::InvalidValue(found, expected) => Kind::InvalidValue(sort(&found), expected),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => Kind::Message("the number is out of range".to_owned()),
        Kind::Unsupported(found) => Kind::Unsupported(sort(&found)),
        other => other,
    }
}

fn sort(found: &Actual) -> Actual {
    let sort = match found {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) | Actual::Bytes(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "something else",
    };
    Actual::Other(sort.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_shows_no_password_wherever_it_stands() {
        for (url, shown) in [
            ("sqlite://polaris.db", "sqlite://polaris.db"),
            ("sqlite:polaris.db?mode=rwc", "sqlite:polaris.db?mode=rwc"),
            ("postgres://u@db/p?sslmode=require", "postgres://u@db/p?sslmode=require"),
            ("postgres://u:s3cret@db/p?sslmode=require", "postgres://u:hidden@db/p?sslmode=require"),
            ("postgres://u@db/p?sslmode=require&password=s3cret", "postgres://u@db/p?sslmode=require&password=hidden"),
            ("postgres://u@db/p?pass%77ord=s3cret", "postgres://u@db/p?password=hidden"),
            ("postgres:///p?host=/run&SSLPASSWORD=s3cret", "postgres:///p?host=%2Frun&SSLPASSWORD=hidden"),
            ("postgres://u@db/p?options=-c%20x.y%3Ds3cret", "postgres://u@db/p?options=hidden"),
            ("postgres://u:s3#cret@db/p", "postgres:(hidden)"),
            ("postgres://u:12#s3cret@db/p", "postgres:(hidden)"),
            ("postgres://u:12/s3cret@db/p", "postgres:(hidden)"),
        ] {
            assert_eq!(database_url(url), shown);
        }
    }

    #[test]
    fn the_url_of_a_partner_shows_no_credentials() {
        for (url, shown) in [
            ("http://w.example/api", "http://w.example/api"),
            ("http://u:s3cret@w.example/api", "http://hidden@w.example/api"),
            ("http://s3cret@w.example/api", "http://hidden@w.example/api"),
            ("http://w.example/api?key=s3cret#s3cret", "http://w.example/api?key=hidden"),
        ] {
            let mut url = url.parse().expect("a URL");
            partner_url(&mut url);
            assert_eq!(url.as_str(), shown);
        }
    }
}
