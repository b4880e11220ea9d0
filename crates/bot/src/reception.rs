//! Where interactions are received: each is acknowledged at once, whatever else is going on, and answered when it is its turn.
//!
//! Promises: acknowledging needs no place that an answer holds; nobody, however many commands they send, keeps others from
//! being acknowledged or answered; what waits and what is worked on is bounded, in number and in size; and whoever was
//! acknowledged is answered, after a panic too.

use std::{panic::AssertUnwindSafe, sync::Arc};

use bernard_discord::{InteractionKey, RawInteraction};
use bernard_domain::{access::UserId, locale::Locale};
use bernard_platform::live::Live;
use bernard_text as text;
use bernard_text::say;
use futures_util::FutureExt;
use serenity::model::{application::Interaction, id::ApplicationId};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    context::Handler,
    crowd::{Bounds, Crowd, Place},
    render::message::Plain,
    reply::at_once,
    wire,
};

/// What one place in the house holds, in bytes: more than most interactions have.
const PLACE: usize = 4 << 10;
/// Everything that was received and is not yet answered. What comes when it is full is dropped, and counted.
const INSIDE: Bounds = Bounds { all: 1_024, at_ease: 512, of_one: 64 };
/// What is being acknowledged. Each takes milliseconds, or, while Discord is slow, up to three seconds.
const ACKNOWLEDGED: Bounds = Bounds { all: 512, at_ease: 256, of_one: 64 };
/// What is being answered, in each lane.
const ANSWERED: Bounds = Bounds { all: 128, at_ease: 0, of_one: 8 };

/// In which row somebody waits: the way out of rescue never stands behind what the same person typed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Commands.
    Asked,
    /// Buttons and forms, and the commands that lead out.
    Way,
}

/// All places of the house. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Reception {
    inside: Crowd,
    acknowledged: Crowd,
    asked: Crowd,
    way: Crowd,
}

impl Default for Reception {
    fn default() -> Self {
        let [inside, acknowledged, asked, way] = [INSIDE, ACKNOWLEDGED, ANSWERED, ANSWERED].map(Crowd::new);
        Self { inside, acknowledged, asked, way }
    }
}

/// Somebody who is being acknowledged.
#[derive(Debug)]
pub(super) struct Visitor {
    person: UserId,
    acknowledging: Place,
    reception: Reception,
}

impl Visitor {
    /// Has been acknowledged, and waits for their turn to be answered.
    pub(super) async fn in_turn(self, lane: Lane) -> Place {
        drop(self.acknowledging);
        let row = match lane {
            Lane::Asked => &self.reception.asked,
            Lane::Way => &self.reception.way,
        };
        row.enter(self.person).await
    }
}

/// Whom to tell what, if the handling of an interaction breaks.
struct Owed {
    key: InteractionKey,
    app: ApplicationId,
    locale: Locale,
}

impl Handler {
    /// Has the handler of the moment take what comes until `stop`, then tells the late ones that we restart; those under way are let
    /// finish.
    pub async fn run(of: Live<Self>, mut incoming: mpsc::Receiver<RawInteraction>, stop: CancellationToken) {
        let first = of.get();
        let reception = Reception::default();
        let mut under_way = JoinSet::new();
        let mut counts = std::pin::pin!(first.write_counts());
        loop {
            tokio::select! {
                raw = incoming.recv() => {
                    let Some(raw) = raw else { break };
                    let places = raw.size().div_ceil(PLACE).max(1);
                    match reception.inside.try_enter(UserId(raw.person()), places) {
                        Some(place) => {
                            let received = of.get().receive(raw, reception.clone(), stop.clone());
                            under_way.spawn(async move {
                                let _place = place;
                                received.await;
                            });
                        }
                        None => raw.dropped(),
                    }
                }
                Some(_) = under_way.join_next() => {}
                () = &mut counts => {}
                // What is already in the channel is still told that we restart.
                () = stop.cancelled(), if !incoming.is_closed() => incoming.close(),
            }
        }
        while under_way.join_next().await.is_some() {}
        first.write_last_counts().await;
    }

    async fn receive(self: Arc<Self>, raw: RawInteraction, reception: Reception, stop: CancellationToken) {
        let person = UserId(raw.person());
        let acknowledging = reception.acknowledged.enter(person).await;
        if stop.is_cancelled() {
            return self.turn_away(raw).await;
        }
        let owed = owed(&raw);
        let visitor = Visitor { person, acknowledging, reception };
        // The panic's own hook has said where it was. What it left half done is in no memory of ours: work is in the store.
        let handled = AssertUnwindSafe(Box::pin(self.take(raw, visitor))).catch_unwind().await;
        if handled.is_err()
            && let Some(owed) = owed
        {
            self.own_up(owed).await;
        }
    }

    /// Answers somebody whose interaction broke: acknowledged or not, they must not wait for nothing.
    async fn own_up(&self, owed: Owed) {
        let words = format!("🚫 {}", say!(owed.locale, "refusal-broken"));
        let reply = wire::answer(&Plain::text(words.clone()));
        if self.rest.edit_original(owed.app, &owed.key.token, &reply, &[]).await.is_err() {
            self.acknowledged(&owed.key, &at_once(words)).await;
        }
    }
}

/// What is owed to whoever sent this; `None`: only a list of suggestions, which nobody waits for.
fn owed(raw: &RawInteraction) -> Option<Owed> {
    let RawInteraction::Readable { interaction, .. } = raw else { return None };
    let (app, locale) = match &**interaction {
        Interaction::Command(command) => (command.application_id, &command.locale),
        Interaction::Component(press) => (press.application_id, &press.locale),
        Interaction::Modal(form) => (form.application_id, &form.locale),
        _ => return None,
    };
    Some(Owed { key: raw.key(), app, locale: text::locale_of(locale) })
}
