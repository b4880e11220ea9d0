//! The rows of a move: written in batches, then read from both and compared, so that what is in memory does not grow with the store.

use futures_util::TryStreamExt;

use super::{Side, TransferError};
use crate::{
    database::{Connection, Part, Table, tables},
    moved::{ARRIVING, MOVED},
    replica::LINE,
};

/// How many rows are written at once: below what a statement of either dialect may have of values, sixteen columns each.
const BATCH: usize = 500;
/// Of this table nothing is ever changed or removed: what is behind the last line that both have is added.
const AUDIT: &str = "audit";
/// The table of which some rows are the database's own, and no others'.
const FACTS: &str = "facts";
/// The fact that a new store has.
const FIRST_FACT: &str = "last unmarked";

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub stage: Stage,
    /// With so many rows.
    pub done: u64,
    /// Of so many.
    pub of: u64,
}

/// What is done with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// They are written.
    Copying,
    /// They are read from both and compared.
    Comparing,
}

/// Counts what it tells.
struct Told<'a> {
    progress: &'a mut (dyn FnMut(Progress) + Send),
    now: Progress,
}

impl Told<'_> {
    fn more(&mut self, rows: u64) {
        self.now.done += rows;
        (self.progress)(self.now);
    }

    fn begins(&mut self, stage: Stage) {
        self.now = Progress { stage, done: 0, ..self.now };
    }
}

/// A table in which there is something; `None`: this store is as it was made.
pub(super) async fn filled(on: &mut Connection) -> Result<Option<String>, sqlx::Error> {
    for table in tables(&mut *on).await?.into_iter().filter(|table| !only_here(table)) {
        let part = match table.name.as_str() {
            FACTS => Part::of("name <> $1", [FIRST_FACT.into()]),
            _ => Part::all(),
        };
        if table.count(&part, &mut *on).await? > 0 {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

/// What replicas on a PostgreSQL database say to each other is that database's own affair.
fn only_here(table: &Table) -> bool {
    ["leader", "replicas", "work", "taken_interactions", "rates"].contains(&table.name.as_str())
}

/// The rows of a table that move.
fn moving(table: &Table) -> Part {
    match table.name.as_str() {
        FACTS => Part::of("name <> $1 AND name <> $2 AND name <> $3", [MOVED.into(), ARRIVING.into(), LINE.into()]),
        _ => Part::all(),
    }
}

/// Has everything of the source in the target, whose audit is the same up to line `past`; each table with its rows.
pub(super) async fn carry(
    (source, reading): (&Side, &mut Connection),
    (target, writing): (&Side, &mut Connection),
    past: i64,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<(String, u64)>, TransferError> {
    let tables = shared(source, &mut *reading, target, &mut *writing).await?;
    let mut of = 0;
    for table in &tables {
        of += table.count(&moving(table), &mut *reading).await.map_err(|error| source.wrong(error))?;
    }
    let mut told = Told { progress, now: Progress { stage: Stage::Copying, done: 0, of } };
    for table in tables.iter().rev().filter(|table| table.name != AUDIT) {
        table.clear(&mut *writing).await.map_err(|error| target.wrong(error))?;
    }
    for table in &tables {
        copy(table, (source, &mut *reading), (target, &mut *writing), past, &mut told).await?;
    }
    told.begins(Stage::Comparing);
    let mut counts = Vec::with_capacity(tables.len());
    for table in tables {
        let rows = compare(&table, (source, &mut *reading), (target, &mut *writing), &mut told).await?;
        counts.push((table.name, rows));
    }
    Ok(counts)
}

/// The tables of both, which have the same columns.
async fn shared(
    source: &Side,
    reading: &mut Connection,
    target: &Side,
    writing: &mut Connection,
) -> Result<Vec<Table>, TransferError> {
    let ours = |all: Vec<Table>| all.into_iter().filter(|table| !only_here(table)).collect::<Vec<_>>();
    let here = ours(tables(reading).await.map_err(|error| source.wrong(error))?);
    let there = ours(tables(writing).await.map_err(|error| target.wrong(error))?);
    match here.iter().find(|table| !there.iter().any(|other| other.name == table.name && other.is_like(table))) {
        None => Ok(here),
        Some(table) => Err(TransferError::Differs(table.name.clone())),
    }
}

async fn copy(
    table: &Table,
    (source, reading): (&Side, &mut Connection),
    (target, writing): (&Side, &mut Connection),
    past: i64,
    told: &mut Told<'_>,
) -> Result<(), TransferError> {
    let part = match table.name.as_str() {
        AUDIT => Part::of("n > $1", [past.into()]),
        _ => moving(table),
    };
    let mut batches = table.rows(&part, &mut *reading).try_chunks(BATCH);
    while let Some(batch) = batches.try_next().await.map_err(|error| source.wrong(error.1))? {
        let rows = batch.len() as u64;
        table.insert(batch, &mut *writing).await.map_err(|error| target.wrong(error))?;
        told.more(rows);
    }
    drop(batches);
    if let Some(last) = table.last_number(reading).await.map_err(|error| source.wrong(error))? {
        table.count_on_from(last, writing).await.map_err(|error| target.wrong(error))?;
    }
    Ok(())
}

/// How many rows there are, which are the same in both.
async fn compare(
    table: &Table,
    (source, reading): (&Side, &mut Connection),
    (target, writing): (&Side, &mut Connection),
    told: &mut Told<'_>,
) -> Result<u64, TransferError> {
    let (mut here, mut there) = (table.rows(&moving(table), reading), table.rows(&moving(table), writing));
    let mut rows = 0;
    loop {
        let one = here.try_next().await.map_err(|error| source.wrong(error))?;
        let other = there.try_next().await.map_err(|error| target.wrong(error))?;
        if one != other {
            return Err(TransferError::Differs(table.name.clone()));
        }
        if one.is_none() {
            return Ok(rows);
        }
        rows += 1;
        if rows % BATCH as u64 == 0 {
            told.more(BATCH as u64);
        }
    }
}
