//! The audit's daily anchor as a signed note, where the owner of the store cannot change it: appended to a file, or posted.
//!
//! Each place has its own day in the store, which is written when the note is there: what fails is tried again, and a note may stand twice.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use bernard_platform::clock;
use bernard_store::Store;
use jiff::tz::TimeZone;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use crate::{
    note::Signer,
    web::{NoClient, client, words},
};

/// Where notes are kept.
#[derive(Clone)]
pub enum NotePlace {
    /// At the end of this file, which is made if need be.
    File(PathBuf),
    /// By `POST` to this URL, which may hold a secret.
    Web(SecretString),
}

impl NotePlace {
    /// Its word in the store and in the log.
    fn word(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Web(_) => "url",
        }
    }
}

/// Why a note is not where it belongs.
#[derive(Debug, thiserror::Error)]
enum NotKept {
    #[error("{0}")]
    File(#[from] io::Error),
    #[error("{0}")]
    Client(#[from] NoClient),
    #[error("{0}")]
    Unreached(String),
    #[error("HTTP {0}")]
    Refused(u16),
    #[error("{0}")]
    Store(#[from] bernard_store::Error),
}

/// What signed anchors need.
pub struct SignedAnchors {
    /// Where the audit is, for a loop that this replica has to itself.
    pub store: Store,
    /// Who signs.
    pub signer: Signer,
    /// Where they are kept.
    pub places: Vec<NotePlace>,
    /// Whose days count.
    pub zone: TimeZone,
    /// How often it is looked whether a day has begun.
    pub every: Duration,
}

impl SignedAnchors {
    /// Looks until `stop` whether one is due.
    pub async fn keep(self, stop: CancellationToken) {
        tracing::info!(key = %self.signer.public(), "the audit's anchors are signed; whoever verifies needs this public key");
        let looks = async {
            let mut failed = vec![false; self.places.len()];
            loop {
                for (place, failed) in self.places.iter().zip(&mut failed) {
                    let kept = self.look(place).await;
                    if let (Err(error), false) = (&kept, *failed) {
                        tracing::error!(%error, place = place.word(), "the audit's signed anchor could not be kept; it is tried again");
                    }
                    *failed = kept.is_err();
                }
                tokio::time::sleep(self.every).await;
            }
        };
        stop.run_until_cancelled(looks).await;
    }

    async fn look(&self, place: &NotePlace) -> Result<(), NotKept> {
        let now = clock::now();
        let day = now.to_zoned(self.zone.clone()).date();
        let Some(head) = self.store.note_due(place.word(), day).await? else { return Ok(()) };
        let note = self.signer.note(head);
        match place {
            NotePlace::File(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || append(&path, &note)).await.map_err(io::Error::other)??;
            }
            NotePlace::Web(url) => post(url, note).await?,
        }
        Ok(self.store.note_kept(place.word(), day, head, now).await?)
    }
}

/// When this returns, the note is on the disk. A note whose end is missing, as the machine stopped, is one that nobody has signed.
fn append(path: &Path, note: &str) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    let before = if file.metadata()?.len() > 0 { "\n\n" } else { "" };
    file.write_all(format!("{before}{note}").as_bytes())?;
    file.sync_all()
}

async fn post(url: &SecretString, note: String) -> Result<(), NotKept> {
    let request = client()?.post(url.expose_secret()).header(CONTENT_TYPE, "text/plain; charset=utf-8").body(note);
    let answer = request.send().await.map_err(|error| NotKept::Unreached(words(error)))?;
    if answer.status().is_success() { Ok(()) } else { Err(NotKept::Refused(answer.status().as_u16())) }
}
