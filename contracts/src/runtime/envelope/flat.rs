use std::{
    fmt::{self, Display},
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{success_code, text};
use crate::runtime::{At, Report, Validate, Violation, integer};

/// Weichuang's flat reply to a successful call: `result` 200 beside the operation's fields (§1.2.1 接口统一处理200成功).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flat<T> {
    /// 200.
    pub result: i32,
    /// 失败原因: absent here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg: Option<String>,
    /// The operation's fields.
    #[serde(flatten)]
    pub data: T,
}

impl<T> Flat<T> {
    /// The reply of a successful call.
    pub fn success(data: T) -> Self {
        Self { result: 200, msg: None, data }
    }
}

impl<T: Validate> Validate for Flat<T> {
    fn check(&self, at: &At<'_>, report: &mut Report) {
        success_code(self.result, &at.field("result"), report);
        text(self.msg.as_ref(), &at.field("msg"), report);
        self.data.check(at, report);
    }
}

/// A refusal by Weichuang: `result` other than 200, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(poem_openapi::Object))]
pub struct Refusal {
    /// 接口统一处理200成功 其他失败
    #[cfg_attr(feature = "server", oai(validator(minimum(value = "201"), maximum(value = "999999"))))]
    pub result: i32,
    /// 失败原因
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", oai(nullable, validator(max_length = 500, pattern = "^[^\\x00]*$")))]
    pub msg: Option<String>,
}

impl Refusal {
    /// A refusal with `result` and a short Chinese reason.
    pub fn new(result: i32, msg: impl Into<String>) -> Self {
        Self { result, msg: Some(msg.into()) }
    }
}

impl Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.result, self.msg.as_deref().unwrap_or_default())
    }
}

/// Weichuang's reply to a body that violates the contract (HTTP 400).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvalidRequest {
    /// 400.
    pub result: i32,
    /// 失败原因.
    pub msg: String,
    /// Every violation of the request.
    pub violations: Vec<Violation>,
}

/// Reads `result` and `msg`, and hands every other entry on to `T`. (serde's own `flatten` would keep the whole reply
/// in memory a second time, and take a list for a struct.)
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Flat<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FlatVisitor(PhantomData))
    }
}

struct FlatVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FlatVisitor<T> {
    type Value = Flat<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a reply")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Flat<T>, A::Error> {
        let (mut result, mut msg) = (None, None);
        let rest = Rest { entries, result: &mut result, msg: &mut msg };
        let data = T::deserialize(MapAccessDeserializer::new(rest))?;
        let result = result.ok_or_else(|| A::Error::missing_field("result"))?;
        Ok(Flat { result, msg: msg.flatten(), data })
    }
}

/// The entries of a flat reply that are not the envelope's.
struct Rest<'a, A> {
    entries: A,
    result: &'a mut Option<i32>,
    msg: &'a mut Option<Option<String>>,
}

#[derive(Deserialize)]
struct Int32(#[serde(deserialize_with = "integer")] i32);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        while let Some(key) = self.entries.next_key::<String>()? {
            match key.as_str() {
                "result" if self.result.is_some() => return Err(A::Error::duplicate_field("result")),
                "result" => *self.result = Some(self.entries.next_value::<Int32>()?.0),
                "msg" if self.msg.is_some() => return Err(A::Error::duplicate_field("msg")),
                "msg" => *self.msg = Some(self.entries.next_value()?),
                _ => return seed.deserialize(key.into_deserializer()).map(Some),
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.entries.next_value_seed(seed)
    }
}
