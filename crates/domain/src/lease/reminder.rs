//! When a rescue's owner is reminded: before the deadline, at it, and then with growing distance.
//!
//! Pure. After the deadline never more than once an hour, in the end once a day, whatever the configuration says. What came
//! due while nobody looked is said once: the latest of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The distances between reminders after the deadline, in hours; the last one stays.
const HOURS_BETWEEN: [i64; 6] = [1, 2, 4, 8, 16, 24];

/// One reminder of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// The time ends soon.
    Before,
    /// The time is over.
    Deadline,
    /// It has been over for a while; the first of these is 1.
    After(u32),
}

impl Reminder {
    /// Its place among a deadline's reminders, from 0.
    pub fn number(self) -> u32 {
        match self {
            Self::Before => 0,
            Self::Deadline => 1,
            Self::After(times) => times.saturating_add(1),
        }
    }

    fn numbered(number: u32) -> Self {
        match number {
            0 => Self::Before,
            1 => Self::Deadline,
            more => Self::After(more - 1),
        }
    }
}

/// What is to be said now, and when to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The latest reminder that is due; `None` when none is.
    pub reminder: Option<Reminder>,
    /// Whether the deadline's own moment is behind us for the first time.
    pub deadline: Moment,
    /// How many reminders are behind it once this is said.
    pub said: u32,
    /// When to look again.
    pub next: Timestamp,
}

/// Where the deadline lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Ahead, or dealt with.
    Elsewhere,
    /// It has come.
    Now,
}

/// The moment of the reminder before a deadline that was set at `since`: `before` it, but never in the first half.
pub fn first(since: Timestamp, deadline: Timestamp, before: SignedDuration) -> Timestamp {
    deadline - notice_period(deadline.duration_since(since), before)
}

/// How long before its end a lease of this length is reminded of, when `before` is configured.
pub fn notice_period(length: SignedDuration, before: SignedDuration) -> SignedDuration {
    before.min(length / 2).max(SignedDuration::ZERO)
}

/// What is due `now` of a deadline of which `said` reminders are behind it; `first` is the moment of the one before.
pub fn due(said: u32, first: Timestamp, deadline: Timestamp, now: Timestamp) -> Due {
    let latest = (said..).take_while(|number| moment(*number, first, deadline) <= now).last();
    let Some(latest) = latest else {
        return Due { reminder: None, deadline: Moment::Elsewhere, said, next: moment(said, first, deadline) };
    };
    let next = moment(latest.saturating_add(1), first, deadline);
    Due {
        reminder: Some(Reminder::numbered(latest)),
        deadline: if said <= 1 && latest >= 1 { Moment::Now } else { Moment::Elsewhere },
        said: latest.saturating_add(1),
        // A late one is not followed by another within the hour.
        next: if latest == 0 { next } else { next.max(now + HOUR) },
    }
}

/// When a reminder is due.
fn moment(number: u32, first: Timestamp, deadline: Timestamp) -> Timestamp {
    match number {
        0 => first,
        1 => deadline,
        more => {
            let times = usize::try_from(more - 1).unwrap_or(usize::MAX);
            let growing: i64 = HOURS_BETWEEN.iter().take(times).sum();
            let daily = i64::try_from(times.saturating_sub(HOURS_BETWEEN.len())).unwrap_or(i64::MAX);
            let hours = growing.saturating_add(daily.saturating_mul(24));
            deadline.checked_add(SignedDuration::from_hours(hours.min(1_000_000))).unwrap_or(Timestamp::MAX)
        }
    }
}

/// What happens when a lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnDeadline {
    /// The on-call role is told.
    Remind,
    /// The server is put back.
    Restore,
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn minutes(count: i64) -> SignedDuration {
        SignedDuration::from_mins(count)
    }

    /// When what is said, if somebody looks every `tick` from `from` on, for so long.
    fn said(from: Timestamp, tick: SignedDuration, lasting: SignedDuration) -> Vec<(SignedDuration, Reminder)> {
        let deadline = START + minutes(240);
        let first = first(START, deadline, minutes(30));
        let (mut now, mut behind, mut next, mut all) = (from, 0, first, Vec::new());
        while now < from + lasting {
            if next <= now {
                let due = due(behind, first, deadline, now);
                all.extend(due.reminder.map(|reminder| (now.duration_since(deadline), reminder)));
                (behind, next) = (due.said, due.next);
            }
            now += tick;
        }
        all
    }

    #[test]
    fn with_the_usual_settings_reminders_grow_apart_to_one_a_day() {
        let all = said(START, minutes(1), SignedDuration::from_hours(24 * 7));
        assert_eq!(all[0], (minutes(-30), Reminder::Before));
        assert_eq!(all[1], (minutes(0), Reminder::Deadline));
        let after: Vec<i64> = all[1..].windows(2).map(|pair| (pair[1].0 - pair[0].0).as_hours()).collect();
        assert_eq!(after, [1, 2, 4, 8, 16, 24, 24, 24, 24, 24]);
    }

    #[test]
    fn what_came_due_while_nobody_looked_is_said_once_and_then_not_within_the_hour() {
        let late = START + minutes(240) + minutes(170);
        let all = said(late, minutes(1), SignedDuration::from_hours(12));
        assert_eq!(all[0], (minutes(170), Reminder::After(1)));
        assert!(all[1].0 - all[0].0 >= HOUR, "{all:?}");
        assert!(all.windows(2).all(|pair| pair[1].0 - pair[0].0 >= HOUR), "{all:?}");
    }

    #[test]
    fn the_deadline_comes_once_however_late() {
        let deadline = START + minutes(240);
        let first = first(START, deadline, minutes(30));
        let late = due(0, first, deadline, deadline + minutes(600));
        assert_eq!(late.deadline, Moment::Now);
        assert_eq!(due(late.said, first, deadline, deadline + minutes(6_000)).deadline, Moment::Elsewhere);
        let before = due(0, first, deadline, deadline - minutes(5));
        assert_eq!((before.reminder, before.deadline), (Some(Reminder::Before), Moment::Elsewhere));
        assert_eq!(before.next, deadline);
    }

    #[test]
    fn a_short_rescue_is_reminded_at_half_time() {
        assert_eq!(first(START, START + minutes(10), minutes(30)), START + minutes(5));
        assert_eq!(first(START, START + minutes(240), minutes(30)), START + minutes(210));
        assert_eq!(first(START, START, minutes(30)), START);
    }

    #[test]
    fn a_reminder_knows_its_number() {
        for number in 0..5 {
            assert_eq!(Reminder::numbered(number).number(), number);
        }
    }
}
