//! `bernard backup`: a whole copy of the store beside a bot that runs.

use std::path::Path;

use anyhow::Context;
use bernard_config::Config;
use bernard_platform::clock;
use bernard_store as store;

/// Copies the SQLite store of the configuration to `out`, which must not be there, and says on the error output what was
/// copied.
///
/// # Errors
/// When the configuration names no SQLite store, or there is no copy: then there is no `out` either.
pub fn run(config: &Config, out: &Path) -> anyhow::Result<()> {
    let database = super::store::path(config)
        .context("bernard backup copies SQLite stores; PostgreSQL has pg_dump and its own backups")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let copied = runtime.block_on(store::copy(database, out, clock::now()))?;
    let head = copied.head.map_or_else(String::new, |head| format!("; its audit's last line is {head}"));
    eprintln!("{}: {} bytes{head}", out.display(), copied.bytes);
    Ok(())
}
