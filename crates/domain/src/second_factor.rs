//! A second factor: six digits of an authenticator, by time (RFC 6238: SHA-1, thirty seconds, as every authenticator has it).
//!
//! Pure. A code is good for the step it is of and one to either side, and each step counts once: whoever keeps what is used says
//! which was the last. Who types wrong codes is let try five times in a quarter of an hour.

mod base32;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha1::Sha1;

/// How long a step is (RFC 6238, the default of every authenticator).
const STEP_SECONDS: i64 = 30;
/// How many steps to either side of the present one count (RFC 6238, 5.2: at most one).
const SKEW: i64 = 1;
/// How many codes there are.
const CODES: u32 = 1_000_000;
/// How many wrong codes are let pass …
const TRIES: u32 = 5;
/// … in so long; then none is looked at for as long.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// What an authenticator calls us.
const ISSUER: &str = "Bernard";

/// How many bytes a secret has (RFC 4226 advises 160 bits).
pub const SECRET_BYTES: usize = 20;

/// What somebody's authenticator and we have in common. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

/// Six digits that somebody typed. They are never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(u32);

/// Which half minute since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(pub i64);

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is right, for this step, which counts from now on.
    Right(Step),
    /// It was right, and its step counted already.
    Used,
    /// It is wrong.
    Wrong,
    /// The secret cannot be read, so nobody can say.
    Unreadable,
}

impl Secret {
    /// The secret of these bytes, which are as random as can be.
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The secret of bytes that were kept; `None` when that is no secret.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, to be kept where nobody reads them.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What an authenticator takes: the whole secret, for the eyes of its owner.
    pub fn otpauth(&self, name: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
        let name: String = name.chars().filter(|c| plain(*c)).collect();
        let secret = base32::encode(&self.0);
        format!("otpauth://totp/{ISSUER}:{name}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30")
    }

    /// What `code` is at this moment, if `last` is the last step that counted.
    pub fn judge(&self, code: &Code, now: Timestamp, last: Step) -> Verdict {
        let present = Step::at(now).0;
        let matching = (present - SKEW..=present + SKEW).map(Step).filter(|step| self.code(*step) == *code);
        matching.fold(Verdict::Wrong, |verdict, step| match verdict {
            Verdict::Right(_) => verdict,
            _ if step > last => Verdict::Right(step),
            _ => Verdict::Used,
        })
    }

    /// The code of a step (RFC 4226, 5.3).
    pub fn code(&self, step: Step) -> Code {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("a key may have any length");
        mac.update(&step.0.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let from = usize::from(digest[19] & 0x0f);
        let part = [digest[from] & 0x7f, digest[from + 1], digest[from + 2], digest[from + 3]];
        Code(u32::from_be_bytes(part) % CODES)
    }
}

impl Step {
    /// None yet: every step is later.
    pub const NONE: Self = Self(-1);

    /// The step of a moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(moment.as_second().div_euclid(STEP_SECONDS))
    }
}

impl Code {
    /// Six digits as people type them: with spaces, or as wide as an East Asian keyboard has them. `None` when it is anything else.
    pub fn parse(typed: &str) -> Option<Self> {
        /// Far more than anybody types between six digits.
        const LONGEST: usize = 32;
        let mut digits = Vec::with_capacity(6);
        for c in typed.chars().take(LONGEST + 1) {
            match c {
                '0'..='9' => digits.push(u32::from(c) - u32::from('0')),
                '\u{ff10}'..='\u{ff19}' => digits.push(u32::from(c) - 0xff10),
                '-' | '\u{200b}' | '\u{feff}' => {}
                c if c.is_whitespace() => {}
                _ => return None,
            }
        }
        (digits.len() == 6).then(|| Self(digits.into_iter().fold(0, |number, digit| number * 10 + digit)))
    }

    /// The digits, for an authenticator's part in a test.
    pub fn digits(&self) -> String {
        format!("{:06}", self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

/// Somebody's wrong codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// How many in the present quarter of an hour.
    pub wrong: u32,
    /// When the first of those was.
    pub since: Option<Timestamp>,
    /// Until when no code is looked at.
    pub locked_until: Option<Timestamp>,
}

impl Tries {
    /// Until when no code is looked at; `None`: one may be tried.
    pub fn locked(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// How many more are let pass.
    pub fn left(&self) -> u32 {
        TRIES.saturating_sub(self.wrong)
    }

    /// After one more wrong code. The fifth within a quarter of an hour locks for as long.
    #[must_use]
    pub fn after_wrong(&self, now: Timestamp) -> Self {
        // A clock that was set back begins anew rather than keeping somebody out for ever.
        let running = |since: &Timestamp| *since <= now && now.duration_since(*since) < WINDOW;
        let (wrong, since) = match self.since.filter(running) {
            Some(since) => (self.wrong + 1, since),
            None => (1, now),
        };
        match wrong < TRIES {
            true => Self { wrong, since: Some(since), locked_until: None },
            false => {
                Self { wrong: 0, since: None, locked_until: Some(now.saturating_add(WINDOW).unwrap_or(Timestamp::MAX)) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
