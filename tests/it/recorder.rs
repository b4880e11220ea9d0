//! A process has one recorder of figures.

use std::sync::OnceLock;

use bernard::metrics;
use metrics_exporter_prometheus::PrometheusHandle;

/// The process' one recorder; a story that brings its own puts its handle here first.
pub(crate) static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

pub(crate) fn handle() -> PrometheusHandle {
    RECORDER.get_or_init(|| metrics::install().expect("the first recorder")).clone()
}
