//! A console's session: asked for, followed, and handed over like the link to a password.

use std::{sync::Arc, time::Duration};

use bernard_domain::{
    console::{ConsoleKind, Health},
    operation::{
        Operation, Source, Wish,
        event::{Event, Problem},
        state::Phase,
    },
    server::TaskStatus,
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use jiff::{SignedDuration, Timestamp};

use super::{Failure, Next, Work};
use crate::link::{Found, Look};

impl Work<'_> {
    /// Takes the kind that works best on a phone.
    pub(super) async fn choose_console(&self) -> Result<Next, Failure> {
        Ok(Next::Record(match self.client.consoles(self.server()).await?.first() {
            Some(kind) => Event::ConsoleFound { kind: *kind },
            None => Event::FoundImpossible { problem: Problem::NoConsole },
        }))
    }

    /// Has OVHcloud test the console, so that whoever waits knows beforehand when it stays dark. A help and no more: whatever stands in
    /// its way, a session is asked for next.
    pub(super) async fn test_console(&self) -> Result<Next, Failure> {
        let Phase::TestingConsole(_, task) = self.operation.state.phase else { return Ok(Next::Reread) };
        let Some(task) = task else { return self.ask_console_test().await };
        let status = match self.client.task(self.server(), task).await {
            Ok(task) => task.map(|task| task.status),
            Err(error) if error.is_transient() => None,
            Err(error) => return Ok(tested(Health::Unknown { said: error.to_string() })),
        };
        Ok(match status {
            Some(TaskStatus::Done) => tested(Health::Passes),
            Some(failed) if failed.is_final() => tested(Health::Fails { said: self.said_of_test(&failed).await }),
            _ if self.operation.state.facts.console_tested_until.is_none_or(|until| until <= clock::now()) => {
                tested(Health::Unknown { said: "the test had no end in time".to_owned() })
            }
            _ => Next::Wait(self.settings().secret_poll),
        })
    }

    async fn ask_console_test(&self) -> Result<Next, Failure> {
        if let Some(stop) = self.still_wanted().await? {
            return Ok(stop);
        }
        Ok(match self.client.test_console(self.server()).await {
            Ok(asked) => {
                let until = clock::now().saturating_add(self.settings().console_test).unwrap_or(Timestamp::MAX);
                Next::Record(Event::ConsoleTestAsked { task: asked.value.id, until, query: asked.query })
            }
            Err(error) => tested(Health::Unknown { said: error.to_string() }),
        })
    }

    /// What OVHcloud says of a test that failed; its task's word, if it says no more.
    async fn said_of_test(&self, status: &TaskStatus) -> String {
        let said = self.client.console_test(self.server()).await.ok().flatten();
        said.unwrap_or_else(|| status.as_str().to_owned())
    }

    /// Asks for a session. After a lost answer it is simply asked for again: the session that may be too many is nobody's way
    /// in, because only the latest one's link is read, and it ends by itself within minutes.
    pub(super) async fn ask_console(&self) -> Result<Next, Failure> {
        let (Phase::AskingConsole(kind), Wish::Console { minutes, ip }) =
            (&self.operation.state.phase, &self.operation.request.wish)
        else {
            return Ok(Next::Reread);
        };
        if let Some(stop) = self.still_wanted().await? {
            return Ok(stop);
        }
        let asked = self.client.open_console(self.server(), *kind, *minutes, *ip).await?;
        Ok(Next::Record(Event::ConsoleAsked { task: asked.value.id, query: asked.query }))
    }

    /// When the session is there and its end is not recorded yet: that comes first, so that whatever holds its link can be
    /// wiped at its end, also by another process.
    pub(super) async fn newly_opened_console(&self) -> Result<Option<Next>, Failure> {
        let facts = &self.operation.state.facts;
        let (Some(kind), None, Wish::Console { minutes, .. }) =
            (facts.console, facts.console_until, &self.operation.request.wish)
        else {
            return Ok(None);
        };
        let Some(session) = self.client.console(self.server(), kind).await? else { return Ok(None) };
        let whole = SignedDuration::from_mins(i64::from(minutes.get()));
        let left = match session.expires {
            Some(expires) => expires.duration_since(self.client.now().await?),
            None => whole,
        };
        // One that has ended is an earlier one's; ours is still to come.
        Ok(left.is_positive().then(|| Next::Record(Event::ConsoleOpened { until: clock::now() + left.min(whole) })))
    }

    /// How long the session lasts yet; `None` when there is none.
    pub(super) fn console_left(&self) -> Option<Duration> {
        let until = self.operation.state.facts.console_until?;
        Some(Duration::try_from(until.duration_since(clock::now())).unwrap_or_default())
    }
}

/// Whether the console's session has come and gone.
pub(super) fn is_console_over(operation: &Operation) -> bool {
    operation.state.facts.console_until.is_some_and(|until| until <= clock::now())
}

fn tested(health: Health) -> Next {
    Next::Record(Event::ConsoleTested { health })
}

/// The session's link, once its end is recorded.
pub(super) async fn find(client: &ovh::Client, operation: &Operation, kind: ConsoleKind) -> Look {
    if operation.state.facts.console_until.is_none() {
        return Look::default();
    }
    match client.console(&operation.request.server, kind).await {
        Ok(session) => Look::of(session.map(|session| Found {
            source: Source::Console,
            link: Arc::new(session.link.into()),
            query: None,
        })),
        Err(error) => Look::failed(Source::Console, error),
    }
}
