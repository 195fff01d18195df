use super::{
    Outcome,
    serve::{self, SettingsArgs},
};
use crate::backend::migrations;

/// Bring the schema of the database up to date
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let settings = args.settings.read(&[])?;
    let db = serve::open(&settings).await?;
    let steps = migrations::run(&db).await?;
    db.close().await;
    super::say(&format_args!("steps run: {steps}; the schema is current\n"))?;
    Ok(())
}
