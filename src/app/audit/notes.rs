//! Anchors that are signed: read with the public key, and the key itself.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, anyhow};
use bernard_config::Config;
use bernard_domain::audit::Anchor;
use bernard_sinks::note::{PublicKey, SIGNED, Signer, new_seed};
use secrecy::ExposeSecret;

use super::OWNER_ONLY;
use crate::say;

/// The anchors in these files that the key has signed.
pub(super) fn signed_by(key: &PublicKey, files: &[String]) -> anyhow::Result<Vec<Anchor>> {
    let mut anchors = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)
            .map_err(|error| anyhow!("--anchor {file:?} is no file of signed notes that can be read: {error}"))?;
        for place in key.unsigned(&text) {
            eprintln!(
                "bernard: note {place} in {file:?} is not signed by that key: it is cut off, or was tampered with"
            );
        }
        anchors.extend(key.anchors(&text).with_context(|| format!("--anchor {file:?}"))?);
    }
    Ok(anchors)
}

/// What the notes of this configuration are signed with; `None`: it signs none.
pub(super) fn own_key(config: &Config) -> anyhow::Result<Option<PublicKey>> {
    let Some(notes) = &config.audit.notes else { return Ok(None) };
    Ok(Some(Signer::new(&notes.name, notes.key.expose_secret())?.public().clone()))
}

/// Whether a text has signed notes in it, whoever signed them.
pub(super) fn are_signed(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(SIGNED))
}

/// Writes the secret of a new key, and prints what its signatures are checked with.
pub(super) fn make_key(name: &str, out: &Path) -> anyhow::Result<()> {
    let seed = new_seed().context("the system gives nothing random")?;
    let signer = Signer::new(name, &seed)?;
    // Read as whoever verifies will: a name that no note can have is said now.
    signer.public().to_string().parse::<PublicKey>().map_err(|_| anyhow!("--name {name:?} is no name for a key"))?;
    let cannot = || format!("{} cannot be written", out.display());
    let mut file = File::options().write(true).create_new(true).mode(OWNER_ONLY).open(out).with_context(cannot)?;
    file.write_all(format!("{seed}\n").as_bytes()).with_context(cannot)?;
    file.sync_all().with_context(cannot)?;
    say::needed(signer.public())?;
    Ok(())
}
