//! How a member's data reads in replies.

use crate::backend::time::DAY;

/// `idCardStateStr`.
pub(super) fn id_card_state(code: i64) -> &'static str {
    if code == 1 { "已认证" } else { "未认证" }
}

/// `inviter`: of a share code only the first and the last three characters show, `ABC****005`; of one that is too short
/// for that, none.
pub(super) fn masked(share_code: &str) -> String {
    let shown = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    match (share_code.get(..3), share_code.len().checked_sub(3).and_then(|at| share_code.get(at..))) {
        (Some(head), Some(tail)) if share_code.len() >= 6 && shown(head) && shown(tail) => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

/// `useDayNum`: whole days from the first use to `now`.
pub(super) fn days_of_use(first_used_at: i64, now: i64) -> i32 {
    let days = (now - first_used_at).div_euclid(DAY).clamp(0, 100_000);
    i32::try_from(days).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inviter_shows_the_ends_of_its_code_alone() {
        assert_eq!(masked("ABC21071005"), "ABC****005");
        assert_eq!(masked("ABC005"), "ABC****005");
        for short in ["", "AB", "ABC01", "邀请人张三"] {
            assert_eq!(masked(short), "****");
        }
    }

    #[test]
    fn only_whole_days_of_use_count() {
        assert_eq!(days_of_use(0, DAY - 1), 0);
        assert_eq!(days_of_use(0, DAY), 1);
        assert_eq!(days_of_use(DAY, 0), 0);
    }
}
