use std::path::Path;

use figment::{
    Error, Metadata, Profile, Provider,
    providers::Serialized,
    value::{Dict, Map},
};

use super::SettingsError;

/// The settings that stand in a TOML file.
pub(super) struct File<'a> {
    path: &'a Path,
    table: toml::Table,
}

impl<'a> File<'a> {
    pub(super) fn read(path: &'a Path) -> Result<Self, SettingsError> {
        let name = || path.display().to_string();
        let text = mocks::read_text(path).map_err(|error| SettingsError::File(name(), error))?;
        // What the error would show of the text may be a secret.
        let table = text.parse().map_err(|error: toml::de::Error| SettingsError::Toml {
            name: name(),
            line: error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count()),
            reason: error.message().to_owned(),
        })?;
        Ok(Self { path, table })
    }
}

impl Provider for File<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::from("", self.path).interpolater(|_: &Profile, path: &[&str]| path.join("."))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Serialized::defaults(&self.table).data()
    }
}
