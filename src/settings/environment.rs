use std::{env, ffi::OsString};

use figment::{
    Error, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use serde_json::Value as Json;

/// What the names of all variables of ours begin with.
const PREFIX: &str = "POLARIS_";

/// Variables that are no settings: flags of commands, and what the tests are told.
pub(crate) const OTHERS: [&str; 5] =
    ["POLARIS_APP_KEY", "POLARIS_APP_SECRET", "POLARIS_LOG", "POLARIS_REQUIRE_ALL", "POLARIS_VERIFY_TOKEN"];

/// The settings that stand in the environment, as text: `12` is a number only where a number is wanted, so that a token may
/// be made of digits.
pub(super) struct Environment(Dict);

/// Why a variable is refused. Values are not repeated: they may be secrets.
#[derive(Debug, thiserror::Error)]
pub enum VariableError {
    /// It is misspelt, or of another version.
    #[error("there is no setting {name}; the nearest is {nearest} (section and key are joined by two underscores)")]
    Unknown {
        /// Its name.
        name: String,
        /// A name that there is.
        nearest: String,
    },
    /// Its value cannot be text.
    #[error("{0} is not UTF-8")]
    NotText(String),
}

impl Environment {
    /// Reads the variables of this process; `defaults` has every setting.
    pub(super) fn read(defaults: &Json) -> Result<Self, VariableError> {
        Self::take(env::vars_os(), defaults)
    }

    fn take(variables: impl Iterator<Item = (OsString, OsString)>, defaults: &Json) -> Result<Self, VariableError> {
        let known = known(defaults);
        let mut settings = Dict::new();
        for (name, value) in variables {
            // Windows has no case here, and this has never minded it.
            let name = name.to_string_lossy().trim().to_ascii_uppercase();
            if !name.starts_with(PREFIX) || OTHERS.contains(&name.as_str()) || is_service_link(&name, &value) {
                continue;
            }
            let Some((_, [section, key], default)) = known.iter().find(|(known, ..)| *known == name) else {
                let nearest = nearest(&name, known.iter().map(|(known, ..)| known.as_str()).chain(OTHERS));
                return Err(VariableError::Unknown { nearest: nearest.to_owned(), name });
            };
            let text = value.into_string().map_err(|_| VariableError::NotText(name))?;
            let value = if default.is_array() { list(&text) } else { text.into() };
            let keys = settings.entry((*section).to_owned()).or_insert_with(|| Dict::new().into());
            if let Value::Dict(_, keys) = keys {
                keys.insert((*key).to_owned(), value);
            }
        }
        Ok(Self(settings))
    }
}

/// Every setting: its variable, its section and key, its default.
fn known(defaults: &Json) -> Vec<(String, [&str; 2], &Json)> {
    let sections = defaults.as_object().into_iter().flatten();
    let settings = sections.flat_map(|(section, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, default)| (variable(&[section, key]), [section.as_str(), key.as_str()], default))
    });
    settings.collect()
}

/// The variable of a setting.
fn variable(path: &[&str]) -> String {
    format!("{PREFIX}{}", path.join("__")).to_ascii_uppercase()
}

/// What Kubernetes and Docker set in every container beside a service that is called `polaris`, or `polaris-…`.
fn is_service_link(name: &str, value: &OsString) -> bool {
    let of_a_port = name.ends_with("_PORT") || name.contains("_PORT_");
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || of_a_port && (name.contains("_TCP_") || name.contains("_UDP_") || value.to_string_lossy().contains("://"))
}

/// The name that is most like `name`.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    known.min_by_key(|known| strsim::damerau_levenshtein(name, known)).unwrap_or_default()
}

/// A list is divided by commas; it may stand in brackets and its elements in quotes, as in a file.
fn list(text: &str) -> Value {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let elements = inner.split(',').map(|element| element.trim().trim_matches(['"', '\'']));
    elements.filter(|element| !element.is_empty()).collect::<Vec<_>>().into()
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment").interpolater(|_: &Profile, path: &[&str]| variable(path))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn take(variables: &[(&str, &str)]) -> Result<Dict, String> {
        let defaults = json!({ "database": { "url": "sqlite://x" }, "server": { "origins": [], "instance": null } });
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        Environment::take(variables, &defaults).map(|read| read.0).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variable_that_is_no_setting_is_refused_and_the_nearest_one_is_named() {
        for (name, nearest) in [
            ("POLARIS_DATABASE_URL", "POLARIS_DATABASE__URL"),
            ("POLARIS_DATABASE", "POLARIS_DATABASE__URL"),
            ("POLARIS_SERVER__INSTANCES", "POLARIS_SERVER__INSTANCE"),
            ("POLARIS_LOGS", "POLARIS_LOG"),
            ("POLARIS_PORT", "POLARIS_LOG"),
        ] {
            let refused = take(&[("PATH", "/bin"), (name, "s3cret")]).expect_err("a refusal");
            assert!(refused.contains(&format!("{name}; the nearest is {nearest}")), "{refused}");
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_setting_of_ours_is_let_be() {
        let variables = [
            ("POLARIS_LOG", "debug"),
            ("POLARIS_SERVICE_HOST", "10.0.0.1"),
            ("POLARIS_SERVICE_PORT", "8080"),
            ("POLARIS_INTERNAL_SERVICE_PORT_HTTP", "8081"),
            ("POLARIS_PORT", "tcp://10.0.0.1:8080"),
            ("POLARIS_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("POLARIS_PORT_8080_TCP_PROTO", "tcp"),
            ("POLARIS_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("HOME", "/root"),
        ];
        assert_eq!(take(&variables), Ok(Dict::new()));
    }

    #[test]
    fn values_are_text_and_lists_are_divided_by_commas() {
        let read = take(&[
            ("POLARIS_DATABASE__URL", "007"),
            ("polaris_server__instance", "3"),
            ("POLARIS_SERVER__ORIGINS", "[\"https://a\", https://b]"),
        ]);
        let read = read.expect("settings");
        let found = |section: &str, key: &str| read[section].clone().find(key).expect("a value");
        assert_eq!(found("database", "url").as_str(), Some("007"));
        assert_eq!(found("server", "instance").as_str(), Some("3"));
        let origins: Vec<_> =
            found("server", "origins").into_array().into_iter().flatten().map(Value::into_string).collect();
        assert_eq!(origins, [Some("https://a".to_owned()), Some("https://b".to_owned())]);
    }
}
