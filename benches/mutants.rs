//! `cargo bench --bench mutants`: every mutant of the three documents against `polaris verify`, then runs against healthy
//! servers. Prints `docs/MUTANTS.md`; with a word behind `--`, the mutants whose names hold it, one by one.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use mutants::{Judge, Mutant, Outcome};
use polaris::verify::Side;
use tokio::runtime::Runtime;

#[path = "../tests/verify/mutants/mod.rs"]
mod mutants;

const SEEDS: u64 = 20;
/// So many at once: much of it is waiting.
const JUDGES: usize = 6;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let runtime = Runtime::new().expect("a runtime");
    let all: Vec<_> = mutants::all()
        .into_iter()
        .filter(|mutant| wanted.as_ref().is_none_or(|wanted| mutant.to_string().contains(wanted)))
        .collect();
    let started = Instant::now();
    let number = all.len();
    let tell = move |index: usize, mutant: &Mutant, outcome: &Outcome| {
        eprintln!("{}/{number} {mutant}: {outcome}", index + 1);
    };
    let judged = runtime.block_on(mutants::judge_all(all, JUDGES, tell));
    eprintln!("{} mutants in {:.0} s", judged.len(), started.elapsed().as_secs_f64());
    if wanted.is_some() {
        return;
    }
    let alarms = runtime.block_on(healthy());
    print(&judged, alarms);
}

/// The findings of full runs against healthy servers: side, seed, exchanges, findings.
async fn healthy() -> Vec<(Side, u64, u64, u64)> {
    let judge = Judge::start().await;
    let mut runs = Vec::new();
    for seed in 1..=SEEDS {
        for side in Side::ALL {
            let report = judge.healthy(side, seed, None).await;
            eprintln!(
                "{side} with seed {seed}: {} exchanges, {} findings",
                report.recorded.exchanges,
                report.findings()
            );
            runs.push((side, seed, report.recorded.exchanges, report.findings()));
        }
    }
    runs
}

#[derive(Default)]
struct Count {
    applied: usize,
    found: usize,
    directly: usize,
    not_applied: usize,
    false_alarms: usize,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Found { directly, .. } => {
                self.applied += 1;
                self.found += 1;
                self.directly += usize::from(*directly);
            }
            Outcome::Survived => self.applied += 1,
            Outcome::FalseAlarm { .. } => self.false_alarms += 1,
            Outcome::NotApplied => self.not_applied += 1,
        }
    }
}

fn print(judged: &[(Mutant, Outcome)], healthy: Vec<(Side, u64, u64, u64)>) {
    let mut all = Count::default();
    let mut by_mutator: Vec<(&str, Count)> = Vec::new();
    let mut by_check: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut operations = BTreeSet::new();
    for (mutant, outcome) in judged {
        all.add(outcome);
        operations.insert(mutant.operation.id());
        match by_mutator.iter_mut().find(|(name, _)| *name == mutant.mutator) {
            Some((_, count)) => count.add(outcome),
            None => {
                by_mutator.push((mutant.mutator, Count::default()));
                by_mutator.last_mut().expect("the new one").1.add(outcome);
            }
        }
        if let Outcome::Found { part, check, .. } = outcome {
            *by_check.entry((part, check)).or_default() += 1;
        }
    }
    let share = 100.0 * all.found as f64 / all.applied.max(1) as f64;
    println!("# What `polaris verify` sees\n");
    println!(
        "This page is what `cargo bench --bench mutants > docs/MUTANTS.md` prints. It puts a damaging server in front of"
    );
    println!(
        "a healthy one, with one fault at one operation at a time, and sees whether a run of `polaris verify` names that"
    );
    println!(
        "operation. Then it runs `polaris verify` against the healthy servers, where every finding is a false alarm.\n"
    );
    println!(
        "{} mutators at {} operations make {} mutants. {} of them did something that the healthy server does not do;",
        by_mutator.len(),
        operations.len(),
        judged.len(),
        all.applied
    );
    println!(
        "`verify` found **{}** of these (**{share:.1} %**), {} in a finding about the very operation, the others in a case",
        all.found, all.directly
    );
    println!("whose calls, all shown, include it.\n");
    println!("| mutator | applied | found | never came to anything |\n| --- | ---: | ---: | ---: |");
    for (name, count) in &by_mutator {
        println!("| {name} | {} | {} | {} |", count.applied, count.found, count.not_applied);
    }
    println!(
        "\nA mutator is tried at every operation where it makes sense; of the places that an operation has for it (fields,"
    );
    println!(
        "keywords), at three, of filters and optional fields of writes at all. A mutant never came to anything where no call"
    );
    println!(
        "of a run gave it an occasion, or what it did cannot be told from what is right (an update that may be repeated).\n"
    );
    println!("## Who finds what\n\n| part of the run | check | mutants |\n| --- | --- | ---: |");
    for ((part, check), number) in &by_check {
        println!("| {part} | {check} | {number} |");
    }
    println!("\nFalse alarms, where a mutant was reported that had done nothing: {}.", all.false_alarms);
    println!("\n## Survivors\n");
    for (mutant, _) in judged.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Survived)) {
        println!("- {} {mutant}: {}", mutant.side, mutants::known(mutant).unwrap_or("**not explained**"));
    }
    println!("\n## Without occasion\n");
    let mut idle: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (mutant, _) in judged.iter().filter(|(_, outcome)| matches!(outcome, Outcome::NotApplied)) {
        let place = if mutant.place.is_empty() { String::new() } else { format!(" ({})", mutant.place) };
        idle.entry(mutant.mutator).or_default().push(format!("{}{place}", mutant.operation.id()));
    }
    for (mutator, mutants) in &idle {
        println!("- {mutator}: {}", mutants.join(", "));
    }
    println!(
        "\n## Healthy servers\n\n| side | runs | seeds | exchanges | findings |\n| --- | ---: | --- | ---: | ---: |"
    );
    for side in Side::ALL {
        let runs: Vec<_> = healthy.iter().filter(|run| run.0 == side).collect();
        let (exchanges, findings): (u64, u64) = runs.iter().fold((0, 0), |sum, run| (sum.0 + run.2, sum.1 + run.3));
        println!("| {side} | {} | 1–{SEEDS} | {exchanges} | {findings} |", runs.len());
    }
}
