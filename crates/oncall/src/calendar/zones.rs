//! Clocks: what a local time of a zone is in UTC.
//!
//! A zone of the IANA database is taken from there, whatever the feed says of it; another name (Outlook's, for example) is what the feed
//! defines it as, or an error. A time in the hour that a clock leaves out counts as if the clock had not been set; of a time that a
//! clock shows twice the first one counts.

use std::collections::BTreeMap;

use ical::{
    component::IcalComponent,
    ical::Ical,
    param::IcalParam,
    recur::{IcalRecurDateTime, IcalRecurFreq, set::IcalRecurSet},
    tz::{IcalTz, IcalTzObservance, IcalTzTransitions},
};
use jiff::{
    SignedDuration, Timestamp,
    tz::{Offset, TimeZone},
};

use super::{NotUnderstood, text};

/// The most changes of a clock that a feed may define one by one.
const MOST_OBSERVANCES: usize = 500;

/// What shows a local time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clock {
    Utc,
    /// The reader's own: dates, and times without a zone.
    Floating,
    /// That of a zone, by the feed's name for it.
    Zone(String),
}

/// The zones of one calendar.
pub(super) struct Zones {
    /// The reader's own.
    own: Known,
    /// Those that the feed defines.
    defined: Vec<IcalTz>,
    /// Those that were asked for, by the feed's names.
    known: BTreeMap<String, Known>,
    /// Up to when clocks are known.
    until: Timestamp,
}

struct Known {
    zone: IcalTz,
    changes: IcalTzTransitions,
}

impl Known {
    fn new(zone: IcalTz) -> Self {
        Self { changes: IcalTzTransitions::of_zone(zone.clone()), zone }
    }
}

impl Zones {
    pub(super) fn of(calendar: &Ical<'_>, own: &TimeZone, until: Timestamp) -> Self {
        let until = until + SignedDuration::from_hours(366 * 24);
        let defined = calendar.components.iter().filter_map(IcalTz::of_component).collect();
        Self { own: Known::new(from_database("", own, until)), defined, known: BTreeMap::new(), until }
    }

    /// Finds every zone that the properties of a component name.
    pub(super) fn know_all(&mut self, component: &IcalComponent<'_>) -> Result<(), NotUnderstood> {
        for param in component.props.iter().flat_map(|prop| &prop.params) {
            if let IcalParam::TzId(name) = param {
                self.know(name)?;
            }
        }
        Ok(())
    }

    fn know(&mut self, name: &str) -> Result<(), NotUnderstood> {
        if self.known.contains_key(name) {
            return Ok(());
        }
        let defined = || self.defined.iter().find(|zone| zone.id == name && makes_sense(zone)).cloned();
        let zone = match TimeZone::get(name) {
            Ok(zone) => Some(from_database(name, &zone, self.until)),
            Err(_) => defined(),
        };
        let zone = zone.ok_or_else(|| NotUnderstood::Zone(text::cut(name)))?;
        self.known.insert(name.to_owned(), Known::new(zone));
        Ok(())
    }

    /// All that were found so far, for the library.
    pub(super) fn all(&self) -> Vec<IcalTz> {
        self.known.values().map(|known| known.zone.clone()).collect()
    }

    /// The zone by which instances of a rule that do not exist are left out; none for UTC, which has every time.
    pub(super) fn for_walk(&self, clock: &Clock) -> Option<IcalTz> {
        match clock {
            Clock::Utc => None,
            Clock::Floating => Some(self.own.zone.clone()),
            Clock::Zone(name) => self.known.get(name).map(|known| known.zone.clone()),
        }
    }

    /// The moment in which a clock shows this; `None` for a zone that was not found, or beyond all time.
    pub(super) fn instant(&mut self, clock: &Clock, local: IcalRecurDateTime) -> Option<Timestamp> {
        let changes = match clock {
            Clock::Utc => return Timestamp::from_second(local.seconds()).ok(),
            Clock::Floating => &mut self.own.changes,
            Clock::Zone(name) => &mut self.known.get_mut(name)?.changes,
        };
        Timestamp::from_second(changes.resolve(local).literal_instant(local)).ok()
    }
}

/// A zone of the database as the library knows zones: each change of its clock by itself.
fn from_database(name: &str, zone: &TimeZone, until: Timestamp) -> IcalTz {
    let civil =
        |at: Timestamp, offset: Offset| IcalRecurDateTime::from_seconds(at.as_second() + i64::from(offset.seconds()));
    let changes = zone.following(Timestamp::UNIX_EPOCH).take_while(|change| change.timestamp() <= until);
    let mut observances: Vec<IcalTzObservance> = changes
        .map(|change| {
            let at = change.timestamp();
            let before = zone.to_offset(at - SignedDuration::from_secs(1));
            let onsets = IcalRecurSet { start: Some(civil(at, before)), ..IcalRecurSet::default() };
            let (from, to) = (before.seconds(), change.offset().seconds());
            IcalTzObservance { daylight: change.dst().is_dst(), from, to, onsets }
        })
        .collect();
    if observances.is_empty() {
        let offset = zone.to_offset(Timestamp::UNIX_EPOCH).seconds();
        let start = Some(IcalRecurDateTime::date(1970, 1, 1));
        let onsets = IcalRecurSet { start, ..IcalRecurSet::default() };
        observances.push(IcalTzObservance { daylight: false, from: offset, to: offset, onsets });
    }
    IcalTz { id: name.to_owned(), observances }
}

/// Whether a zone of the feed is one that clocks go by: it has changes, not too many, and none more often than every year.
fn makes_sense(zone: &IcalTz) -> bool {
    let yearly = |observance: &IcalTzObservance| {
        let onsets = &observance.onsets;
        let rules = onsets.rules.iter().chain(&onsets.exrules);
        onsets.start.is_some()
            && onsets.dates.len() <= MOST_OBSERVANCES
            && rules.into_iter().all(|rule| rule.freq == IcalRecurFreq::Yearly && rule.by_year_day.is_empty())
    };
    !zone.observances.is_empty() && zone.observances.len() <= MOST_OBSERVANCES && zone.observances.iter().all(yearly)
}
