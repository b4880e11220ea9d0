//! Messages that ring, where Discord does not bear the ringing: it answers with an error each time (a mention of a large role in a
//! thread), refuses that message only, or takes it and rings nobody. What is said matters more than that it rings: the same words
//! go out without ringing, and say whom they could not ring.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Mutex, time::Duration};

use bernard_discord::{
    Error, Rest,
    rest::{Nonce, Posted},
};
use bernard_domain::{access::Who, locale::Locale};
use bernard_text::say;
use serenity::model::id::ChannelId;

use crate::{
    render::{
        message::{Plain, with_last_line},
        wording,
    },
    wire,
};

/// How many of Discord's errors in a row are weather.
const WEATHER: u32 = 3;
/// How long one attempt to ring may take with its repetitions: few of them tell as much as many.
const PATIENCE: Duration = Duration::from_secs(5);
/// The place itself is gone or closed: without ringing it is no better.
const OF_THE_PLACE: [u32; 7] = [10_003, 10_004, 50_001, 50_007, 50_013, 50_083, 50_278];
/// More than this are not remembered; forgetting one costs a few more tries.
const MOST: usize = 1_000;

/// The messages that Discord did not take with their ringing, by name, and how often in a row.
#[derive(Debug)]
pub(crate) struct Unheard<N>(Mutex<HashMap<N, u32>>);

impl<N> Default for Unheard<N> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<N: Eq + Hash> Unheard<N> {
    /// Discord did not take a message that rings. Whether it is time for the same words without ringing.
    pub(crate) fn failed(&self, name: N, error: &Error) -> bool {
        if error.is_final() {
            return !error.code().is_some_and(|code| OF_THE_PLACE.contains(&code));
        }
        if error.status().is_none_or(|status| status < 500) {
            return false;
        }
        let Ok(mut all) = self.0.lock() else { return false };
        if all.len() >= MOST {
            all.clear();
        }
        let count = all.entry(name).or_default();
        *count += 1;
        *count >= WEATHER
    }

    /// It was taken, or it is weather after all: its ringing is tried again.
    pub(crate) fn over(&self, name: &N) {
        if let Ok(mut all) = self.0.lock() {
            all.remove(name);
        }
    }
}

/// Whether a message rang whom it was to ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rang {
    /// As far as Discord says.
    AsMeant,
    /// Nobody, and it says so.
    Nobody,
}

/// Where and as what a message is posted.
pub(crate) struct Bell<'a, N> {
    /// Who speaks there.
    pub(crate) rest: Rest,
    /// Where.
    pub(crate) channel: ChannelId,
    /// The same for every attempt.
    pub(crate) nonce: &'a Nonce,
    /// The language of whoever reads there.
    pub(crate) locale: Locale,
    /// What Discord did not take with its ringing.
    pub(crate) unheard: &'a Unheard<N>,
    /// Its name among those.
    pub(crate) name: N,
}

impl<N: Clone + Debug + Eq + Hash> Bell<'_, N> {
    /// Posts a message with its ringing; where Discord does not bear that, without.
    ///
    /// # Errors
    /// Those of posting, once it is no matter of the ringing.
    pub(crate) async fn ring(&self, message: &Plain, rings: &[Who]) -> Result<(Posted, Rang), Error> {
        let Self { rest, channel, nonce, locale, unheard, name } = self;
        let patient = patience(rings).map_or_else(|| rest.clone(), |patience| rest.within(patience));
        match patient.post(*channel, &wire::ringing(message, rings), nonce, &[]).await {
            Ok(posted) => {
                unheard.over(name);
                let unrung = unrung(rings, &posted);
                if unrung.is_empty() {
                    return Ok((posted, Rang::AsMeant));
                }
                let words = without(&message.content, &unrung, *locale);
                say_unrung(rest, *channel, &posted, &words).await;
                Ok((posted, Rang::Nobody))
            }
            Err(error) if !rings.is_empty() && unheard.failed(name.clone(), &error) => {
                tracing::warn!(of = ?name, %error, "a message does not ring: Discord does not take that");
                unheard.over(name);
                let content = without(&message.content, rings, *locale);
                let quiet = wire::unrung(&Plain { content, ..message.clone() });
                Ok((rest.post(*channel, &quiet, nonce, &[]).await?, Rang::Nobody))
            }
            Err(error) => Err(error),
        }
    }
}

/// How long an attempt at a message may take that rings these; `None`: as long as any.
fn patience(rings: &[Who]) -> Option<Duration> {
    (!rings.is_empty()).then_some(PATIENCE)
}

/// The same words with whom they could not ring. What is too long loses its end.
fn without(content: &str, unrung: &[Who], locale: Locale) -> String {
    let line = say!(locale, "unrung", who = wording::each(unrung));
    with_last_line(content, &line)
}

/// Discord took a message and rang nobody: whoever reads it is to know.
async fn say_unrung(rest: &Rest, channel: ChannelId, posted: &Posted, words: &str) {
    if let Err(error) = rest.edit(channel, posted.id, &wire::reworded(words)).await {
        tracing::warn!(%error, "a message rang nobody, and does not say so");
    }
}

/// The roles that a message was to ring, if Discord rang not one of them, and nobody else was to be rung.
fn unrung(rings: &[Who], posted: &Posted) -> Vec<Who> {
    let Some(rung) = &posted.mention_roles else { return Vec::new() };
    let heard = |who: &Who| match who {
        Who::Role(role) => rung.iter().any(|rung| rung.get() == *role),
        // Nothing tells that a person was not.
        Who::User(_) => true,
    };
    if rings.iter().any(heard) { Vec::new() } else { rings.to_vec() }
}

#[cfg(test)]
mod tests {
    use bernard_discord::Cause;

    use super::*;

    fn error(status: u16, code: Option<u32>) -> Error {
        Error::new("POST", "/x", Cause::Refused { status, code, message: String::new() })
    }

    #[test]
    fn ringing_is_given_up_after_a_few_errors_or_one_refusal_but_not_for_the_place_or_for_limits() {
        let unheard = Unheard::default();
        assert_eq!([(); 4].map(|()| unheard.failed(1, &error(500, None))), [false, false, true, true]);
        assert!(!unheard.failed(2, &error(500, None)), "each by itself");
        unheard.over(&1);
        assert!(!unheard.failed(1, &error(503, Some(0))));
        assert!(unheard.failed(3, &error(400, Some(50_035))));
        assert!(!unheard.failed(3, &error(403, Some(50_013))) && !unheard.failed(3, &error(429, None)));
        let lost = Error::new("POST", "/x", Cause::Lost(String::new()));
        assert_eq!([(); 5].map(|()| unheard.failed(4, &lost)), [false; 5]);
    }

    #[test]
    fn only_roles_are_known_to_have_heard_nothing() {
        let posted = |roles: &str| serde_json::from_str(&format!(r#"{{"id": "7"{roles}}}"#)).expect("a message");
        let (role, user) = (Who::Role(5), Who::User(bernard_domain::access::UserId(6)));
        assert_eq!(unrung(&[role], &posted(r#", "mention_roles": []"#)), [role]);
        assert_eq!(unrung(&[role], &posted(r#", "mention_roles": ["5"]"#)), []);
        assert_eq!(unrung(&[role, user], &posted(r#", "mention_roles": []"#)), []);
        assert_eq!(unrung(&[role], &posted("")), [], "it does not say");
    }
}
