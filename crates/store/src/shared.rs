//! What replicas share of what a single process has in memory: limits and budgets that hold over all of them, and the ways on from answers.

use std::time::Duration;

use bernard_domain::access::UserId;
use jiff::Timestamp;

use super::{
    Beside, Error, Store,
    database::{query, query_as},
    id, millis,
};

/// How often something may be: so many at once, and then one each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// From one to the next.
    pub each: Duration,
    /// How many at once.
    pub burst: u32,
}

/// What came of asking for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// They are taken, and this many more could be at once.
    Yes(u64),
    /// None is; all of them could be in so long.
    Wait(Duration),
}

/// The moment by the database's clock, in microseconds.
macro_rules! now {
    () => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}
/// Takes $2 microseconds' worth, if no more than $3 is taken then. It is beside the writers' turn: nothing else depends on it.
const TAKE: &str = concat!(
    "INSERT INTO rates (name, full_at) VALUES ($1, ",
    now!(),
    " + $2) ON CONFLICT (name) DO UPDATE SET full_at = GREATEST(rates.full_at, ",
    now!(),
    ") + $2 WHERE GREATEST(rates.full_at, ",
    now!(),
    ") + $2 <= ",
    now!(),
    " + $3 RETURNING full_at - ",
    now!()
);
const USED: &str = concat!("SELECT full_at - ", now!(), " FROM rates WHERE name = $1");
/// All is used up for so long.
const FILL: &str = concat!(
    "INSERT INTO rates (name, full_at) VALUES ($1, ",
    now!(),
    " + $2) ON CONFLICT (name) DO UPDATE SET full_at = GREATEST(rates.full_at, ",
    now!(),
    " + $2)"
);

impl Store {
    /// Takes `count` of what this `name` may have over all replicas, all of them or none.
    ///
    /// # Errors
    /// [`Error::Database`]: nobody knows whether they are taken.
    pub async fn take_rate(&self, name: &str, rate: Rate, count: u32) -> Result<Taken, Error> {
        let mut connection = self.pool.acquire().await?;
        let (wanted, most) = (micros(rate.each * count), micros(rate.each * rate.burst));
        let used: Option<i64> =
            query_as(TAKE).bind(name).bind(wanted).bind(most).fetch_optional(&mut connection).await?;
        match used {
            Some(used) => Ok(Taken::Yes(
                most.saturating_sub(used).max(0).cast_unsigned() / micros(rate.each).max(1).cast_unsigned(),
            )),
            None => Ok(Taken::Wait(self.rate_wait(name, rate, count).await?.unwrap_or_default())),
        }
    }

    /// How long it is until `count` could be taken; `None`: they could be now.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn rate_wait(&self, name: &str, rate: Rate, count: u32) -> Result<Option<Duration>, Error> {
        let used: Option<i64> = query_as(USED).bind(name).fetch_optional(&self.pool).await?;
        let over = used.unwrap_or_default().max(0) + micros(rate.each * count) - micros(rate.each * rate.burst);
        Ok(Some(over).filter(|over| *over > 0).map(|over| Duration::from_micros(over.cast_unsigned())))
    }

    /// None can be taken for so long.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn hold_rate(&self, name: &str, rate: Rate, length: Duration) -> Result<(), Error> {
        let full = micros(length) + micros(rate.each * rate.burst) - micros(rate.each);
        let mut connection = self.pool.acquire().await?;
        query(FILL).bind(name).bind(full).execute(&mut connection).await?;
        Ok(())
    }

    /// Keeps the ways on from an answer, as the bot writes them, for other replicas until that moment. On SQLite there are none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn offer_ways(&self, answer: &str, person: UserId, ways: &str, until: Timestamp) -> Result<(), Error> {
        if matches!(&*self.beside, Beside::File(_)) {
            return Ok(());
        }
        query("INSERT INTO offered_ways (answer, person, until, ways) VALUES ($1, $2, $3, $4)")
            .bind(answer)
            .bind(id(person.0))
            .bind(millis(until))
            .bind(ways)
            .execute_alone(self)
            .await
    }

    /// The ways on from an answer, and whose they are, if they are still open.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn offered_ways(&self, answer: &str, now: Timestamp) -> Result<Option<(UserId, String)>, Error> {
        let row: Option<(i64, String)> =
            query_as("SELECT person, ways FROM offered_ways WHERE answer = $1 AND until > $2")
                .bind(answer)
                .bind(millis(now))
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(person, ways)| (UserId(person.cast_unsigned()), ways)))
    }
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX / 4)
}
