use serde::Serialize;
use serde_json::{Value, json};

use super::{Report, shown};
use crate::{
    plain::Plain,
    verify::{Exchange, Finding, checks},
};

pub(super) fn write(report: &Report) -> String {
    let text = serde_json::to_string_pretty(&Document::of(report)).unwrap_or_default();
    format!("{}\n", Plain(text))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    polaris: &'static str,
    side: &'static str,
    target: String,
    contract: Value,
    app_key: Option<String>,
    seed: u64,
    read_only: bool,
    operations: Vec<&'static str>,
    started: String,
    seconds: f64,
    exchanges: u64,
    exchanges_per_second: f64,
    latency: Value,
    conforms: bool,
    parts: Vec<Value>,
    warnings: Vec<String>,
    findings: Vec<Value>,
    coverage: Value,
}

impl Document {
    fn of(report: &Report) -> Self {
        let contract = report.side.contract();
        let recorded = &report.recorded;
        let (passed, failed, never) = recorded.coverage.sums();
        let cells = recorded.coverage.cells().map(|(cell, tally)| {
            json!({
                "operation": cell.operation(),
                "kind": cell.kind(),
                "cell": cell.to_string(),
                "state": tally.state().name(),
                "passed": tally.passed,
                "failed": tally.failed,
                "reason": tally.reason.as_ref().filter(|_| tally.passed + tally.failed == 0),
            })
        });
        let latencies = &recorded.latencies;
        let mean = latencies.sum.as_secs_f64() * 1000.0 / (latencies.count.max(1) as f64);
        Self {
            polaris: env!("CARGO_PKG_VERSION"),
            side: report.side.name(),
            target: report.target.clone(),
            contract: json!({"version": contract.version, "hash": contract.hash}),
            app_key: report.app_key.clone(),
            seed: report.seed,
            read_only: report.read_only,
            operations: report.operations.clone(),
            started: report.started.to_string(),
            seconds: report.duration.as_secs_f64(),
            exchanges: recorded.exchanges,
            exchanges_per_second: report.rate(),
            latency: json!({"meanMilliseconds": mean, "longestMilliseconds": latencies.longest.as_secs_f64() * 1000.0}),
            conforms: report.conforms(),
            parts: report
                .parts
                .iter()
                .map(|part| {
                    json!({
                        "part": part.name,
                        "exchanges": part.exchanges,
                        "findings": part.findings,
                        "seconds": part.duration.as_secs_f64(),
                    })
                })
                .collect(),
            warnings: report.warnings(),
            findings: recorded
                .findings
                .iter()
                .map(|kept| {
                    let first = kept.findings.first();
                    json!({
                        "operation": first.map(Finding::operation_id),
                        "section": first.and_then(Finding::section),
                        "check": first.map(|finding| finding.check),
                        "count": kept.count,
                        "shown": kept.findings.iter().map(shown_finding).collect::<Vec<_>>(),
                    })
                })
                .collect(),
            coverage: json!({
                "passed": passed,
                "failed": failed,
                "neverExercised": never,
                "cells": cells.collect::<Vec<_>>(),
            }),
        }
    }
}

fn shown_finding(finding: &Finding) -> Value {
    json!({
        "message": finding.message,
        "pointer": finding.pointer,
        "part": finding.origin.part,
        "origin": finding.origin.name,
        "exchanges": finding.exchanges.iter().map(|exchange| shown_exchange(exchange)).collect::<Vec<_>>(),
    })
}

fn shown_exchange(exchange: &Exchange) -> Value {
    let call = &exchange.call;
    let reply = exchange.reply().map(|reply| {
        json!({
            "status": reply.status,
            "contentType": reply.header("content-type"),
            "warnings": reply.header(checks::WARNINGS_HEADER),
            "body": shown::reply(reply),
        })
    });
    json!({
        "curl": exchange.curl(),
        "request": {
            "method": call.method.as_str(),
            "path": call.path,
            "contentType": call.content_type,
            "body": shown::body(&call.body),
        },
        "reply": reply,
        "fault": exchange.outcome.as_ref().err().map(ToString::to_string),
        "milliseconds": exchange.latency.as_secs_f64() * 1000.0,
    })
}
