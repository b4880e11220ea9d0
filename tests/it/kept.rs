//! The store of a story, beside the program: where it is, and what it has.

use std::{path::Path, time::Duration};

use bernard::app::store::address;
use bernard_config::StoreUrl;
use bernard_domain::operation::{Operation, OperationId};
use bernard_store::{Address, Error, Posted, Store};

use crate::{
    bot::{TestBot, eventually},
    passing::Session,
};

/// Long enough for a test's look.
pub(crate) const LEASE: Duration = Duration::from_secs(10);

/// Where a PostgreSQL store is.
pub(crate) fn address_of(url: &str) -> Address {
    let text = format!(
        "[discord]\ntoken = \"x\"\nguild = \"1\"\n[store]\nurl = \"{url}\"\n[[ovh]]\napplication_key = \"x\"\n\
         application_secret = \"x\"\nconsumer_key = \"x\"\n"
    );
    let read = bernard_config::Config::from_text(&text, Vec::<(String, String)>::new());
    match read.unwrap_or_else(|problems| panic!("{problems}")).config.store.url {
        StoreUrl::Postgres(postgres) => address(&postgres),
        StoreUrl::Sqlite(path) => panic!("{} is a file", path.display()),
    }
}

/// A store that no program uses. One that another story begins just now has our files too, until it is itself.
pub(crate) async fn opened(file: &Path) -> Store {
    let mut store = None;
    eventually("the store is let go", async || {
        store = match Store::open(file).await {
            Err(Error::InUse(_)) => None,
            opened => Some(opened.expect("the store opens")),
        };
        store.is_some()
    })
    .await;
    store.expect("it is open")
}

impl TestBot {
    /// The lines of `[store]`.
    pub(crate) fn store_lines(&self) -> String {
        let witness = self.database().with_file_name("witness").display().to_string();
        match &self.config.postgres {
            Some(url) => {
                format!("url = \"{url}\"\nlease_seconds = {}\nwitness = \"{witness}\"", self.config.lease_seconds)
            }
            None => format!("url = \"sqlite://{}\"", self.database().display()),
        }
    }

    /// The store, to be read.
    async fn store(&self) -> Store {
        let connected = match &self.config.postgres {
            Some(url) => Store::connect(&address_of(url), &self.database().with_file_name("reader"), LEASE).await,
            None => return opened(&self.database()).await,
        };
        connected.expect("the store opens")
    }

    /// The store's lock says when the last task is gone.
    pub(crate) async fn store_is_free(&self) {
        if self.config.postgres.is_some() {
            // Whoever comes next waits until the lease has run out.
            return;
        }
        drop(opened(&self.database()).await);
    }

    /// An operation as the store has it. The program must not run.
    pub(crate) async fn operation(&self, id: i64) -> Operation {
        let store = self.store().await;
        let operation = store.operation(OperationId(id)).await.expect("it reads").expect("it is there");
        store.close().await;
        operation
    }

    /// Makes the attempts at an operation's messages so much older. The program must not run.
    pub(crate) async fn age_messages(&self, id: i64, by: jiff::SignedDuration) {
        let store = opened(&self.database()).await;
        for mut posted in store.messages(OperationId(id)).await.expect("they read") {
            posted.attempted -= by;
            store.save_message(OperationId(id), &posted).await.expect("it is written");
        }
        store.close().await;
    }

    /// Takes from the store that an operation's messages were posted; that it was tried stays. The program must not run.
    pub(crate) async fn forget_messages(&self, id: i64) {
        let store = opened(&self.database()).await;
        for posted in store.messages(OperationId(id)).await.expect("they read") {
            let unknown = Posted { message: None, shown: String::new(), ..posted };
            store.save_message(OperationId(id), &unknown).await.expect("it is written");
        }
        store.close().await;
    }

    /// Makes everything that happened to an operation so much older. The program must not run.
    pub(crate) async fn age_events(&self, id: i64, by: jiff::SignedDuration) {
        let by = i64::try_from(by.as_millis()).expect("not so long");
        let mut session = Session::of(self).await;
        session.write("UPDATE events SET at = at - $2 WHERE operation = $1", &[id, by]).await;
        session.write("UPDATE operations SET opened_at = opened_at - $2 WHERE id = $1", &[id, by]).await;
        session.close().await;
    }

    /// Every operation as the store has it. The program must not run.
    pub(crate) async fn operations(&self) -> Vec<Operation> {
        // What did not end within `drain` lets go of the store a moment later.
        self.store_is_free().await;
        let store = self.store().await;
        let mut operations = Vec::new();
        while let Some(operation) = store.operation(OperationId(operations.len() as i64 + 1)).await.expect("it reads") {
            operations.push(operation);
        }
        store.close().await;
        operations
    }
}
