//! The audit: what is in it, who sees it, and that no line can be changed, taken out, put in or moved unseen.

mod anchor;
mod binary;
mod history;
mod lines;

use std::path::{Path, PathBuf};

use bernard_domain::audit::{Gaps, Line, Start, Verified, Verifier};
use bernard_store::Ledger;
use futures_util::StreamExt;

/// A store whose audit must be whole when its story is over, unless that failed anyway.
pub(crate) struct Whole(pub(crate) PathBuf);

impl Drop for Whole {
    fn drop(&mut self) {
        if std::thread::panicking() || !self.0.exists() {
            return;
        }
        let path = self.0.clone();
        // A story's runtime cannot be waited upon from within.
        let verified = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(verify(&path))
        });
        if let Err(broken) = verified.join().expect("no panic") {
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

/// The audit as the binary exports it.
pub(crate) fn exported(database: &Path, format: &str) -> Vec<u8> {
    let arguments = ["export", "--database", &database.to_string_lossy(), "--format", format];
    let said = binary::audit(&arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out.into_bytes()
}

async fn verify(path: &Path) -> Result<Verified, String> {
    let mut verifier = Verifier::new(Start::Genesis, Gaps::Refused, []);
    let mut ledger = Ledger::open(path).await.map_err(|error| error.to_string())?;
    let mut lines = std::pin::pin!(ledger.lines(None));
    while let Some(line) = lines.next().await {
        verifier.take(line.map_err(|error| error.to_string())?).map_err(|broken| broken.to_string())?;
    }
    verifier.end().map_err(|broken| broken.to_string())
}
