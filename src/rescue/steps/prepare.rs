//! Before the reboot: record what is there, set what is wanted, and put it back when nothing comes of it.

use super::{Failure, Next, Settings, Work};
use crate::{
    access::UserId,
    clock, ovh,
    rescue::{
        calls,
        event::{Doubt, Event, NotDone, Problem, PutBack},
        operation::{OperationId, Setting, Source, Wish},
        plan,
        server::{QueryId, Server},
    },
    store::Append,
};

/// How many of the account's mails are remembered as older than the reboot: more than one page of any mailbox.
const KNOWN_MAILS: usize = 500;
/// How often a setting that did not take is written again: `rescueMail` is known to be updated unreliably.
const SET_TRIES: u32 = 4;

impl Work<'_> {
    /// Reads the server and makes the plan that the person was shown; [`Event::Prepared`] records it.
    pub(super) async fn prepare(&self) -> Result<Next, Failure> {
        let problem = |problem| Ok(Next::Record(Event::FoundImpossible { problem }));
        if let Some(stop) = self.still_wanted().await? {
            return Ok(stop);
        }
        if let Wish::HandOver { lease, from, to } = self.operation.request.wish {
            return self.hand_over(lease, from, to).await;
        }
        let server = match plan::read_server(self.client, self.server()).await {
            Ok(server) => server,
            Err(plan::Error::Problem(found)) => return problem(found),
            Err(plan::Error::Ovh(error)) => return Err(error.into()),
        };
        match self.operation.request.wish {
            Wish::Link { .. } => return self.prepare_link(&server).await,
            Wish::Adopt { .. } => return self.adopt(&server).await,
            Wish::Console { .. } => return self.choose_console().await,
            Wish::Enable(_)
            | Wish::Restore { .. }
            | Wish::Reboot { .. }
            | Wish::PutBack { .. }
            | Wish::HandOver { .. } => {}
        }
        let lease = self.runner.store.lease(self.server()).await?;
        let mut plan = match plan::confirm(self.client, &server, &self.operation.request.wish, lease.as_ref()).await {
            Ok(plan) => plan,
            Err(plan::Error::Problem(found)) => return problem(found),
            Err(plan::Error::Ovh(error)) => return Err(error.into()),
        };
        if self.operation.request.kind().seeks_link() && self.settings().secret_from.contains(&Source::Mail) {
            plan.before.mails = self.known_mails().await?;
        }
        Ok(Next::Record(Event::Prepared { plan: Box::new(plan) }))
    }

    /// The mails that are older than the reboot. Where they cannot be listed, only their dates will tell: a rescue whose link can
    /// come another way does not wait for that.
    async fn known_mails(&self) -> Result<Option<Vec<u64>>, Failure> {
        let listed = match self.client.mail_ids().await {
            Ok(listed) => listed,
            Err(error) if error.is_transient() && self.settings().secret_from == [Source::Mail] => {
                return Err(error.into());
            }
            Err(error) => {
                tracing::warn!(operation.id = %self.operation.id, %error, "the mails before the reboot are not known");
                return Ok(None);
            }
        };
        let mut known: Vec<u64> = listed.into_iter().map(|id| id.0).collect();
        known.sort_unstable_by(|a, b| b.cmp(a));
        known.truncate(KNOWN_MAILS);
        Ok(Some(known))
    }

    /// Looks whether the server is still in a rescue that is nobody's; nothing is changed.
    async fn adopt(&self, server: &Server) -> Result<Next, Failure> {
        let problem = |problem| Ok(Next::Record(Event::FoundImpossible { problem }));
        if let Some(lease) = self.runner.store.lease(self.server()).await? {
            return problem(Problem::HasOwner { owner: lease.owner });
        }
        match plan::adoption(self.client, server).await {
            Ok((plan, system)) => Ok(Next::Record(Event::Adopted { plan: Box::new(plan), system })),
            Err(plan::Error::Problem(found)) => problem(found),
            Err(plan::Error::Ovh(error)) => Err(error.into()),
        }
    }

    /// Looks whether the rescue is still the one that was asked about, with the owner it had; OVHcloud is asked nothing.
    async fn hand_over(&self, lease: OperationId, from: UserId, to: UserId) -> Result<Next, Failure> {
        let held = self.runner.store.lease_of(lease).await?;
        Ok(Next::Record(match held.filter(|held| held.owner == from) {
            Some(_) => Event::HandedOver { from, to },
            None => Event::FoundImpossible { problem: Problem::LeaseChanged },
        }))
    }

    /// The link is only looked for on a server that is in rescue and not on its way somewhere.
    async fn prepare_link(&self, server: &Server) -> Result<Next, Failure> {
        let boot = match server.boot {
            Some(id) => Some(self.client.boot(&server.name, id).await?),
            None => None,
        };
        let Some(boot) = boot.filter(|boot| boot.is_rescue()) else {
            return Ok(Next::Record(Event::FoundImpossible { problem: Problem::NotInRescue }));
        };
        let reboot = self.latest_reboot().await?;
        if reboot.as_ref().is_some_and(|reboot| !reboot.status.is_final()) {
            return Ok(Next::Record(Event::FoundImpossible { problem: Problem::Rebooting }));
        }
        // OVHcloud purges ended tasks: then what Bernard remembers of the rescue says since when it is.
        let lease = self.runner.store.lease(self.server()).await?;
        let began = reboot.and_then(|reboot| reboot.started).or(lease.map(|lease| lease.started));
        let Some(since) = began else {
            return Ok(Next::Record(Event::FoundImpossible { problem: Problem::NotInRescue }));
        };
        let system = boot.family();
        Ok(Next::Record(Event::RescueFound { system, ip: server.ip.clone(), since }))
    }

    /// Writes the setting until it reads back, or says that it does not.
    pub(super) async fn set(&self) -> Result<Next, Failure> {
        let plan = self.operation.state.facts.plan.as_ref();
        let Some(change) = plan.and_then(|plan| plan.change.as_ref()) else {
            return Ok(Next::Record(Event::BootSet { queries: Vec::new() }));
        };
        let (took, mut queries) = self.write(change).await?;
        if took == Took::Yes {
            return Ok(Next::Record(Event::BootSet { queries }));
        }
        let said = format!("OVHcloud took the setting of {} but it does not read back", self.server());
        Ok(Next::Record(match self.operation.state.facts.doubt {
            None => Event::SettingInDoubt { doubt: Doubt::Unanswered { said }, query: queries.pop() },
            Some(_) => Event::SettingRefused { why: NotDone::Refused, said, query: queries.pop() },
        }))
    }

    /// Puts back what was there. While a change of ours may still show up late, what reads back once is not back yet: it is looked
    /// at for a while, and what came late is put back too. The lease stays until then.
    pub(super) async fn put_back(&self) -> Result<Next, Failure> {
        let done = |result, queries| Ok(Next::Record(Event::PutBack { result, queries }));
        let Some(made) = &self.operation.state.facts.plan else {
            return done(PutBack::Done, Vec::new());
        };
        let setting = match plan::undoing(self.client, self.server(), made).await {
            Ok(Some(setting)) => setting,
            Ok(None) => return done(PutBack::Done, Vec::new()),
            Err(plan::Error::Problem(problem)) => {
                return done(PutBack::Failed { said: format!("{problem:?}") }, Vec::new());
            }
            Err(plan::Error::Ovh(error)) => return Err(error.into()),
        };
        let (took, queries) = self.write(&setting).await?;
        match took {
            Took::Yes if !self.is_settled() && !queries.is_empty() => Ok(Next::Record(Event::WrittenBack { queries })),
            Took::Yes if !self.is_settled() => {
                let Settings { task_poll, reboot_settle, .. } = *self.settings();
                Ok(Next::Wait(task_poll.min(reboot_settle / 4)))
            }
            Took::Yes => done(PutBack::Done, queries),
            Took::No => {
                let said = format!("OVHcloud took the setting of {} but it does not read back", self.server());
                done(PutBack::Failed { said }, queries)
            }
        }
    }

    /// Whether no change of ours is to be expected any more, as far as anybody can tell.
    fn is_settled(&self) -> bool {
        self.operation.state.facts.doubt.is_none() || self.waited() > self.settings().reboot_settle
    }

    /// Whether the setting reads back after writing it, and OVHcloud's names for the requests that wrote it.
    async fn write(&self, setting: &Setting) -> Result<(Took, Vec<QueryId>), Failure> {
        let mut queries = Vec::new();
        if setting.holds_on(&self.client.server(self.server()).await?) {
            return Ok((Took::Yes, queries));
        }
        for _ in 0..SET_TRIES {
            match self.client.set(self.server(), &calls::change(setting)).await {
                Ok(written) => queries.extend(written.query),
                Err(error) => {
                    if error.may_have_happened() {
                        self.doubt(&error).await?;
                    }
                    return Err(error.into());
                }
            }
            if setting.holds_on(&self.client.server(self.server()).await?) {
                return Ok((Took::Yes, queries));
            }
        }
        Ok((Took::No, queries))
    }

    /// Records, once, that a change may still show up late: whatever was decided at the same moment.
    async fn doubt(&self, error: &ovh::Error) -> Result<(), Failure> {
        let doubt = Doubt::Unanswered { said: error.to_string() };
        let event = Event::SettingInDoubt { doubt, query: error.query() };
        while let Some(operation) = self.runner.store.operation(self.operation.id).await? {
            match self.runner.store.append(&operation, &event, clock::now()).await? {
                Append::Overtaken => {}
                Append::Done(_) | Append::Illegal(_) => break,
            }
        }
        self.runner.pulse.tap();
        Ok(())
    }
}

/// Whether a setting reads back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Took {
    Yes,
    No,
}
