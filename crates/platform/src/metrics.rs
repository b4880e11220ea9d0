//! Every figure Bernard shows at `/metrics`, by name, with its unit in its help text.
//!
//! Labels are templates, methods, statuses and other words of ours: never the name of a server or a person, an id or a token; an
//! account goes by the name that the configuration gives it.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// Answers of Discord's REST interface, by route, method and status.
pub const DISCORD_REQUESTS: &str = "bernard_discord_requests_total";
/// How long one attempt at a request to Discord took.
pub const DISCORD_SECONDS: &str = "bernard_discord_request_seconds";
/// Times Discord said 429, by scope.
pub const DISCORD_LIMITED: &str = "bernard_discord_rate_limited_total";
/// First answers to interactions, by outcome.
pub const ACKNOWLEDGEMENTS: &str = "bernard_acknowledgements_total";
/// From an interaction's arrival to its acknowledgement.
pub const ACKNOWLEDGEMENT_SECONDS: &str = "bernard_acknowledgement_seconds";
/// Interactions handed over, by the door they came in by.
pub const INTERACTIONS: &str = "bernard_interactions_total";
/// Interactions that did not parse.
pub const INTERACTIONS_UNREADABLE: &str = "bernard_interactions_unreadable_total";
/// Interactions dropped because too many were waiting.
pub const INTERACTIONS_DROPPED: &str = "bernard_interactions_dropped_total";
/// Connections to the web endpoints that were closed to make room for newer ones.
pub const HTTP_CROWDED_OUT: &str = "bernard_http_crowded_out_total";
/// Signed web requests that were refused.
pub const SIGNATURES_REFUSED: &str = "bernard_signatures_refused_total";
/// Whether Discord has the commands of this version.
pub const COMMANDS_REGISTERED: &str = "bernard_commands_registered";
/// Whether the gateway has a session.
pub const GATEWAY_CONNECTED: &str = "bernard_gateway_connected";
/// Connections to the gateway that were begun, by how: `identify` or `resume`.
pub const GATEWAY_CONNECTIONS: &str = "bernard_gateway_connections_total";
/// Requests sent to OVHcloud, by account, method and outcome.
pub const OVH_REQUESTS: &str = "bernard_ovh_requests_total";
/// How long one request to OVHcloud took, by account and method.
pub const OVH_SECONDS: &str = "bernard_ovh_request_seconds";
/// How long a request waited for its account's budget, by account and priority.
pub const OVH_QUOTA_SECONDS: &str = "bernard_ovh_quota_wait_seconds";
/// Steps of operations that panicked and are tried again.
pub const STEP_PANICS: &str = "bernard_step_panics_total";
/// Whether the kill switch is pulled.
pub const PAUSED: &str = "bernard_paused";
/// Lines written to the audit, by kind.
pub const AUDIT_ENTRIES: &str = "bernard_audit_entries_total";

/// Upper bounds of the buckets of every figure in seconds: from a loopback acknowledgement to Discord's three seconds and beyond.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0];

/// Installs the process' one recorder and describes the figures; to be called once, before anything counts.
///
/// The handle renders them: whoever serves `/metrics` asks it, and runs its upkeep.
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

/// How the kill switch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Nothing new is begun.
    Pulled,
    /// All is as usual.
    Loose,
}

/// Shows how the kill switch stands.
pub fn paused(switch: Switch) {
    metrics::gauge!(PAUSED).set(match switch {
        Switch::Pulled => 1.0,
        Switch::Loose => 0.0,
    });
}

/// A recorder with Bernard's buckets.
pub fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS)?;
    Ok(builder.build_recorder())
}

/// Tells the installed recorder what each figure is.
pub fn describe() {
    describe_counter!(DISCORD_REQUESTS, Unit::Count, "Answers of Discord's REST interface, in requests");
    describe_histogram!(DISCORD_SECONDS, Unit::Seconds, "Duration of one attempt at a request to Discord, in seconds");
    describe_counter!(DISCORD_LIMITED, Unit::Count, "Times Discord answered 429, in answers");
    describe_counter!(ACKNOWLEDGEMENTS, Unit::Count, "First answers to interactions, in interactions");
    describe_histogram!(
        ACKNOWLEDGEMENT_SECONDS,
        Unit::Seconds,
        "Time from an interaction's arrival to its acknowledgement, in seconds"
    );
    describe_counter!(INTERACTIONS, Unit::Count, "Interactions handed over, in interactions");
    describe_counter!(INTERACTIONS_UNREADABLE, Unit::Count, "Interactions that could not be read, in interactions");
    describe_counter!(INTERACTIONS_DROPPED, Unit::Count, "Interactions dropped as too many waited, in interactions");
    describe_counter!(HTTP_CROWDED_OUT, Unit::Count, "Web connections closed to make room, in connections");
    describe_counter!(SIGNATURES_REFUSED, Unit::Count, "Web requests with a bad signature or time, in requests");
    describe_counter!(OVH_REQUESTS, Unit::Count, "Requests sent to OVHcloud, in requests");
    describe_histogram!(OVH_SECONDS, Unit::Seconds, "Duration of one request to OVHcloud, in seconds");
    describe_histogram!(OVH_QUOTA_SECONDS, Unit::Seconds, "Time a request waited for its account's budget, in seconds");
    describe_counter!(STEP_PANICS, Unit::Count, "Steps that panicked and are tried again, in steps");
    describe_counter!(AUDIT_ENTRIES, Unit::Count, "Lines written to the audit, in lines");
    describe_gauge!(COMMANDS_REGISTERED, Unit::Count, "Whether Discord has this version's commands: 1 yes, 0 no");
    describe_gauge!(GATEWAY_CONNECTED, Unit::Count, "Whether the gateway has a session: 1 yes, 0 no");
    describe_gauge!(PAUSED, Unit::Count, "Whether the kill switch is pulled: 1 yes, 0 no");
    describe_counter!(GATEWAY_CONNECTIONS, Unit::Count, "Connections to the gateway, in connections");
}
