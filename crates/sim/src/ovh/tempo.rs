//! How long the world takes: every duration in one place.

use std::time::Duration;

/// How long things take at the simulated OVHcloud. What has begun keeps the tempo it began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// A new task can be read (and is listed) only after this; before, it is a 404.
    pub readable: Duration,
    /// From `init` to `todo`.
    pub todo: Duration,
    /// From `todo` to `doing`.
    pub doing: Duration,
    /// From `doing` to the task's end.
    pub done: Duration,
    /// From a reboot's `done` until the machine goes dark.
    pub dark: Duration,
    /// From dark until the machine answers.
    pub up: Duration,
    /// From a rescue's first answer until its authentication secret exists.
    pub secret: Duration,
    /// From a rescue's first answer until its mail is there.
    pub mail: Duration,
    /// From a task's end until it is purged; `None`: never.
    pub purged: Option<Duration>,
}

impl Tempo {
    /// For tests: a few tens of milliseconds each.
    pub const HURRIED: Self = Self {
        readable: Duration::ZERO,
        todo: Duration::from_millis(20),
        doing: Duration::from_millis(20),
        done: Duration::from_millis(40),
        dark: Duration::from_millis(40),
        up: Duration::from_millis(60),
        secret: Duration::from_millis(40),
        mail: Duration::from_millis(60),
        purged: None,
    };

    /// For watching: a rescue takes about half a minute.
    pub const SHOWN: Self = Self {
        readable: Duration::from_millis(300),
        todo: Duration::from_secs(2),
        doing: Duration::from_secs(2),
        done: Duration::from_secs(5),
        dark: Duration::from_secs(5),
        up: Duration::from_secs(8),
        secret: Duration::from_secs(4),
        mail: Duration::from_secs(7),
        purged: None,
    };

    /// As measured by others on real servers: done after 60 s, dark at 143 s, back at 207 s.
    pub const REAL: Self = Self {
        readable: Duration::from_secs(1),
        todo: Duration::from_secs(5),
        doing: Duration::from_secs(10),
        done: Duration::from_secs(45),
        dark: Duration::from_secs(83),
        up: Duration::from_secs(64),
        secret: Duration::from_secs(30),
        mail: Duration::from_secs(60),
        purged: None,
    };

    /// The same course, so many times faster (slower, below 1). What is never stays never.
    #[must_use]
    pub fn faster(self, times: f64) -> Self {
        let times = if times.is_finite() && times > 0.0 { times } else { 1.0 };
        let scaled = |length: Duration| Duration::try_from_secs_f64(length.as_secs_f64() / times).unwrap_or(length);
        Self {
            readable: scaled(self.readable),
            todo: scaled(self.todo),
            doing: scaled(self.doing),
            done: scaled(self.done),
            dark: scaled(self.dark),
            up: scaled(self.up),
            secret: scaled(self.secret),
            mail: scaled(self.mail),
            purged: self.purged.map(scaled),
        }
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self::HURRIED
    }
}
