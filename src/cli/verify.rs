use std::{
    error::Error,
    io::{IsTerminal, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use contracts::runtime::{
    client::Hidden,
    signature::{Method, Secret, Signer},
};
use indicatif::ProgressBar;
use url::Url;

use super::signals;
use crate::verify::{
    Options, Run, Session, Side,
    cases::{Book, Data},
    report::Format,
};

/// Does a server hold the contract? Ends with 0 if nothing failed, 1 if something did, 2 if there was no run
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The side of the interface
    #[arg(long, value_parser = ["weichuang", "polaris", "internal"])]
    side: String,
    /// The base URL of that side, prefix included, such as http://127.0.0.1:4010/weichuang
    #[arg(long, value_name = "URL")]
    target: Url,
    /// Sent as `Authorization: Bearer`
    #[arg(long, env = "POLARIS_VERIFY_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The app that signs every call of Polaris's side, which is then asked whether it refuses what is not signed well
    #[arg(long, value_name = "KEY", env = "POLARIS_APP_KEY", requires = "app_secret")]
    app_key: Option<String>,
    /// Its secret
    #[arg(long, value_name = "SECRET", env = "POLARIS_APP_SECRET", hide_env_values = true, requires = "app_key")]
    app_secret: Option<String>,
    /// How calls are signed: hmac-sha256 or kop-sha1
    #[arg(long, value_name = "METHOD", default_value_t = Method::HmacSha256)]
    sign_method: Method,
    /// What the target's data provides for the cases: a YAML file with values for the names in contracts/cases/data.yaml; without
    /// it, the built-in world of our own servers
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The base URL of Weichuang's side, for cases that call it beside the target
    #[arg(long, value_name = "URL")]
    weichuang: Option<Url>,
    /// The base URL of Polaris's side, for cases that call it beside the target
    #[arg(long, value_name = "URL")]
    polaris: Option<Url>,
    /// The base URL of the internal side, for cases that call it beside the target
    #[arg(long, value_name = "URL")]
    internal: Option<Url>,
    /// The base URL of another target of the same side: both are asked the same, one call after the other, and whatever one
    /// answers otherwise is a failure
    #[arg(long, value_name = "URL")]
    compare: Option<Url>,
    /// The base URL of Weichuang's side that belongs to --compare
    #[arg(long, value_name = "URL", requires = "compare")]
    compare_weichuang: Option<Url>,
    /// The base URL of Polaris's side that belongs to --compare
    #[arg(long, value_name = "URL", requires = "compare")]
    compare_polaris: Option<Url>,
    /// The base URL of the internal side that belongs to --compare
    #[arg(long, value_name = "URL", requires = "compare")]
    compare_internal: Option<Url>,
    /// The seed of everything random: the same seed against the same data makes the same requests
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// At most this many cases and generated requests
    #[arg(long, value_name = "N")]
    max_cases: Option<u64>,
    /// At most this long, such as 20s or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// How many calls are under way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Call nothing that writes
    #[arg(long)]
    read_only: bool,
    /// Call these operations alone, by their operationId
    #[arg(long, value_name = "ID", num_args = 1..)]
    operation: Vec<String>,
    /// Run these parts alone: cases, pages, repeats, generated, walks
    #[arg(long, value_name = "PART", num_args = 1..)]
    part: Vec<String>,
    /// Let walks write to whatever the target's replies show, not only to the contract's examples, the values of --data and
    /// what they have made: for a target whose data nobody misses
    #[arg(long, conflicts_with = "read_only")]
    write_seen: bool,
    /// Fail replies that take longer, such as 500ms
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_latency: Option<Duration>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Where the report goes, instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show what would be done, and call nothing
    #[arg(long)]
    list: bool,
}

/// A number with `ms`, `s` or `m`.
fn duration(text: &str) -> Result<Duration, &'static str> {
    let split = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err("a time is a number with ms, s or m, such as 20s"),
    };
    let number: f64 = number.parse().map_err(|_| "a time is a number with ms, s or m, such as 20s")?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| "that is no time")
}

pub(super) fn run(args: Args) -> ExitCode {
    match verify(args) {
        Ok(code) => code,
        Err(error) => {
            super::complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

#[tokio::main]
async fn verify(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    let run = Run::new(&args.options()?)?;
    if args.list {
        let mut lines = run.list().join("\n");
        lines.push('\n');
        super::say(&lines)?;
        return Ok(ExitCode::SUCCESS);
    }
    let stop = signals::stop()?;
    let session = run.session().clone();
    let early = session.clone();
    let ender = tokio::spawn(async move {
        stop.await;
        early.recorder.note("the run was ended before it was through");
        early.budget.exhaust();
        // Who asks again does not want to wait for the last replies.
        if let Ok(again) = signals::stop() {
            again.await;
            std::process::exit(2);
        }
    });
    let watched = async {
        progress(session).await;
        std::future::pending().await
    };
    let report = tokio::select! {
        report = run.run() => report,
        report = watched => report,
    }?;
    ender.abort();
    let colour = args.output.is_none()
        && stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let text = report.write(args.format, colour);
    match &args.output {
        Some(file) => std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?,
        None => super::say_coloured(&text)?,
    }
    Ok(if report.conforms() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Args {
    fn options(&self) -> Result<Options, Box<dyn Error>> {
        let mut options = Options::new(self.side.parse::<Side>()?, self.target.clone());
        options.token = self.token.clone().map(Hidden);
        options.signer = self.app_key.clone().zip(self.app_secret.clone()).map(|(app_key, secret)| Signer {
            app_key,
            secret: Secret(secret),
            method: self.sign_method,
        });
        options.seed = self.seed;
        options.max_cases = self.max_cases;
        options.time = self.time;
        options.concurrency = self.concurrency.into();
        options.read_only = self.read_only;
        options.operations = self.operation.clone();
        options.max_latency = self.max_latency;
        options.parts = self.part.clone();
        options.write_seen = self.write_seen;
        let elsewhere =
            [(Side::Weichuang, &self.weichuang), (Side::Polaris, &self.polaris), (Side::Internal, &self.internal)];
        let given = |sides: [(Side, &Option<Url>); 3]| {
            sides.into_iter().filter_map(|(side, url)| Some((side, url.clone()?))).collect::<Vec<_>>()
        };
        options.elsewhere = given(elsewhere);
        if let Some(url) = &self.compare {
            let beside = [
                (Side::Weichuang, &self.compare_weichuang),
                (Side::Polaris, &self.compare_polaris),
                (Side::Internal, &self.compare_internal),
            ];
            options.compare = given(beside);
            options.compare.retain(|(side, _)| *side != options.side);
            options.compare.push((options.side, url.clone()));
            // A case that calls another side calls it on both.
            options.elsewhere.retain(|(side, _)| options.compare.iter().any(|(other, _)| other == side));
        }
        if let Some(file) = &self.data {
            options.data = Some(Data::load(file, &Book::built_in()?.names)?);
        }
        Ok(options)
    }
}

/// Shows on stderr how far the run is, until it is dropped; nothing where nobody looks.
async fn progress(session: Arc<Session>) {
    if !stderr().is_terminal() {
        return;
    }
    let begun = Instant::now();
    let spinner = ProgressBar::new_spinner();
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    loop {
        ticks.tick().await;
        let exchanges = session.recorder.exchanges();
        let rate = exchanges as f64 / begun.elapsed().as_secs_f64().max(0.001);
        let (part, findings) = (session.recorder.part(), session.recorder.findings());
        spinner.set_message(format!("{part}: {exchanges} exchanges, {rate:.0}/s, {findings} findings"));
        spinner.tick();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_with_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("20s"), Ok(Duration::from_secs(20)));
        for bad in ["", "20", "s", "-1s", "1h", "1e9s", "99999999999999999999999m", "1.2.3s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
