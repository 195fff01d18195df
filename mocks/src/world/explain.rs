use std::fmt::Display;

/// What is wrong with a value at `path`, in the words of the `reason` that serde gives, without the value itself: it may
/// be a phone number or a name.
#[must_use]
pub fn explain(path: &str, reason: &impl Display) -> String {
    let reason = reason.to_string();
    let reason = match reason.split_once(", expected ") {
        Some((start, expected)) if start.starts_with("invalid ") || start.starts_with("unknown variant ") => {
            format!("expected {}", if ["i64", "u32"].contains(&expected) { "an integer" } else { expected })
        }
        _ => reason,
    };
    if path == "." { reason } else { format!("{path}: {reason}") }
}
