//! What OVHcloud itself sees of the account, as JSON for a page: more than any caller can read, and nothing of the secrets.

use axum::http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Ovh,
    machine::{Machine, Running},
    spec::Installed,
    task::{By, Task},
};
use crate::net::Seen;

/// The newest tasks of a server that are shown.
const TASKS: usize = 5;
/// The newest mails that are shown.
const MAILS: usize = 20;
/// The newest calls that are shown.
const CALLS: usize = 80;

impl Ovh {
    /// The servers with what they run and boot next, their tasks, the mails, and the calls as they come.
    pub fn panel(&self) -> Value {
        let (before, calls) = self.journal().newest(CALLS);
        let calls: Vec<Value> = calls.iter().enumerate().map(|(at, seen)| call(before + at, seen)).collect();
        let world = self.world();
        let now = world.clock.instant();
        let mails = world.mails.iter().rev().take(MAILS);
        json!({
            "servers": world.machines.values().map(|machine| server(machine, now)).collect::<Vec<_>>(),
            "mails": mails.map(|mail| json!({
                "id": mail.id, "to": mail.to, "subject": mail.subject,
            })).collect::<Vec<_>>(),
            "calls": calls,
            "calls_in_all": before + calls.len(),
        })
    }
}

fn server(machine: &Machine, now: Instant) -> Value {
    let running = machine.running(now);
    json!({
        "name": machine.spec.name,
        "display_name": machine.spec.display_name,
        "os": if machine.spec.installed == Installed::Windows { "windows" } else { "linux" },
        "tags": machine.spec.tags,
        "ip": machine.ip.to_string(),
        "running": word(&running),
        "boots": machine.next_start().map(|boot| boot.kernel),
        "reboots": machine.reboots(By::Caller),
        "tasks": machine.tasks.iter().rev().take(TASKS).map(|known| task(known, now)).collect::<Vec<_>>(),
    })
}

fn word(running: &Running) -> &str {
    match running {
        Running::Installed => "installed",
        Running::WindowsRescue => "windows-rescue",
        Running::LinuxRescue => "linux-rescue",
        Running::IpxeShell => "ipxe-shell",
        Running::Dark => "dark",
        Running::PoweredOff => "off",
        Running::Other(kernel) => kernel,
    }
}

fn task(task: &Task, now: Instant) -> Value {
    json!({
        "id": task.id, "function": task.function, "status": task.status(now),
        "live": task.is_live(now),
    })
}

fn call(number: usize, seen: &Seen) -> Value {
    let path = path(seen);
    // A POST that only reads.
    let reads = seen.method == Method::GET || path.ends_with("/authenticationSecret");
    json!({
        "number": number + 1, "method": seen.method.as_str(), "path": path, "writes": !reads, "status": seen.status.map(|status| status.as_u16()),
    })
}

/// The path without its query and the API's version: what people call the call.
fn path(seen: &Seen) -> &str {
    let path = seen.path.split('?').next().unwrap_or_default();
    path.strip_prefix("/1.0").or_else(|| path.strip_prefix("/v1")).unwrap_or(path)
}
