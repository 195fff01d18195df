use std::fmt::{self, Display, Write};

use super::{Report, shown};
use crate::{
    plain::{OneLine, Plain},
    verify::{Cell, Finding, State, contract::Operation},
};

/// A suite for each operation, a case for each cell of coverage and for each check that failed; cells that were never
/// exercised are skipped cases.
pub(super) fn write(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = suites(report, &mut out);
    out
}

fn suites(report: &Report, out: &mut String) -> fmt::Result {
    let (_, _, never) = report.recorded.coverage.sums();
    let cells = report.recorded.coverage.cells().count();
    writeln!(
        out,
        "<testsuites name=\"polaris verify {}\" tests=\"{}\" failures=\"{}\" skipped=\"{never}\" time=\"{:.3}\">",
        report.side,
        cells + report.recorded.findings.len(),
        report.recorded.findings.len(),
        report.duration.as_secs_f64(),
    )?;
    let ids = report.side.contract().operations.iter().map(Operation::id);
    for id in ids.chain(["(unknown)"]) {
        suite(report, id, out)?;
    }
    out.push_str("</testsuites>\n");
    Ok(())
}

fn suite(report: &Report, id: &str, out: &mut String) -> fmt::Result {
    let cells: Vec<_> = report.recorded.coverage.cells().filter(|(cell, _)| cell.operation() == id).collect();
    let failed: Vec<_> = report
        .recorded
        .findings
        .iter()
        .filter(|kept| kept.findings.first().is_some_and(|finding| finding.operation_id() == id))
        .collect();
    if cells.is_empty() && failed.is_empty() {
        return Ok(());
    }
    let skipped = cells.iter().filter(|(_, tally)| tally.state() == State::Never).count();
    let tests = cells.len() + failed.len();
    write!(out, "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{}\" ", Xml(&id), failed.len())?;
    writeln!(out, "skipped=\"{skipped}\" timestamp=\"{}\">", report.started)?;
    properties(report, out)?;
    for (cell, tally) in cells {
        let class = class(report, cell);
        write!(out, "    <testcase classname=\"{class}\" name=\"{}: {}\"", cell.kind(), Xml(cell))?;
        match tally.state() {
            // That a call of the cell failed is a case of its own, below.
            State::Passed | State::Failed => out.push_str("/>\n"),
            State::Never => {
                let reason = tally.reason.as_deref().unwrap_or("never exercised");
                writeln!(out, "><skipped message=\"{}\"/></testcase>", Xml(&reason))?;
            }
        }
    }
    for kept in failed {
        let Some(first) = kept.findings.first() else { continue };
        let class = format!("{}.{}", report.side, first.operation_id());
        writeln!(out, "    <testcase classname=\"{}\" name=\"check: {}\">", Xml(&class), Xml(&first.check))?;
        writeln!(out, "      <failure type=\"{}\" message=\"{}\">", Xml(&first.check), Xml(&first.message))?;
        for finding in &kept.findings {
            writeln!(out, "{}", Xml(&details(finding)))?;
        }
        if kept.count > kept.findings.len() as u64 {
            writeln!(out, "and {} more", kept.count - kept.findings.len() as u64)?;
        }
        out.push_str("      </failure>\n    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
    Ok(())
}

fn properties(report: &Report, out: &mut String) -> fmt::Result {
    let contract = report.side.contract();
    let properties = [
        ("polaris", env!("CARGO_PKG_VERSION").to_owned()),
        ("contract", contract.version.clone()),
        ("contract hash", contract.hash.clone()),
        ("target", report.target.clone()),
        ("app key", report.app_key.clone().unwrap_or_default()),
        ("seed", report.seed.to_string()),
    ];
    out.push_str("    <properties>\n");
    for (name, value) in properties {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", Xml(&value))?;
    }
    out.push_str("    </properties>\n");
    Ok(())
}

fn class(report: &Report, cell: &Cell) -> String {
    format!("{}.{}", report.side, cell.operation())
}

fn details(finding: &Finding) -> String {
    let mut text = String::new();
    let place = finding.pointer.as_deref().map(|pointer| format!(" at {pointer}")).unwrap_or_default();
    let _ = writeln!(text, "{}{place} ({})", finding.message, finding.origin);
    for exchange in &finding.exchanges {
        let _ = writeln!(text, "{}", exchange.curl());
        let body = exchange.reply().map(shown::reply).unwrap_or_default();
        let _ = writeln!(text, "{} {}", shown::outcome(exchange), OneLine(body));
    }
    text
}

/// Text within XML, escaped; what XML cannot hold is not plain.
struct Xml<'a, T>(&'a T);

impl<T: Display> Display for Xml<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in Plain(self.0).to_string().chars() {
            match char {
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '&' => out.write_str("&amp;")?,
                '"' => out.write_str("&quot;")?,
                other => out.write_char(other)?,
            }
        }
        Ok(())
    }
}
