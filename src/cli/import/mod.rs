/// A row of a CSV file.
mod cell;
/// The lines that rows stand on.
mod lines;
/// Reading rows.
mod rows;

use std::{
    fmt, fs,
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use mocks::world::polaris;
use serde::de::DeserializeOwned;

use self::rows::Rows;
use super::{Outcome, beside::Beside, serve::SettingsArgs};
use crate::{
    backend::{
        Backend,
        intake::{self, ImportReport, Stored},
    },
    plain::OneLine,
};

/// Bring records in from a file: JSON Lines (.jsonl) or CSV with a header (.csv), fields named as in a world file
///
/// A row whose key is known is left as it is, so that an import that was interrupted can be run again. Every row is
/// checked before anything is stored: if one is refused, nothing of the file is kept.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the rows are. Bring in first what others refer to: merchants, then assets and members, then the rest
    #[arg(value_enum)]
    kind: Kind,
    /// The file
    file: PathBuf,
    /// Store the good rows even if others are refused
    #[arg(long)]
    skip_invalid: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    Merchants,
    Tanks,
    Batteries,
    Vehicles,
    Members,
    Bindings,
    Rentals,
    Orders,
    Reviews,
    Deposits,
    Refunds,
    Gifts,
    PackageOrders,
    Migrations,
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let settings = args.settings.read(&[])?;
    let beside = Beside::open(&settings).await?;
    let backend = &beside.backend;
    let outcome = match args.kind {
        Kind::Merchants => import::<polaris::Merchant>(backend, &args).await,
        Kind::Tanks => import::<polaris::Tank>(backend, &args).await,
        Kind::Batteries => import::<polaris::Battery>(backend, &args).await,
        Kind::Vehicles => import::<polaris::Vehicle>(backend, &args).await,
        Kind::Members => import::<polaris::Member>(backend, &args).await,
        Kind::Bindings => import::<polaris::BatteryBinding>(backend, &args).await,
        Kind::Rentals => import::<polaris::Rental>(backend, &args).await,
        Kind::Orders => import::<polaris::SwapOrder>(backend, &args).await,
        Kind::Reviews => import::<polaris::AccessReview>(backend, &args).await,
        Kind::Deposits => import::<polaris::Deposit>(backend, &args).await,
        Kind::Refunds => import::<polaris::DepositRefund>(backend, &args).await,
        Kind::Gifts => import::<polaris::PackageGift>(backend, &args).await,
        Kind::PackageOrders => import::<polaris::MonthlyPackageOrder>(backend, &args).await,
        Kind::Migrations => import::<polaris::Migration>(backend, &args).await,
    };
    backend.db().analyze().await?;
    beside.close().await?;
    outcome
}

async fn import<R: Stored + DeserializeOwned>(backend: &Backend, args: &Args) -> Outcome {
    let size = fs::metadata(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?.len();
    let bar = progress_bar(size, if args.skip_invalid { 1 } else { 2 });
    let open =
        || Rows::<R>::open(&args.file, bar.clone()).map_err(|error| -> Box<dyn std::error::Error> { error.into() });
    let open = || open().map(|rows| rows.map(|row| row.map_err(Into::into)));
    let report = intake::import(backend, open, args.skip_invalid, |_| {}).await?;
    bar.finish_and_clear();
    super::say(&Ended { kind: R::KIND, file: &args.file, report: &report })?;
    if report.refused > 0 && !args.skip_invalid {
        return Err(
            format!("nothing was kept; rows refused: {} (--skip-invalid keeps the others)", report.refused).into()
        );
    }
    Ok(())
}

/// A bar over `size` bytes that are read `times` over; nothing where nobody looks.
fn progress_bar(size: u64, times: u64) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3}%  {bytes_per_sec}, {eta} left");
    ProgressBar::new(size * times).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What is printed at the end.
struct Ended<'a> {
    kind: &'static str,
    file: &'a Path,
    report: &'a ImportReport,
}

impl fmt::Display for Ended<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ImportReport { new, known, refused, reasons } = self.report;
        for row in reasons {
            writeln!(out, "{}:{}: {}", OneLine(self.file.display()), row.line, OneLine(&row.reason))?;
        }
        if *refused > reasons.len() as u64 {
            writeln!(out, "… and {} more", refused - reasons.len() as u64)?;
        }
        writeln!(out, "{}: {new} new, {known} known, {refused} refused", self.kind)
    }
}
