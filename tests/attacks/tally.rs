use std::{collections::BTreeMap, time::Duration};

/// What came of the cases of one attack.
#[derive(Default)]
struct Row {
    cases: usize,
    statuses: BTreeMap<u16, usize>,
    slowest: Duration,
}

/// What came of all attacks on one server.
#[derive(Default)]
pub struct Tally(BTreeMap<&'static str, Row>);

impl Tally {
    pub fn add(&mut self, attack: &'static str, code: u16, took: Duration) {
        let row = self.0.entry(attack).or_default();
        row.cases += 1;
        *row.statuses.entry(code).or_default() += 1;
        row.slowest = row.slowest.max(took);
    }

    pub fn cases(&self) -> usize {
        self.0.values().map(|row| row.cases).sum()
    }

    /// As a table of Markdown, for `docs/ATTACKS.md`.
    pub fn print(&self, server: &str) {
        println!(
            "\n{server}: {} cases\n\n| attack | cases | code × replies | slowest |\n|---|--:|---|--:|",
            self.cases()
        );
        for (attack, row) in &self.0 {
            let statuses: Vec<_> = row.statuses.iter().map(|(code, count)| format!("{code} × {count}")).collect();
            println!("| {attack} | {} | {} | {} ms |", row.cases, statuses.join(", "), row.slowest.as_millis());
        }
    }
}
