//! The process' one recorder of figures, rendered as Prometheus text. What the figures are called is the platform's.

use bernard_platform::metrics::{SECONDS, describe};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// Installs the recorder and describes the figures; to be called once, before anything counts.
///
/// The handle renders them; [`crate::http::serve`] does, and runs its upkeep.
///
/// # Errors
///
/// When a recorder is installed already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let recorder = recorder()?;
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)?;
    describe();
    Ok(handle)
}

/// A recorder with Bernard's buckets.
pub(crate) fn recorder() -> Result<PrometheusRecorder, BuildError> {
    Ok(PrometheusBuilder::new().set_buckets(&SECONDS)?.build_recorder())
}
