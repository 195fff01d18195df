use std::{
    error::Error,
    fmt::Display,
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use clap::{Parser, Subcommand, error::ErrorKind};

use crate::server::{self, Bound, StartError};

/// `polaris app`.
mod app;
/// `polaris audit`.
mod audit;
/// A backend beside running servers.
mod beside;
/// `polaris diff`.
mod diff;
/// `polaris import`.
mod import;
/// What is logged, and where to.
mod log;
/// `polaris migrate`.
mod migrate;
/// `polaris mock`.
mod mock;
/// `polaris seed`.
mod seed;
/// `polaris serve`.
mod serve;
/// `polaris sign`.
mod sign;
/// When to stop.
mod signals;
/// `polaris sync-bindings`.
mod sync_bindings;
/// `polaris verify`.
mod verify;

/// Contract-first mock and conformance server of the Polaris battery-swap interface.
#[derive(Debug, Parser)]
#[command(name = "polaris", version, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    log: log::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    App(app::Args),
    Audit(audit::Args),
    Diff(diff::Args),
    Import(import::Args),
    Migrate(migrate::Args),
    Mock(mock::Args),
    Seed(seed::Args),
    Serve(serve::Args),
    Sign(sign::Args),
    SyncBindings(sync_bindings::Args),
    Verify(Box<verify::Args>),
}

/// What a command ends with: nothing to say, or one line of what went wrong.
type Outcome = Result<(), Box<dyn Error>>;

/// Runs the command that the arguments of this process name. The exit code is 0, 1 when the command failed, or 2 when
/// the arguments were wrong (or `verify` had nobody to verify, or `diff` nothing that it can compare).
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            complain(&usage(&error));
            return ExitCode::from(2);
        }
        Err(help) => {
            // Help and version; a closed pipe is no reason to complain.
            let _ = help.print();
            return ExitCode::from(u8::try_from(help.exit_code()).unwrap_or(2));
        }
    };
    cli.log.init();
    let outcome = match cli.command {
        Command::App(args) => app::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Diff(args) => return diff::run(&args),
        Command::Import(args) => import::run(args),
        Command::Migrate(args) => migrate::run(args),
        Command::Mock(args) => mock::run(args),
        Command::Seed(args) => seed::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Sign(args) => sign::run(args),
        Command::SyncBindings(args) => sync_bindings::run(args),
        // It has a verdict of its own beside success and failure.
        Command::Verify(args) => return verify::run(*args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Clap's complaint in one line: its first paragraph, without its tips and its usage.
fn usage(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let paragraph = text.lines().take_while(|line| !line.trim().is_empty());
    let line = paragraph.map(str::trim).collect::<Vec<_>>().join(" ");
    format!("{} (--help shows the usage)", line.trim_start_matches("error: "))
}

/// Binds `port` on `host`, which `flag` sets.
async fn bound(host: &str, port: u16, flag: &str) -> Result<Bound, Box<dyn Error>> {
    server::bind(host, port).await.map_err(|error| match error {
        StartError::PortInUse { .. } => format!("{error}; choose another with {flag}").into(),
        error => error.into(),
    })
}

/// One line on stderr.
fn complain(line: &str) {
    let _ = writeln!(stderr(), "polaris: {line}");
}

/// Text on stdout. That nobody reads it is no reason to stop.
fn say(text: &impl Display) {
    let _ = write!(stdout(), "{text}").and_then(|()| stdout().flush());
}
