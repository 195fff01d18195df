use std::io::{IsTerminal, stderr};

use tracing_subscriber::{filter::Targets, fmt, prelude::*};

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
        let lines = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
        // Only a second call in one process could fail.
        let _ = tracing_subscriber::registry().with(lines).with(self.log.clone()).try_init();
    }
}
