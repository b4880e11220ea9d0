//! The audit: what is in it, who sees it, and that no line can be changed, taken out, put in or moved unseen.

mod anchor;
mod binary;
mod history;
mod lines;
mod notes;

use std::path::{Path, PathBuf};

use bernard_domain::audit::{Gaps, Line, Start, Verified, Verifier};
use bernard_store::{Address, Ledger};
use futures_util::StreamExt;

use crate::{bot::TestBot, kept::address_of};

/// A store whose audit must be whole when its story is over, unless that failed anyway.
pub(crate) struct Whole {
    pub(crate) file: PathBuf,
    postgres: Option<Address>,
}

impl Whole {
    /// The one in this file, or in this PostgreSQL database.
    pub(crate) fn of(file: PathBuf, postgres: Option<&str>) -> Self {
        Self { file, postgres: postgres.map(address_of) }
    }

    async fn open(&self) -> Result<Ledger, String> {
        open(&self.file, self.postgres.as_ref()).await
    }
}

/// The audit in this PostgreSQL database, or in this file.
async fn open(file: &Path, postgres: Option<&Address>) -> Result<Ledger, String> {
    let opened = match postgres {
        Some(address) => Ledger::connect(address).await,
        None => Ledger::open(file).await,
    };
    opened.map_err(|error| error.to_string())
}

impl Drop for Whole {
    fn drop(&mut self) {
        if std::thread::panicking() || (self.postgres.is_none() && !self.file.exists()) {
            return;
        }
        // A story's runtime cannot be waited upon from within.
        let verified = std::thread::scope(|threads| {
            let verifying = threads.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async { verify(self.open().await?).await })
            });
            verifying.join().expect("no panic")
        });
        if let Err(broken) = verified {
            panic!("the audit is broken: {broken}");
        }
    }
}

/// Every line of the audit, as an inspector reads it.
pub(crate) async fn lines(path: &Path) -> Vec<Line> {
    let mut ledger = Ledger::open(path).await.expect("the audit opens");
    let lines = ledger.lines(None).map(|line| line.expect("the store reads").expect("a line")).collect();
    lines.await
}

/// The same of a story's store, wherever that is kept.
pub(crate) async fn lines_of(bot: &TestBot) -> Vec<Line> {
    let postgres = bot.config.postgres.as_deref().map(address_of);
    let mut ledger = open(&bot.database(), postgres.as_ref()).await.expect("the audit opens");
    let lines = ledger.lines(None).map(|line| line.expect("the store reads").expect("a line")).collect();
    lines.await
}

/// The audit as the binary exports it.
pub(crate) fn exported(database: &Path, format: &str) -> Vec<u8> {
    let arguments = ["export", "--database", &database.to_string_lossy(), "--format", format];
    let said = binary::audit(&arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out.into_bytes()
}

async fn verify(mut ledger: Ledger) -> Result<Verified, String> {
    let mut verifier = Verifier::new(Start::Genesis, Gaps::Refused, []);
    let mut lines = std::pin::pin!(ledger.lines(None));
    while let Some(line) = lines.next().await {
        verifier.take(line.map_err(|error| error.to_string())?).map_err(|broken| broken.to_string())?;
    }
    verifier.end().map_err(|broken| broken.to_string())
}
