//! What the service manager hears (systemd's `sd_notify`): ready, reloading, stopping, how it goes, and that the program lives.
//!
//! Promises: "it lives" is said from the runtime that does the work, and only while each loop of
//! [`bernard_engine::liveness`] comes round: one that hangs has the watchdog start the program again. Where there is no service
//! manager nothing is said, and one that does not listen holds nobody up.
//!
//! The protocol is `sd_notify(3)`: assignments, one a line, in a datagram to the socket that `NOTIFY_SOCKET` names, by its path or,
//! after an `@`, in Linux' abstract namespace.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::{
        ffi::OsStrExt,
        net::{SocketAddr, UnixDatagram},
    },
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use bernard_engine::liveness::Loop;
use bernard_platform::clock;
use tokio::time::MissedTickBehavior;

/// How long a service manager that does not read may hold the program up.
const WAIT: Duration = Duration::from_secs(1);
/// How often it is looked whether something new is to be said.
const LOOK: Duration = Duration::from_secs(2);
/// The longest status line, in characters.
const LONGEST_STATUS: usize = 200;

/// How the program is, for whoever supervises it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// What it does, or what keeps it from doing that: a sentence for `systemctl status`.
    pub status: String,
    /// The loops that hang.
    pub hung: Vec<Loop>,
}

/// The service manager that started this process, if one did.
#[derive(Debug)]
pub struct ServiceManager {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
    silent: AtomicBool,
}

impl ServiceManager {
    /// The one that this environment speaks of: `NOTIFY_SOCKET`, and `WATCHDOG_USEC` when it is meant for this process. What it
    /// says and cannot be used is logged, and then there is none.
    pub fn of(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let (mut address, mut every, mut meant_for) = (None, None, None);
        for (name, value) in environment {
            match name.to_str() {
                Some("NOTIFY_SOCKET") => address = Some(value),
                Some("WATCHDOG_USEC") => every = number(&value),
                Some("WATCHDOG_PID") => meant_for = number(&value),
                _ => {}
            }
        }
        let ours = meant_for.is_none_or(|process| process == u64::from(std::process::id()));
        let watchdog = every.filter(|every| ours && *every > 0).map(Duration::from_micros);
        let socket = address.filter(|address| !address.is_empty()).and_then(|address| {
            let open = || io::Result::Ok((unbound()?, address_of(address.as_bytes())?));
            open().inspect_err(|error| tracing::warn!(%error, "NOTIFY_SOCKET cannot be used")).ok()
        });
        Self { socket, watchdog, silent: AtomicBool::new(false) }
    }

    /// How long a loop may stay away before the program no longer says that it lives.
    pub fn allowance(&self) -> Duration {
        self.watchdog.map_or(Duration::MAX, |every| every / 2)
    }

    /// The start is over, or the configuration was read again.
    pub fn ready(&self) {
        self.say(&["READY=1"]);
    }

    /// The configuration is being read again; [`ready`](Self::ready) follows.
    pub fn reloading(&self) {
        let now = format!("MONOTONIC_USEC={}", clock::monotonic().as_micros());
        self.say(&["RELOADING=1", &now]);
    }

    /// It stops, and takes `within` at most.
    pub fn stopping(&self, status: &str, within: Duration) {
        let longer = format!("EXTEND_TIMEOUT_USEC={}", within.as_micros());
        self.say(&["STOPPING=1", &longer, &status_line(status)]);
    }

    /// Says, until it is dropped, that the program lives as long as it does, and how it goes whenever that changes.
    pub async fn keep(&self, pulse: impl Fn() -> Pulse) {
        if self.socket.is_none() {
            return std::future::pending().await;
        }
        let mut turns = tokio::time::interval(self.watchdog.map_or(LOOK, |every| LOOK.min(every / 3)));
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = Pulse::default();
        loop {
            turns.tick().await;
            let now = pulse();
            if now.hung.is_empty() && self.watchdog.is_some() {
                self.say(&["WATCHDOG=1"]);
            } else if now.hung != last.hung {
                let loops: Vec<_> = now.hung.iter().map(|which| which.name()).collect();
                tracing::error!(?loops, "a loop hangs: the watchdog is no longer told that the program lives");
            }
            if now.status != last.status {
                self.say(&[&status_line(&now.status)]);
            }
            last = now;
        }
    }

    /// Sends it, waiting a moment for its place. The first failure is logged.
    fn say(&self, lines: &[&str]) {
        let Some((socket, address)) = &self.socket else { return };
        if let Err(error) = socket.send_to_addr(lines.join("\n").as_bytes(), address)
            && !self.silent.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "the service manager cannot be told how it goes");
        }
    }
}

fn unbound() -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(WAIT))?;
    Ok(socket)
}

/// The address that `NOTIFY_SOCKET` names.
fn address_of(name: &[u8]) -> io::Result<SocketAddr> {
    match name {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name),
        [b'/', ..] => SocketAddr::from_pathname(OsStr::from_bytes(name)),
        _ => Err(io::Error::new(io::ErrorKind::Unsupported, "neither a path nor an abstract name")),
    }
}

fn number(value: &OsStr) -> Option<u64> {
    value.to_str()?.parse().ok()
}

/// A status on one line: what follows a newline would be another assignment.
fn status_line(status: &str) -> String {
    let plain = status.chars().take(LONGEST_STATUS).map(|sign| if sign.is_control() { ' ' } else { sign });
    "STATUS=".chars().chain(plain).collect()
}

#[cfg(test)]
mod tests;
