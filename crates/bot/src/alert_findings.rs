//! What is odd about the alerts that came lately, for `/doctor`: of servers that nobody knows, and from a clock that is not ours. In
//! memory, of this process alone, and bounded: whoever sends them must not fill it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// How long it is remembered.
const FOR: SignedDuration = SignedDuration::from_hours(24);
/// How many names are remembered; of more the one goes that was not heard for longest.
const MOST: usize = 50;
/// A clock that differs by less is no finding.
const DIFFERS: SignedDuration = SignedDuration::from_secs(60);

/// What is remembered. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct AlertFindings(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    /// By source and the name of the server.
    unknown: BTreeMap<(String, String), Times>,
    /// How far each source's clock was ahead of ours.
    clocks: BTreeMap<String, (SignedDuration, Timestamp)>,
}

/// How often something was heard, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// How often.
    pub count: u64,
    /// When last.
    pub last: Timestamp,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertFinding {
    /// A source names a server that nobody knows.
    Unknown {
        /// Its name in the configuration.
        source: String,
        /// What it calls the server: untrusted, and perhaps nothing.
        name: String,
        /// How often.
        times: Times,
    },
    /// A source's clock is not ours.
    Clock {
        /// Its name in the configuration.
        source: String,
        /// How far it is ahead of ours.
        ahead: SignedDuration,
    },
}

impl AlertFindings {
    /// A source named this server, which nobody knows.
    pub fn unknown(&self, source: &str, name: &str, now: Timestamp) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (source.to_owned(), name.to_owned());
        let times = remembered.unknown.entry(key).or_insert(Times { count: 0, last: now });
        (times.count, times.last) = (times.count.saturating_add(1), now);
        if remembered.unknown.len() > MOST {
            let oldest = remembered.unknown.iter().min_by_key(|(_, times)| times.last).map(|(key, _)| key.clone());
            oldest.and_then(|key| remembered.unknown.remove(&key));
        }
    }

    /// What a source signed says that its clock is so far ahead of ours.
    pub fn clock(&self, source: &str, ahead: SignedDuration, now: Timestamp) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match ahead.abs() < DIFFERS {
            true => drop(remembered.clocks.remove(source)),
            false => drop(remembered.clocks.insert(source.to_owned(), (ahead, now))),
        }
    }

    /// What was odd within the last day.
    pub fn all(&self, now: Timestamp) -> Vec<AlertFinding> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: Timestamp| now.duration_since(at) < FOR;
        let unknown =
            remembered.unknown.iter().filter(|(_, times)| lately(times.last)).map(|((source, name), times)| {
                AlertFinding::Unknown { source: source.clone(), name: name.clone(), times: *times }
            });
        let clocks = remembered.clocks.iter().filter(|(_, (_, at))| lately(*at));
        let clocks = clocks.map(|(source, (ahead, _))| AlertFinding::Clock { source: source.clone(), ahead: *ahead });
        unknown.chain(clocks).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    #[test]
    fn names_are_counted_forgotten_after_a_day_and_never_many() {
        let findings = AlertFindings::default();
        findings.unknown("am", "mail", at(0));
        findings.unknown("am", "mail", at(60));
        let times = Times { count: 2, last: at(60) };
        let mail = AlertFinding::Unknown { source: "am".to_owned(), name: "mail".to_owned(), times };
        assert_eq!(findings.all(at(61)), [mail]);
        assert_eq!(findings.all(at(60 + 86_400)), []);
        for number in 0..1_000 {
            findings.unknown("am", &format!("name-{number}"), at(100 + number));
        }
        let all = findings.all(at(2_000));
        assert_eq!(all.len(), MOST);
        assert!(all.iter().all(|one| matches!(one, AlertFinding::Unknown { times, .. } if times.last >= at(1_050))));
    }

    #[test]
    fn a_clock_that_is_right_again_is_no_finding() {
        let findings = AlertFindings::default();
        findings.clock("grafana", SignedDuration::from_secs(-90), at(0));
        let clock = AlertFinding::Clock { source: "grafana".to_owned(), ahead: SignedDuration::from_secs(-90) };
        assert_eq!(findings.all(at(1)), [clock]);
        findings.clock("grafana", SignedDuration::from_secs(2), at(2));
        assert_eq!(findings.all(at(3)), []);
    }
}
