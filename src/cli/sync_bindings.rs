use std::fmt;

use super::{Outcome, beside::Beside, serve::SettingsArgs};
use crate::{
    backend::outbox::{self, SyncReport},
    plain::OneLine,
};

/// Push all current bindings to Weichuang, in batches, and say what it refused
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
    /// The base of Weichuang's operations
    #[arg(long, value_name = "URL")]
    weichuang_url: Option<String>,
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let settings = args.settings.read(&[("weichuang.url", args.weichuang_url)])?;
    let beside = Beside::open(&settings).await?;
    let report = outbox::sync_bindings(&beside.backend).await?;
    beside.close().await?;
    Ok(super::say(&Pushed(&report))?)
}

/// What is printed at the end.
struct Pushed<'a>(&'a SyncReport);

impl fmt::Display for Pushed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SyncReport { bindings, batches, refused, undelivered } = self.0;
        writeln!(out, "bindings pushed: {bindings}, in batches: {batches}, refused: {}", refused.len())?;
        for refusal in refused {
            let reason = refusal.msg.as_deref().unwrap_or_default();
            writeln!(out, "  {}: {} {}", OneLine(&refusal.battery_code), refusal.result, OneLine(reason))?;
        }
        if !undelivered.is_empty() {
            writeln!(out, "not answered yet, left to `polaris serve`: deliveries {undelivered:?}")?;
        }
        Ok(())
    }
}
