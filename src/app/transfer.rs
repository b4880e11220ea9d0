//! `bernard store move`: the store goes into another database, and is run there from then on.

use anyhow::{Context, anyhow};
use bernard_config as config;
use bernard_config::StoreUrl;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::{Location, Progress, Stage, Transferred};
use clap::{Args, Subcommand};

use crate::{progress::ProgressLine, say};

/// What can be done with a store while nobody runs it.
#[derive(Debug, Subcommand)]
pub enum StoreVerb {
    /// Move everything from one database into another, which is empty or the one that it was moved from. No bot may run on either. The old
    /// store refuses to be run from then on; what was under way goes on where `run` is started on the new one.
    Move(Addresses),
}

/// Where from and where to: as in store.url, or env:NAME or file:PATH for where such an address stands, so that no password need be typed.
#[derive(Debug, Args)]
pub struct Addresses {
    /// The store that there is: sqlite://PATH, postgres://…, env:NAME or file:PATH.
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// Where it goes: the same.
    #[arg(long, value_name = "ADDRESS")]
    to: String,
}

/// Moves a store, and prints what was moved.
///
/// # Errors
/// When it was not moved: then the old store can be run as before, unless the error says that the same is to be said again.
pub fn run(StoreVerb::Move(addresses): &StoreVerb) -> anyhow::Result<()> {
    let from = location("--from", &addresses.from)?;
    let to = location("--to", &addresses.to)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let mut shown = Shown { line: ProgressLine::new(true), percent: None };
    let moved = runtime.block_on(store::transfer(&from, &to, clock::now(), &mut |progress| shown.show(progress)));
    shown.line.clear();
    say_moved(&moved?);
    Ok(())
}

fn location(flag: &str, given: &str) -> anyhow::Result<Location> {
    match StoreUrl::given(given, config::process_environment()) {
        Ok(StoreUrl::Sqlite(path)) => Ok(Location::File(path)),
        Ok(StoreUrl::Postgres(postgres)) => Ok(Location::Postgres(super::store::address(&postgres))),
        Err(wrong) => Err(anyhow!("{flag} {wrong}")),
    }
}

/// How far it is, said once for each percent.
struct Shown {
    line: ProgressLine,
    percent: Option<(Stage, u64)>,
}

impl Shown {
    fn show(&mut self, Progress { stage, done, of }: Progress) {
        let percent = done.saturating_mul(100).checked_div(of).unwrap_or(100).min(100);
        if self.percent == Some((stage, percent)) {
            return;
        }
        self.percent = Some((stage, percent));
        let what = match stage {
            Stage::Copying => "copying",
            Stage::Comparing => "comparing",
        };
        self.line.show(&format!("{what}: {percent} % of {of} rows"));
    }
}

fn say_moved(moved: &Transferred) {
    let Transferred { places: (from, to), tables, head, live, is_copy } = moved;
    let rows = moved.rows();
    let filled: Vec<String> =
        tables.iter().filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("{table} {rows}")).collect();
    say::line(format!("moved {from} to {to}"));
    say::line(format!("the same in both, row by row: {rows} rows ({})", filled.join(", ")));
    if let Some(head) = head {
        say::line(format!("the last line of the audit in both: {head}; the next one says that it was moved"));
    }
    match (live, is_copy) {
        (0, _) => {}
        (live, false) => say::line(format!("operations under way, which the next start carries on: {live}")),
        (live, true) => say::line(format!("it was a copy: operations that the next start will find in doubt: {live}")),
    }
    say::line(format!("{from} refuses to be run from now on: name the other one in store.url"));
}
