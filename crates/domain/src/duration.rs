//! Lengths of time as people write them: `90m`, `1h30m`, `2d`, `500ms`, `0.5s`.
//!
//! The same words in the configuration and in the commands' options (`for`, `by`). A day is 24 hours.

use std::time::Duration;

/// The units, from long to short, with their length in nanoseconds.
const UNITS: [(&str, u128); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// The shortest length, in nanoseconds.
const LEAST: u128 = 1_000_000;
/// How many digits behind the point are looked at: more than a day has nanoseconds.
const DIGITS: usize = 18;

/// A hundred years: beyond it a date that has this added might not exist.
pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Why a text is no length of time. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADuration {
    /// Nothing is written.
    #[error("is empty")]
    Empty,
    /// It adds up to nothing.
    #[error("is zero")]
    Zero,
    /// A number was expected and something else found.
    #[error("is not made of numbers with units")]
    NotANumber,
    /// A number stands without a unit, or with one that is not known.
    #[error("has a number without a known unit")]
    UnknownUnit,
    /// A unit is repeated, or a longer one follows a shorter one.
    #[error("has its units twice or in the wrong order")]
    Order,
    /// It is longer than [`LONGEST`].
    #[error("is longer than a hundred years")]
    TooLong,
}

/// Reads a length of time: numbers, whole or with a point, with the units `d`, `h`, `m`, `s`, `ms`, `us` and `ns`, from long to
/// short, each at most once. Letters may be of either case and spaces may stand between the parts (phones put them there). What is
/// above zero is at least a millisecond: nothing here is kept more exactly.
///
/// # Errors
/// When it is anything else, zero, or more than [`LONGEST`].
///
/// ```
/// # use std::time::Duration;
/// use bernard_domain::duration::parse;
/// assert_eq!(parse("1h30m"), Ok(Duration::from_secs(5400)));
/// assert!(parse("90").is_err());
/// ```
pub fn parse(text: &str) -> Result<Duration, NotADuration> {
    let lower = text.trim().to_ascii_lowercase();
    if lower.is_empty() {
        return Err(NotADuration::Empty);
    }
    let mut rest = lower.as_str();
    let mut shorter = UNITS.as_slice();
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let (number, tail) = split_where(rest, |c| !c.is_ascii_digit() && c != '.');
        let (unit, tail) = split_where(tail, |c| !c.is_ascii_alphabetic());
        let nanos = nanos_of(number, unit, &mut shorter)?;
        total = total.checked_add(nanos).ok_or(NotADuration::TooLong)?;
        rest = tail.trim_start();
    }
    match total {
        0 => Err(NotADuration::Zero),
        long if long > LONGEST.as_nanos() => Err(NotADuration::TooLong),
        fine => u64::try_from(fine.max(LEAST)).map(Duration::from_nanos).map_err(|_| NotADuration::TooLong),
    }
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

fn nanos_of(number: &str, unit: &str, shorter: &mut &[(&str, u128)]) -> Result<u128, NotADuration> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || part.is_empty() || part.contains('.') {
        return Err(NotADuration::NotANumber);
    }
    let known = UNITS.iter().any(|(name, _)| *name == unit);
    let Some(index) = shorter.iter().position(|(name, _)| *name == unit) else {
        return Err(if known { NotADuration::Order } else { NotADuration::UnknownUnit });
    };
    let length = shorter[index].1;
    *shorter = &shorter[index + 1..];
    let whole = whole.parse::<u64>().map_err(|_| NotADuration::TooLong)?;
    Ok(u128::from(whole) * length + part_of(part, length))
}

/// The part of a unit that the digits behind the point are, never less than a nanosecond if they are anything.
fn part_of(digits: &str, unit: u128) -> u128 {
    let looked_at = &digits[..digits.len().min(DIGITS)];
    let count = looked_at.parse::<u128>().unwrap_or_default() * unit;
    let all = looked_at.bytes().fold(1, |all, _| all * 10);
    count.div_ceil(all).max(u128::from(digits.bytes().any(|digit| digit != b'0')))
}

/// Writes a length of time the way [`parse`] reads it: `1h30m`. Nothing is `0s`.
pub fn show(length: Duration) -> String {
    let mut rest = length.as_nanos();
    let mut text = String::new();
    for (unit, nanos) in UNITS {
        if rest >= nanos {
            text.push_str(&format!("{}{unit}", rest / nanos));
            rest %= nanos;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_is_read() {
        let cases = [
            ("90m", 5_400_000),
            ("1h30m", 5_400_000),
            ("2d", 172_800_000),
            ("500ms", 500),
            ("15s", 15_000),
            ("1H 30M", 5_400_000),
            (" 1d1h1m1s1ms ", 90_061_001),
            ("0.5s", 500),
            ("1.5h 0.25m", 5_415_000),
        ];
        for (text, millis) in cases {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for (text, nanos) in [("1ms1us", 1_001_000), ("1500.5US", 1_500_500), ("2000000ns", 2_000_000)] {
            assert_eq!(parse(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
        for least in ["1us", "1ns", "0.0000000001s", "0.0000000000000000000000001s"] {
            assert_eq!(parse(least), Ok(Duration::from_millis(1)), "{least}: above zero is never nothing");
        }
    }

    #[test]
    fn what_is_no_length_of_time_says_why() {
        use NotADuration::{Empty, NotANumber, Order, TooLong, UnknownUnit, Zero};
        let cases = [
            ("", Empty),
            ("  ", Empty),
            ("0s", Zero),
            ("0d0h", Zero),
            ("0.0s", Zero),
            ("h", NotANumber),
            ("-5m", NotANumber),
            ("90", UnknownUnit),
            ("1h30", UnknownUnit),
            ("1.5", UnknownUnit),
            (".5h", NotANumber),
            ("5.h", NotANumber),
            ("1.5.5h", NotANumber),
            ("1,5h", UnknownUnit),
            ("3 weeks", UnknownUnit),
            ("5m1h", Order),
            ("5m5m", Order),
            ("36501d", TooLong),
            ("99999999999999999999s", TooLong),
            ("18446744073709551615d", TooLong),
        ];
        for (text, error) in cases {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(nanos in 1_000_000..=u64::try_from(LONGEST.as_nanos()).unwrap()) {
            let length = Duration::from_nanos(nanos);
            prop_assert_eq!(parse(&show(length)), Ok(length));
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
