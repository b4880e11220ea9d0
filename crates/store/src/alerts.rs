//! What machines say is heard: counted on the open card of its server, or on a new one, which is then owed to Discord in the same
//! transaction. What is heard twice is heard once.

use std::collections::{BTreeMap, HashMap};

use bernard_domain::{
    alert::{AlertCard, AlertCardId, AlertSource, Closed, PlacedAlert, SeenAlert, Signal, Verdict, Why, verdict},
    server::ServiceName,
};
use jiff::{SignedDuration, Timestamp};

use super::{
    Error, Store, alert_cards,
    database::{Connection, query, query_as},
    millis, pause,
};

/// So many alerts are heard in one transaction: others want to write too.
const AT_ONCE: usize = 100;
/// So long it is known what was heard: longer than anybody waits with a repeat.
const HEARD_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So long it is known which signed requests were taken: more than twice what the time of one may differ from ours.
const TAKEN_FOR: SignedDuration = SignedDuration::from_hours(1);
/// The time within which a server's new cards are counted.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What came of the alerts of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeardAlerts {
    /// New cards.
    pub opened: u32,
    /// Alerts that were counted on a card, quiet or not.
    pub counted: u32,
    /// Alerts that are over.
    pub over: u32,
    /// Alerts that began too long ago.
    pub old: u32,
    /// Whether the request was taken before: then nothing else is said here.
    pub taken_before: bool,
}

/// What is known in one transaction, and what is to be written at its end.
struct Hearing<'s> {
    source: &'s AlertSource,
    now: Timestamp,
    seen: HashMap<String, SeenAlert>,
    /// Each server's latest card, with how many were opened within the hour.
    latest: HashMap<ServiceName, Option<(AlertCardId, u32)>>,
    cards: BTreeMap<AlertCardId, AlertCard>,
    /// The cards that changed.
    changed: Vec<AlertCardId>,
    heard: HeardAlerts,
}

impl Store {
    /// Hears the alerts of a request from `source`, which is taken once by its name, if it has one. When this returns, it is all written,
    /// and owed to Discord.
    ///
    /// # Errors
    /// [`Error::Paused`]; [`Error::Database`]. What was written before that is heard again as a repeat.
    pub async fn hear_alerts(
        &self,
        source: &AlertSource,
        alerts: &[PlacedAlert],
        replay: Option<&str>,
        now: Timestamp,
    ) -> Result<HeardAlerts, Error> {
        let mut all = HeardAlerts::default();
        let parts = alerts.chunks(AT_ONCE);
        let last = parts.len().saturating_sub(1);
        for (number, part) in parts.enumerate() {
            let mut tx = self.write().await?;
            if let Some(pause) = pause::standing(&mut tx).await? {
                return Err(Error::Paused(Box::new(pause)));
            }
            if let Some(replay) = replay
                && is_taken(&mut tx, replay).await?
            {
                return Ok(HeardAlerts { taken_before: true, ..HeardAlerts::default() });
            }
            all.add(hear(&mut tx, source, part, now).await?);
            if number == last {
                // With the last of it: whoever got no answer sends all of it again under the same name.
                take(&mut tx, replay, now).await?;
                forget(&mut tx, now).await?;
            }
            tx.commit().await?;
        }
        Ok(all)
    }
}

impl HeardAlerts {
    fn add(&mut self, more: Self) {
        self.opened += more.opened;
        self.counted += more.counted;
        self.over += more.over;
        self.old += more.old;
    }
}

async fn hear(
    tx: &mut Connection,
    source: &AlertSource,
    alerts: &[PlacedAlert],
    now: Timestamp,
) -> Result<HeardAlerts, Error> {
    let mut hearing = Hearing {
        source,
        now,
        seen: seen(tx, alerts).await?,
        latest: HashMap::new(),
        cards: BTreeMap::new(),
        changed: Vec::new(),
        heard: HeardAlerts::default(),
    };
    for placed in alerts {
        hearing.hear(tx, placed).await?;
    }
    hearing.save(tx).await?;
    Ok(hearing.heard)
}

impl Hearing<'_> {
    async fn hear(&mut self, tx: &mut Connection, placed: &PlacedAlert) -> Result<(), Error> {
        let PlacedAlert { alert, server, .. } = placed;
        let seen = self.seen.get(alert.episode.as_str()).copied();
        if seen.is_none() && alert.ends_by_name && alert.signal == Signal::Resolved {
            return self.end_all_of(tx, alert.episode.name()).await;
        }
        let latest = self.latest(tx, server).await?;
        let beside = latest.and_then(|(card, count)| Some((self.cards.get(&card)?, count)));
        match verdict(alert, seen, beside, self.source.max_age, self.now) {
            Verdict::Opens => self.open(tx, placed, latest).await,
            Verdict::Joins => {
                self.change(latest, |card, now| card.join(true, now));
                self.heard.counted += 1;
                self.note(tx, alert.episode.as_str(), latest, Signal::Firing).await
            }
            Verdict::Repeats => {
                self.change(latest, |card, now| card.repeat(now));
                self.heard.counted += 1;
                self.note(tx, alert.episode.as_str(), latest, Signal::Firing).await
            }
            Verdict::Crowds => {
                self.change(latest, |card, now| card.join(false, now));
                self.heard.counted += 1;
                Ok(())
            }
            Verdict::Settles(on) => self.settle(tx, alert.episode.as_str(), on).await,
            Verdict::Nothing(Why::Old) => {
                self.heard.old += 1;
                Ok(())
            }
            Verdict::Nothing(Why::Over) => {
                self.heard.over += 1;
                Ok(())
            }
        }
    }

    /// Whatever has this name is over, whenever it began.
    async fn end_all_of(&mut self, tx: &mut Connection, name: &str) -> Result<(), Error> {
        // A digest's digits all come before the letter g.
        let firing: Vec<(String, i64)> =
            query_as("SELECT episode, card FROM heard_alerts WHERE episode >= $1 AND episode < $2 AND resolved = 0")
                .bind(name)
                .bind(format!("{name}g"))
                .fetch_all(&mut *tx)
                .await?;
        if firing.is_empty() {
            self.heard.over += 1;
        }
        for (episode, card) in firing {
            self.settle(tx, &episode, AlertCardId(card)).await?;
        }
        Ok(())
    }

    async fn settle(&mut self, tx: &mut Connection, episode: &str, on: AlertCardId) -> Result<(), Error> {
        let on = Some((on, 0));
        self.load(tx, on).await?;
        self.change(on, |card, now| card.settle(now));
        self.heard.over += 1;
        self.note(tx, episode, on, Signal::Resolved).await
    }

    /// Writes what changed so far.
    async fn save(&mut self, tx: &mut Connection) -> Result<(), Error> {
        for changed in std::mem::take(&mut self.changed) {
            if let Some(card) = self.cards.get(&changed) {
                alert_cards::save(tx, card, self.now).await?;
            }
        }
        Ok(())
    }

    /// A new card; one that is open and that nothing was heard of is closed by it.
    async fn open(
        &mut self,
        tx: &mut Connection,
        placed: &PlacedAlert,
        latest: Option<(AlertCardId, u32)>,
    ) -> Result<(), Error> {
        let former = latest.and_then(|(former, _)| self.cards.get(&former));
        if former.is_some_and(AlertCard::is_open) {
            self.change(latest, |card, _| card.close(Closed::Replaced));
        }
        // Before there is another one: no two of a server are open.
        self.save(tx).await?;
        let card = alert_cards::open(tx, self.source, placed, self.now).await?;
        let now = Some((card.id, latest.map_or(0, |(_, count)| count) + 1));
        self.latest.insert(placed.server.clone(), now);
        self.cards.insert(card.id, card);
        self.heard.opened += 1;
        self.note(tx, placed.alert.episode.as_str(), now, Signal::Firing).await
    }

    fn change(&mut self, which: Option<(AlertCardId, u32)>, how: impl FnOnce(&mut AlertCard, Timestamp)) {
        let Some((which, _)) = which else { return };
        let Some(card) = self.cards.get_mut(&which) else { return };
        how(card, self.now);
        if !self.changed.contains(&which) {
            self.changed.push(which);
        }
    }

    /// It is known from now on, on that card.
    async fn note(
        &mut self,
        tx: &mut Connection,
        episode: &str,
        on: Option<(AlertCardId, u32)>,
        signal: Signal,
    ) -> Result<(), Error> {
        let Some((card, _)) = on else { return Ok(()) };
        query(
            "INSERT INTO heard_alerts (episode, card, resolved, heard_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (episode) DO UPDATE SET card = $2, resolved = $3, heard_at = $4",
        )
        .bind(episode)
        .bind(card.0)
        .bind(i64::from(signal == Signal::Resolved))
        .bind(millis(self.now))
        .execute(tx)
        .await?;
        self.seen.insert(episode.to_owned(), SeenAlert { card, signal });
        Ok(())
    }

    async fn latest(&mut self, tx: &mut Connection, server: &ServiceName) -> Result<Option<(AlertCardId, u32)>, Error> {
        if let Some(known) = self.latest.get(server) {
            return Ok(*known);
        }
        let latest: Option<i64> = query_as("SELECT id FROM alert_cards WHERE server = $1 ORDER BY id DESC LIMIT 1")
            .bind(server.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let count: i64 = query_as("SELECT COUNT(*) FROM alert_cards WHERE server = $1 AND opened_at > $2")
            .bind(server.as_str())
            .bind(millis(self.now.saturating_sub(HOUR).unwrap_or_default()))
            .fetch_one(&mut *tx)
            .await?;
        let found = latest.map(|latest| (AlertCardId(latest), u32::try_from(count).unwrap_or(u32::MAX)));
        self.latest.insert(server.clone(), found);
        self.load(tx, found).await?;
        Ok(found)
    }

    async fn load(&mut self, tx: &mut Connection, which: Option<(AlertCardId, u32)>) -> Result<(), Error> {
        if let Some((which, _)) = which
            && !self.cards.contains_key(&which)
            && let Some(card) = alert_cards::read(&mut *tx, which).await?
        {
            self.cards.insert(which, card);
        }
        Ok(())
    }
}

/// Which of these are known.
async fn seen(tx: &mut Connection, alerts: &[PlacedAlert]) -> Result<HashMap<String, SeenAlert>, Error> {
    if alerts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, i64, i64)> =
        query_as("SELECT episode, card, resolved FROM heard_alerts WHERE episode IN ($list)")
            .bind_list(alerts.iter().map(|placed| placed.alert.episode.as_str()))
            .fetch_all(tx)
            .await?;
    let signal = |resolved| if resolved == 0 { Signal::Firing } else { Signal::Resolved };
    let known = |(episode, card, resolved)| (episode, SeenAlert { card: AlertCardId(card), signal: signal(resolved) });
    Ok(rows.into_iter().map(known).collect())
}

async fn is_taken(tx: &mut Connection, replay: &str) -> Result<bool, Error> {
    let known: Option<i64> =
        query_as("SELECT taken_at FROM taken_proposals WHERE replay = $1").bind(replay).fetch_optional(tx).await?;
    Ok(known.is_some())
}

async fn take(tx: &mut Connection, replay: Option<&str>, now: Timestamp) -> Result<(), Error> {
    if let Some(replay) = replay {
        query("INSERT INTO taken_proposals (replay, taken_at) VALUES ($1, $2)")
            .bind(replay)
            .bind(millis(now))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// What was heard long ago is known no longer.
async fn forget(tx: &mut Connection, now: Timestamp) -> Result<(), Error> {
    let before = |age: SignedDuration| millis(now.saturating_sub(age).unwrap_or_default());
    query("DELETE FROM heard_alerts WHERE heard_at < $1").bind(before(HEARD_FOR)).execute(&mut *tx).await?;
    query("DELETE FROM taken_proposals WHERE taken_at < $1").bind(before(TAKEN_FOR)).execute(tx).await?;
    Ok(())
}
