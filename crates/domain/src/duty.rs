//! Who is on duty at a moment: by a schedule that was read, by the people that the configuration names, and by nothing else.
//!
//! A [`Shift`] lasts from its start up to its end, which is no longer part of it: at a handover exactly one of two is on duty. Where
//! shifts overlap, everybody who has one is. A reading that is older than the configuration allows puts nobody on duty, and so does
//! a schedule that holds nothing: [`Duty`] says which, and what is refused because of it says so too.
//!
//! [`roster`] finds the people of an event of the schedule.

pub mod roster;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::rule::{UserId, Who};

/// A time in which people are on duty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shift {
    /// From this moment on.
    pub start: Timestamp,
    /// Up to this moment, in which it is over.
    pub end: Timestamp,
    /// Who: at least one.
    pub people: BTreeSet<UserId>,
}

impl Shift {
    fn holds(&self, now: Timestamp) -> bool {
        self.start <= now && now < self.end
    }
}

/// What a schedule holds around the moment in which it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Shifts of people who are known, by their start.
    pub shifts: Vec<Shift>,
    /// What stands for somebody whom the configuration does not name.
    pub unknown: BTreeSet<String>,
    /// How many events the schedule has, of whomever and whenever.
    pub events: usize,
}

/// Which reading something was decided by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// When it was read.
    pub read_at: Timestamp,
    /// The first digits of the SHA-256 of what was read.
    pub digest: String,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the schedule {} read at {:.0}", self.digest, self.read_at)
    }
}

/// A schedule, and when that was what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it holds.
    pub schedule: Schedule,
    /// When, and of what.
    pub mark: Mark,
}

/// What is known of the schedule by now. Without `[oncall]` nothing is, and nobody is on duty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oncall {
    /// How old a reading may be; `None`: no schedule is configured.
    pub stale_after: Option<SignedDuration>,
    /// The last one that could be read.
    pub reading: Option<Reading>,
    /// Why it could not be read since, in words that hold no address.
    pub trouble: Option<String>,
}

/// Who is on duty at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Duty {
    /// These people, by a reading that is fresh enough; maybe none.
    Known {
        /// Who.
        people: BTreeSet<UserId>,
        /// By which reading.
        by: Mark,
    },
    /// Nobody counts as on duty.
    Nobody(Unknown),
    /// There is no schedule.
    #[default]
    NoSchedule,
}

/// Why nobody counts as on duty although there is a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// It was never read.
    NeverRead,
    /// The machine's clock was set, so nobody knows whose shift it is.
    ClockSet,
    /// What was read is too old.
    Stale {
        /// When it was read.
        read_at: Timestamp,
    },
    /// It holds no event at all.
    Empty {
        /// When it was read.
        read_at: Timestamp,
    },
}

impl Oncall {
    /// Who is on duty at this moment.
    pub fn at(&self, now: Timestamp) -> Duty {
        let Some(stale_after) = self.stale_after else { return Duty::NoSchedule };
        let Some(reading) = &self.reading else { return Duty::Nobody(Unknown::NeverRead) };
        let read_at = reading.mark.read_at;
        if now.duration_since(read_at) > stale_after {
            return Duty::Nobody(Unknown::Stale { read_at });
        }
        if reading.schedule.events == 0 {
            return Duty::Nobody(Unknown::Empty { read_at });
        }
        Duty::Known { people: reading.schedule.at(now), by: reading.mark.clone() }
    }
}

impl Oncall {
    /// Who is on duty while the time is in doubt: nobody.
    pub fn without_a_clock(&self) -> Duty {
        self.stale_after.map_or(Duty::NoSchedule, |_| Duty::Nobody(Unknown::ClockSet))
    }
}

impl Schedule {
    /// Who is on duty at this moment.
    pub fn at(&self, now: Timestamp) -> BTreeSet<UserId> {
        self.shifts.iter().filter(|shift| shift.holds(now)).flat_map(|shift| shift.people.iter().copied()).collect()
    }

    /// When that changes next, and who is on duty from then on; `None` when it does not change as far as the schedule was read.
    pub fn next_change(&self, now: Timestamp) -> Option<(Timestamp, BTreeSet<UserId>)> {
        let on = self.at(now);
        let mut edges: Vec<Timestamp> = self.shifts.iter().flat_map(|shift| [shift.start, shift.end]).collect();
        edges.retain(|edge| *edge > now);
        edges.sort_unstable();
        edges.into_iter().map(|edge| (edge, self.at(edge))).find(|(_, people)| *people != on)
    }

    /// Who is on duty next who is not now, and from when on.
    pub fn next(&self, now: Timestamp) -> Option<(Timestamp, BTreeSet<UserId>)> {
        let on = self.at(now);
        let start =
            self.shifts.iter().filter(|shift| shift.start > now && !shift.people.is_subset(&on)).map(|s| s.start);
        start.min().map(|start| (start, self.at(start).difference(&on).copied().collect()))
    }
}

impl Duty {
    /// The reading by which this person is on duty; `None` when they are not.
    pub fn of(&self, person: UserId) -> Option<&Mark> {
        match self {
            Self::Known { people, by } if people.contains(&person) => Some(by),
            Self::Known { .. } | Self::Nobody(_) | Self::NoSchedule => None,
        }
    }

    /// Who is on duty for certain.
    pub fn people(&self) -> BTreeSet<UserId> {
        match self {
            Self::Known { people, .. } => people.clone(),
            Self::Nobody(_) | Self::NoSchedule => BTreeSet::new(),
        }
    }

    /// Whom to call at night: the people on duty, or, where they are not known, this Discord role.
    pub fn called(&self, role: Option<u64>) -> Vec<Who> {
        let people: Vec<Who> = self.people().into_iter().map(Who::User).collect();
        if people.is_empty() { role.map(Who::Role).into_iter().collect() } else { people }
    }

    /// How it stands for somebody who is not on duty.
    pub fn without(&self) -> OffDuty {
        match self {
            Self::NoSchedule => OffDuty::NoSchedule,
            Self::Nobody(unknown) => OffDuty::Unknown(*unknown),
            Self::Known { people, by } => OffDuty::Others { read_at: by.read_at, people: people.clone() },
        }
    }
}

/// Why somebody is not on duty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OffDuty {
    /// There is no schedule.
    NoSchedule,
    /// Nobody counts as on duty.
    Unknown(Unknown),
    /// Others are, or nobody is.
    Others {
        /// When the schedule was read.
        read_at: Timestamp,
        /// Who is.
        people: BTreeSet<UserId>,
    },
}

impl OffDuty {
    /// When the schedule was read that says so.
    pub fn read_at(&self) -> Option<Timestamp> {
        match self {
            Self::NoSchedule | Self::Unknown(Unknown::NeverRead | Unknown::ClockSet) => None,
            Self::Unknown(Unknown::Stale { read_at } | Unknown::Empty { read_at }) | Self::Others { read_at, .. } => {
                Some(*read_at)
            }
        }
    }
}

#[cfg(test)]
mod tests;
