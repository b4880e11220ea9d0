//! A page for a browser: a small Discord, in which one is one of a few people, and beside it what OVHcloud sees.
//!
//! What it promises:
//!
//! - It shows only what a person's own client would show them; ephemeral messages are their person's alone.
//! - It does what a person can do at Discord's client, by way of [`crate::discord::people`]; the bot cannot tell the difference.
//! - It comes whole from this program: no file of it is loaded from elsewhere, and its content security policy says so.
//! - It takes nothing from a page of another site, even one whose name leads to this machine.
//! - Whoever runs the bot is told to kill it by an [`Order`], and tells by a [`Life`]; this crate knows no bot.
//!
//! In reading order: [`cast`] (who and what there is), `act` (what the page asks for), `stream` (what it is told),
//! `trouble` (what goes wrong on demand), `assets` (the page itself).

mod act;
mod assets;
pub mod cast;
mod stream;
mod trouble;

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Request, header},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};

use crate::{
    discord::{Discord, Id, Person},
    net::home::{self, Guests},
    ovh::Ovh,
};
use cast::Member;
use trouble::Troubles;

/// What the page may do and load: only what comes from here, and no script in a text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the page asks of whoever runs the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Kill the bot as a power failure would, and start it again a little later.
    KillAndRestart,
    /// Have monitoring tell the bot whether [`ALERTED`](cast::ALERTED) answers.
    Monitoring(Answers),
}

/// What monitoring sees of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// Nothing comes back.
    NoMore,
    /// It is well again.
    Again,
}

/// How the bot is, as whoever runs it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Its process runs.
    Running,
    /// It is dead, and will be started again.
    Dead,
}

/// Everything that the page is about.
#[derive(Clone)]
pub struct Stage {
    /// The people's side.
    pub discord: Discord,
    /// The servers' side.
    pub ovh: Ovh,
    /// Whom one can be.
    pub cast: Vec<Member>,
    /// Where orders go.
    pub orders: mpsc::Sender<Order>,
    /// How the bot is.
    pub life: watch::Receiver<Life>,
}

/// What every handler holds.
#[derive(Clone)]
struct Page {
    stage: Arc<Stage>,
    troubles: Arc<Troubles>,
    /// The address that links to secrets begin with; the page puts its own in its place.
    base: Arc<str>,
}

impl Page {
    /// The member of the cast with this id.
    fn member(&self, id: Id) -> Option<Person> {
        self.stage.cast.iter().find(|member| member.person.id() == id).map(|member| member.person.clone())
    }
}

/// A port for the page, before there is anything on it.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    address: SocketAddr,
}

impl Door {
    /// Listens at `address` (port 0: a free one).
    ///
    /// # Errors
    ///
    /// If the address cannot be had.
    pub async fn at(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where people open the page; on this machine, if it listens everywhere.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// What a link to a secret begins with: always loopback, because a bot refuses to put secrets on an open wire. The page
    /// leads to itself instead, wherever it was opened.
    pub fn secret_base(&self) -> String {
        format!("http://127.0.0.1:{}/secret/", self.address.port())
    }

    /// Serves the page for as long as the future is polled.
    ///
    /// # Errors
    ///
    /// If the port breaks.
    pub async fn serve(self, stage: Stage) -> io::Result<()> {
        let base: Arc<str> = self.secret_base().into();
        let page = Page { troubles: Arc::new(Troubles::of(&stage.ovh)), stage: Arc::new(stage), base };
        axum::serve(self.listener, router(page, Guests::of(self.address))).await
    }
}

fn router(page: Page, guests: Guests) -> Router {
    Router::new()
        .route("/api/stream", get(stream::open))
        .route("/api/file/{message}/{file}", get(act::file))
        .route("/api/slash", post(act::slash))
        .route("/api/autocomplete", post(act::autocomplete))
        .route("/api/press", post(act::press))
        .route("/api/select", post(act::select))
        .route("/api/message-command", post(act::of_message))
        .route("/api/submit", post(act::submit))
        .route("/api/say", post(act::say))
        .route("/api/dms", post(act::dms))
        .route("/api/trouble", post(act::trouble))
        .route("/api/kill", post(act::kill))
        .route("/api/monitoring", post(act::monitoring))
        .route("/api/secret", post(act::secret))
        .with_state(page)
        .merge(assets::routes())
        .layer(middleware::from_fn_with_state(guests, home::only))
        .layer(middleware::from_fn(careful))
}

/// The headers that every answer carries.
async fn careful(request: Request<axum::body::Body>, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let all: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in all {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
