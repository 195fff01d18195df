use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

use super::{Absent, Nullable};

/// Reads a field that holds integers as JSON Schema understands them: `2.0` is the integer 2, `2.5` is none.
///
/// # Errors
/// When the value is no integer, or is beyond the range of `T`.
pub fn integer<'de, D: Deserializer<'de>, T: OfIntegers>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A type made of integers: an integer, or a shape or list around one.
pub trait OfIntegers: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// See [`integer`].
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl OfIntegers for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole)
    }
}

impl OfIntegers for i32 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::read(deserializer)?.try_into().map_err(|_| D::Error::custom("beyond the range of int32"))
    }
}

impl<T: OfIntegers> OfIntegers for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Item<T>>::deserialize(deserializer)?.map(|item| item.0))
    }
}

impl<T: OfIntegers> OfIntegers for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Item<T>>::deserialize(deserializer)?.into_iter().map(|item| item.0).collect())
    }
}

impl<T: OfIntegers> OfIntegers for Nullable<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::read(deserializer).map(Nullable)
    }
}

impl<T: OfIntegers> OfIntegers for Absent<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(|value| Absent(Some(value)))
    }
}

struct Item<T>(T);

impl<'de, T: OfIntegers> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Item)
    }
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an integer")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        value.try_into().map_err(|_| E::custom("beyond the range of int64"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        // Within ±2^53 every whole double is exact, and no field of the contract allows more.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53")]
            return Ok(value as i64);
        }
        Err(E::custom("no integer"))
    }
}
