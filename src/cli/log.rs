use std::io::{self, IsTerminal, Write, stderr};

use tracing_subscriber::{filter::Targets, fmt, prelude::*};

use crate::{mask, plain::Plain};

/// Quiet by default: only what a person at the terminal should know. `debug` adds a line for every exchange.
const DEFAULT: &str = "warn,polaris=info,mocks=info";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What is logged to stderr: a level, or levels by module, such as warn,polaris=debug
    #[arg(long, value_name = "FILTER", global = true, display_order = 1000, env = "POLARIS_LOG", default_value = DEFAULT)]
    log: Targets,
}

impl Args {
    /// Sends the log of this process to stderr; stdout belongs to the commands.
    pub(super) fn init(&self) {
        let lines = fmt::layer().with_writer(|| Masked(stderr())).with_ansi(stderr().is_terminal());
        // Only a second call in one process could fail.
        let _ = tracing_subscriber::registry().with(lines).with(self.log.clone()).try_init();
    }
}

/// Writes lines in which every phone number is masked: we log none, and this is for what libraries may log. What is left that
/// commands a terminal is made plain; ESC the formatter has made plain already, but where it paints itself.
struct Masked<W>(W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let line_shown = mask::bytes(line);
        let parts = String::from_utf8_lossy(&line_shown);
        let parts: Vec<_> = parts.split('\x1b').map(|part| Plain(part).to_string()).collect();
        self.0.write_all(parts.join("\x1b").as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_without_the_phone_and_the_control_characters_in_it() {
        let mut written = Vec::new();
        Masked(&mut written).write_all("select '\0\u{202e}' where phone = '13333111222'\n".as_bytes()).expect("a line");
        assert_eq!(String::from_utf8(written).expect("text"), "select '\\u0000\\u202e' where phone = '133****1222'\n");
    }
}
