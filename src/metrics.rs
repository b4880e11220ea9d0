//! The process' one recorder of figures, rendered as Prometheus text. What the figures are called is the platform's.

use bernard_platform::metrics::{IN_MINUTES, MINUTES, SECONDS, describe};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

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
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS)?;
    let of_minutes = |builder: PrometheusBuilder, name: &&str| {
        builder.set_buckets_for_metric(Matcher::Full((*name).to_owned()), &MINUTES)
    };
    Ok(IN_MINUTES.iter().try_fold(builder, of_minutes)?.build_recorder())
}
