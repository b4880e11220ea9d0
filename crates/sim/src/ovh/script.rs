//! What a test makes happen. Servers are named by service name or display name; an unknown one is a mistake of the
//! test and panics.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{
    DriftReadsAs, Ovh,
    machine::{Machine, Work},
    mail::{Delivery, Language, LinkStyle},
    port,
    spec::ServerSpec,
    task::{By, Ending},
    tempo::Tempo,
    world::{ACCOUNT, CONTACT, World},
};

/// The account and its clock.
impl Ovh {
    /// One more server.
    pub fn add(&self, spec: ServerSpec) {
        let probed = spec.probed.then(|| spec.name.clone());
        self.world().add(spec);
        if let Some(name) = probed {
            tokio::spawn(port::follow(Arc::downgrade(&self.world), name));
        }
    }

    /// A server leaves the account: from now on it is a 404.
    #[track_caller]
    pub fn remove(&self, server: &str) {
        let mut world = self.world();
        world.called(server);
        world.machines.retain(|_, machine| !machine.is_called(server));
    }

    /// What begins from now on takes these times.
    pub fn tempo(&self, tempo: Tempo) {
        self.world().tempo = tempo;
    }

    /// OVHcloud's clock is so many seconds ahead of real time from now on (behind, if negative).
    pub fn skew(&self, seconds: i64) {
        self.world().clock.skew(seconds);
    }

    /// Time stands still: nothing becomes due, whatever a test takes to look. The wall clock runs on.
    pub fn freeze(&self) {
        self.world().clock.freeze();
    }

    /// So much time passes at once, frozen or not; the wall clock goes with it.
    pub fn advance(&self, by: Duration) {
        self.world().clock.advance(by);
    }

    /// Time runs again from where it stood.
    pub fn thaw(&self) {
        self.world().clock.thaw();
    }

    /// What a call reads whose timestamp is more than 30 seconds off.
    pub fn drift_reads_as(&self, answer: DriftReadsAs) {
        self.world().access.drift = answer;
    }
}

/// Credentials and rights.
impl Ovh {
    /// This IAM action is denied: OAuth2 callers read which one, keys read `NOT_GRANTED_CALL`.
    pub fn forbid(&self, action: &str) {
        self.world().access.forbidden.insert(action.to_owned());
    }

    /// Takes [`Ovh::forbid`] back.
    pub fn allow(&self, action: &str) {
        self.world().access.forbidden.remove(action);
    }

    /// The rules of the consumer key: methods and paths, where `*` stands for anything. At first: everything.
    pub fn rules(&self, rules: &[(&str, &str)]) {
        self.world().access.rules = rules.iter().map(|(method, path)| ((*method).into(), (*path).into())).collect();
    }

    /// When the consumer key expires, by the simulated clock; after that calls read `INVALID_CREDENTIAL`.
    pub fn credential_expires(&self, at: Option<Timestamp>) {
        self.world().access.expiration = at;
    }

    /// Nobody gets in any more: the consumer key has expired, no token is good, and the OAuth2 client is unknown.
    pub fn expire_credentials(&self) {
        let mut world = self.world();
        world.access.consumer_key_expired = true;
        world.access.client_rejected = true;
        world.access.expire_tokens();
    }

    /// Takes [`Ovh::expire_credentials`] back; old tokens stay dead.
    pub fn renew_credentials(&self) {
        let mut world = self.world();
        world.access.consumer_key_expired = false;
        world.access.client_rejected = false;
    }

    /// No token issued so far is good any more, whatever life it was promised; new ones can be had.
    pub fn expire_tokens(&self) {
        self.world().access.expire_tokens();
    }

    /// How long tokens live that are issued from now on; `expires_in` says so in whole seconds.
    pub fn token_life(&self, life: Duration) {
        self.world().access.token_life = life;
    }
}

/// Servers and tasks.
impl Ovh {
    /// The next reboot of this server that has no ending yet ends like this.
    #[track_caller]
    pub fn next_reboot_ends(&self, server: &str, ending: Ending) {
        self.on(server, |machine| machine.endings.push(ending));
    }

    /// The next reboot of any server that has no ending yet ends like this.
    pub fn next_reboot_anywhere_ends(&self, ending: Ending) {
        self.world().endings.push(ending);
    }

    /// Takes [`Ovh::next_reboot_anywhere_ends`] with this ending back.
    pub fn forget_endings(&self, ending: &Ending) {
        self.world().endings.retain(|to_come| to_come != ending);
    }

    /// A reboot while a task runs is refused with a 409 from now on. At first it is accepted.
    #[track_caller]
    pub fn refuse_reboots_while_busy(&self, server: &str) {
        self.on(server, |machine| machine.refuses_while_busy = true);
    }

    /// The tasks of this server that stood or were stuck go on from now, and end like this.
    #[track_caller]
    pub fn tasks_go_on(&self, server: &str, ending: &Ending) {
        self.on(server, |machine| machine.tasks_go_on(ending));
    }

    /// The tasks of every server that stood or were stuck go on from now, and end like this.
    pub fn all_tasks_go_on(&self, ending: &Ending) {
        self.world().machines.values_mut().for_each(|machine| machine.tasks_go_on(ending));
    }

    /// Every task so far is a 404 and listed no more; what they did stays done.
    #[track_caller]
    pub fn vanish_tasks(&self, server: &str) {
        self.on(server, |machine| machine.tasks.iter_mut().for_each(|task| task.vanished = true));
    }

    /// Somebody reboots the server in the control panel; answers the task's id. [`Ovh::reboots`] does not count it.
    #[track_caller]
    pub fn reboot_by_somebody(&self, server: &str) -> u64 {
        self.task_by_somebody(server, "hardReboot")
    }

    /// Somebody begins another task, such as `reinstallServer`; answers its id.
    ///
    /// # Panics
    ///
    /// If the server's service has expired.
    #[track_caller]
    pub fn task_by_somebody(&self, server: &str, function: &str) -> u64 {
        let mut world = self.world();
        let name = world.called(server).spec.name.clone();
        world.begin(&name, function, By::Somebody).expect("a server whose service has not expired")
    }

    /// Somebody begins a task that stays at this word, known or not, until [`Ovh::end_task`]; answers its id.
    #[track_caller]
    pub fn standing_task_by_somebody(&self, server: &str, function: &str, word: &str) -> u64 {
        let id = self.task_by_somebody(server, function);
        self.on(server, |machine| {
            for task in machine.tasks.iter_mut().filter(|task| task.id == id) {
                task.ending = Ending::Stuck(word.to_owned());
                task.tempo = Tempo { todo: Duration::ZERO, doing: Duration::ZERO, ..task.tempo };
            }
        });
        id
    }

    /// A task that stood still ends well now.
    #[track_caller]
    pub fn end_task(&self, server: &str, id: u64) {
        self.on(server, |machine| {
            machine.tasks.iter_mut().filter(|task| task.id == id).for_each(|task| task.ending = Ending::Done);
        });
    }

    /// Somebody changes the netboot in the control panel.
    #[track_caller]
    pub fn netboot_by_somebody(&self, server: &str, boot_id: Option<u64>) {
        self.on(server, |machine| {
            machine.settings.boot_id = boot_id;
            machine.settings.boot_script = None;
        });
    }

    /// Somebody sets a boot script of their own, which empties the netboot; `None`: takes it away, and leaves none.
    #[track_caller]
    pub fn script_by_somebody(&self, server: &str, script: Option<&str>) {
        self.on(server, |machine| {
            machine.settings.boot_id = None;
            machine.settings.boot_script = script.map(str::to_owned);
        });
    }

    /// Both a netboot and a boot script are set, as OVHcloud itself never leaves it.
    #[track_caller]
    pub fn both_set(&self, server: &str, boot_id: u64, script: &str) {
        self.on(server, |machine| {
            machine.settings.boot_id = Some(boot_id);
            machine.settings.boot_script = Some(script.to_owned());
        });
    }

    /// Of a boot script that is written from now on, it keeps so many characters and says nothing.
    #[track_caller]
    pub fn cut_scripts(&self, server: &str, keeps: usize) {
        self.on(server, |machine| machine.keeps_of_scripts = keeps);
    }

    /// Whoever sets its netboot from now on takes away its EFI bootloader's path and its monitoring by the way.
    #[track_caller]
    pub fn netboot_takes_others_along(&self, server: &str) {
        self.on(server, |machine| machine.forgets_others = true);
    }

    /// Somebody changes the path of its EFI bootloader in the control panel.
    #[track_caller]
    pub fn efi_path_by_somebody(&self, server: &str, path: Option<&str>) {
        self.on(server, |machine| machine.settings.efi_bootloader_path = path.map(str::to_owned));
    }

    /// Somebody switches its monitoring on or off in the control panel.
    #[track_caller]
    pub fn monitoring_by_somebody(&self, server: &str, on: bool) {
        self.on(server, |machine| machine.settings.monitoring = on);
    }

    /// An entry leaves the list of its netboots; a server that has it set keeps the number.
    #[track_caller]
    pub fn retire_boot(&self, server: &str, kernel: &str) {
        self.on(server, |machine| machine.spec.boots.retain(|boot| boot.kernel != kernel));
    }

    /// Somebody changes the rescue mail in the control panel.
    #[track_caller]
    pub fn rescue_mail_by_somebody(&self, server: &str, address: Option<&str>) {
        self.on(server, |machine| machine.settings.rescue_mail = address.map(str::to_owned));
    }

    /// Somebody sets or takes away the key of the Linux rescue in the control panel.
    #[track_caller]
    pub fn rescue_ssh_key_by_somebody(&self, server: &str, key: Option<&str>) {
        self.on(server, |machine| machine.settings.rescue_ssh_key = key.map(str::to_owned));
    }

    /// OVHcloud changes the server's state, for instance to `hacked`.
    #[track_caller]
    pub fn set_state(&self, server: &str, state: &str) {
        self.on(server, |machine| machine.settings.state = state.to_owned());
    }

    /// Somebody writes a tag in the control panel.
    #[track_caller]
    pub fn set_tag(&self, server: &str, key: &str, value: &str) {
        self.on(server, |machine| machine.spec.tags.insert(key.to_owned(), value.to_owned()));
    }

    /// Its answers hold no `iam` from now on.
    #[track_caller]
    pub fn hide_iam(&self, server: &str) {
        self.on(server, |machine| machine.spec.has_iam = false);
    }

    /// The list of its netboots is empty from now on.
    #[track_caller]
    pub fn empty_boots(&self, server: &str) {
        self.on(server, |machine| machine.spec.boots.clear());
    }

    /// The next `count` writes of its `rescueMail` are answered well and forgotten.
    #[track_caller]
    pub fn forget_rescue_mail(&self, server: &str, count: u32) {
        self.on(server, |machine| machine.forgets_mail = count);
    }

    /// Its service expires: every call on it reads 460.
    #[track_caller]
    pub fn expire_service(&self, server: &str) {
        self.on(server, |machine| machine.expired = true);
    }

    /// OVHcloud switches interventions off for this server, or somebody does in the control panel.
    #[track_caller]
    pub fn switch_interventions_off(&self, server: &str) {
        self.on(server, |machine| machine.settings.no_intervention = true);
    }

    /// OVHcloud plans an hour's work on this server, so long from now.
    #[track_caller]
    pub fn plan_intervention(&self, server: &str, ahead: Duration) {
        self.work(server, |now| now.saturating_add(ahead));
    }

    /// OVHcloud's people began an hour's work on this server so long ago: more than an hour, and it is over.
    #[track_caller]
    pub fn intervened(&self, server: &str, ago: Duration) {
        self.work(server, |now| now.saturating_sub(ago));
    }

    #[track_caller]
    fn work(&self, server: &str, begins: impl Fn(Timestamp) -> Result<Timestamp, jiff::Error>) {
        let mut world = self.world();
        let begins = begins(world.clock.now()).expect("a time that there is");
        let machine = world.called(server);
        let id = 7_000 + machine.works.len() as u64;
        machine.works.push(Work { id, begins, ends: begins + SignedDuration::from_hours(1) });
    }

    #[track_caller]
    pub(super) fn on<T>(&self, server: &str, change: impl FnOnce(&mut Machine) -> T) {
        change(self.world().called(server));
    }
}

/// Secrets and mails.
impl Ovh {
    /// Its authentication secret never turns up.
    #[track_caller]
    pub fn withhold_secret(&self, server: &str) {
        self.on(server, |machine| machine.hands_out_secret = false);
    }

    /// No mail about it is sent.
    #[track_caller]
    pub fn withhold_mail(&self, server: &str) {
        self.on(server, |machine| machine.hands_out_mail = false);
    }

    /// Takes [`Ovh::withhold_secret`] and [`Ovh::withhold_mail`] back. Mails that were due meanwhile are never sent.
    #[track_caller]
    pub fn hand_out(&self, server: &str) {
        self.on(server, |machine| {
            machine.hands_out_secret = true;
            machine.hands_out_mail = true;
        });
    }

    /// The language of mails from now on.
    pub fn mail_language(&self, language: Language) {
        self.world().style.language = language;
    }

    /// Which link mails hold from now on.
    pub fn mail_link(&self, link: LinkStyle) {
        self.world().style.link = link;
    }

    /// What becomes of mails from now on, as notifications tell it.
    pub fn mail_delivery(&self, delivery: Delivery) {
        self.world().style.delivery = delivery;
    }

    /// A person opens a secret's page and reads the password. [`Ovh::retrieved`], which is about callers, does not count it.
    pub fn read_secret(&self, id: &str) -> Option<String> {
        self.world().secrets.get(id).map(|secret| secret.password.clone())
    }

    /// A mail of any kind, sent so long ago by the simulated clock.
    pub fn mail(&self, subject: &str, body: &str, ago: Duration) {
        let mut world = self.world();
        let sent = world.clock.now() - ago;
        world.send(sent, CONTACT.to_owned(), [subject.to_owned(), body.to_owned()]);
    }

    /// A mail about an earlier rescue of this server, with a link of its own; answers its secret id.
    #[track_caller]
    pub fn old_rescue_mail(&self, server: &str, ago: Duration) -> String {
        let mut world = self.world();
        let system = rescue_of(world.called(server));
        let name = world.called(server).spec.name.clone();
        let ip = world.called(server).ip.to_string();
        let secret = world.new_secret();
        let letter = world.style.rescue(ACCOUNT, &name, &ip, &system, Some(&secret));
        let sent = ago_by(&world, ago);
        world.send(sent, CONTACT.to_owned(), letter);
        secret
    }
}

fn rescue_of(machine: &Machine) -> super::Running {
    match machine.spec.installed {
        super::Installed::Windows => super::Running::WindowsRescue,
        super::Installed::Linux => super::Running::LinuxRescue,
    }
}

fn ago_by(world: &World, ago: Duration) -> Timestamp {
    world.clock.now() - SignedDuration::try_from(ago).unwrap_or(SignedDuration::ZERO)
}
