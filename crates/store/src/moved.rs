//! A store that was moved elsewhere, or into which a move was not finished: nobody may run it, as two would act twice.
//!
//! Both are facts in the store itself, so that whoever has only its address is told.

use jiff::Timestamp;

use super::{
    Error,
    database::{Connection, query},
    fact, millis, set_fact, time,
};

/// The fact of a store that was moved: when, and where to.
pub(super) const MOVED: &str = "moved to";
/// The fact of a store into which a move is not finished: since when, and where from.
pub(super) const ARRIVING: &str = "moving from";

/// Why a store may not be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Barred {
    /// It was moved to this place.
    Moved(String, Timestamp),
    /// A move from this place is not finished.
    Arriving(String),
}

/// Why this store may not be run; `None`: it may.
pub(super) async fn barred(on: &mut Connection) -> Result<Option<Barred>, Error> {
    if let Some(told) = fact(&mut *on, ARRIVING).await? {
        return Ok(Some(Barred::Arriving(read(&told).0)));
    }
    let told = fact(on, MOVED).await?;
    Ok(told.map(|told| {
        let (place, at) = read(&told);
        Barred::Moved(place, at)
    }))
}

/// Whether this store may be run.
pub(super) async fn may_be_run(on: &mut Connection) -> Result<(), Error> {
    match barred(on).await? {
        None => Ok(()),
        Some(Barred::Moved(to, at)) => Err(Error::Moved { to, at }),
        Some(Barred::Arriving(from)) => Err(Error::Arriving { from }),
    }
}

/// From now on it is barred by this fact, for the sake of that place.
pub(super) async fn bar(on: &mut Connection, fact: &str, place: &str, now: Timestamp) -> Result<(), Error> {
    let_write(on, fact).await?;
    set_fact(on, fact, &format!("{} {place}", millis(now))).await
}

/// From now on it is barred by nothing.
pub(super) async fn let_run(on: &mut Connection) -> Result<(), Error> {
    let_write(on, "").await?;
    query("DELETE FROM facts WHERE name IN ($1, $2)").bind(MOVED).bind(ARRIVING).execute(on).await?;
    Ok(())
}

/// Whether replicas that are there already get their turn to write: unless there is a reason against it. A file has no others.
async fn let_write(on: &mut Connection, unless: &str) -> Result<(), Error> {
    if let Connection::Postgres(_) = on {
        query("UPDATE leader SET owner = $1").bind(unless).execute(on).await?;
    }
    Ok(())
}

fn read(told: &str) -> (String, Timestamp) {
    let (at, place) = told.split_once(' ').unwrap_or(("", told));
    (place.to_owned(), time(at.parse().unwrap_or_default()))
}
