//! The small words: what a person typed, mentions, durations and times.

use std::time::Duration;

use bernard_domain::{access::UserId, locale::Locale, operation::ChannelId};
use jiff::{SignedDuration, Timestamp, civil::Weekday};

use crate::say;

/// A mention of a person; it only rings if the message allows it.
pub fn mention(user: UserId) -> String {
    format!("<@{}>", user.0)
}

/// A moment, shown by Discord in the reader's own time zone and language: `at` and how far away.
pub fn since_epoch(time: Timestamp) -> String {
    format!("<t:{0}:t> (<t:{0}:R>)", time.as_second())
}

/// A time of day, shown by Discord in the reader's own time zone and language.
pub fn hour(time: Timestamp) -> String {
    format!("<t:{}:t>", time.as_second())
}

/// From when to when something was, shown by Discord in the reader's own time zone and language; with the days where the times alone
/// may mislead.
pub fn from_to(from: Timestamp, to: Timestamp) -> (String, String) {
    const SAME_DAY: SignedDuration = SignedDuration::from_hours(12);
    let style = if to.duration_since(from) < SAME_DAY { "t" } else { "f" };
    let show = |time: Timestamp| format!("<t:{}:{style}>", time.as_second());
    (show(from), show(to))
}

/// How far away a moment is, counted by Discord in the reader's own language.
pub fn from_now(time: Timestamp) -> String {
    format!("<t:{}:R>", time.as_second())
}

/// A moment with its day, shown by Discord in the reader's own time zone and language.
pub fn day_and_hour(time: Timestamp) -> String {
    format!("<t:{}:f>", time.as_second())
}

/// A day, shown by Discord in the reader's own language.
pub fn day(date: jiff::civil::Date) -> String {
    // Noon, so that it is the same day in nearly every time zone.
    let noon = date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    noon.map_or_else(|_| date.to_string(), |noon| format!("<t:{}:D>", noon.timestamp().as_second()))
}

/// A duration in words: `4 h`, `1 h 30 min`, `2 days`.
pub fn duration(locale: Locale, duration: SignedDuration) -> String {
    let all = Duration::try_from(duration).unwrap_or_default().as_secs();
    let (days, hours, minutes, seconds) = (all / 86_400, all / 3_600 % 24, all / 60 % 60, all % 60);
    let mut parts = Vec::new();
    if days > 0 {
        parts.push(say!(locale, "duration-days", count = days));
    }
    if hours > 0 {
        parts.push(say!(locale, "duration-hours", count = hours));
    }
    if minutes > 0 {
        parts.push(say!(locale, "duration-minutes", count = minutes));
    }
    if parts.is_empty() || (seconds > 0 && days == 0 && hours == 0) {
        parts.push(say!(locale, "duration-seconds", count = seconds));
    }
    parts.join(" ")
}

/// The address of a message of a guild, which Discord's client opens and shows as a link to it.
pub fn message_link(guild: u64, channel: ChannelId, message: u64) -> String {
    format!("https://discord.com/channels/{guild}/{}/{message}", channel.0)
}

/// A day of the week, as short as a button wants it.
pub fn weekday(locale: Locale, day: Weekday) -> String {
    say!(locale, "weekday", number = day.to_monday_one_offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(duration(Locale::En, SignedDuration::from_hours(4)), "4 h");
        assert_eq!(duration(Locale::En, SignedDuration::from_mins(90)), "1 h 30 min");
        assert_eq!(duration(Locale::En, SignedDuration::from_hours(49)), "2 days 1 h");
        assert_eq!(duration(Locale::Fr, SignedDuration::from_hours(24)), "1 jour");
        assert_eq!(duration(Locale::En, SignedDuration::from_secs(0)), "0 s");
    }
}
