use std::{fmt, time::Duration};

use clap::Subcommand;

use super::{Outcome, beside::Beside, serve::SettingsArgs};
use crate::{
    gateway::{
        Credentials,
        apps::{self, Listed, NewApp, Operations},
    },
    plain::OneLine,
};

/// The apps that may call: who they are, what they may call, which merchants they see
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an app; its secret is shown this once
    Create(Create),
    /// List all apps
    List {
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Give an app a new secret, shown this once; the one before is valid for a while longer
    Rotate {
        /// The app's key
        app_key: String,
        /// For how many hours the secret before stays valid
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        grace: u32,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Let an app call no more
    Disable {
        /// The app's key
        app_key: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

#[derive(Debug, clap::Args)]
struct Create {
    /// What people call it
    #[arg(long)]
    name: String,
    /// What it may call: names, or patterns with *, divided by commas
    #[arg(long, value_name = "PATTERNS", default_value = "*")]
    operations: Operations,
    /// The merchants that it sees, with their devices and members: ids, merchant codes or share codes, divided by commas
    #[arg(long, value_name = "MERCHANTS", value_delimiter = ',', required_unless_present = "all_merchants")]
    merchants: Option<Vec<String>>,
    /// It sees all merchants, and what belongs to none
    #[arg(long, conflicts_with = "merchants")]
    all_merchants: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    match args.command {
        Command::Create(Create { name, operations, merchants, settings, .. }) => {
            let settings = settings.read(&[])?;
            let (key, beside) = (settings.access.sealing_key()?, Beside::open(&settings).await?);
            let made = apps::create(&beside.backend, &key, &NewApp { name, operations, merchants }).await;
            beside.close().await?;
            super::say(&Shown(&made?))?;
        }
        Command::List { settings } => {
            let beside = Beside::open(&settings.read(&[])?).await?;
            let listed = apps::list(&mut beside.backend.db().session().await?).await;
            beside.close().await?;
            super::say(&List(&listed?))?;
        }
        Command::Rotate { app_key, grace, settings } => {
            let settings = settings.read(&[])?;
            let (key, beside) = (settings.access.sealing_key()?, Beside::open(&settings).await?);
            let grace = Duration::from_secs(u64::from(grace) * 3600);
            let made = apps::rotate(&beside.backend, &key, &app_key, grace).await;
            beside.close().await?;
            super::say(&Shown(&made?))?;
        }
        Command::Disable { app_key, settings } => {
            let beside = Beside::open(&settings.read(&[])?).await?;
            let disabled = apps::disable(&beside.backend, &app_key).await;
            beside.close().await?;
            disabled?;
            super::say(&format_args!("{app_key} may call no more\n"))?;
        }
    }
    Ok(())
}

/// Credentials, the one time that they are seen.
struct Shown<'a>(&'a Credentials);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "appKey: {}\nappSecret: {}", self.0.app_key, self.0.secret.0)
    }
}

/// A line for each app.
struct List<'a>(&'a [Listed]);

impl fmt::Display for List<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Listed { app_key, name, operations, merchants, enabled, secrets } in self.0 {
            let sees = merchants.as_ref().map_or_else(|| "all".to_owned(), |codes| codes.join(","));
            let state = if *enabled { "enabled" } else { "disabled" };
            writeln!(
                out,
                "{app_key}  {}  {state}  operations: {operations}  merchants: {sees}  secrets: {secrets}",
                OneLine(name)
            )?;
        }
        Ok(())
    }
}
