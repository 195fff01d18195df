//! Times: Asia/Shanghai in text at the edges, milliseconds since 1970 UTC inside.

use jiff::{Timestamp, civil::DateTime, tz};

/// China has kept one zone without summer time since 1991.
const SHANGHAI: i8 = 8;
const MINUTE: i64 = 60_000;
/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// The time that a `datetime`, `minute` or `day` of the contract means, at its beginning. `None` for what is no time;
/// the contract's formats have refused that before.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let time: DateTime = match text.len() {
        10 => format!("{text} 00:00:00").parse().ok()?,
        16 => format!("{text}:00").parse().ok()?,
        _ => text.parse().ok()?,
    };
    Some(at(time))
}

/// The milliseconds of a time in Asia/Shanghai.
#[must_use]
pub fn at(time: DateTime) -> i64 {
    tz::offset(SHANGHAI).to_timestamp(time).unwrap_or_default().as_millisecond()
}

/// The last millisecond that `text` includes: a minute without seconds includes all of itself.
#[must_use]
pub fn parse_end(text: &str) -> Option<i64> {
    parse(text).map(|time| if text.len() == 16 { time + MINUTE - 1 } else { time + 999 })
}

/// `yyyy-MM-dd HH:mm:ss`.
#[must_use]
pub fn datetime(milliseconds: i64) -> String {
    format("%Y-%m-%d %H:%M:%S", milliseconds)
}

/// `yyyy-MM-dd HH:mm`.
#[must_use]
pub fn minute(milliseconds: i64) -> String {
    format("%Y-%m-%d %H:%M", milliseconds)
}

/// 00:00 of the day of `milliseconds`, Asia/Shanghai.
#[must_use]
pub fn start_of_day(milliseconds: i64) -> i64 {
    let offset = i64::from(SHANGHAI) * 3_600_000;
    (milliseconds + offset).div_euclid(DAY) * DAY - offset
}

fn format(form: &str, milliseconds: i64) -> String {
    let timestamp = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    tz::offset(SHANGHAI).to_datetime(timestamp).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shanghai_outside_and_utc_inside() {
        assert_eq!(parse("1970-01-01 08:00:00"), Some(0));
        assert_eq!(datetime(0), "1970-01-01 08:00:00");
        assert_eq!(minute(parse("2021-08-30 16:13").expect("a time")), "2021-08-30 16:13");
        assert_eq!(parse("2021-08-30"), parse("2021-08-30 00:00:00"));
    }

    #[test]
    fn an_end_includes_its_whole_minute_or_second() {
        let start = parse("2021-08-30 16:13").expect("a time");
        assert_eq!(parse_end("2021-08-30 16:13"), Some(start + 59_999));
        assert_eq!(parse_end("2021-08-30 16:13:00"), Some(start + 999));
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let noon = parse("2021-08-30 12:00").expect("a time");
        assert_eq!(datetime(start_of_day(noon)), "2021-08-30 00:00:00");
        assert_eq!(start_of_day(start_of_day(noon)), start_of_day(noon));
    }
}
