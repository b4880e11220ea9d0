//! The first answer to an interaction: at once, and within the three seconds that Discord gives.
//!
//! A try is not given up because its answer is slow: Discord may have taken it at once. While it is out another one is begun, over
//! a connection of its own, and whichever is answered first counts. "It has an answer already" (40060) then means ours, as one
//! process serves a store, and perhaps ours where several do; without a try of ours that can have been taken it is somebody else's,
//! and nothing is done.

use std::time::Duration;

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, sleep_until};

use super::{Answer, Body, Call, Failed, Method, Repeat, Sender, pauses};
use crate::{
    error::{Cause, Error},
    interaction::InteractionKey,
    route::Route,
};

/// Discord gives an interaction three seconds; part of them had passed before it arrived here. No try begins later.
const BEGUN_WITHIN: Duration = Duration::from_millis(2_800);
/// So long after the interaction a try may still be answered: Discord had it in time, and only its answer is slow.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// A try that has no answer after this long gets company.
const COMPANY_AFTER: Duration = Duration::from_millis(1_200);
/// The pause after a try that failed; it doubles, so that a page in Discord's place costs six invalid requests and not sixty.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(800)];
/// "Unknown interaction": its time is over.
const UNKNOWN: u32 = 10_062;
/// "Interaction has already been acknowledged."
const HAS_ANSWER: u32 = 40_060;

/// The outcome of the first answer to an interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ack {
    /// Discord took our answer: the interaction is ours.
    Acknowledged,
    /// Discord has an answer (40060), and a try of ours can have been it: it is ours unless others answer for this bot too.
    PerhapsOurs,
    /// Discord no longer knows the interaction (10062): the three seconds had passed.
    TooLate,
    /// Somebody else answered first (40060, and none of our tries can have been taken): step back.
    Taken,
    /// Our answer certainly did not count.
    Failed(Error),
    /// Our answer may or may not have counted.
    Unknown(Error),
}

impl Ack {
    fn word(&self) -> &'static str {
        match self {
            Self::Acknowledged | Self::PerhapsOurs => "acknowledged",
            Self::TooLate => "too_late",
            Self::Taken => "taken",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// What is known of the tries so far.
#[derive(Default)]
struct Known {
    /// The latest try that may have been taken, though its answer did not say so.
    doubt: Option<Error>,
    /// The latest try that certainly was not.
    failed: Option<Error>,
    /// Discord says that the interaction has an answer.
    has_answer: bool,
}

/// What one try means.
enum Meaning {
    /// It is over.
    Over(Ack),
    /// Another try may end better, after this pause at least.
    Again(Duration),
    /// No other try would.
    Enough,
}

impl Sender {
    /// The first answer to an interaction. Waits for no other traffic.
    pub(crate) async fn acknowledge(&self, key: &InteractionKey, body: Body) -> Ack {
        let call = Call::new(Method::POST, Route::Callback(key.id, &key.token), body, Repeat::OnlyIfUndone);
        let ack = self.acknowledge_call(&call, Instant::from_std(key.received)).await;
        metrics::counter!(bernard_platform::metrics::ACKNOWLEDGEMENTS, "outcome" => ack.word()).increment(1);
        metrics::histogram!(bernard_platform::metrics::ACKNOWLEDGEMENT_SECONDS).record(key.received.elapsed());
        ack
    }

    async fn acknowledge_call(&self, call: &Call<'_>, received: Instant) -> Ack {
        let (begun_by, mut answered_by) = (received + BEGUN_WITHIN, received + ANSWERED_WITHIN);
        let mut pauses = pauses(PAUSES[0], PAUSES[1]);
        let mut known = Known::default();
        let mut tries = FuturesUnordered::new();
        let latest = answered_by;
        let begin = |client| self.exchange(client, call, latest.saturating_duration_since(Instant::now()));
        // Not by the timer: its ticks are milliseconds, so what is due already fires one late.
        if Instant::now() < begun_by {
            tries.push(begin(&self.client));
        }
        let mut next = Some(Instant::now() + COMPANY_AFTER);
        loop {
            let due = next.filter(|due| *due < begun_by);
            if tries.is_empty() && due.is_none() {
                return known.verdict(call);
            }
            tokio::select! {
                Some(outcome) = tries.next() => match self.meaning(call, &mut known, outcome) {
                    Meaning::Over(ack) => return ack,
                    Meaning::Again(pause) => next = Some(Instant::now() + pauses.next().unwrap_or_default().max(pause)),
                    Meaning::Enough => {
                        next = None;
                        // Those still out are long sent, or will never be.
                        answered_by = answered_by.min(begun_by);
                    }
                },
                () = sleep_until(due.unwrap_or(begun_by)), if due.is_some() => {
                    tries.push(begin(&self.spare));
                    next = Some(Instant::now() + COMPANY_AFTER);
                }
                () = sleep_until(answered_by) => {
                    if !tries.is_empty() {
                        known.doubt = Some(call.error(Cause::Lost("nothing came back in time".to_owned())));
                    }
                    return known.verdict(call);
                }
            }
        }
    }

    /// What an outcome means, together with what is known of the others.
    fn meaning(&self, call: &Call<'_>, known: &mut Known, outcome: Result<Answer, Failed>) -> Meaning {
        let (error, asked) = match outcome {
            Ok(answer) if answer.is_success() && answer.is_discords() => return Meaning::Over(Ack::Acknowledged),
            Ok(answer) => {
                let limited = answer.limited().filter(|_| answer.is_discords());
                self.note_invalid(call, &answer, limited, &self.token.get());
                (call.error(self.refusal(call, &answer)), limited.map(|limited| limited.wait))
            }
            Err(failed) => (failed.error, None),
        };
        match error.code() {
            Some(UNKNOWN) => return Meaning::Over(Ack::TooLate),
            Some(HAS_ANSWER) if known.doubt.is_some() => return Meaning::Over(Ack::PerhapsOurs),
            Some(HAS_ANSWER) => {
                known.has_answer = true;
                return Meaning::Enough;
            }
            _ => {}
        }
        let passes = error.is_transient() && !known.has_answer && !self.limits.is_suspect(Instant::now());
        match error.may_have_happened() {
            true if known.has_answer => return Meaning::Over(Ack::PerhapsOurs),
            true => known.doubt = Some(error),
            false => known.failed = Some(error),
        }
        if passes { Meaning::Again(asked.unwrap_or_default()) } else { Meaning::Enough }
    }
}

impl Known {
    /// What is to be thought when no try is out any more.
    fn verdict(self, call: &Call<'_>) -> Ack {
        match (self.has_answer, self.doubt, self.failed) {
            (true, Some(_), _) => Ack::PerhapsOurs,
            (true, None, _) => Ack::Taken,
            (false, Some(doubt), _) => Ack::Unknown(doubt),
            (false, None, Some(failed)) => Ack::Failed(failed),
            (false, None, None) => Ack::Failed(call.error(Cause::OutOfTime)),
        }
    }
}
