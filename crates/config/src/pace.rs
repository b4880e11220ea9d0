//! `[pace]` and `[limits]`: every waiting time in one place, so that tests can be in a hurry.

use std::{num::NonZeroU32, time::Duration};

use bernard_domain::rate_limits::RateLimits;

use super::{section::Section, source::Form, value};

/// `[pace]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks at an OVHcloud task. Default: 15 s.
    pub task_poll: Duration,
    /// Between two looks for a link. Default: 5 s.
    pub secret_poll: Duration,
    /// How long a new task is looked for after a reboot with an unknown outcome. Default: 90 s.
    pub reboot_settle: Duration,
    /// How long an OVHcloud task may take before it keeps nobody from the way out any more. Default: 30 min.
    pub task_patience: Duration,
    /// How long the end of OVHcloud's own test of a console is waited for, before a session is asked for in any case. Default: 1 min.
    pub console_test: Duration,
    /// What took less than this is never said to take longer than usual. Default: 1 min.
    pub longer_from: Duration,
    /// How long a question about a reboot waits for its answer before the on-call role is told. Default: 15 min.
    pub question_patience: Duration,
    /// How long OVHcloud has for one answer, connection and body included. Default: 20 s.
    pub ovh_timeout: Duration,
    /// How soon something is tried again in bad weather, at either end; each further pause doubles, up to 25 times this.
    /// Default: 200 ms.
    pub retry_pause: Duration,
    /// Between two readings of the whole fleet. Default: 10 min.
    pub inventory_refresh: Duration,
    /// Between two looks for reminders that are due. Default: 30 s.
    pub reminder_tick: Duration,
    /// Five edits go out to a channel within this at most; Discord lets through five in 5 s. Default: 5.25 s.
    pub edit_window: Duration,
    /// How long stopping may take. Default: 10 s.
    pub drain: Duration,
}

pub(super) fn read(section: &mut Section<'_>) -> Pace {
    let mut length = |key, default| section.read(key, Form::Text, value::length).unwrap_or(default);
    Pace {
        task_poll: length("task_poll", Duration::from_secs(15)),
        secret_poll: length("secret_poll", Duration::from_secs(5)),
        reboot_settle: length("reboot_settle", Duration::from_secs(90)),
        task_patience: length("task_patience", Duration::from_secs(30 * 60)),
        console_test: length("console_test", Duration::from_secs(60)),
        longer_from: length("longer_from", Duration::from_secs(60)),
        question_patience: length("question_patience", Duration::from_secs(15 * 60)),
        ovh_timeout: length("ovh_timeout", Duration::from_secs(20)),
        retry_pause: length("retry_pause", Duration::from_millis(200)),
        inventory_refresh: length("inventory_refresh", Duration::from_secs(600)),
        reminder_tick: length("reminder_tick", Duration::from_secs(30)),
        edit_window: length("edit_window", Duration::from_millis(5_250)),
        drain: length("drain", Duration::from_secs(10)),
    }
}

pub(super) fn read_limits(section: &mut Section<'_>) -> RateLimits {
    let mut count = |key, default| section.read(key, Form::Toml, value::count).unwrap_or(default);
    RateLimits {
        per_user_per_minute: count("per_user_per_minute", const { NonZeroU32::new(20).unwrap() }),
        per_server_per_hour: count("per_server_per_hour", const { NonZeroU32::new(6).unwrap() }),
    }
}
