use std::fmt;

use super::{
    Outcome,
    serve::{self, SettingsArgs},
};
use crate::backend::{
    instance::Lease,
    outbox::{self, SyncReport},
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
    let db = serve::open(&settings).await?;
    serve::current(&db).await?;
    // Beside running servers, whose numbers it leaves alone.
    let lease = Lease::claim(&db, None).await?;
    let backend = serve::backend(db, &settings, lease.instance())?;
    let report = outbox::sync_bindings(&backend).await?;
    super::say(&Pushed(&report));
    lease.release().await?;
    backend.db().close().await;
    Ok(())
}

/// What is printed at the end.
struct Pushed<'a>(&'a SyncReport);

impl fmt::Display for Pushed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SyncReport { bindings, batches, refused, undelivered } = self.0;
        writeln!(out, "bindings pushed: {bindings}, in batches: {batches}, refused: {}", refused.len())?;
        for refusal in refused {
            let reason = refusal.msg.as_deref().unwrap_or_default();
            writeln!(out, "  {}: {} {reason}", refusal.battery_code, refusal.result)?;
        }
        if !undelivered.is_empty() {
            writeln!(out, "not answered yet, left to `polaris serve`: deliveries {undelivered:?}")?;
        }
        Ok(())
    }
}
