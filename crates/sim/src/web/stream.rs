//! What the page is told: the whole state of things for one person, as server-sent events, again whenever it has changed.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response, Sse, sse::Event},
};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Life, Page};
use crate::discord::{Id, Person};

/// How often OVHcloud's side is looked at, where things change by the mere passing of time.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Deserialize)]
pub(super) struct Wanted {
    who: String,
}

pub(super) async fn open(State(page): State<Page>, Query(wanted): Query<Wanted>) -> Response {
    let person = wanted.who.parse::<Id>().ok().and_then(|id| page.member(id));
    // Who has not yet said who they are is the first of the cast.
    match person.or_else(|| page.stage.cast.first().map(|member| member.person.clone())) {
        Some(person) => Sse::new(events(page, person)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// One side of the page, and what it was told last.
struct Told {
    page: Page,
    person: Person,
    changes: watch::Receiver<u64>,
    /// Whether Discord's side has changed since it was last looked at.
    stale: bool,
    chat: String,
    cloud: String,
}

fn events(page: Page, person: Person) -> impl Stream<Item = Result<Event, Infallible>> {
    let changes = page.stage.discord.changes();
    let told = Told { page, person, changes, stale: true, chat: String::new(), cloud: String::new() };
    stream::unfold(told, |mut told| async move {
        loop {
            if let Some(event) = told.news() {
                return Some((Ok(event), told));
            }
            told.stale = tokio::time::timeout(LOOK, told.changes.changed()).await.is_ok();
        }
    })
}

impl Told {
    /// The next thing to tell, if something is not as it was told last.
    fn news(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.stale) {
            let chat = self.page.chat(&self.person).to_string();
            if chat != self.chat {
                self.chat.clone_from(&chat);
                return Some(Event::default().event("chat").data(chat));
            }
        }
        let cloud = self.page.cloud().to_string();
        if cloud != self.cloud {
            self.cloud.clone_from(&cloud);
            return Some(Event::default().event("cloud").data(cloud));
        }
        None
    }
}

impl Page {
    fn chat(&self, person: &Person) -> Value {
        let mut chat = self.stage.discord.client_of(person);
        let member = |member: &super::Member| json!({ "id": member.person.id(), "name": self.stage.discord.name_of(&member.person), "part": member.part.word() });
        chat["cast"] = self.stage.cast.iter().map(member).collect();
        chat["online"] = json!(self.stage.discord.gateway().connected() > 0);
        chat["secret_base"] = json!(&*self.base);
        chat
    }

    fn cloud(&self) -> Value {
        let mut cloud = self.stage.ovh.panel();
        cloud["troubles"] = json!(self.troubles.now(&self.stage.ovh));
        cloud["bot"] = json!(match *self.stage.life.borrow() {
            Life::Running => "running",
            Life::Dead => "dead",
        });
        cloud
    }
}
