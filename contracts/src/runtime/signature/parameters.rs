use std::collections::BTreeMap;

use url::form_urlencoded;

use super::{Method, Unsignable};

/// The parameters of a query, decoded, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Those of a query as it stands in a URL, behind the `?`.
    ///
    /// # Errors
    /// [`Unsignable::RepeatedParameter`].
    pub fn parse(query: &str) -> Result<Self, Unsignable> {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if parameters.0.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Unsignable::RepeatedParameter);
            }
        }
        Ok(parameters)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The method that they name; the default one where they name none.
    ///
    /// # Errors
    /// [`Unsignable::UnknownMethod`].
    pub fn method(&self) -> Result<Method, Unsignable> {
        self.get("signMethod").map_or(Ok(Method::default()), str::parse)
    }

    /// As they stand in a URL, behind the `?`.
    #[must_use]
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}
