//! Before the reboot: record what is there, set what is wanted, and put it back when nothing comes of it.

use std::time::Duration;

use bernard_domain::{
    access::UserId,
    lease::Lease,
    operation::{
        Entry, Kind, Lacking, Missing, OperationId, Plan, Setting, Source, Wish,
        event::{Age, Doubt, Event, NotDone, Problem, PutBack},
        starts,
    },
    server::{Boot, BootId, QueryId, Server, System, Task, start::Start},
    ssh_key,
};
use bernard_ovh as ovh;
use bernard_ovh::MailId;
use bernard_platform::clock;
use bernard_store::Append;
use jiff::{SignedDuration, Timestamp};

use super::{Failure, Next, Settings, Work};
use crate::{exact_calls, link::KNOWN_MAILS, matter::matter, plan};

/// How long a rescue waits for the list of the account's mails, if its link can come another way.
const MAILS_WITHIN: Duration = Duration::from_secs(5);
/// How long a rescue waits to hear OVHcloud's time, which is known already where requests are signed with it.
const CLOCK_WITHIN: Duration = Duration::from_secs(5);
/// How often a setting that did not take is written again: `rescueMail` is known to be updated unreliably.
const SET_TRIES: u32 = 4;

impl Work<'_> {
    /// Reads the server and makes the plan that the person was shown; [`Event::Prepared`] records it.
    pub(super) async fn prepare(&self) -> Result<Next, Failure> {
        let problem = |problem| Ok(Next::Record(Event::FoundImpossible { problem }));
        if let Some(stop) = self.too_late() {
            return Ok(stop);
        }
        let server = match plan::read_server(self.client, self.server()).await {
            Ok(server) => server,
            Err(plan::Error::Problem(found)) => return problem(found),
            Err(plan::Error::Ovh(error)) => return Err(error.into()),
        };
        // What is judged and what is planned is the same reading.
        if let Some(stop) = self.still_allowed(&server).await? {
            return Ok(stop);
        }
        match self.operation.request.wish {
            Wish::HandOver { lease, from, to } => return self.hand_over(lease, from, to).await,
            Wish::Link { .. } => return self.prepare_link(&server).await,
            Wish::Adopt { .. } => return self.adopt(&server).await,
            Wish::Console { .. } => return self.choose_console().await,
            Wish::Ticket(_) => return Ok(Next::Record(Event::TicketPrepared)),
            Wish::FreeSessions { .. } => return Ok(Next::Record(Event::SessionsPrepared)),
            Wish::Enable(_) | Wish::Restore { .. } | Wish::Reboot { .. } | Wish::PutBack { .. } => {}
        }
        if let Some(stop) = self.in_others_way().await? {
            return Ok(stop);
        }
        let lease = self.context.store.lease(self.server()).await?;
        if let (Wish::Restore { .. }, Some(lease)) = (&self.operation.request.wish, &lease)
            && self.context.lookout().sight(self.client, lease, &server).await?.has_left()
        {
            return problem(Problem::LeftRescue);
        }
        let mut plan = match plan::confirm(self.client, &server, &self.operation.request.wish, lease.as_ref()).await {
            Ok(plan) => plan,
            Err(plan::Error::Problem(found)) => return problem(found),
            Err(plan::Error::Ovh(error)) => return Err(error.into()),
        };
        if self.operation.request.kind().seeks_link() && self.settings().secret_from.contains(&Source::Mail) {
            plan.before.mails = self.known_mails().await?;
        }
        Ok(Next::Record(Event::Prepared { plan: Box::new(plan), offset: self.offset().await }))
    }

    /// How far OVHcloud's clock is ahead of ours, as far as that can be had at once.
    async fn offset(&self) -> Option<SignedDuration> {
        let theirs = tokio::time::timeout(CLOCK_WITHIN, self.client.now()).await.ok()?.ok()?;
        Some(theirs.duration_since(clock::now()))
    }

    /// The mails that are older than the reboot. Where they cannot be listed, only their dates will tell: a rescue whose link can
    /// come another way does not wait for that.
    async fn known_mails(&self) -> Result<Option<Vec<u64>>, Failure> {
        let only = self.settings().secret_from == [Source::Mail];
        let within = if only { Duration::MAX } else { MAILS_WITHIN };
        let said = match ovh::in_time(within, self.client.mail_ids()).await {
            Some(Ok(listed)) => return Ok(Some(newest(listed))),
            Some(Err(error)) if only && error.is_transient() => return Err(error.into()),
            Some(Err(error)) => error.to_string(),
            None => format!("nothing within {} s", MAILS_WITHIN.as_secs()),
        };
        tracing::warn!(operation.id = %self.operation.id, said, "the mails before the reboot are not known");
        Ok(None)
    }

    /// Looks whether the server is still in a rescue that is nobody's; nothing is changed.
    async fn adopt(&self, server: &Server) -> Result<Next, Failure> {
        let problem = |problem| Ok(Next::Record(Event::FoundImpossible { problem }));
        if let Some(lease) = self.context.store.lease(self.server()).await? {
            return problem(Problem::HasOwner { owner: lease.owner });
        }
        match plan::adoption(self.client, server).await {
            Ok((plan, system)) => {
                let (offset, reboots) = (self.offset().await, self.reboots().await);
                Ok(Next::Record(Event::Adopted { plan: Box::new(plan), system, offset, reboots }))
            }
            Err(plan::Error::Problem(found)) => problem(found),
            Err(plan::Error::Ovh(error)) => Err(error.into()),
        }
    }

    /// Looks whether the rescue is still the one that was asked about, with the owner it had; OVHcloud is asked nothing.
    async fn hand_over(&self, lease: OperationId, from: UserId, to: UserId) -> Result<Next, Failure> {
        let held = self.context.store.lease_of(lease).await?;
        Ok(Next::Record(match held.filter(|held| held.owner == from) {
            Some(_) => Event::HandedOver { from, to },
            None => Event::FoundImpossible { problem: Problem::LeaseChanged },
        }))
    }

    /// The link is only looked for on a server that is in rescue and not on its way somewhere.
    async fn prepare_link(&self, server: &Server) -> Result<Next, Failure> {
        let lease = self.context.store.lease(self.server()).await?;
        let boot = match (server.boot, &lease) {
            // What we set ourselves is known, whether its entry can be read now or not.
            (Some(_), Some(lease)) if starts(server, &lease.set.boot) => lease.set.boot.netboot().cloned(),
            (Some(id), _) if server.boot_script.is_none() => Some(self.client.boot(&server.name, id).await?),
            _ => None,
        };
        let Some(boot) = boot.filter(Boot::is_rescue) else {
            return Ok(Next::Record(Event::FoundImpossible { problem: Problem::NotInRescue }));
        };
        let reboot = self.latest_reboot().await?;
        if let Some(reboot) = &reboot
            && !reboot.status.is_final()
            && !self.has_had_its_time(reboot).await?
        {
            return Ok(Next::Record(Event::FoundImpossible { problem: Problem::Rebooting }));
        }
        // OVHcloud purges ended tasks: then what Bernard remembers of the rescue says since when it is. Of a rescue that is not
        // ours and weeks old nobody can tell; whoever asks hears that what is found may be older still.
        let began = reboot.and_then(|reboot| reboot.started).or(lease.as_ref().map(|lease| lease.started));
        let (since, age) = began.map_or((Timestamp::UNIX_EPOCH, Age::Unknown), |since| (since, Age::Known));
        let system = boot.family();
        let key = match system {
            System::Linux => self.key_of(server, lease.as_ref()).await?,
            System::Windows => None,
        };
        Ok(Next::Record(Event::RescueFound { system, ip: server.ip.clone(), since, key, age }))
    }

    /// The name of the SSH key that opens the running rescue. One that was set after our own rescue began opens the next one.
    async fn key_of(&self, server: &Server, lease: Option<&Lease>) -> Result<Option<String>, Failure> {
        let Some(key) = server.rescue_ssh_key.as_deref().filter(|key| !key.trim().is_empty()) else { return Ok(None) };
        if let Some(lease) = lease
            && let Some(began) = self.context.store.operation(lease.operation).await?
            && began.state.facts.plan.is_some_and(|plan| plan.entry == Entry::Password)
        {
            return Ok(None);
        }
        Ok(Some(ssh_key::name(key)))
    }

    /// Whether a task is so old that nobody waits for its end any more.
    async fn has_had_its_time(&self, task: &Task) -> Result<bool, Failure> {
        let Some(started) = task.started else { return Ok(false) };
        let age = Duration::try_from(self.client.now().await?.duration_since(started)).unwrap_or_default();
        Ok(age > self.settings().task_patience)
    }

    /// Writes the setting until it reads back, or says that it does not. A way out waits for what the server starts next and for
    /// nothing else: what else does not take is said.
    pub(super) async fn set(&self) -> Result<Next, Failure> {
        let done = |queries, found, lacking| Ok(Next::Record(Event::BootSet { queries, found, lacking }));
        let Some((plan, change)) = self.planned().and_then(|plan| Some((plan, plan.change.as_ref()?))) else {
            return done(Vec::new(), Vec::new(), Vec::new());
        };
        if let Some(stop) = self.stopped_by_now().await? {
            return Ok(stop);
        }
        let (took, mut queries) = self.write(plan, change).await?;
        let (server, lacking) = match took {
            Took::Yes(server) => return done(queries, server.facts(), Vec::new()),
            Took::NotOurs => {
                return Ok(Next::Record(Event::FoundImpossible { problem: Problem::ChangedMeanwhile }));
            }
            Took::No(server, lacking) => (server, lacking),
        };
        if self.leads_out() && lacking.start.is_none() {
            return done(queries, server.facts(), lacking.fields());
        }
        let said = self.unread_back(change, &server);
        Ok(Next::Record(match self.operation.state.facts.doubt {
            None => Event::SettingInDoubt { doubt: Doubt::Unanswered { said }, query: queries.pop() },
            Some(_) => Event::SettingRefused { why: NotDone::Refused, said, query: queries.pop() },
        }))
    }

    /// How the server is otherwise than OVHcloud was told.
    fn unread_back(&self, change: &Setting, server: &Server) -> String {
        let name = self.server();
        match (&change.boot, &server.boot_script) {
            (Start::Script(whole), Some(there)) if there.is_cut_of(whole) => {
                let (there, whole) = (there.length(), whole.length());
                format!("OVHcloud keeps only {there} of the {whole} characters of the boot script of {name}")
            }
            _ => format!("OVHcloud took the setting of {name} but it does not read back"),
        }
    }

    /// Whether this leads out of a rescue.
    pub(super) fn leads_out(&self) -> bool {
        matches!(self.operation.request.kind(), Kind::Restore | Kind::PutBack)
    }

    /// Puts back what was there. While a change of ours may still show up late, what reads back once is not back yet: it is looked
    /// at for a while, and what came late is put back too. The lease stays until then, and if somebody else set another netboot.
    pub(super) async fn put_back(&self) -> Result<Next, Failure> {
        let done = |result, queries| Ok(Next::Record(Event::PutBack { result, queries }));
        let Some(made) = self.planned() else {
            return done(PutBack::Done, Vec::new());
        };
        let found = &self.operation.state.facts.found;
        let setting = match plan::undoing(self.client, self.server(), made, found).await {
            Ok(Some(setting)) => setting,
            Ok(None) => return done(PutBack::Done, Vec::new()),
            Err(plan::Error::Problem(problem)) => {
                return done(PutBack::Failed { said: problem.to_string() }, Vec::new());
            }
            Err(plan::Error::Ovh(error)) => return Err(error.into()),
        };
        let works = self.forbids_putting_back().await?;
        if !works.is_empty() {
            return done(PutBack::OthersAtWork { works }, Vec::new());
        }
        let (took, queries) = self.write(made, &setting).await?;
        match took {
            Took::NotOurs => done(PutBack::SetByOthers, queries),
            Took::Yes(_) if !self.is_settled() && !queries.is_empty() => {
                Ok(Next::Record(Event::WrittenBack { queries }))
            }
            Took::Yes(_) if !self.is_settled() => {
                let Settings { task_poll, reboot_settle, .. } = *self.settings();
                Ok(Next::Wait(task_poll.min(reboot_settle / 4)))
            }
            Took::Yes(_) => done(PutBack::Done, queries),
            Took::No(server, _) => {
                let said = self.unread_back(&setting, &server);
                done(PutBack::Failed { said }, queries)
            }
        }
    }

    /// Whether no change of ours is to be expected any more, as far as anybody can tell.
    fn is_settled(&self) -> bool {
        self.operation.state.facts.doubt.is_none() || self.waited() > self.settings().reboot_settle
    }

    fn planned(&self) -> Option<&Plan> {
        self.operation.state.facts.plan.as_ref()
    }

    /// Whether the setting reads back after writing it, and OVHcloud's names for the requests that wrote it. A netboot that
    /// is not `plan`'s to overwrite is left.
    async fn write(&self, plan: &Plan, setting: &Setting) -> Result<(Took, Vec<QueryId>), Failure> {
        let mut queries = Vec::new();
        for _ in 0..SET_TRIES {
            let lacking = match self.look_at(plan, setting).await? {
                Took::No(_, lacking) => lacking,
                took => return Ok((took, queries)),
            };
            match self.client.set(self.server(), &exact_calls::change(setting, &lacking)).await {
                Ok(written) => queries.extend(written.query),
                Err(error) if is_refused(&error) && self.leads_out() && lacking.pieces().len() > 1 => {
                    tracing::warn!(operation.id = %self.operation.id, %error, "not all of it at once: one by one");
                    self.write_pieces(setting, &lacking, &mut queries).await?;
                }
                Err(error) if is_refused(&error) && self.leads_out() && lacking.start.is_none() => break,
                Err(error) => return Err(self.unwritten(error).await?),
            }
        }
        Ok((self.look_at(plan, setting).await?, queries))
    }

    /// The same piece by piece, what it starts next first: of the others, what OVHcloud will not take keeps nobody in a rescue.
    async fn write_pieces(
        &self,
        setting: &Setting,
        lacking: &Lacking,
        queries: &mut Vec<QueryId>,
    ) -> Result<(), Failure> {
        for piece in lacking.pieces() {
            match self.client.set(self.server(), &exact_calls::change(setting, &piece)).await {
                Ok(written) => queries.extend(written.query),
                Err(error) if is_refused(&error) && piece.start.is_none() => {
                    tracing::warn!(operation.id = %self.operation.id, %error, "this is not put back");
                }
                Err(error) => return Err(self.unwritten(error).await?),
            }
        }
        Ok(())
    }

    async fn unwritten(&self, error: ovh::Error) -> Result<Failure, Failure> {
        if error.may_have_happened() {
            self.doubt(&error).await?;
        }
        Ok(error.into())
    }

    async fn look_at(&self, plan: &Plan, setting: &Setting) -> Result<Took, Failure> {
        let server = self.client.server(self.server()).await?;
        let lacking = setting.lacking_on(&server);
        if lacking.is_nothing() {
            return Ok(Took::Yes(Box::new(server)));
        }
        // The disk that stands for "none was set" is neither what was there nor what was set.
        if plan.may_overwrite(&server) || lacking.start != Some(Missing::Whole) {
            return Ok(Took::No(Box::new(server), lacking));
        }
        // What no longer exists counted as none when the plan was made, in a plan of an earlier Bernard.
        let none = plan.had_none() && server.boot_script.is_none() && self.is_gone(server.boot).await?;
        Ok(if none { Took::No(Box::new(server), lacking) } else { Took::NotOurs })
    }

    async fn is_gone(&self, boot: Option<BootId>) -> Result<bool, Failure> {
        let Some(id) = boot else { return Ok(true) };
        match self.client.boot(self.server(), id).await {
            Ok(_) => Ok(false),
            Err(error) if error.is_not_found() => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Records, once, that a change may still show up late: whatever was decided at the same moment.
    async fn doubt(&self, error: &ovh::Error) -> Result<(), Failure> {
        let doubt = Doubt::Unanswered { said: error.to_string() };
        let event = Event::SettingInDoubt { doubt, query: error.query() };
        while let Some(operation) = self.context.store.operation(self.operation.id).await? {
            match self.context.store.append(&operation, &event, clock::now()).await? {
                Append::Overtaken => {}
                Append::Done(_) | Append::Busy(_) | Append::Illegal(_) => break,
            }
        }
        self.context.wakeups.notify();
        Ok(())
    }
}

/// Whether OVHcloud will not take this piece. Where it refuses our key or our clock, it says nothing of the piece.
fn is_refused(error: &ovh::Error) -> bool {
    error.is_refusal() && !matter(error).is_the_accounts()
}

fn newest(listed: Vec<MailId>) -> Vec<u64> {
    let mut known: Vec<u64> = listed.into_iter().map(|id| id.0).collect();
    known.sort_unstable_by(|a, b| b.cmp(a));
    known.truncate(KNOWN_MAILS);
    known
}

/// Whether a setting reads back.
enum Took {
    /// All of it.
    Yes(Box<Server>),
    /// Not this of it.
    No(Box<Server>, Lacking),
    /// Somebody else set another netboot.
    NotOurs,
}
