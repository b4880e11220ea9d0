//! A console's session: asked for, followed, and handed over like the link to a password.

use std::{sync::Arc, time::Duration};

use bernard_domain::{
    console::ConsoleKind,
    operation::{
        Operation, Source, Wish,
        event::{Event, Problem},
        state::Phase,
    },
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use jiff::SignedDuration;

use super::{Failure, Next, Work};
use crate::link::{Found, Look};

impl Work<'_> {
    /// Takes the kind that works best on a phone.
    pub(super) async fn choose_console(&self) -> Result<Next, Failure> {
        Ok(Next::Record(match self.client.consoles(self.server()).await?.first() {
            Some(kind) => Event::ConsoleChosen { kind: *kind },
            None => Event::FoundImpossible { problem: Problem::NoConsole },
        }))
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

    /// Whether the session has come and gone.
    pub(super) fn is_console_over(&self) -> bool {
        self.operation.state.facts.console_until.is_some_and(|until| until <= clock::now())
    }

    /// How long the session lasts yet; `None` when there is none.
    pub(super) fn console_left(&self) -> Option<Duration> {
        let until = self.operation.state.facts.console_until?;
        Some(Duration::try_from(until.duration_since(clock::now())).unwrap_or_default())
    }
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
