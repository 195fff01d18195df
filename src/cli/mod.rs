use std::{
    error::Error,
    fmt::Display,
    io::{self, Write, stderr, stdout},
    process::ExitCode,
};

use clap::{Parser, Subcommand, error::ErrorKind};

use crate::plain::{OneLine, Plain};
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
/// the arguments were wrong (or `verify` or `diff` could give no verdict).
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            complain(&usage(&error));
            return ExitCode::from(2);
        }
        Err(help) => {
            // Help and version.
            return match written(help.print().and_then(|()| stdout().flush())) {
                Ok(()) => ExitCode::from(u8::try_from(help.exit_code()).unwrap_or(2)),
                Err(error) => failed(&error),
            };
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
        Err(error) => failed(error.as_ref()),
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    complain(&error.to_string());
    ExitCode::FAILURE
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
    let _ = writeln!(stderr(), "polaris: {}", OneLine(line));
}

/// Text on stdout, control characters shown instead of obeyed.
///
/// # Errors
/// When it could not be written. That nobody reads on is no reason to complain.
fn say(text: &impl Display) -> Result<(), Unwritten> {
    say_coloured(&Plain(text))
}

/// Text on stdout as it stands: whoever colours it has made the rest of it plain.
fn say_coloured(text: &impl Display) -> Result<(), Unwritten> {
    written(write!(stdout(), "{text}").and_then(|()| stdout().flush()))
}

/// What a server says when it listens. It serves even where that cannot be written.
fn greet(text: &impl Display) {
    if let Err(error) = say(text) {
        tracing::warn!("{error}");
    }
}

fn written(outcome: io::Result<()>) -> Result<(), Unwritten> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Unwritten(error)),
        _ => Ok(()),
    }
}

/// The output of a command could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the output cannot be written: {0}")]
struct Unwritten(io::Error);

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::settings::OTHER_VARIABLES;

    #[test]
    fn every_variable_of_a_flag_is_known_beside_the_settings() {
        fn variables(command: &clap::Command) -> Vec<String> {
            let own = command.get_arguments().filter_map(clap::Arg::get_env);
            let own = own.map(|name| name.to_string_lossy().into_owned());
            own.chain(command.get_subcommands().flat_map(variables)).collect()
        }
        let variables = variables(&Cli::command());
        assert!(variables.len() >= 4, "{variables:?}");
        for name in variables {
            assert!(OTHER_VARIABLES.contains(&name.as_str()), "{name}");
        }
    }
}
