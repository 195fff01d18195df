//! Times: those that exist, and how formats contain each other.
#![no_main]

use contracts::runtime::format::{datetime, day, minute};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (datetime, minute, date) = (datetime(text), minute(text), day(text));
    assert!(!minute || datetime, "a minute is a datetime");
    if text.is_empty() {
        assert!(datetime && minute && date);
        return;
    }
    assert!(!(date && datetime), "a day has no time");
    if date || datetime {
        assert!(text.is_ascii() && [10, 16, 19].contains(&text.len()), "{text}");
        assert!(day(&text[..10]), "{text} has a day that exists");
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        assert_eq!(digits, if date { 8 } else { text.len() - 4 - usize::from(text.len() == 19) }, "{text}");
        let number = |range| text.get(range).map_or(0, |digits: &str| digits.parse::<u32>().expect("digits"));
        assert!((1..=12).contains(&number(5..7)) && (1..=31).contains(&number(8..10)), "{text}");
        assert!(number(11..13) < 24 && number(14..16) < 60 && number(17..19) < 60, "{text}");
    }
});
