//! The state of the simulated account. Nothing here runs by itself: whoever looks, looks at a moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    access::Access,
    api_log::ApiLog,
    clock::Clock,
    lists::Lists,
    machine::{Machine, Running},
    mail::{Mail, Style},
    refusal::Refusal,
    spec::ServerSpec,
    support::Ticket,
    task::{By, Ending, RESET_SESSIONS, Restart, Task},
    tempo::Tempo,
};

/// The account's name, as subjects of mails show it.
pub(super) const ACCOUNT: &str = "xx11111-ovh";
/// Where the account's mails go unless a server says otherwise.
pub(super) const CONTACT: &str = "account@example.com";

/// What a secret id stands for.
pub(super) struct Secret {
    pub(super) password: String,
    pub(super) expires: Timestamp,
}

/// A console session that was asked for.
pub(super) struct Console {
    pub(super) server: String,
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) task: u64,
    pub(super) expires: Timestamp,
}

/// Everything that is behind the API.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) tempo: Tempo,
    pub(super) access: Access,
    /// By service name, in the order in which they came.
    pub(super) machines: IndexMap<String, Machine>,
    /// The servers that have restarted and whose mail about it is not settled.
    restarted: BTreeSet<String>,
    pub(super) lists: Lists,
    /// What whole lists hold, if that is not what is.
    pub(super) frozen: Option<Vec<serde_json::Value>>,
    pub(super) mails: Vec<Mail>,
    pub(super) style: Style,
    pub(super) secrets: BTreeMap<String, Secret>,
    pub(super) consoles: Vec<Console>,
    pub(super) api_log: ApiLog,
    pub(super) tickets: Vec<Ticket>,
    /// Whether no list leads to a ticket, and none can be read.
    pub(super) hides_tickets: bool,
    /// How long sessions last, whatever was asked for.
    pub(super) console_life: Option<SignedDuration>,
    /// What a session's link begins with.
    pub(super) console_base: String,
    /// How often somebody tried to redeem a secret.
    pub(super) redeemed: usize,
    /// How the next reboots of any server end, in order, unless the server has endings of its own.
    pub(super) endings: Vec<Ending>,
    next_task: u64,
    next_server: u64,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            clock: Clock::start(),
            tempo: Tempo::default(),
            access: Access::new(),
            machines: IndexMap::new(),
            restarted: BTreeSet::new(),
            lists: Lists::default(),
            frozen: None,
            mails: Vec::new(),
            style: Style::default(),
            secrets: BTreeMap::new(),
            consoles: Vec::new(),
            api_log: ApiLog::default(),
            tickets: Vec::new(),
            hides_tickets: false,
            console_life: None,
            console_base: "https://kvm.example.invalid/session/".to_owned(),
            redeemed: 0,
            endings: Vec::new(),
            next_task: 400_000_001,
            next_server: 1,
        }
    }

    pub(super) fn add(&mut self, spec: ServerSpec) {
        let number = self.next_server;
        self.next_server += 1;
        let last = u8::try_from(number % 250).unwrap_or_default();
        let ip = spec.ip.unwrap_or(Ipv4Addr::new(203, 0, 113, last + 1));
        self.machines.insert(spec.name.clone(), Machine::new(spec, 1_000_000 + number, ip));
    }

    /// The server with this service name, for an API call.
    pub(super) fn machine(&mut self, name: &str) -> Result<&mut Machine, Refusal> {
        let machine = self.machines.get_mut(name);
        let machine = machine.ok_or_else(|| Refusal::NotFound("serviceName", name.to_owned()))?;
        if machine.expired { Err(Refusal::Expired) } else { Ok(machine) }
    }

    /// The server with this service name or display name, for a test.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub(super) fn called(&mut self, name: &str) -> &mut Machine {
        match self.machines.values().position(|machine| machine.is_called(name)) {
            Some(at) => &mut self.machines[at],
            None => {
                let known: Vec<_> = self.machines.keys().collect();
                panic!("no server {name:?} in the simulated account: {known:?}")
            }
        }
    }

    /// Begins a task, and with it a restart if it is a reboot; answers its id.
    pub(super) fn begin(&mut self, name: &str, function: &str, by: By) -> Result<u64, Refusal> {
        let (id, tempo, begun) = (self.next_task, self.tempo, self.clock.instant());
        let begun_at = self.clock.at(begun);
        let reboots = function == "hardReboot";
        let ending = match function {
            "hardReboot" => self.next_ending(name)?,
            "requestAccessIPMI" => {
                let machine = self.machine(name)?;
                first(&mut machine.console_endings).unwrap_or_else(|| machine.console_ending(begun))
            }
            test if test.starts_with("testIPMI") => {
                let machine = self.machine(name)?;
                first(&mut machine.test_endings).unwrap_or_else(|| machine.console_ending(begun))
            }
            RESET_SESSIONS => first(&mut self.machine(name)?.reset_endings).unwrap_or_default(),
            _ => Ending::Done,
        };
        let machine = self.machine(name)?;
        let restart = reboots.then(|| Restart {
            boot: machine.next_start(),
            ssh_key: machine.settings.rescue_ssh_key.clone(),
            mail_to: machine.settings.rescue_mail.clone(),
            mail_settled: false,
        });
        machine.tasks.push(Task {
            id,
            function: function.to_owned(),
            comment: reboots.then(|| "Reboot asked".to_owned()),
            by,
            begun,
            begun_at,
            tempo,
            ending,
            cancelled: None,
            vanished: false,
            restart,
        });
        if reboots {
            self.restarted.insert(name.to_owned());
        }
        self.next_task += 1;
        Ok(id)
    }

    /// How this server's next reboot ends: as was said of the server, or of any server, or well.
    fn next_ending(&mut self, name: &str) -> Result<Ending, Refusal> {
        let own = first(&mut self.machine(name)?.endings);
        Ok(own.or_else(|| first(&mut self.endings)).unwrap_or_default())
    }

    /// The sessions of this server that can be used now: their task is done, their time is not over, and nobody has freed them since.
    pub(super) fn open_sessions(&self, name: &str) -> impl DoubleEndedIterator<Item = &Console> {
        let (now, showing) = (self.clock.instant(), self.clock.now());
        let machine = self.machines.get(name);
        let is_open = move |console: &&Console| {
            let Some(machine) = machine else { return false };
            let is_ready = machine.tasks.iter().any(|task| task.id == console.task && task.status(now) == "done");
            let is_freed = machine.resets(now).any(|reset| reset.id > console.task);
            is_ready && !is_freed && showing < console.expires
        };
        self.consoles.iter().filter(move |console| console.server == name).filter(is_open)
    }

    /// A fresh secret, remembered for ever.
    pub(super) fn new_secret(&mut self) -> String {
        let id = Uuid::new_v4().to_string();
        let password = format!("fake-password-{}", Uuid::new_v4().simple());
        let expires = self.clock.now() + jiff::SignedDuration::from_hours(30 * 24);
        self.secrets.insert(id.clone(), Secret { password, expires });
        id
    }

    /// Puts a mail into the account's history.
    pub(super) fn send(&mut self, sent: Timestamp, to: String, [subject, body]: [String; 2]) {
        let id = self.mails.len() as u64 + 1;
        self.mails.push(Mail { id, sent, subject, body, to, delivery: self.style.delivery });
    }

    /// Does what was due until now: writes the mails of the rescues that have come up.
    pub(super) fn settle(&mut self) {
        let now = self.clock.instant();
        let mut due = Vec::new();
        self.restarted.retain(|name| {
            let Some(machine) = self.machines.get_mut(name) else { return false };
            due.extend(mails_due(machine, now));
            unsettled(machine).next().is_some()
        });
        due.sort_by_key(|mail| mail.at);
        for mail in due {
            let secret = (!mail.keyed).then(|| self.new_secret());
            let letter = self.style.rescue(ACCOUNT, &mail.name, &mail.ip, &mail.system, secret.as_deref());
            self.send(self.clock.at(mail.at), mail.to, letter);
        }
    }
}

fn first(endings: &mut Vec<Ending>) -> Option<Ending> {
    (!endings.is_empty()).then(|| endings.remove(0))
}

/// A mail about a rescue that has come up.
struct Due {
    at: Instant,
    name: String,
    ip: String,
    system: Running,
    to: String,
    keyed: bool,
}

/// The restarts of one machine whose mail is not settled, each with its place among the tasks.
fn unsettled(machine: &Machine) -> impl Iterator<Item = (usize, &Task)> {
    let tasks = machine.tasks.iter().enumerate();
    tasks.filter(|(_, task)| task.restart.as_ref().is_some_and(|restart| !restart.mail_settled))
}

/// The mails that are due by now about one machine's restarts; each restart is settled once.
fn mails_due(machine: &mut Machine, now: Instant) -> Vec<Due> {
    let at = |task: &Task| task.up().map(|up| up + task.tempo.mail).filter(|at| *at <= now);
    let pending: Vec<_> = unsettled(machine).filter_map(|(index, task)| Some((index, at(task)?))).collect();
    let mut due = Vec::new();
    for (index, at) in pending {
        // What it ran at that moment, which a later restart may have changed.
        let system = machine.running(at);
        let sends = system.is_rescue() && machine.hands_out_mail;
        let Some(restart) = machine.tasks[index].restart.as_mut() else { continue };
        restart.mail_settled = true;
        if sends {
            due.push(Due {
                at,
                name: machine.spec.name.clone(),
                ip: machine.ip.to_string(),
                to: restart.mail_to.clone().unwrap_or_else(|| CONTACT.to_owned()),
                keyed: restart.ssh_key.is_some() && system == Running::LinuxRescue,
                system,
            });
        }
    }
    due
}
