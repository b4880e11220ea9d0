//! What others began since the card was confirmed: what could be destroyed by going on is asked about, never passed by.

use std::time::Duration;

use bernard_domain::{
    operation::event::{Event, Problem},
    others::{Beside, OthersWork},
};
use bernard_platform::clock;
use jiff::SignedDuration;

use super::{Failure, Next, PATIENCE, Work};
use crate::beside::{self, Scope};

/// How long a reboot that was asked for may stay unknown and still turn up.
const LOST_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// How long after its plan was made the setting is written without another look: the plan's own look is as young.
const JUST_NOW: Duration = Duration::from_secs(2);

impl Work<'_> {
    /// Whether others are at something that a restart would destroy or collide with, and that nobody was shown; then how it goes on
    /// instead. While the tasks cannot be read, it waits, unless the card said that they could not.
    pub(super) async fn in_others_way(&self) -> Result<Option<Next>, Failure> {
        let shown = self.shown();
        let beside = self.beside(&shown).await?;
        if let Some(unread) = beside.unread.iter().find(|_| shown.knows_tasks() && !beside.knows_tasks()) {
            return Ok(Some(match self.waited() > self.settings().task_poll * PATIENCE {
                false => Next::Wait(self.settings().task_poll),
                true => {
                    let problem = Problem::Weather { said: unread.said.clone(), query: None };
                    self.not_any_more(Event::FoundImpossible { problem }, "the tasks cannot be read")
                }
            }));
        }
        let mut works = beside.news(&shown.works);
        works.retain(|work| work.collides(clock::now()));
        if works.iter().any(OthersWork::is_reboot) {
            let since = clock::now() - LOST_WITHIN;
            // One that we asked for and never heard of may turn up late; it is adopted, or asked about, where it belongs.
            if self.context.store.may_have_rebooted(self.server(), since).await? {
                works.retain(|work| !work.is_reboot());
            }
        }
        if works.is_empty() {
            return Ok(None);
        }
        Ok(Some(Next::Record(match self.operation.state.facts.intents {
            0 => Event::FoundImpossible { problem: Problem::OthersAtWork { works } },
            _ => Event::OthersAtWork { works },
        })))
    }

    /// What stops the setting before it is written, if the plan was not made just now: this process may not have been there since.
    pub(super) async fn stopped_by_now(&self) -> Result<Option<Next>, Failure> {
        if self.waited() < JUST_NOW {
            return Ok(None);
        }
        match self.in_others_way().await? {
            None => self.still_wanted().await,
            stop => Ok(stop),
        }
    }

    /// The work that putting back would write under, and that nobody was shown.
    pub(super) async fn forbids_putting_back(&self) -> Result<Vec<OthersWork>, Failure> {
        let shown = self.shown();
        let mut works = self.beside(&shown).await?.news(&shown.works);
        works.retain(|work| work.forbids_writing(clock::now()));
        Ok(works)
    }

    async fn beside(&self, shown: &Beside) -> Result<Beside, Failure> {
        let ours = self.context.store.tasks_of(self.server()).await?;
        Ok(Box::pin(beside::look(self.client, self.server(), &ours, Some(shown), Scope::Begun)).await)
    }

    /// What whoever confirmed it, and whoever answered its questions, was shown.
    fn shown(&self) -> Beside {
        let mut shown = self.operation.request.beside.clone().unwrap_or_default();
        let facts = &self.operation.state.facts;
        shown.works.extend(facts.others.iter().cloned());
        // The question was about these.
        shown.works.extend(facts.candidates.iter().map(|id| OthersWork::UnreadTask { id: *id }));
        shown
    }
}
