//! What a run ends with. Each form pins what makes it comparable: contract hash, version, seed, target and time.

/// One HTML page.
mod html;
/// JSON.
mod json;
/// JUnit's XML, as CI systems read it.
mod junit;
/// How an exchange is shown.
mod shown;
/// Text for a terminal.
mod text;

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::{Recorded, Session, Side};

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For CI systems.
    Junit,
    /// For people with a browser: one file, without anything from elsewhere.
    Html,
}

/// What a run ends with.
#[derive(Debug)]
pub struct Report {
    /// The side.
    pub side: Side,
    /// Its base URL.
    pub target: String,
    /// The app that signed the calls, by its key.
    pub app_key: Option<String>,
    /// The seed.
    pub seed: u64,
    /// Whether nothing that writes was called.
    pub read_only: bool,
    /// The ids of the operations that were called.
    pub operations: Vec<&'static str>,
    /// When the run began.
    pub started: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// Its parts in their order.
    pub parts: Vec<PartReport>,
    /// What was recorded.
    pub recorded: Recorded,
}

/// What one part did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartReport {
    /// Its name.
    pub name: &'static str,
    /// How many exchanges it made.
    pub exchanges: u64,
    /// How many findings it reported.
    pub findings: u64,
    /// How long it took.
    pub duration: Duration,
}

impl Report {
    pub(super) fn new(session: &Session, parts: Vec<PartReport>, started: SystemTime, duration: Duration) -> Self {
        Self {
            side: session.side,
            target: session.target.base().to_owned(),
            app_key: session.target.app_key().map(str::to_owned),
            seed: session.seed,
            read_only: session.read_only,
            operations: session.operations.iter().map(|operation| operation.id()).collect(),
            started: Timestamp::try_from(started).unwrap_or_default(),
            duration,
            parts,
            recorded: session.recorder.recorded(),
        }
    }

    /// Whether nothing failed. What was never exercised is no failure, and no success either.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.recorded.findings.is_empty()
    }

    /// How many findings there are.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.recorded.findings.iter().map(|kept| kept.count).sum()
    }

    /// Exchanges a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.recorded.exchanges as f64 / self.duration.as_secs_f64().max(1e-9)
    }

    /// What makes a pass mean less than it seems.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for id in &self.operations {
            match self.recorded.answers.get(id) {
                None => warnings.push(format!("{id} was never called with a valid request")),
                Some(answers) if answers.succeeded == 0 => {
                    let codes = answers.refused.keys().map(u16::to_string).collect::<Vec<_>>().join(" or ");
                    let number: u64 = answers.refused.values().sum();
                    warnings.push(format!(
                        "every valid request of {id} was answered {codes} ({number} of them): its success was never seen"
                    ));
                }
                Some(_) => {}
            }
        }
        warnings.extend(self.recorded.notes.iter().cloned());
        warnings
    }

    /// The report in a form. `colour` is for [`Format::Text`] alone.
    #[must_use]
    pub fn write(&self, format: Format, colour: bool) -> String {
        match format {
            Format::Text => text::write(self, colour),
            Format::Json => json::write(self),
            Format::Junit => junit::write(self),
            Format::Html => html::write(self),
        }
    }
}
