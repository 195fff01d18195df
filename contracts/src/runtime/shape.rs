use serde::{Deserialize, Deserializer, Serialize};

/// A field that is always present and may be `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nullable<T>(pub Option<T>);

/// A field that is absent unless it was asked for, and never `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Absent<T>(pub Option<T>);

/// The `data` of an operation that answers nothing: `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NoData;

macro_rules! around_option {
    ($shape:ident) => {
        impl<T> $shape<T> {
            /// The value, if there is one.
            pub fn as_ref(&self) -> Option<&T> {
                self.0.as_ref()
            }

            /// The value to change, if there is one.
            pub fn as_mut(&mut self) -> Option<&mut T> {
                self.0.as_mut()
            }

            /// Whether there is no value.
            pub fn is_none(&self) -> bool {
                self.0.is_none()
            }
        }

        impl<T> Default for $shape<T> {
            fn default() -> Self {
                Self(None)
            }
        }

        impl<T> From<T> for $shape<T> {
            fn from(value: T) -> Self {
                Self(Some(value))
            }
        }

        impl<T> From<Option<T>> for $shape<T> {
            fn from(value: Option<T>) -> Self {
                Self(value)
            }
        }

        impl From<&str> for $shape<String> {
            fn from(value: &str) -> Self {
                Self(Some(value.to_owned()))
            }
        }
    };
}

around_option!(Nullable);
around_option!(Absent);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Absent<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

/// Reads a field that must be there even when it may be `null` (serde takes a missing `Option` for `None`).
///
/// # Errors
/// Those of `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(deserializer)
}

/// What an optional string of a request filters by: absent, `null` and blank all mean nothing.
#[must_use]
pub fn filter(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}
