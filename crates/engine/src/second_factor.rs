//! Six digits, judged: against the secret that the store keeps encrypted, with the key of the configuration.
//!
//! A secret is in the clear here alone, for as long as it takes to judge one code.

use bernard_domain::{
    access::UserId,
    audit::{Act, Entry},
    notice::{Letter, Notice, Owed, To},
    operation::ChannelId,
    second_factor::{Code, SECRET_BYTES, Secret, Step, Verdict},
};
use bernard_platform::{
    clock,
    sealed::{self, NotSealed, SealingKey},
};
use bernard_store::{Error, GivenStep, IfWrong, SecondFactor, Store, Tried};
use jiff::Timestamp;

/// Somebody's try.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Who gives a code.
    pub person: UserId,
    /// Where; those on call are told there if it is one wrong code too many.
    pub channel: ChannelId,
    /// What it is given for, for the audit: all but whether it was right.
    pub entry: Entry,
}

/// What a code came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is right: what it is given for is written together with its step.
    Right(Box<GivenStep>),
    /// It is not taken.
    Refused(NotTaken),
}

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is wrong, and so many more are looked at.
    Wrong(u32),
    /// It was given before.
    Used,
    /// Too many were wrong: none is looked at until then.
    Locked(Timestamp),
    /// This person has no second factor.
    NotEnrolled,
    /// The key of the configuration is not the one that it was enrolled with, or there is none.
    OtherKey,
}

/// Judges a code. A wrong one is counted and in the audit, and the one that is too many is told to those on call.
///
/// # Errors
/// When the store said no: nothing was judged.
pub async fn check(store: &Store, key: Option<&SealingKey>, attempt: &Attempt, code: &Code) -> Result<Checked, Error> {
    let now = clock::now();
    let Some(key) = key else { return Ok(Checked::Refused(NotTaken::OtherKey)) };
    let person = attempt.person;
    let judge = |factor: &SecondFactor| match opened(key, factor) {
        Some(secret) => secret.judge(code, now, factor.last),
        None => Verdict::Unreadable,
    };
    let tried = store.try_code(person, now, judge, &attempt.if_wrong(now)).await?;
    Ok(match tried {
        Tried::Right(step) => Checked::Right(Box::new(attempt.given(step))),
        Tried::Used => Checked::Refused(NotTaken::Used),
        Tried::Wrong(left) => Checked::Refused(NotTaken::Wrong(left)),
        Tried::Locked(until) => Checked::Refused(NotTaken::Locked(until)),
        Tried::NotEnrolled => Checked::Refused(NotTaken::NotEnrolled),
        Tried::Unreadable => Checked::Refused(NotTaken::OtherKey),
    })
}

impl Attempt {
    fn if_wrong(&self, now: Timestamp) -> IfWrong {
        let act = Entry::act(Act::CodeRefused, now);
        let entry = Entry { at: now, kind: act.kind, what: act.what, ..self.entry.clone() };
        let to = To::Channel { channel: self.channel, or_to: None };
        let letter = Letter { to, notice: Notice::CodesLocked { person: self.person } };
        let origin = format!("codes:{}:{}", self.person.0, now.as_millisecond());
        IfWrong { entry, owed: Owed { origin, letter } }
    }

    fn given(&self, step: Step) -> GivenStep {
        let act = Entry::act(Act::CodeTaken, clock::now());
        let entry = Entry { kind: act.kind, what: act.what, ..self.entry.clone() };
        GivenStep { person: self.person, step, entry }
    }
}

/// A new secret, in the clear and as it is kept.
///
/// # Errors
/// [`NotSealed`] when the system gives no random bytes.
pub fn new_secret(key: &SealingKey, person: UserId) -> Result<(Secret, String), NotSealed> {
    let secret = Secret::new(sealed::random::<SECRET_BYTES>()?);
    let kept = key.seal(secret.bytes(), &about(person))?;
    Ok((secret, kept.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// A secret as it was kept; `None` when this key does not open it.
pub fn opened(key: &SealingKey, factor: &SecondFactor) -> Option<Secret> {
    let digits = factor.secret.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let kept: Vec<u8> = digits.chunks(2).map(byte).collect::<Option<_>>()?;
    Secret::of(&key.open(&kept, &about(factor.person))?)
}

/// A secret is one person's: in somebody else's row it does not open.
fn about(person: UserId) -> String {
    format!("second factor of {}", person.0)
}

#[cfg(test)]
mod tests {
    use bernard_domain::second_factor::Tries;

    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_for_its_person_alone() {
        let key = SealingKey::new([7; 32]);
        let (secret, kept) = new_secret(&key, UserId(1)).expect("a secret");
        let factor = |person, secret: &str| SecondFactor {
            person: UserId(person),
            secret: secret.to_owned(),
            enrolled: Timestamp::UNIX_EPOCH,
            last: Step::NONE,
            tries: Tries::default(),
        };
        assert!(opened(&key, &factor(1, &kept)) == Some(secret));
        assert!(opened(&key, &factor(2, &kept)).is_none());
        assert!(opened(&SealingKey::new([8; 32]), &factor(1, &kept)).is_none());
        for bad in ["", "zz", "0", "é", &kept[2..], &kept[1..]] {
            assert!(opened(&key, &factor(1, bad)).is_none(), "{bad}");
        }
        assert!(!format!("{:?}", factor(1, &kept)).contains(&kept));
    }
}
