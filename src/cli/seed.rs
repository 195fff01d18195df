use std::{fmt, io::IsTerminal, path::PathBuf, time::Instant};

use indicatif::{ProgressBar, ProgressStyle};
use mocks::{
    World,
    world::{Generator, Moment},
};

use super::{Outcome, beside::Beside, serve::SettingsArgs};
use crate::backend::{
    Backend,
    intake::{self, Stored, WorldRefused},
};

/// Fill a database with demo data: the built-in world, another world, or as many orders and members as you like
///
/// The same arguments make the same data; what is there already is left as it is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The world to take Polaris's side from, a YAML file, instead of the built-in one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["orders", "members", "seed", "now"])]
    world: Option<PathBuf>,
    /// How many swap orders to make
    #[arg(long, value_name = "N", requires = "members")]
    orders: Option<u64>,
    /// How many members to make
    #[arg(long, value_name = "N", requires = "orders", value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    members: Option<u64>,
    /// The number that the data is made from: the same number, the same data
    #[arg(long, value_name = "N", requires = "orders", default_value_t = 1)]
    seed: u64,
    /// The time up to which the data goes, Asia/Shanghai
    #[arg(long, value_name = "TIME", requires = "orders", default_value = "2021-09-03 10:00:00")]
    now: Moment,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let beside = Beside::open(&args.settings.read(&[])?).await?;
    let backend = &beside.backend;
    let started = Instant::now();
    let new = match (args.orders, args.members) {
        (Some(orders), Some(members)) => {
            let generator = Generator::new(args.seed, members, orders, args.now);
            generate(backend, &generator, progress_bar(members + orders)).await?
        }
        _ => {
            let world = args.world.map_or_else(World::default_world, |file| World::load(&file))?;
            intake::load(backend, &world.polaris).await?
        }
    };
    backend.db().analyze().await?;
    beside.close().await?;
    super::say(&Seeded { new, seconds: started.elapsed().as_secs_f64() })?;
    Ok(())
}

/// Everything that the generator makes, in the order in which one refers to another.
async fn generate(backend: &Backend, generator: &Generator, bar: ProgressBar) -> Result<u64, WorldRefused> {
    let mut new = 0;
    new += fill(backend, "merchants", generator.merchants(), &bar).await?;
    new += fill(backend, "tanks", generator.tanks(), &bar).await?;
    new += fill(backend, "batteries", generator.batteries(), &bar).await?;
    new += fill(backend, "vehicles", generator.vehicles(), &bar).await?;
    new += fill(backend, "members", generator.members(), &bar).await?;
    new += fill(backend, "bindings", generator.bindings(), &bar).await?;
    new += fill(backend, "rentals", generator.rentals(), &bar).await?;
    new += fill(backend, "orders", generator.orders(), &bar).await?;
    new += fill(backend, "reviews", generator.reviews(), &bar).await?;
    new += fill(backend, "deposits", generator.deposits(), &bar).await?;
    new += fill(backend, "refunds", generator.refunds(), &bar).await?;
    new += fill(backend, "gifts", generator.gifts(), &bar).await?;
    new += fill(backend, "package orders", generator.package_orders(), &bar).await?;
    new += fill(backend, "migrations", generator.migrations(), &bar).await?;
    bar.finish_and_clear();
    Ok(new)
}

async fn fill<R: Stored>(
    backend: &Backend,
    what: &'static str,
    records: impl Iterator<Item = R>,
    bar: &ProgressBar,
) -> Result<u64, WorldRefused> {
    bar.set_message(what);
    // Members and orders are what takes the time, and what the bar counts.
    let counted = ["members", "orders"].contains(&what);
    intake::fill(backend, records, |done| {
        if counted {
            bar.inc(done)
        }
    })
    .await
}

fn progress_bar(records: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3}%  {msg}  {per_sec}, {eta} left");
    ProgressBar::new(records).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What is printed at the end.
struct Seeded {
    new: u64,
    seconds: f64,
}

impl fmt::Display for Seeded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "records brought in: {} in {:.1} s", self.new, self.seconds)
    }
}
