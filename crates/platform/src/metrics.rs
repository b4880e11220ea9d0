//! Every figure Bernard shows at `/metrics`, by name, with its unit in its help text.
//!
//! Labels are templates, methods, statuses and other words of ours: never the name of a server or a person, an id or a token; an
//! account or a sink goes by the name that the configuration gives it.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

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
/// What machines proposed, by `[[proposals]]` and what came of it.
pub const PROPOSALS: &str = "bernard_proposals_total";
/// Whether Discord has the commands of this version.
pub const COMMANDS_REGISTERED: &str = "bernard_commands_registered";
/// Whether the gateway has a session.
pub const GATEWAY_CONNECTED: &str = "bernard_gateway_connected";
/// Connections to the gateway that were begun, by how: `identify` or `resume`.
pub const GATEWAY_CONNECTIONS: &str = "bernard_gateway_connections_total";
/// Operations that were accepted, by kind.
pub const OPERATIONS_OPENED: &str = "bernard_operations_opened_total";
/// Operations that ended, by kind and outcome.
pub const OPERATIONS_ENDED: &str = "bernard_operations_ended_total";
/// How long an operation was in each state, by kind and state.
pub const OPERATION_STATE_SECONDS: &str = "bernard_operation_state_seconds";
/// Operations that have not ended, by kind and state.
pub const OPERATIONS_LIVE: &str = "bernard_operations_live";
/// How old the oldest operation is that has not ended.
pub const OPERATION_OLDEST_SECONDS: &str = "bernard_operation_oldest_seconds";
/// Questions that wait for a person with `reboot`.
pub const QUESTIONS_OPEN: &str = "bernard_questions_open";
/// Operations that wait for others' approval.
pub const APPROVALS_OPEN: &str = "bernard_approvals_open";
/// Rescues that are running.
pub const LEASES_LIVE: &str = "bernard_leases_live";
/// Rescues whose deadline has passed.
pub const LEASES_OVERDUE: &str = "bernard_leases_overdue";
/// Servers in rescue that Bernard did not take there.
pub const RESCUES_FOREIGN: &str = "bernard_rescues_foreign";
/// How late the reminder or deadline is that has waited longest to be looked at.
pub const REMINDER_LATE_SECONDS: &str = "bernard_reminder_late_seconds";
/// Notices that are owed and not posted.
pub const NOTICES_OWED: &str = "bernard_notices_owed";
/// How old the oldest notice is that is owed and not posted.
pub const NOTICE_OLDEST_SECONDS: &str = "bernard_notice_oldest_seconds";
/// From the end of the reboot's task to the link being found, by where it was found.
pub const LINK_FOUND_SECONDS: &str = "bernard_link_found_seconds";
/// DMs that hold a link, by what became of them.
pub const DMS: &str = "bernard_dms_total";
/// DMs that are to be wiped and are not yet.
pub const DMS_TO_WIPE: &str = "bernard_dms_to_wipe";
/// How long a transaction took that wrote into the store, the wait for its turn included.
pub const STORE_WRITE_SECONDS: &str = "bernard_store_write_seconds";
/// How large the store's file and its log are.
pub const STORE_BYTES: &str = "bernard_store_bytes";
/// How long ago the server was read that the inventory has not read for longest.
pub const INVENTORY_AGE_SECONDS: &str = "bernard_inventory_age_seconds";
/// Servers in the inventory, by account.
pub const INVENTORY_SERVERS: &str = "bernard_inventory_servers";
/// Whether an account's latest request was answered.
pub const OVH_ANSWERS: &str = "bernard_ovh_account_answers";
/// Whether an account's credentials are taken.
pub const OVH_CREDENTIALS_TAKEN: &str = "bernard_ovh_credentials_taken";
/// How many requests an account could send at once, after its latest one.
pub const OVH_QUOTA_LEFT: &str = "bernard_ovh_quota_left_requests";
/// Times OVHcloud said 429, by account.
pub const OVH_LIMITED: &str = "bernard_ovh_rate_limited_total";
/// Which version runs.
pub const BUILD_INFO: &str = "bernard_build_info";
/// When the process started.
pub const START_TIME_SECONDS: &str = "bernard_start_time_seconds";
/// Times the configuration was read again, by what came of it.
pub const RELOADS: &str = "bernard_reloads_total";
/// Requests sent to OVHcloud, by account, method, route, status and outcome.
pub const OVH_REQUESTS: &str = "bernard_ovh_requests_total";
/// How long one request to OVHcloud took, by account and method.
pub const OVH_SECONDS: &str = "bernard_ovh_request_seconds";
/// How long a request waited for its account's budget, by account and priority.
pub const OVH_QUOTA_SECONDS: &str = "bernard_ovh_quota_wait_seconds";
/// Steps of operations that panicked and are tried again.
pub const STEP_PANICS: &str = "bernard_step_panics_total";
/// Whether the kill switch is pulled.
pub const PAUSED: &str = "bernard_paused";
/// How much work this replica has to itself: operations, and loops that one replica runs at a time.
pub const WORK_OWNED: &str = "bernard_replica_work";
/// Times another replica took over work that this one believed it had.
pub const WORK_LOST: &str = "bernard_replica_work_lost_total";
/// Times the database was found to lack what was written to it, or to be another one.
pub const DATABASE_DOUBTS: &str = "bernard_database_doubts_total";
/// How long ago the schedule of who is on duty was read.
pub const ONCALL_AGE_SECONDS: &str = "bernard_oncall_age_seconds";
/// How many people are on duty.
pub const ONCALL_PEOPLE: &str = "bernard_oncall_people";
/// Times the schedule of who is on duty could not be read, or made no sense.
pub const ONCALL_FAILURES: &str = "bernard_oncall_failures_total";
/// Lines written to the audit, by kind.
pub const AUDIT_ENTRIES: &str = "bernard_audit_entries_total";

/// Lines of the audit that a sink does not have, by sink.
pub const SINK_BEHIND_LINES: &str = "bernard_audit_sink_behind_lines";
/// How old the oldest line of the audit is that a sink does not have, by sink.
pub const SINK_OLDEST_SECONDS: &str = "bernard_audit_sink_oldest_seconds";
/// Whether nothing is sent to a sink any more until somebody acts, by sink.
pub const SINK_STOPPED: &str = "bernard_audit_sink_stopped";

/// Upper bounds of the buckets of every figure in seconds: from a loopback acknowledgement to Discord's three seconds and beyond.
pub const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0];

/// Upper bounds of the buckets of what takes minutes or hours: a state of an operation, a link.
pub const MINUTES: [f64; 12] = [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 1_800.0, 3_600.0, 14_400.0];
/// The figures that have those.
pub const IN_MINUTES: [&str; 2] = [OPERATION_STATE_SECONDS, LINK_FOUND_SECONDS];

/// How the kill switch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Nothing new is begun.
    Pulled,
    /// All is as usual.
    Loose,
}

impl Switch {
    /// Pulled while there is a pause.
    pub fn of<Pause>(pause: Option<&Pause>) -> Self {
        if pause.is_some() { Self::Pulled } else { Self::Loose }
    }
}

/// Shows how the kill switch stands.
pub fn paused(switch: Switch) {
    metrics::gauge!(PAUSED).set(match switch {
        Switch::Pulled => 1.0,
        Switch::Loose => 0.0,
    });
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
    describe_counter!(PROPOSALS, Unit::Count, "Requests of machines that propose, by outcome, in requests");
    describe_counter!(OVH_REQUESTS, Unit::Count, "Requests sent to OVHcloud, in requests");
    describe_histogram!(OVH_SECONDS, Unit::Seconds, "Duration of one request to OVHcloud, in seconds");
    describe_histogram!(OVH_QUOTA_SECONDS, Unit::Seconds, "Time a request waited for its account's budget, in seconds");
    describe_counter!(STEP_PANICS, Unit::Count, "Steps that panicked and are tried again, in steps");
    describe_counter!(AUDIT_ENTRIES, Unit::Count, "Lines written to the audit, in lines");
    describe_gauge!(COMMANDS_REGISTERED, Unit::Count, "Whether Discord has this version's commands: 1 yes, 0 no");
    describe_gauge!(GATEWAY_CONNECTED, Unit::Count, "Whether the gateway has a session: 1 yes, 0 no");
    describe_gauge!(PAUSED, Unit::Count, "Whether the kill switch is pulled: 1 yes, 0 no");
    describe_counter!(GATEWAY_CONNECTIONS, Unit::Count, "Connections to the gateway, in connections");
    describe_operations();
    describe_people();
    describe_machine();
    describe_sinks();
    begin();
}

fn describe_sinks() {
    describe_gauge!(SINK_BEHIND_LINES, Unit::Count, "Lines of the audit that a sink does not have, in lines");
    describe_gauge!(SINK_OLDEST_SECONDS, Unit::Seconds, "Age of the oldest line that a sink does not have, in seconds");
    describe_gauge!(SINK_STOPPED, Unit::Count, "Whether a sink gets nothing until somebody acts: 1 yes, 0 no");
}

fn describe_operations() {
    describe_counter!(OPERATIONS_OPENED, Unit::Count, "Operations that were accepted, in operations");
    describe_counter!(OPERATIONS_ENDED, Unit::Count, "Operations that ended, in operations");
    describe_histogram!(OPERATION_STATE_SECONDS, Unit::Seconds, "Time an operation was in a state, in seconds");
    describe_gauge!(OPERATIONS_LIVE, Unit::Count, "Operations that have not ended, in operations");
    describe_gauge!(OPERATION_OLDEST_SECONDS, Unit::Seconds, "Age of the oldest operation not ended, in seconds");
    describe_gauge!(QUESTIONS_OPEN, Unit::Count, "Questions that wait for a person's decision, in questions");
    describe_gauge!(APPROVALS_OPEN, Unit::Count, "Operations that wait for others' approval, in operations");
    describe_gauge!(LEASES_LIVE, Unit::Count, "Rescues that are running, in rescues");
    describe_gauge!(LEASES_OVERDUE, Unit::Count, "Rescues whose deadline has passed, in rescues");
    describe_gauge!(RESCUES_FOREIGN, Unit::Count, "Servers in rescue that Bernard did not take there, in servers");
}

fn describe_people() {
    describe_gauge!(REMINDER_LATE_SECONDS, Unit::Seconds, "Delay of what is due of a rescue, in seconds");
    describe_gauge!(NOTICES_OWED, Unit::Count, "Notices that are not posted yet, in notices");
    describe_gauge!(NOTICE_OLDEST_SECONDS, Unit::Seconds, "Age of the oldest notice not posted yet, in seconds");
    describe_gauge!(ONCALL_AGE_SECONDS, Unit::Seconds, "Age of the reading of who is on duty, in seconds");
    describe_gauge!(ONCALL_PEOPLE, Unit::Count, "People who are on duty, in people");
    describe_counter!(ONCALL_FAILURES, Unit::Count, "Readings of who is on duty that failed, in readings");
    describe_histogram!(LINK_FOUND_SECONDS, Unit::Seconds, "Time from the task's end to the link, in seconds");
    describe_counter!(DMS, Unit::Count, "DMs with a link, by what became of them, in messages");
    describe_gauge!(DMS_TO_WIPE, Unit::Count, "DMs that are to be wiped and are not yet, in messages");
}

fn describe_machine() {
    describe_histogram!(STORE_WRITE_SECONDS, Unit::Seconds, "Duration of a transaction that writes, in seconds");
    describe_gauge!(STORE_BYTES, Unit::Bytes, "Size of the store's file and log, in bytes");
    describe_gauge!(INVENTORY_AGE_SECONDS, Unit::Seconds, "Age of the inventory's oldest reading, in seconds");
    describe_gauge!(INVENTORY_SERVERS, Unit::Count, "Servers in the inventory, in servers");
    describe_gauge!(OVH_ANSWERS, Unit::Count, "Whether the account's latest request was answered: 1 yes, 0 no");
    describe_gauge!(
        OVH_CREDENTIALS_TAKEN,
        Unit::Count,
        "Whether OVHcloud takes the account's credentials: 1 yes, 0 no"
    );
    describe_gauge!(OVH_QUOTA_LEFT, Unit::Count, "Requests the account could send at once, in requests");
    describe_counter!(OVH_LIMITED, Unit::Count, "Times OVHcloud answered 429, in answers");
    describe_gauge!(BUILD_INFO, Unit::Count, "Which version runs: 1 yes, in its label");
    describe_gauge!(START_TIME_SECONDS, Unit::Seconds, "When the process started, in seconds since 1970");
    describe_counter!(RELOADS, Unit::Count, "Times the configuration was read again, in readings");
    describe_gauge!(WORK_OWNED, Unit::Count, "Operations and loops in this replica's hands, in leases");
    describe_counter!(WORK_LOST, Unit::Count, "Times another replica took over what this one had, in leases");
    describe_counter!(DATABASE_DOUBTS, Unit::Count, "Times the database lacked what was written to it, in findings");
}

/// Figures that alerts compare with earlier ones are there from the start, at zero: what first shows at one has not grown.
fn begin() {
    for counter in [
        INTERACTIONS_DROPPED,
        INTERACTIONS_UNREADABLE,
        SIGNATURES_REFUSED,
        STEP_PANICS,
        HTTP_CROWDED_OUT,
        WORK_LOST,
        DATABASE_DOUBTS,
        ONCALL_FAILURES,
    ] {
        metrics::counter!(counter).increment(0);
    }
    // Who is alone has leases of nothing, and shows that too.
    metrics::gauge!(WORK_OWNED).increment(0.0);
    for outcome in ["acknowledged", "too_late", "taken", "failed", "unknown"] {
        metrics::counter!(ACKNOWLEDGEMENTS, "outcome" => outcome).increment(0);
    }
    for outcome in ["delivered", "closed", "refused", "wiped", "wipe_given_up"] {
        metrics::counter!(DMS, "outcome" => outcome).increment(0);
    }
    for scope in ["global", "user", "shared"] {
        metrics::counter!(DISCORD_LIMITED, "scope" => scope).increment(0);
    }
    for outcome in ["taken", "refused"] {
        metrics::counter!(RELOADS, "outcome" => outcome).increment(0);
    }
    for how in ["identify", "resume"] {
        metrics::counter!(GATEWAY_CONNECTIONS, "how" => how).increment(0);
    }
}
