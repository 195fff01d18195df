use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
};

use super::{Report, shown};
use crate::{
    plain::OneLine,
    verify::{Cell, Finding, Kept, State},
};

/// A longer curl line is left to the other forms.
const LINE: usize = 4000;
/// At most this much of a reply is shown.
const REPLY: usize = 300;

pub(super) fn write(report: &Report, colour: bool) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = Text { report, colour }.write(&mut out);
    out
}

struct Text<'a> {
    report: &'a Report,
    colour: bool,
}

impl Text<'_> {
    fn write(&self, out: &mut String) -> fmt::Result {
        let report = self.report;
        let contract = report.side.contract();
        writeln!(out, "{}", self.bold(format_args!("polaris verify: {} at {}", report.side, report.target)))?;
        writeln!(
            out,
            "contract {} ({}), polaris {}, seed {}{}{}, {}\n",
            contract.version,
            contract.short_hash(),
            env!("CARGO_PKG_VERSION"),
            report.seed,
            if report.read_only { ", read-only" } else { "" },
            report.app_key.as_ref().map(|key| format!(", signed by {}", OneLine(key))).unwrap_or_default(),
            report.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )?;
        for part in &report.parts {
            let found = match part.findings {
                0 => self.green("no findings"),
                1 => self.red("1 finding"),
                number => self.red(format!("{number} findings")),
            };
            let seconds = part.duration.as_secs_f64();
            writeln!(out, "  {:<10} {:>7} exchanges {seconds:>7.1} s   {found}", part.name, part.exchanges)?;
        }
        report.recorded.findings.iter().try_for_each(|kept| self.kept(kept, out))?;
        self.coverage(out)?;
        let warnings = report.warnings();
        if !warnings.is_empty() {
            writeln!(out, "\n{}", self.bold("Warnings"))?;
            warnings.iter().try_for_each(|warning| writeln!(out, "  {} {}", self.yellow("!"), OneLine(warning)))?;
        }
        self.conclusion(out)
    }

    fn kept(&self, kept: &Kept, out: &mut String) -> fmt::Result {
        let Some(first) = kept.findings.first() else { return Ok(()) };
        let about = first.operation.map(|operation| format!(" §{} {}", operation.info.section, operation.info.title));
        let head = format!("{}: {}", first.operation_id(), first.check);
        writeln!(out, "\n{} {}{}", self.red("✗"), self.bold(head), self.dim(about.unwrap_or_default()))?;
        kept.findings.iter().try_for_each(|finding| self.finding(finding, out))?;
        match kept.count - kept.findings.len() as u64 {
            0 => Ok(()),
            more => writeln!(out, "  and {more} more of the same check"),
        }
    }

    fn finding(&self, finding: &Finding, out: &mut String) -> fmt::Result {
        let pointer = finding
            .pointer
            .as_deref()
            .map(|pointer| format!("{}: ", if pointer.is_empty() { "(body)" } else { pointer }));
        writeln!(out, "  {}{}", OneLine(pointer.unwrap_or_default()), OneLine(&finding.message))?;
        writeln!(out, "    {}", self.dim(&finding.origin))?;
        for exchange in &finding.exchanges {
            let line = exchange.curl();
            match line.len() {
                0..=LINE => writeln!(out, "    {}", OneLine(line))?,
                length => writeln!(out, "    (a curl line of {length} characters: --format json or html shows it)")?,
            }
            let body = exchange.reply().map(shown::reply).unwrap_or_default();
            let cut = if body.chars().count() > REPLY { "…" } else { "" };
            let body: String = body.chars().take(REPLY).collect();
            writeln!(
                out,
                "    {} {}{cut}",
                self.dim("→"),
                format_args!("{} {}", OneLine(shown::outcome(exchange)), OneLine(body))
            )?;
        }
        Ok(())
    }

    fn coverage(&self, out: &mut String) -> fmt::Result {
        let coverage = &self.report.recorded.coverage;
        let (passed, failed, never) = coverage.sums();
        let cells = passed + failed + never;
        writeln!(
            out,
            "\n{} {cells} cells: {passed} passed, {failed} failed, {never} never exercised",
            self.bold("Coverage")
        )?;
        // By reason and operation, or the list hides what it shows.
        let mut gaps = BTreeMap::<(&str, &str), Vec<&Cell>>::new();
        for (cell, tally) in coverage.cells().filter(|(_, tally)| tally.state() == State::Never) {
            gaps.entry((tally.reason.as_deref().unwrap_or_default(), cell.operation())).or_default().push(cell);
        }
        let mut last = None;
        for ((reason, operation), cells) in gaps {
            if last != Some(reason) {
                let reason = if reason.is_empty() { "never exercised" } else { reason };
                writeln!(out, "  {}", self.yellow(reason))?;
            }
            last = Some(reason);
            let names: Vec<_> = cells.iter().take(8).map(ToString::to_string).collect();
            let more = cells.len().saturating_sub(8);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            writeln!(out, "    {operation:<26} {}{more}", names.join(", "))?;
        }
        Ok(())
    }

    fn conclusion(&self, out: &mut String) -> fmt::Result {
        let report = self.report;
        let latencies = &report.recorded.latencies;
        let mean = latencies.sum.as_secs_f64() * 1000.0 / latencies.count.max(1) as f64;
        let figures = format!(
            "{} exchanges in {:.1} s ({:.0}/s, mean {mean:.1} ms, longest {:.0} ms)",
            report.recorded.exchanges,
            report.duration.as_secs_f64(),
            report.rate(),
            latencies.longest.as_secs_f64() * 1000.0,
        );
        let verdict = match report.findings() {
            0 => self.green("Nothing failed"),
            1 => self.red("Does not conform: 1 finding"),
            number => self.red(format!("Does not conform: {number} findings")),
        };
        writeln!(out, "\n{verdict} in {figures}")
    }

    fn bold(&self, text: impl Display) -> String {
        self.painted("1", text)
    }

    fn dim(&self, text: impl Display) -> String {
        self.painted("2", text)
    }

    fn red(&self, text: impl Display) -> String {
        self.painted("31", text)
    }

    fn green(&self, text: impl Display) -> String {
        self.painted("32", text)
    }

    fn yellow(&self, text: impl Display) -> String {
        self.painted("33", text)
    }

    fn painted(&self, code: &str, text: impl Display) -> String {
        let text = OneLine(text);
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}
