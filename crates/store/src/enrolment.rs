//! Who has a second factor, said at the machine beside a bot that runs: what it enrols and removes counts at once.
//!
//! It takes no lock file and is no replica: it writes one transaction, and the bot reads what is there.

use std::path::Path;

use bernard_domain::{access::UserId, audit::Entry, second_factor::Step};
use jiff::Timestamp;

use super::{
    Address, Error, SecondFactor, Store, audit,
    database::{self, Connection, Pool, query},
    id, millis, moved, second_factors,
    writing::Writing,
};

/// The store, opened for enrolling.
#[derive(Debug)]
pub struct Enrolment(Opened);

#[derive(Debug)]
enum Opened {
    File(Pool),
    Replicas(Store),
}

/// One transaction that writes.
enum Tx {
    File(Connection),
    Replicas(Writing),
}

impl Tx {
    fn on(&mut self) -> &mut Connection {
        match self {
            Self::File(connection) => connection,
            Self::Replicas(writing) => writing,
        }
    }

    async fn commit(self) -> Result<(), Error> {
        match self {
            Self::File(connection) => Ok(connection.commit().await?),
            Self::Replicas(writing) => writing.commit().await,
        }
    }
}

impl Enrolment {
    /// In the SQLite database at `path`, which is there.
    ///
    /// # Errors
    /// [`Error::Folder`] when there is none; [`Error::Older`], [`Error::Newer`] when it is another version's; [`Error::Moved`].
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let path = path.canonicalize().map_err(|source| Error::Folder { path: path.to_owned(), source })?;
        let pool = Pool::sqlite(&path).await?;
        fits(&mut pool.acquire().await?).await?;
        Ok(Self(Opened::File(pool)))
    }

    /// In the PostgreSQL database at `address`.
    ///
    /// # Errors
    /// As [`Enrolment::open`].
    pub async fn connect(address: &Address) -> Result<Self, Error> {
        fits(&mut address.connect().await?).await?;
        Ok(Self(Opened::Replicas(Store::beside_replicas(address, None, std::time::Duration::ZERO))))
    }

    /// Everybody who has one.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn all(&self) -> Result<Vec<SecondFactor>, Error> {
        let mut connection = match &self.0 {
            Opened::File(pool) => pool.acquire().await?,
            Opened::Replicas(store) => store.pool.acquire().await?,
        };
        second_factors::all(&mut connection).await
    }

    /// Gives a person this secret, which is encrypted, with `entry` in the audit; false when they have one and it is not to be
    /// replaced: then nothing is written.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing is enrolled.
    pub async fn enrol(
        &self,
        person: UserId,
        secret: &str,
        existing: Existing,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        if existing == Existing::Stays && second_factors::of(tx.on(), person).await?.is_some() {
            return Ok(false);
        }
        query("DELETE FROM second_factors WHERE person = $1").bind(id(person.0)).execute(tx.on()).await?;
        query("INSERT INTO second_factors (person, secret, enrolled_at, last_step) VALUES ($1, $2, $3, $4)")
            .bind(id(person.0))
            .bind(secret)
            .bind(millis(now))
            .bind(Step::NONE.0)
            .execute(tx.on())
            .await?;
        audit::append(tx.on(), entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a person's away, with `entry` in the audit; false when they have none.
    ///
    /// # Errors
    /// [`Error::Database`]: it stays.
    pub async fn remove(&self, person: UserId, entry: &Entry) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let removed = query("DELETE FROM second_factors WHERE person = $1").bind(id(person.0)).execute(tx.on()).await?;
        if removed == 0 {
            return Ok(false);
        }
        audit::append(tx.on(), entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match &self.0 {
            Opened::File(pool) => pool.close().await,
            Opened::Replicas(store) => store.pool.close().await,
        }
    }

    async fn begin(&self) -> Result<Tx, Error> {
        Ok(match &self.0 {
            Opened::File(pool) => Tx::File(pool.begin().await?),
            Opened::Replicas(store) => Tx::Replicas(store.write().await?),
        })
    }
}

/// What becomes of a second factor that somebody has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is enrolled.
    Stays,
    /// The new one takes its place.
    GivesWay,
}

/// Whether this program knows the schema, and the store is run here.
async fn fits(on: &mut Connection) -> Result<(), Error> {
    match database::version(on).await?.unwrap_or_default() {
        store if store < database::KNOWN => Err(Error::Older { store, known: database::KNOWN }),
        store if store > database::KNOWN => Err(Error::Newer { store, known: database::KNOWN }),
        _ => moved::may_be_run(on).await,
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        audit::Act,
        notice::{Letter, Notice, Owed, To},
        operation::ChannelId,
        second_factor::Verdict,
    };

    use super::*;
    use crate::{AuditFilter, GivenStep, IfWrong, Tried};

    const ANN: UserId = UserId(200_000_000_000_000_001);
    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn entry(act: Act) -> Entry {
        Entry::act(act, NOW).by(ANN)
    }

    fn if_wrong() -> IfWrong {
        let to = To::Channel { channel: ChannelId(5), or_to: None };
        let letter = Letter { to, notice: Notice::CodesLocked { person: ANN } };
        IfWrong { entry: entry(Act::CodeRefused), owed: Owed { origin: "codes".into(), letter } }
    }

    async fn lines(store: &Store) -> usize {
        store.audit_page(&AuditFilter::default(), usize::MAX, |_| true).await.expect("they read").lines.len()
    }

    /// A store that runs, and what is enrolled beside it.
    async fn beside() -> (Store, Enrolment, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.db");
        let store = Store::open(&path).await.expect("it opens");
        (store, Enrolment::open(&path).await.expect("it opens beside it"), folder)
    }

    #[tokio::test]
    async fn what_is_enrolled_beside_a_bot_that_runs_counts_there_at_once_and_is_in_its_audit() {
        let (store, desk, folder) = beside().await;
        let enrolment = entry(Act::FactorEnrolled);
        let enrol = |existing| desk.enrol(ANN, "fake-sealed", existing, &enrolment, NOW);
        assert_eq!(store.try_code(ANN, NOW, |_| Verdict::Wrong, &if_wrong()).await.ok(), Some(Tried::NotEnrolled));
        assert!(enrol(Existing::Stays).await.expect("it is written"));
        assert!(!enrol(Existing::Stays).await.expect("it is looked at"), "it is not replaced by itself");
        let right = store.try_code(ANN, NOW, |factor| Verdict::Right(Step(factor.last.0 + 8)), &if_wrong()).await;
        assert_eq!(right.ok(), Some(Tried::Right(Step(7))));
        assert_eq!(desk.all().await.expect("they are told").len(), 1);
        assert!(enrol(Existing::GivesWay).await.expect("it is written"));
        let removal = entry(Act::FactorRemoved);
        assert!(desk.remove(ANN, &removal).await.expect("it is written"));
        assert!(!desk.remove(ANN, &removal).await.expect("it is looked at"));
        assert_eq!(lines(&store).await, 3);
        desk.close().await;
        store.close().await;
        let missing = Enrolment::open(&folder.path().join("none.db")).await;
        assert!(matches!(missing, Err(Error::Folder { .. })), "{missing:?}");
        assert!(!folder.path().join("none.db").exists(), "nothing is made");
    }

    #[tokio::test]
    async fn a_store_of_an_earlier_schema_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.db");
        std::fs::write(&path, "").expect("an empty database");
        let early = Enrolment::open(&path).await;
        assert!(matches!(early, Err(Error::Older { store: 0, .. })), "{early:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn however_many_codes_come_at_once_five_wrong_ones_are_looked_at() {
        let (store, desk, _folder) = beside().await;
        desk.enrol(ANN, "fake-sealed", Existing::Stays, &entry(Act::FactorEnrolled), NOW).await.expect("it is written");
        let tries = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.try_code(ANN, NOW, |_| Verdict::Wrong, &if_wrong()).await })
        });
        let mut came = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            came.push(tried.await.expect("no panic").expect("it is written"));
        }
        let wrong = came.iter().filter(|tried| matches!(tried, Tried::Wrong(_))).count();
        assert_eq!(wrong, 4, "the fifth locks: {came:?}");
        assert_eq!(lines(&store).await, 1 + 5, "what is not looked at is not wrong");
        let (owed, _) = store.due_notices(NOW).await.expect("they are told");
        assert_eq!(owed.len(), 1, "{owed:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_two_deeds_for_one_step_one_is_done() {
        let (store, desk, _folder) = beside().await;
        desk.enrol(ANN, "fake-sealed", Existing::Stays, &entry(Act::FactorEnrolled), NOW).await.expect("it is written");
        let given = |step| GivenStep { person: ANN, step: Step(step), entry: entry(Act::CodeTaken) };
        let mut counted = Vec::new();
        for step in [7, 7, 6, 8] {
            let mut tx = store.write().await.expect("a transaction");
            counted.push(second_factors::counts(&mut tx, &given(step)).await.expect("it is looked at"));
            tx.commit().await.expect("it is written");
        }
        assert_eq!(counted, [true, false, false, true]);
        let mut undone = store.write().await.expect("a transaction");
        assert!(second_factors::counts(&mut undone, &given(9)).await.expect("it counts"));
        drop(undone);
        let mut tx = store.write().await.expect("a transaction");
        assert!(second_factors::counts(&mut tx, &given(9)).await.expect("what was not done took no step"));
    }
}
