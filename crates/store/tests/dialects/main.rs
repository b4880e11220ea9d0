//! The store on both databases: the same tables, and what only PostgreSQL has, which is replicas and a past that may be lost.

#[path = "../../../../tests/it/postgres/cluster.rs"]
mod cluster;
mod alerts;
mod replicas;
mod lost;
mod moving;
mod plans;
mod schema;
mod tls;

use std::path::Path;

use bernard_domain::{
    access::UserId,
    audit::{Act, Entry},
    locale::Locale,
    operation::{ChannelId, Operation, Request, Wish, approval::Guard},
};
use bernard_platform::clock;
use bernard_store::{Address, Error, Open, Place, Store, Tls};
use std::time::Duration;

/// A lease that does not run out while a test looks.
const LONG: Duration = Duration::from_secs(60);

/// Where a URL of the tests' own leads.
fn address(url: &str) -> Address {
    let (_, rest) = url.split_once("://bot@").expect("a URL of a cluster");
    let (server, database) = rest.split_once('/').expect("with a database");
    let (host, port) = server.split_once(':').expect("with a port");
    Address {
        place: Place::Host(host.to_owned()),
        port: port.parse().expect("a number"),
        user: "bot".to_owned(),
        password: "fake-password".to_owned(),
        database: database.to_owned(),
        tls: Tls::None,
    }
}

/// A replica on this database, with its witness in this folder.
async fn replica(url: &str, folder: &Path) -> Store {
    Store::connect(&address(url), &folder.join("witness"), LONG).await.expect("it connects")
}

async fn writes(store: &Store) -> Result<(), Error> {
    store.set_fact("written", "yes").await
}

async fn opened(store: &Store, press: u64) -> Operation {
    let request = Request {
        wish: Wish::Link { sources: Vec::new() },
        server: format!("ns{press}.example").try_into().expect("a name"),
        account: "main".into(),
        label: "web-1".into(),
        requester: UserId(200),
        locale: Locale::En,
        channel: ChannelId(500),
        place: ChannelId(500),
        reason: None,
        rule: "role 1".into(),
        guard: Guard::Unprotected,
        known_as: None,
        beside: None,
        runbooks: Vec::new(),
    };
    match store.open_from_press(press, &request, clock::now()).await.expect("the store writes") {
        Open::Accepted(operation, _) => *operation,
        other => panic!("{other:?}"),
    }
}

async fn started(store: &Store) {
    store.audit(Entry::act(Act::Started, clock::now())).await.expect("it is written");
}
