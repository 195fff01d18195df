//! `ulimit -n 8192; cargo bench --bench attacks [-- BINARY [WORD]]`: what `polaris serve` still does for signed callers while somebody without a
//! signature attacks it, and what the attack costs it. Another binary of Polaris can be named, to compare, and a word of the attacks that
//! are wanted.
//!
//! Each attack meets a process of its own that may open 1 024 files, on one SQLite database. The attackers come from other
//! addresses of this machine than the signed callers. A row shows the signed rate, against the same process before the
//! attack; the calls that were not answered with 200; anonymous memory and open files before, at their highest, and three
//! seconds after the attack; and how `/healthz` fared meanwhile.

use std::{env, error::Error, path::PathBuf, time::Duration};

use attack::{ATTACKS, Attack};
use server::{Database, Server};
use signed::Served;

mod attack;
mod http2;
#[path = "../load/mod.rs"]
mod load;
mod server;
mod signed;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const WARM_UP: Duration = Duration::from_secs(1);
const QUIET: Duration = Duration::from_secs(4);
/// How long an attack has before it is measured.
const BEGUN: Duration = Duration::from_secs(2);
const ATTACKED: Duration = Duration::from_secs(8);
const AFTER: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Outcome {
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let binary = arguments.next().map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_polaris")), PathBuf::from);
    let database = Database::filled(&binary)?;
    println!(
        "| attack | signed calls, of the quiet rate | not answered with 200 | memory, MB | open files | /healthz |"
    );
    println!("| --- | --: | --: | --: | --: | --- |");
    let word = arguments.next().unwrap_or_default();
    for attack in ATTACKS.iter().filter(|attack| attack.name.contains(&word)) {
        measure(attack, &database).await?;
    }
    Ok(())
}

async fn measure(attack: &Attack, database: &Database) -> Outcome {
    let server = Server::start(database)?;
    signed::call(&server, database.app(), WARM_UP).await;
    let quiet = signed::call(&server, database.app(), QUIET).await;
    let before = server.held()?;
    let watch = server.watch();
    let attackers = attack.begin(&server, database.app());
    tokio::time::sleep(BEGUN).await;
    let attacked = signed::call(&server, database.app(), ATTACKED).await;
    drop(attackers);
    tokio::time::sleep(AFTER).await;
    let (after, seen) = (server.held()?, watch.seen().await);
    let Served { failed, .. } = &attacked;
    println!(
        "| {} | {:.2} | {failed} | {:.0} → {:.0} → {:.0} | {} → {} → {} | {} of {}, {} ms at most |",
        attack.name,
        attacked.rate() / quiet.rate(),
        before.memory,
        seen.most.memory,
        after.memory,
        before.files,
        seen.most.files,
        after.files,
        seen.healthy,
        seen.asked,
        seen.slowest.as_millis(),
    );
    Ok(())
}
