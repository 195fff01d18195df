use std::{sync::Arc, time::Duration};

use poem::{IntoResponse, RouteMethod, endpoint::make_sync, get, http::StatusCode};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};

/// Upper bounds of the latencies that are told apart, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// What a server counts, as Prometheus reads it. Labels are patterns of paths, codes and steps, never what a caller sent.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    registry: Registry,
    calls: IntCounterVec,
    latency: HistogramVec,
    refused: IntCounterVec,
}

impl Metrics {
    /// Nothing counted yet.
    ///
    /// # Panics
    /// Never: names and labels are literals.
    #[must_use]
    pub fn new() -> Self {
        let registry = Registry::new();
        let calls = Opts::new("polaris_calls_total", "Calls that were answered");
        let calls = IntCounterVec::new(calls, &["operation", "status"]).expect("a literal name");
        let latency = HistogramOpts::new("polaris_call_seconds", "How long answers took").buckets(BUCKETS.into());
        let latency = HistogramVec::new(latency, &["operation"]).expect("a literal name");
        let refused = Opts::new("polaris_refused_total", "Calls that the gateway refused, by the step that failed");
        let refused = IntCounterVec::new(refused, &["step"]).expect("a literal name");
        for collector in [
            Box::new(calls.clone()) as Box<dyn prometheus::core::Collector>,
            Box::new(latency.clone()),
            Box::new(refused.clone()),
        ] {
            registry.register(collector).expect("registered once");
        }
        Self(Arc::new(Parts { registry, calls, latency, refused }))
    }

    /// Counts a call.
    pub(super) fn answered(&self, operation: &str, status: u16, latency: Duration, refused: Option<&str>) {
        let Parts { calls, latency: latencies, refused: steps, .. } = &*self.0;
        calls.with_label_values(&[operation, &status.to_string()]).inc();
        latencies.with_label_values(&[operation]).observe(latency.as_secs_f64());
        if let Some(step) = refused {
            steps.with_label_values(&[step]).inc();
        }
    }

    /// `/metrics`
    pub(super) fn page(&self) -> RouteMethod {
        let metrics = self.clone();
        get(make_sync(move |_| match TextEncoder::new().encode_to_string(&metrics.0.registry.gather()) {
            Ok(text) => text.with_content_type("text/plain; version=0.0.4; charset=utf-8").into_response(),
            Err(error) => {
                tracing::error!(%error, "the metrics cannot be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }))
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
