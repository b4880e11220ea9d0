//! Hours of the week in which a rule counts: `mon-fri 08:00-18:00`, on the clocks of one time zone.
//!
//! A window lasts up to its end, which is no longer part of it. One that ends before it begins goes over midnight, and belongs to the
//! day on which it begins. What clocks show decides: when they are put back, an hour that they show twice counts twice.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{DateTime, Time, Weekday},
    tz::TimeZone,
};

/// When a rule counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    /// Any of these.
    pub windows: Windows,
    /// Whose clocks.
    pub zone: TimeZone,
}

impl Hours {
    /// Whether it counts at this moment.
    pub fn hold(&self, now: Timestamp) -> bool {
        self.windows.hold(self.zone.to_datetime(now))
    }
}

/// Several windows of the week: at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows(Vec<Window>);

/// From a time of day to another, on some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// The first day on which it begins, and the last: the week goes on after Sunday.
    days: (Weekday, Weekday),
    /// In minutes from midnight.
    from: u16,
    /// In minutes from midnight, at most those of a day; not above `from`: on the next day.
    to: u16,
}

/// What was written is no such hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("are no hours of the week")]
pub struct NotHours;

const DAY: u16 = 24 * 60;
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Windows {
    /// Whether one of them holds when clocks show this.
    pub fn hold(&self, at: DateTime) -> bool {
        self.0.iter().any(|window| window.holds(at))
    }
}

impl Window {
    fn holds(self, at: DateTime) -> bool {
        let minute = minute_of(at.time());
        let today = at.date().weekday();
        if self.from < self.to {
            return self.begins_on(today) && (self.from..self.to).contains(&minute);
        }
        let since_yesterday = self.begins_on(today.previous()) && minute < self.to;
        since_yesterday || (self.begins_on(today) && minute >= self.from)
    }

    fn begins_on(self, day: Weekday) -> bool {
        let (first, last) = self.days;
        first.until(day) <= first.until(last)
    }
}

fn minute_of(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

impl FromStr for Windows {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, NotHours> {
        text.split(',').map(|window| window.trim().parse()).collect::<Result<Vec<_>, _>>().map(Self)
    }
}

impl FromStr for Window {
    type Err = NotHours;

    /// `mon-fri 08:00-18:00`, `sat 10:00-12:00`, or `22:00-06:00` for every day.
    fn from_str(text: &str) -> Result<Self, NotHours> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (days, times) = match words.as_slice() {
            [times] => ((Weekday::Monday, Weekday::Sunday), times),
            [days, times] => (parse_days(days)?, times),
            _ => return Err(NotHours),
        };
        let (from, to) = times.split_once('-').ok_or(NotHours)?;
        let (from, to) = (parse_minute(from)?, parse_minute(to)?);
        if from == to || from >= DAY {
            return Err(NotHours);
        }
        Ok(Self { days, from, to })
    }
}

fn parse_days(text: &str) -> Result<(Weekday, Weekday), NotHours> {
    let day = |word: &str| {
        let word = word.to_ascii_lowercase();
        DAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day).ok_or(NotHours)
    };
    match text.split_once('-') {
        Some((first, last)) => Ok((day(first)?, day(last)?)),
        None => day(text).map(|one| (one, one)),
    }
}

fn parse_minute(text: &str) -> Result<u16, NotHours> {
    let two = |digits: &str| match digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u16>().map_err(|_| NotHours),
        false => Err(NotHours),
    };
    let (hour, minute) = text.split_once(':').ok_or(NotHours)?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    let all = hour * 60 + minute;
    if minute < 60 && all <= DAY { Ok(all) } else { Err(NotHours) }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, window) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{window}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |day: Weekday| DAYS.iter().find(|(_, one)| *one == day).map_or("", |(name, _)| *name);
        match self.days {
            (Weekday::Monday, Weekday::Sunday) => {}
            (first, last) if first == last => write!(f, "{} ", name(first))?,
            (first, last) => write!(f, "{}-{} ", name(first), name(last))?,
        }
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, at: &str) -> bool {
        text.parse::<Windows>().unwrap().hold(at.parse().unwrap())
    }

    #[test]
    fn a_window_holds_from_its_beginning_up_to_its_end() {
        // 2026-11-30 is a Monday.
        for (at, expected) in [
            ("2026-11-30T07:59:59", false),
            ("2026-11-30T08:00:00", true),
            ("2026-11-30T17:59:59", true),
            ("2026-11-30T18:00:00", false),
            ("2026-12-05T12:00:00", false),
        ] {
            assert_eq!(holds("mon-fri 08:00-18:00", at), expected, "{at}");
        }
        assert!(holds("mon-fri 08:00-18:00, sat 10:00-13:00", "2026-12-05T12:00:00"), "one of several is enough");
        assert!(holds("00:00-24:00", "2026-12-06T23:59:59"), "without days it is every day");
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_on_which_it_begins() {
        for (at, expected) in [
            ("2026-12-04T22:00:00", true),  // Friday
            ("2026-12-05T05:59:00", true),  // the morning after
            ("2026-12-05T06:00:00", false), // its end
            ("2026-12-05T23:00:00", false), // Saturday's night is not named
            ("2026-12-04T05:00:00", false), // Thursday's night neither
        ] {
            assert_eq!(holds("fri 22:00-06:00", at), expected, "{at}");
        }
        assert!(holds("sat-mon 20:00-08:00", "2026-12-01T07:00:00"), "a week goes on after Sunday");
    }

    #[test]
    fn hours_go_by_the_clocks_of_their_zone_on_both_sides_of_a_change() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let hours = Hours { windows: "08:00-18:00".parse().unwrap(), zone };
        for (at, expected) in [
            ("2026-10-24T06:00:00Z", true),  // 08:00 in summer
            ("2026-10-25T06:30:00Z", false), // 07:30 in winter
            ("2026-10-25T07:00:00Z", true),
            ("2026-10-25T16:59:00Z", true),
            ("2026-10-25T17:00:00Z", false),
        ] {
            assert_eq!(hours.hold(at.parse().unwrap()), expected, "{at}");
        }
    }

    #[test]
    fn what_is_written_is_said_again_and_what_makes_no_sense_is_refused() {
        for text in ["mon-fri 08:00-18:00", "sat 10:00-24:00, 22:00-06:00", "sat-sun 00:00-24:00"] {
            assert_eq!(text.parse::<Windows>().unwrap().to_string(), text);
        }
        assert_eq!("MON-FRI  08:00-18:00".parse::<Windows>().unwrap().to_string(), "mon-fri 08:00-18:00");
        for text in [
            "",
            "mon-fri",
            "8:00-18:00",
            "mon 08:00",
            "mon 08:00-25:00",
            "day 08:00-18:00",
            "08:00-08:00",
            "24:00-08:00",
            "08:60-09:00",
            "mon-fri 08:00-18:00,",
            "mon fri 08:00-18:00",
            "+8:00-18:00",
            "00:00-00:00",
        ] {
            assert_eq!(text.parse::<Windows>(), Err(NotHours), "{text}");
        }
    }
}
