use std::fmt::Write;

/// Random bytes that nobody can guess, as hex.
///
/// # Panics
/// When the operating system has no random numbers to give: nothing safe can be done then.
pub(super) fn hex<const N: usize>() -> String {
    bytes::<N>().iter().fold(String::with_capacity(2 * N), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Random bytes that nobody can guess.
///
/// # Panics
/// See [`hex`].
pub(super) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

/// A `nonce` for a call.
#[must_use]
pub fn nonce() -> String {
    hex::<16>()
}
