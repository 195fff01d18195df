//! The forms that values of a world take. A value that exists is well-formed; messages never repeat a refused value.

use std::{borrow::Borrow, fmt, str::FromStr, sync::LazyLock};

use contracts::runtime::format;
use jiff::{SignedDuration, civil::DateTime};
use regex::Regex;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $example:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String")]
        #[schema(value_type = String, pattern = $pattern, example = $example)]
        pub struct $name(Box<str>);

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
                match FORM.as_ref() {
                    Some(form) if form.is_match(&text) => Ok(Self(text.into_boxed_str())),
                    _ => Err(concat!("expected ", $expected)),
                }
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

text!(
    /// A code or id: 1 to 64 letters, digits, `_` or `-`.
    Code, "^[A-Za-z0-9_-]{1,64}$", "BT0001", "a code: 1 to 64 letters, digits, _ or -"
);
text!(
    /// 商户ID: digits.
    MerchantId, "^[0-9]{1,16}$", "1001", "a merchant's id: 1 to 16 digits"
);
text!(
    /// 手机号: 1 and ten digits.
    Phone, "^1[0-9]{10}$", "13333111222", "a phone number: 1 and ten digits"
);
text!(
    /// A name or label of at most 64 characters.
    Name, r"^[^\x00]{1,64}$", "畅行月卡", "1 to 64 characters"
);
text!(
    /// An address, a reason or another sentence of at most 200 characters.
    Sentence, r"^[^\x00]{1,200}$", "北京市东城区朝阳门北大街8号", "1 to 200 characters"
);
text!(
    /// 退款原因, of at most 500 characters.
    Reason, r"^[^\x00]{0,500}$", "不再使用换电服务", "at most 500 characters"
);
text!(
    /// Degrees of latitude, with at most 8 decimals.
    Latitude, r"^-?([0-8]?[0-9](\.[0-9]{1,8})?|90(\.0{1,8})?)$", "39.924412", "degrees between -90 and 90"
);
text!(
    /// Degrees of longitude, with at most 8 decimals.
    Longitude, r"^-?((1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,8})?|180(\.0{1,8})?)$", "116.433617",
    "degrees between -180 and 180"
);
text!(
    /// The picture of an asset: an absolute URL, or a path on the mock itself.
    Cover, r"^(https?:/)?/[^\x00-\x20]{0,1000}$", "/_mock/images/battery/BT0001.svg",
    "an http URL, or a path that begins with /"
);

/// A code number of at most three digits, such as 资产状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i64")]
#[schema(value_type = i32, minimum = 0, maximum = 999, example = 1)]
pub struct Number(i32);

impl TryFrom<i64> for Number {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        match i32::try_from(number) {
            Ok(number @ 0..=999) => Ok(Self(number)),
            _ => Err("expected a number from 0 to 999"),
        }
    }
}

impl From<Number> for i32 {
    fn from(number: Number) -> Self {
        number.0
    }
}

/// A code number of a table that goes from `MIN` to `MAX`, such as 订单状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Choice<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> TryFrom<i64> for Choice<MIN, MAX> {
    type Error = String;

    fn try_from(code: i64) -> Result<Self, Self::Error> {
        (MIN..=MAX)
            .contains(&code)
            .then_some(Self(code))
            .ok_or_else(|| format!("expected a number from {MIN} to {MAX}"))
    }
}

impl<const MIN: i64, const MAX: i64> Choice<MIN, MAX> {
    /// The code.
    #[must_use]
    pub fn code(self) -> i64 {
        self.0
    }
}

/// An id that Polaris minted: 1 to 2^53−1.
pub type Id = Choice<1, { format::MAX_ID }>;

/// An amount of money in 分, up to a hundred million yuan.
pub type Cents = Choice<0, 10_000_000_000>;

/// An amount of money, kept in 分, written in 元 with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = r"^[0-9]{1,10}\.[0-9]{2}$", example = "299.00")]
pub struct Yuan(i64);

impl Yuan {
    /// 0.00
    pub const ZERO: Self = Self(0);
}

impl FromStr for Yuan {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        text.split_once('.')
            .filter(|(yuan, fen)| (1..=10).contains(&yuan.len()) && fen.len() == 2 && digits(yuan) && digits(fen))
            .and_then(|(yuan, fen)| Some(Self(yuan.parse::<i64>().ok()? * 100 + fen.parse::<i64>().ok()?)))
            .ok_or("expected an amount in yuan with two decimals, such as 299.00")
    }
}

impl TryFrom<String> for Yuan {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Yuan> for String {
    fn from(amount: Yuan) -> Self {
        amount.to_string()
    }
}

impl fmt::Display for Yuan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A time to the second in Asia/Shanghai, `yyyy-MM-dd HH:mm:ss`; the seconds may be left out when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "2021-09-03 10:00:00")]
pub struct Moment(DateTime);

impl Moment {
    /// The time that has passed since `earlier`, negative when it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shaped = !text.is_empty() && format::datetime(text);
        let time = if shaped { text.parse::<DateTime>().ok() } else { None };
        time.map(Self).ok_or("expected a time that exists, such as 2021-09-03 10:00:00")
    }
}

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DateTime> for Moment {
    fn from(time: DateTime) -> Self {
        Self(time.with().subsec_nanosecond(0).build().unwrap_or(time))
    }
}

impl From<Moment> for DateTime {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.0.date(), self.0.time())
    }
}

/// A day, `yyyy-MM-dd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = Date, example = "1976-03-02")]
pub struct Day(jiff::civil::Date);

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let shaped = !text.is_empty() && format::day(&text);
        let day = if shaped { text.parse().ok() } else { None };
        day.map(Self).ok_or("expected a day that exists, such as 1976-03-02")
    }
}

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_regular_expression() {
        assert!("BT0001".parse::<Code>().is_ok() && "BT 1".parse::<Code>().is_err());
        assert!("1001".parse::<MerchantId>().is_ok() && "M1".parse::<MerchantId>().is_err());
        assert!("13333111222".parse::<Phone>().is_ok() && "23333111222".parse::<Phone>().is_err());
        assert!("张三".parse::<Name>().is_ok() && "三".repeat(65).parse::<Name>().is_err());
        assert!("8号".parse::<Sentence>().is_ok() && "".parse::<Sentence>().is_err());
        assert!("".parse::<Reason>().is_ok() && "因".repeat(501).parse::<Reason>().is_err());
        assert!("39.9".parse::<Latitude>().is_ok() && "90.1".parse::<Latitude>().is_err());
        assert!("179.9".parse::<Longitude>().is_ok() && "181".parse::<Longitude>().is_err());
        for good in ["/a.png", "http://x.cn/a", "https://x.cn"] {
            assert!(good.parse::<Cover>().is_ok(), "{good}");
        }
        for bad in ["a.png", "ftp://x", "javascript:alert(1)", "/a b"] {
            assert!(bad.parse::<Cover>().is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_keep_two_decimals_and_compare_by_value() {
        assert_eq!("299.00".parse::<Yuan>().map(|yuan| yuan.to_string()), Ok("299.00".to_owned()));
        assert_eq!("0299.05".parse::<Yuan>().map(|yuan| yuan.to_string()), Ok("299.05".to_owned()));
        for bad in ["299", "299.0", "-1.00", "+1.00", "1e2.00", "12345678901.00", "1.000", ".00"] {
            assert!(bad.parse::<Yuan>().is_err(), "{bad}");
        }
    }

    #[test]
    fn moments_have_seconds_when_written_and_must_exist() {
        assert_eq!(
            "2021-09-03 10:00".parse::<Moment>().map(|moment| moment.to_string()),
            Ok("2021-09-03 10:00:00".into())
        );
        for bad in ["2021-02-30 10:00:00", "2021-09-03", "2021-09-03T10:00:00", ""] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
        assert!(Day::try_from("2021-02-29".to_owned()).is_err());
    }
}
