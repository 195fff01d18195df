/// A format: its name, and what holds for a string of it.
pub type Format = (&'static str, fn(&str) -> bool);

/// The named string formats of the contract. Each holds for the empty string too: whether a field may be empty is its
/// pattern's matter, so that an optional filter and a required field share one format.
pub const FORMATS: &[Format] = &[
    ("datetime", datetime),
    ("minute", minute),
    ("day", day),
    ("code-list", code_list),
    ("id-list", id_list),
    ("id-list-1-100", id_list_1_100),
];

/// At most this many items stand in a comma list.
pub const LIST_ITEMS: usize = 500;

/// The greatest id: 2^53−1, so that JavaScript reads it exactly.
pub const MAX_ID: i64 = 9_007_199_254_740_991;

/// `yyyy-MM-dd HH:mm:ss` or `yyyy-MM-dd HH:mm`, a time that exists.
#[must_use]
pub fn datetime(value: &str) -> bool {
    value.is_empty()
        || minute(value)
        || (value.len() == 19 && value.is_char_boundary(16) && {
            let (head, seconds) = value.split_at(16);
            minute(head) && seconds.starts_with(':') && number(&seconds[1..]).is_some_and(|second| second < 60)
        })
}

/// `yyyy-MM-dd HH:mm`, a time that exists.
#[must_use]
pub fn minute(value: &str) -> bool {
    let Some((date, time)) = value.split_once(' ') else { return value.is_empty() };
    let Some((hours, minutes)) = time.split_once(':') else { return false };
    !date.is_empty()
        && day(date)
        && hours.len() == 2
        && minutes.len() == 2
        && number(hours).is_some_and(|hour| hour < 24)
        && number(minutes).is_some_and(|minute| minute < 60)
}

/// `yyyy-MM-dd`, a day that exists.
#[must_use]
pub fn day(value: &str) -> bool {
    if value.is_empty() {
        return true;
    }
    let mut parts = value.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Codes divided by commas, at most [`LIST_ITEMS`] different ones.
#[must_use]
pub fn code_list(value: &str) -> bool {
    let items = items(value);
    items.len() <= LIST_ITEMS && items.iter().all(|item| is_code(item))
}

/// Ids divided by commas, at most [`LIST_ITEMS`] different ones.
#[must_use]
pub fn id_list(value: &str) -> bool {
    let items = items(value);
    items.len() <= LIST_ITEMS && items.iter().all(|item| id(item).is_some())
}

/// 1 to 100 ids divided by commas.
#[must_use]
pub fn id_list_1_100(value: &str) -> bool {
    value.is_empty() || (id_list(value) && (1..=100).contains(&items(value).len()))
}

/// The items of a comma list: trimmed, without empty ones and repeats, in the order of their first appearance.
#[must_use]
pub fn items(value: &str) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    value.split(',').map(str::trim).filter(|item| !item.is_empty() && seen.insert(*item)).collect()
}

/// The id that an item of a comma list, or a string of digits, stands for. No id has more than 16 digits.
#[must_use]
pub fn id(item: &str) -> Option<i64> {
    let digits = (1..=16).contains(&item.len()) && item.bytes().all(|byte| byte.is_ascii_digit());
    item.parse().ok().filter(|id| digits && (1..=MAX_ID).contains(id))
}

fn is_code(item: &str) -> bool {
    (1..=64).contains(&item.len()) && item.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_and_times_that_exist_are_accepted() {
        for good in ["2024-02-29 23:59:59", "2023-02-28 00:00", ""] {
            assert!(datetime(good), "{good}");
        }
        for bad in [
            "2023-02-29 00:00",
            "2023-02-30 00:00:00",
            "2023-13-01 00:00",
            "2023-04-31 00:00",
            "2023-01-01 24:00",
            "2023-01-01 00:60",
            "2023-01-01 00:00:60",
            "2023-01-01T00:00:00",
            "2023-01-01",
            " 2023-01-01 00:00",
            "2023-1-1 00:00",
            "二〇二三-01-01 00:00",
            "2023-01-01 00:00:0é",
            " ",
            "2023-01-01 +1:00",
        ] {
            assert!(!datetime(bad), "{bad}");
        }
        assert!(day("2000-02-29") && !day("1900-02-29") && !day("2023-00-10") && !day("2023-01-00"));
    }

    #[test]
    fn an_id_has_16_digits_at_most_however_many_of_them_are_zeros() {
        assert_eq!((id("0000000000000007"), id("00000000000000007")), (Some(7), None));
        assert!(id_list("0000000000000007") && !id_list(&format!("1,{}7", "0".repeat(900_000))));
    }

    #[test]
    fn comma_lists_drop_blanks_and_repeats_and_refuse_what_is_no_code_or_id() {
        assert_eq!(items(" A, ,B,A,,"), ["A", "B"]);
        assert!(code_list("A,B_1,c-2") && code_list(",,") && !code_list("A,B C") && !code_list("A,é"));
        assert!(id_list("1, 2,9007199254740991") && !id_list("0") && !id_list("9007199254740992") && !id_list("+1"));
        assert!(!id_list_1_100(" , ") && id_list_1_100("7"));
        let many = (1..=501).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert!(!id_list(&many) && !code_list(&many));
    }
}
