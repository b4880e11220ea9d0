//! How much longer a rescue may last.
//!
//! Pure. Time is added to the later of the deadline and now; it never ends later than the longest lease from now, and an
//! extension never shortens.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};

use super::daily;

/// When "until the morning" ends.
const MORNING: Time = Time::constant(8, 0, 0, 0);

/// What **Extend** offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// One more hour.
    Hour,
    /// Four more hours.
    FourHours,
    /// Until 08:00 in the operator's time zone.
    Morning,
}

/// The text is no offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnOffer;

/// How much more time is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// So much.
    Length(SignedDuration),
    /// Until the next morning.
    Morning,
}

/// A new deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// It.
    pub until: Timestamp,
    /// Whether it is all that was asked for.
    pub cut: Cut,
}

/// Whether an extension is all that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It is.
    Not,
    /// It ends at the longest lease from now.
    ToLongest,
}

impl Offer {
    /// Every offer, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Hour, Self::FourHours, Self::Morning];

    /// How much time it is.
    pub fn more(self) -> More {
        match self {
            Self::Hour => More::Length(SignedDuration::from_hours(1)),
            Self::FourHours => More::Length(SignedDuration::from_hours(4)),
            Self::Morning => More::Morning,
        }
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hour => "1h",
            Self::FourHours => "4h",
            Self::Morning => "morning",
        })
    }
}

impl FromStr for Offer {
    type Err = NotAnOffer;

    fn from_str(text: &str) -> Result<Self, NotAnOffer> {
        Self::ALL.into_iter().find(|offer| offer.to_string() == text).ok_or(NotAnOffer)
    }
}

/// The deadline after an extension; `None` when it already lies as late as it may.
pub fn extended(
    deadline: Timestamp,
    more: More,
    longest: SignedDuration,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Extension> {
    let from = deadline.max(now);
    let latest = now.checked_add(longest).unwrap_or(Timestamp::MAX);
    let wanted = match more {
        More::Length(length) => from.checked_add(length).unwrap_or(Timestamp::MAX),
        More::Morning => daily::next(MORNING, from, zone),
    };
    let cut = if wanted > latest { Cut::ToLongest } else { Cut::Not };
    let until = wanted.min(latest);
    (until > deadline).then_some(Extension { until, cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: SignedDuration = SignedDuration::from_hours(24);

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn by(deadline: i64, more: i64, now: i64) -> Option<(i64, Cut)> {
        let more = More::Length(SignedDuration::from_hours(more));
        let extended = extended(at(deadline), more, LONGEST, at(now), &TimeZone::UTC)?;
        Some((extended.until.as_second() / 3_600, extended.cut))
    }

    #[test]
    fn time_is_added_to_the_later_of_deadline_and_now() {
        assert_eq!(by(10, 4, 5), Some((14, Cut::Not)));
        assert_eq!(by(10, 4, 20), Some((24, Cut::Not)));
    }

    #[test]
    fn no_rescue_lasts_longer_from_now_than_the_longest_lease() {
        assert_eq!(by(10, 48, 5), Some((29, Cut::ToLongest)));
        assert_eq!(by(29, 1, 5), None);
        assert_eq!(by(40, 1, 5), None, "and none is shortened");
    }

    #[test]
    fn until_the_morning_is_the_next_one_after_the_deadline() {
        let morning = |deadline, now| {
            let until = extended(at(deadline), More::Morning, LONGEST, at(now), &TimeZone::UTC);
            until.map(|extension| extension.until.as_second() / 3_600)
        };
        assert_eq!(morning(3, 2), Some(8));
        assert_eq!(morning(9, 2), Some(26), "the next morning lies beyond the longest lease");
        assert_eq!(morning(9, 10), Some(32));
    }

    #[test]
    fn an_offer_survives_its_word() {
        for offer in Offer::ALL {
            assert_eq!(offer.to_string().parse(), Ok(offer));
        }
        assert_eq!("2h".parse::<Offer>(), Err(NotAnOffer));
    }
}
