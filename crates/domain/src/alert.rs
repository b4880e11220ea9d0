//! What machines say of a server, and the one open card that shows it.
//!
//! Pure. An alert proposes and never acts: what follows from one is at most a card in a channel, which people may press. However many
//! alerts come, and however often, a server has one open card: the others are counted on it, and when all of them are over it is closed.
//!
//! What is the same alert is told by its [`Episode`]: its server, the sender's name for it and the moment that it began. So a repeat is a repeat,
//! also after a restart, and what fires anew is another one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    access::{Capability, UserId},
    mark::{Mark, Marked},
    operation::ChannelId,
    server::ServiceName,
};

/// How long **Not now** keeps a server's alerts quiet.
pub const QUIET: SignedDuration = SignedDuration::from_hours(1);
/// A card of which nothing was heard for so long takes no more alerts: the next one makes a new card. Longer than a day of repeats
/// every four hours, Alertmanager's default.
pub const UNHEARD: SignedDuration = SignedDuration::from_hours(26);
/// A server has at most so many new cards in an hour: what flaps more often opens the last one again.
pub const CARDS_AN_HOUR: u32 = 12;
/// So many alerts of one card are told apart; more are only counted, and nobody knows when all of them are over.
pub const TOLD_APART: u32 = 1_000;

/// How long each half of an episode's digest is, in hexadecimal digits.
const NAME: usize = 32;

/// One alert from its beginning to its end, by a digest: nothing that a sender wrote is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Episode(String);

impl Episode {
    /// The one that `source` calls `identity`, of this server, that began then.
    pub fn of(source: &str, server: &ServiceName, identity: &str, began: Timestamp) -> Self {
        let name = digest(&[source, server.as_str(), identity]);
        Self(name.clone() + &digest(&[&name, &began.as_millisecond().to_string()]))
    }

    /// What is the same whenever it began.
    pub fn name(&self) -> &str {
        &self.0[..NAME]
    }

    /// As the store has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // Each with its length, so that no two of them run into one.
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    hex::encode(&digest.finalize()[..NAME / 2])
}

/// Whether it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It does.
    Firing,
    /// It is over.
    Resolved,
}

/// An alert as it came. Its texts are somebody else's: bounded, and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Which.
    pub episode: Episode,
    /// Whether it goes on.
    pub signal: Signal,
    /// Whether its end is that of whatever has its name, whenever that began: some senders keep no beginning.
    pub ends_by_name: bool,
    /// What it says.
    pub summary: String,
    /// When it began, by the sender's clock.
    pub began: Timestamp,
    /// Where more stands, shown as text only.
    pub link: Option<String>,
}

/// An alert, and the server that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedAlert {
    /// What.
    pub alert: Alert,
    /// Of which server.
    pub server: ServiceName,
    /// What people call that.
    pub label: String,
}

/// What a card may offer besides **Status** and **Not now** (`[[proposals]] offers`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Offered {
    /// **Reboot…**
    Reboot,
    /// **Rescue…**
    Rescue,
    /// **Console…**
    Console,
}

impl Offered {
    /// All of them, in the order in which they stand on a card.
    pub const ALL: [Self; 3] = [Self::Reboot, Self::Rescue, Self::Console];

    /// Its word in the configuration and in the store.
    pub fn as_str(self) -> &'static str {
        self.capability().as_str()
    }

    /// The right that it needs.
    pub fn capability(self) -> Capability {
        match self {
            Self::Reboot => Capability::Reboot,
            Self::Rescue => Capability::Rescue,
            Self::Console => Capability::Console,
        }
    }
}

/// What is the same for all alerts of one `[[proposals]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSource {
    /// Its name in the configuration.
    pub name: String,
    /// Where its cards stand.
    pub channel: ChannelId,
    /// What they offer.
    pub offers: Vec<Offered>,
    /// What began longer ago makes no card.
    pub max_age: Duration,
}

/// The number of a card; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertCardId(pub i64);

/// A card as its buttons name it.
pub type MarkedAlertCard = Marked<AlertCardId>;

/// The card of a server's alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCard {
    /// Its number.
    pub id: AlertCardId,
    /// What tells it from another store's of that number.
    pub mark: Mark,
    /// Of which server.
    pub server: ServiceName,
    /// What people called that when it was opened.
    pub label: String,
    /// Which `[[proposals]]` opened it.
    pub source: String,
    /// Where it stands.
    pub channel: ChannelId,
    /// What it offers.
    pub offers: Vec<Offered>,
    /// What the first alert says.
    pub summary: String,
    /// Where more stands.
    pub link: Option<String>,
    /// When the first alert began, by its sender's clock.
    pub began: Timestamp,
    /// When it was opened.
    pub opened: Timestamp,
    /// When an alert of it was last heard.
    pub heard: Timestamp,
    /// How many alerts it has.
    pub alerts: u32,
    /// How many of those go on, of those that are told apart.
    pub firing: u32,
    /// How often one of them came again.
    pub repeats: u32,
    /// Who said **Not now**, and when.
    pub quieted: Option<(UserId, Timestamp)>,
    /// When all of its alerts were over.
    pub resolved: Option<Timestamp>,
    /// Why it takes no more alerts, if something else closed it.
    pub closed: Option<Closed>,
}

/// Why a card takes no more alerts although they are not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// A newer one stands in its place.
    Replaced,
    /// Its channel takes no message, or its message was deleted.
    Nowhere,
}

impl Closed {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Replaced, Self::Nowhere];

    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Nowhere => "nowhere",
        }
    }
}

/// What the store knows of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenAlert {
    /// On which card it is.
    pub card: AlertCardId,
    /// Whether it goes on.
    pub signal: Signal,
}

/// What follows from an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A new card.
    Opens,
    /// It is one more of the server's latest card.
    Joins,
    /// The same, and it is not told apart.
    Crowds,
    /// It is on the latest card already.
    Repeats,
    /// It was on this card, and is over.
    Settles(AlertCardId),
    /// Nothing, and it is not kept.
    Nothing(Why),
}

/// Why nothing follows from an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It began too long ago.
    Old,
    /// It is over, and that is known or was never shown.
    Over,
}

/// What follows from `alert`, of which this was `seen`, beside the server's `latest` card, where so many were opened within the last
/// hour.
///
/// What is known is never too old: it may fire for days. What is over stays over, whoever says late that it fires.
pub fn verdict(
    alert: &Alert,
    seen: Option<SeenAlert>,
    latest: Option<(&AlertCard, u32)>,
    max_age: Duration,
    now: Timestamp,
) -> Verdict {
    let resolved = |seen: SeenAlert| seen.signal == Signal::Resolved;
    match (alert.signal, seen) {
        (Signal::Resolved, Some(seen)) if !resolved(seen) => return Verdict::Settles(seen.card),
        (Signal::Resolved, _) => return Verdict::Nothing(Why::Over),
        (Signal::Firing, Some(seen)) if resolved(seen) => return Verdict::Nothing(Why::Over),
        (Signal::Firing, _) => {}
    }
    if seen.is_none() && !alert.is_of_now(max_age, now) {
        return Verdict::Nothing(Why::Old);
    }
    let Some((card, within_the_hour)) = latest else { return Verdict::Opens };
    let stays = (card.is_merely_over() && card.alerts < TOLD_APART) || card.closed == Some(Closed::Nowhere);
    let flaps = stays && within_the_hour >= CARDS_AN_HOUR;
    if !card.takes_more(now) && !flaps {
        return Verdict::Opens;
    }
    match seen {
        Some(seen) if seen.card == card.id => Verdict::Repeats,
        _ if card.alerts >= TOLD_APART => Verdict::Crowds,
        _ => Verdict::Joins,
    }
}

impl Alert {
    /// Whether it began a short time ago, or is said by a clock that is ahead of ours.
    fn is_of_now(&self, max_age: Duration, now: Timestamp) -> bool {
        now.duration_since(self.began) <= SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX)
    }
}

impl AlertCard {
    /// It, as its buttons name it.
    pub fn marked(&self) -> MarkedAlertCard {
        self.mark.on(self.id)
    }

    /// Whether it stands for what goes on now, and can be pressed.
    pub fn is_open(&self) -> bool {
        self.quieted.is_none() && self.resolved.is_none() && self.closed.is_none()
    }

    /// Whether it would be open if its alerts went on.
    fn is_merely_over(&self) -> bool {
        self.resolved.is_some() && self.quieted.is_none() && self.closed.is_none()
    }

    /// Until when its server's alerts are quiet.
    pub fn quiet_until(&self) -> Option<Timestamp> {
        self.quieted.map(|(_, at)| at.saturating_add(QUIET).unwrap_or(at))
    }

    /// Whether another alert of its server is counted on it.
    pub fn takes_more(&self, now: Timestamp) -> bool {
        match self.quiet_until() {
            Some(until) => now < until,
            None => self.is_open() && now.duration_since(self.heard) < UNHEARD,
        }
    }

    /// One more alert; one that was over goes on.
    pub fn join(&mut self, told_apart: bool, now: Timestamp) {
        self.alerts = self.alerts.saturating_add(1);
        self.firing = self.firing.saturating_add(u32::from(told_apart));
        (self.heard, self.resolved) = (now, None);
    }

    /// One of its alerts came again.
    pub fn repeat(&mut self, now: Timestamp) {
        self.repeats = self.repeats.saturating_add(1);
        self.heard = now;
    }

    /// One of its alerts is over; with the last one, all of them are, unless there were more than are told apart.
    pub fn settle(&mut self, now: Timestamp) {
        self.firing = self.firing.saturating_sub(1);
        self.heard = now;
        if self.firing == 0 && self.alerts <= TOLD_APART {
            self.resolved = self.resolved.or(Some(now));
        }
    }

    /// Somebody said **Not now**; who said so first stands. Whether it was said now.
    pub fn quiet(&mut self, by: UserId, now: Timestamp) -> bool {
        let open = self.is_open();
        if open {
            self.quieted = Some((by, now));
        }
        open
    }

    /// It takes no more alerts from now on.
    pub fn close(&mut self, why: Closed) {
        self.closed = self.closed.or(Some(why));
    }
}

#[cfg(test)]
mod tests;
