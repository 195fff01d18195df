use std::fmt::{self, Display, Write};

/// Text that others have said, a target, a file or a partner, on its way to a terminal: what would command the terminal, or
/// turn the direction of the text, is shown as `\u001b` instead. Within JSON that means the same as the character; and no
/// character that XML cannot hold is left.
pub(crate) struct Plain<T>(pub(crate) T);

/// The same in one line, so that nobody adds lines of his own to a report.
pub(crate) struct OneLine<T>(pub(crate) T);

impl<T: Display> Display for Plain<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping { out, lines: true }, "{}", self.0)
    }
}

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping { out, lines: false }, "{}", self.0)
    }
}

/// Whether a terminal shows a character, and shows it where it stands.
pub(crate) fn is_plain(char: char) -> bool {
    match char {
        '\n' | '\t' => true,
        // Direction of text, and line ends beside the usual one.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

struct Escaping<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    lines: bool,
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(place) = rest.find(|char| !is_plain(char) || (char == '\n' && !self.lines)) {
            let (plain, odd) = rest.split_at(place);
            self.out.write_str(plain)?;
            let mut chars = odd.chars();
            match chars.next() {
                Some('\n') => self.out.write_str("\\n")?,
                Some(char) => write!(self.out, "\\u{:04x}", u32::from(char))?,
                None => {}
            }
            rest = chars.as_str();
        }
        self.out.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_shown_and_not_obeyed() {
        let said = "微创\t\u{1b}]0;x\u{7}\0\r\u{7f}\u{9b}31m\u{202e}\u{2067}\u{2028}\u{ffff}🛵\n";
        let shown = r"\u001b]0;x\u0007\u0000\u000d\u007f\u009b31m\u202e\u2067\u2028\uffff🛵";
        assert_eq!(Plain(said).to_string(), format!("微创\t{shown}\n"));
        assert_eq!(OneLine(said).to_string(), format!("微创\t{shown}\\n"));
    }

    #[test]
    fn json_means_the_same_afterwards() {
        let said = serde_json::json!({ "msg": "\u{9b}31m\u{7f}\u{202e}\u{1b}\0" });
        let shown = Plain(serde_json::to_string(&said).expect("JSON")).to_string();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), said);
        assert!(shown.is_ascii(), "{shown}");
    }
}
