//! Money: 分 inside, 元 with two decimals where the page wants a string.

/// `amount` in 分 as 元 with two decimals.
#[must_use]
pub fn yuan(amount: i64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// 元 with two decimals as 分; `None` for what is no such amount.
#[must_use]
pub fn cents(yuan: &str) -> Option<i64> {
    let (whole, part) = yuan.split_once('.')?;
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    digits(whole)?.checked_mul(100)?.checked_add(digits(part).filter(|_| part.len() == 2)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_as_cents_and_written_back() {
        assert_eq!(
            ["299.00", "0.05", "1.5", "299", "x.00", "-1.00"].map(cents),
            [Some(29900), Some(5), None, None, None, None]
        );
        assert_eq!(cents("99999999999999999999.00"), None);
        assert_eq!([0, 5, 70, 29900, 123_456].map(yuan), ["0.00", "0.05", "0.70", "299.00", "1234.56"]);
    }
}
