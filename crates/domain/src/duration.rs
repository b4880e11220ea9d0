//! Lengths of time as people write them: `90m`, `1h30m`, `2d`, `500ms`.
//!
//! The same words in the configuration and in the commands' options (`for`, `by`). A day is 24 hours.

use std::time::Duration;

/// The units, from long to short, with their length in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

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
    /// A whole number was expected and something else found.
    #[error("is not made of whole numbers with units")]
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

/// Reads a length of time: whole numbers with the units `d`, `h`, `m`, `s` and `ms`, from long to short, each at most once.
/// Letters may be of either case and spaces may stand between the parts (phones put them there).
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
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (number, tail) = split_where(rest, |c| !c.is_ascii_digit());
        let (unit, tail) = split_where(tail, |c| !c.is_ascii_alphabetic());
        let millis = millis_of(number, unit, &mut shorter)?;
        total = total.checked_add(millis).ok_or(NotADuration::TooLong)?;
        rest = tail.trim_start();
    }
    match Duration::from_millis(total) {
        Duration::ZERO => Err(NotADuration::Zero),
        long if long > LONGEST => Err(NotADuration::TooLong),
        fine => Ok(fine),
    }
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

fn millis_of(number: &str, unit: &str, shorter: &mut &[(&str, u64)]) -> Result<u64, NotADuration> {
    if number.is_empty() {
        return Err(NotADuration::NotANumber);
    }
    let known = UNITS.iter().any(|(name, _)| *name == unit);
    let Some(index) = shorter.iter().position(|(name, _)| *name == unit) else {
        return Err(if known { NotADuration::Order } else { NotADuration::UnknownUnit });
    };
    let length = shorter[index].1;
    *shorter = &shorter[index + 1..];
    number.parse::<u64>().ok().and_then(|count| count.checked_mul(length)).ok_or(NotADuration::TooLong)
}

/// Writes a length of time the way [`parse`] reads it, to the millisecond: `1h30m`. Nothing is `0s`.
pub fn show(length: Duration) -> String {
    let mut rest = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, millis) in UNITS {
        if rest >= millis {
            text.push_str(&format!("{}{unit}", rest / millis));
            rest %= millis;
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
        ];
        for (text, millis) in cases {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
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
            ("h", NotANumber),
            ("-5m", NotANumber),
            ("90", UnknownUnit),
            ("1h30", UnknownUnit),
            ("1.5h", UnknownUnit),
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
        fn what_is_written_is_read_back(millis in 1..=u64::try_from(LONGEST.as_millis()).unwrap()) {
            let length = Duration::from_millis(millis);
            prop_assert_eq!(parse(&show(length)), Ok(length));
        }

        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
