use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
};

use super::{Report, shown};
use crate::{
    plain::Plain,
    verify::{
        Cell, Exchange, Finding, Kept, State, Tally,
        contract::{Keyword, Operation},
    },
};

pub(super) fn write(report: &Report) -> String {
    let mut body = String::new();
    // Writing to a String cannot fail.
    let _ = page(report, &mut body);
    let title = format!("polaris verify: {} at {}", report.side, report.target);
    // The body last: what it holds is not looked through again.
    include_str!("page.html").replace("{title}", &Html(&title).to_string()).replacen("{body}", &body, 1)
}

fn page(report: &Report, out: &mut String) -> fmt::Result {
    head(report, out)?;
    filters(report, out)?;
    findings(report, out)?;
    let warnings = report.warnings();
    if !warnings.is_empty() {
        write!(out, "<h2>Warnings <small>what makes a pass mean less than it seems</small></h2>")?;
        out.push_str("<div class=\"card\"><ul class=\"warnings\">\n");
        warnings.iter().try_for_each(|warning| writeln!(out, "<li>{}</li>", Html(warning)))?;
        out.push_str("</ul></div>\n");
    }
    out.push_str("<h2>Coverage <small>what was not exercised is no pass</small></h2>\n");
    let operations = &report.side.contract().operations;
    operations.iter().try_for_each(|operation| coverage(report, operation, out))?;
    out.push_str("<div class=\"card none\" data-of=\".operation\" hidden>No operation fits the filters.</div>\n");
    Ok(())
}

fn head(report: &Report, out: &mut String) -> fmt::Result {
    let contract = report.side.contract();
    let recorded = &report.recorded;
    let (state, verdict) = match report.findings() {
        0 => ("passed", "Nothing failed".to_owned()),
        1 => ("failed", "1 finding".to_owned()),
        number => ("failed", format!("{number} findings")),
    };
    writeln!(
        out,
        "<div class=\"head\"><div><h1>Does {} hold the contract?</h1><p class=\"mono\">{}</p></div>\
         <span class=\"verdict {state}\">{verdict}</span></div>",
        report.side,
        Html(&report.target),
    )?;
    let mean = recorded.latencies.sum.as_secs_f64() * 1000.0 / recorded.latencies.count.max(1) as f64;
    let facts = [
        ("Exchanges", recorded.exchanges.to_string(), ""),
        ("Per second", format!("{:.0}", report.rate()), ""),
        (
            "Latency, mean / longest",
            format!("{mean:.1} / {:.0} ms", recorded.latencies.longest.as_secs_f64() * 1000.0),
            "",
        ),
        ("Time", format!("{:.1} s", report.duration.as_secs_f64()), ""),
        ("Contract", format!("{} · {}", contract.version, contract.short_hash()), "mono"),
        ("Polaris", env!("CARGO_PKG_VERSION").to_owned(), "mono"),
        ("Seed", format!("{}{}", report.seed, if report.read_only { " · read-only" } else { "" }), "mono"),
        ("Signed by", report.app_key.clone().unwrap_or_else(|| "nobody".to_owned()), "mono"),
        ("Begun", report.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(), "mono"),
    ];
    out.push_str("<dl class=\"facts\">");
    for (name, value, class) in facts {
        write!(out, "<div><dt>{name}</dt><dd class=\"{class}\">{}</dd></div>", Html(&value))?;
    }
    out.push_str("</dl>\n");
    let (passed, failed, never) = recorded.coverage.sums();
    out.push_str("<div class=\"bar\">");
    for (class, count) in
        [("passed", passed), ("failed", failed), ("never", never)].into_iter().filter(|(_, count)| *count > 0)
    {
        write!(out, "<i class=\"{class}\" style=\"flex:{count}\"></i>")?;
    }
    writeln!(
        out,
        "</div><div class=\"legend\"><span><b>{}</b> cells of the contract</span><span><b>{passed}</b> passed</span>\
         <span><b>{failed}</b> failed</span><span><b>{never}</b> never exercised</span></div>",
        passed + failed + never,
    )
}

fn filters(report: &Report, out: &mut String) -> fmt::Result {
    out.push_str("<div class=\"filters\"><select id=\"operation\" aria-label=\"Operation\"><option value=\"\">All operations</option>");
    for operation in &report.side.contract().operations {
        write!(out, "<option value=\"{0}\">§{1} {0}</option>", operation.id(), Html(&operation.info.section))?;
    }
    out.push_str("</select><span class=\"chips\" role=\"group\" aria-label=\"Result\">");
    for (state, name) in [("", "All"), ("failed", "Failed"), ("passed", "Passed"), ("never", "Never exercised")] {
        write!(
            out,
            "<button type=\"button\" data-state=\"{state}\" aria-pressed=\"{}\">{name}</button>",
            state.is_empty()
        )?;
    }
    out.push_str("</span><input id=\"text\" type=\"search\" placeholder=\"Search fields, rules, messages\" aria-label=\"Search\"></div>\n");
    Ok(())
}

fn findings(report: &Report, out: &mut String) -> fmt::Result {
    out.push_str("<h2>Findings</h2>\n");
    if report.conforms() {
        out.push_str("<div class=\"card none\">Nothing failed. What was never exercised is listed below.</div>\n");
        return Ok(());
    }
    report.recorded.findings.iter().enumerate().try_for_each(|(index, each)| kept(each, index == 0, out))?;
    out.push_str("<div class=\"card none\" data-of=\".finding\" hidden>No finding fits the filters.</div>\n");
    Ok(())
}

fn kept(kept: &Kept, open: bool, out: &mut String) -> fmt::Result {
    let Some(first) = kept.findings.first() else { return Ok(()) };
    write!(
        out,
        "<details class=\"card finding\" data-operation=\"{}\" data-states=\"failed\"{}><summary><span class=\"badge failed\">{}</span>\
         <div class=\"what\"><h3>{}",
        first.operation_id(),
        if open { " open" } else { "" },
        Html(&first.check),
        first.operation_id(),
    )?;
    if let Some(operation) = first.operation {
        write!(out, " <small>§{} {}</small>", Html(&operation.info.section), Html(&operation.info.title))?;
    }
    write!(
        out,
        "</h3>{}</div><span class=\"badge\">{}×</span></summary><div class=\"body\">",
        Html(&first.message),
        kept.count
    )?;
    kept.findings.iter().try_for_each(|finding| instance(finding, out))?;
    out.push_str("</div></details>\n");
    Ok(())
}

fn instance(finding: &Finding, out: &mut String) -> fmt::Result {
    out.push_str("<div class=\"instance\"><p>");
    if let Some(pointer) = &finding.pointer {
        write!(out, "<code>{}</code> ", Html(if pointer.is_empty() { "(body)" } else { pointer.as_str() }))?;
    }
    write!(out, "{}</p><p class=\"from\">{}</p>", Html(&finding.message), Html(&finding.origin))?;
    finding.exchanges.iter().try_for_each(|each| exchange(each, out))?;
    out.push_str("</div>\n");
    Ok(())
}

fn exchange(exchange: &Exchange, out: &mut String) -> fmt::Result {
    let call = &exchange.call;
    let reply = exchange
        .reply()
        .map(|reply| shown::pretty(&reply.body).unwrap_or_else(|| shown::reply(reply)))
        .unwrap_or_default();
    let content_type = call.content_type.as_deref().unwrap_or("no content type");
    write!(
        out,
        "<div class=\"pair\"><div><h4>{} {} · {}</h4><pre>{}</pre></div><div><h4>{} · {:.1} ms</h4><pre>{}</pre></div></div>",
        call.method,
        Html(&call.path),
        Html(&content_type),
        Html(&shown::pretty(&call.body).unwrap_or_else(|| shown::body(&call.body))),
        Html(&shown::outcome(exchange)),
        exchange.latency.as_secs_f64() * 1000.0,
        Html(&reply),
    )?;
    write!(
        out,
        "<div class=\"curl\"><h4><span>As a command</span><button type=\"button\">copy</button></h4><pre>{}</pre></div>",
        Html(&exchange.curl()),
    )
}

fn coverage(report: &Report, operation: &Operation, out: &mut String) -> fmt::Result {
    let cells: Vec<_> =
        report.recorded.coverage.cells().filter(|(cell, _)| cell.operation() == operation.id()).collect();
    let count = |state: State| cells.iter().filter(|(_, tally)| tally.state() == state).count();
    let counts = [State::Failed, State::Never, State::Passed].map(|state| (state, count(state)));
    let states =
        counts.iter().filter(|(_, count)| *count > 0).map(|(state, _)| state.name()).collect::<Vec<_>>().join(" ");
    write!(
        out,
        "<details class=\"card operation\" data-operation=\"{}\" data-states=\"{states}\"><summary><h3>{} <small>§{} {}</small></h3>",
        operation.id(),
        operation.id(),
        Html(&operation.info.section),
        Html(&operation.info.title),
    )?;
    for (state, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let name = if state == State::Never { "never exercised" } else { state.name() };
        write!(out, "<span class=\"badge {}\">{count} {name}</span>", state.name())?;
    }
    out.push_str("</summary><div class=\"body\">");
    for (kind, title) in [("code", "Codes"), ("form", "Forms"), ("rule", "Rules")] {
        let of_kind: Vec<_> = cells.iter().filter(|(cell, _)| cell.kind() == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        write!(out, "<div class=\"group\"><span>{title}</span>")?;
        for (cell, tally) in of_kind {
            write!(
                out,
                "<span class=\"cell {}\" title=\"{}\">{}</span>",
                tally.state().name(),
                Html(&hint(tally)),
                Html(cell)
            )?;
        }
        out.push_str("</div>");
    }
    keywords(&cells, out)?;
    out.push_str("</div></details>\n");
    Ok(())
}

/// A table of fields and keywords.
fn keywords(cells: &[(&Cell, &Tally)], out: &mut String) -> fmt::Result {
    let mut rows = BTreeMap::<&str, BTreeMap<Keyword, &Tally>>::new();
    for (cell, tally) in cells {
        if let Cell::Keyword { place, keyword, .. } = cell {
            rows.entry(place).or_default().insert(*keyword, tally);
        }
    }
    let mut columns: Vec<Keyword> = rows.values().flat_map(BTreeMap::keys).copied().collect();
    columns.sort_unstable();
    columns.dedup();
    if rows.is_empty() {
        return Ok(());
    }
    out.push_str("<div class=\"scroll\"><table><thead><tr><th>Field</th>");
    columns.iter().try_for_each(|keyword| write!(out, "<th class=\"key\">{}</th>", keyword.name()))?;
    out.push_str("</tr></thead><tbody>");
    for (place, tallies) in rows {
        write!(out, "<tr><td class=\"mono\">{}</td>", Html(&place))?;
        for keyword in &columns {
            match tallies.get(keyword) {
                Some(tally) => {
                    let (state, mark) = match tally.state() {
                        State::Passed => ("passed", "✓"),
                        State::Failed => ("failed", "✗"),
                        State::Never => ("never", "–"),
                    };
                    write!(out, "<td class=\"mark {state}\" title=\"{}\">{mark}</td>", Html(&hint(tally)))?;
                }
                None => out.push_str("<td></td>"),
            }
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    Ok(())
}

fn hint(tally: &Tally) -> String {
    match tally.state() {
        State::Never => tally.reason.clone().unwrap_or_else(|| "never exercised".to_owned()),
        _ => format!("{} passed, {} failed", tally.passed, tally.failed),
    }
}

/// Text within HTML.
struct Html<'a, T: ?Sized>(&'a T);

impl<T: Display + ?Sized> Display for Html<'_, T> {
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
