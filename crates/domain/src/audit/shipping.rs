//! Lines of the audit on their way to a sink: somebody else's keeping, in order, each until it was acknowledged.
//!
//! Pure. What is sent next follows from the last line that was acknowledged and from the chain, what is done then from the answer: a
//! sink that is away is tried for ever, with growing pauses; one that refuses several lines gets fewer, until the one line is known that
//! it refuses; with that line the sink stops, and nothing is stepped over.

use std::time::Duration;

use super::{
    chain::{Anchor, GENESIS, Hash, Line, NotALine},
    sink_trouble::Trouble,
};
use crate::{
    access::Who,
    notice::{Letter, Notice, Owed, To},
    operation::ChannelId,
};

/// How many lines are sent at once.
pub const MOST_LINES: usize = 500;
/// How many bytes are sent at once, unless one line alone has more.
pub const MOST_BYTES: usize = 1 << 20;
/// How often a sink must refuse one line before that is its last word.
const SURE: u32 = 3;
/// The longest that a sink may ask us to wait: whoever asks for more is asked again sooner.
const LONGEST_ASKED: Duration = Duration::from_secs(3_600);

/// A line as a sink gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line.
    pub line: Line,
    /// The chain that it belongs to, by the hash of that one's line 1.
    pub chain: Hash,
    /// Both as JSON.
    pub json: String,
}

impl Record {
    /// The line as one of this chain.
    pub fn of(line: Line, chain: Hash) -> Self {
        Self { json: line.to_record(chain), line, chain }
    }

    /// Its number and hash.
    pub fn anchor(&self) -> Anchor {
        Anchor { number: self.line.number, hash: self.line.hash }
    }
}

/// What a sink answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has all of it.
    Taken,
    /// It did not answer, or not now.
    Away {
        /// Why, in words.
        said: String,
        /// How long it asks us to wait.
        again: Option<Duration>,
    },
    /// It lets nobody in who comes as we do, whatever they bring.
    Closed {
        /// Why, in words.
        said: String,
    },
    /// It does not take what was sent.
    Refused {
        /// Why, in words.
        said: String,
    },
}

impl Answer {
    /// What an HTTP status means.
    pub fn of_status(status: u16, again: Option<Duration>) -> Self {
        let said = format!("HTTP {status}");
        match status {
            200..=299 => Self::Taken,
            // A redirect leads elsewhere than the configuration says, and is not followed.
            300..=399 | 401 | 403 | 404 | 405 | 407 | 410 => Self::Closed { said },
            408 | 425 | 429 | 500.. => Self::Away { said, again },
            _ => Self::Refused { said },
        }
    }
}

/// What is to be sent next, at most `most` lines, of what the store reads: from the last line on that was acknowledged (`None`: from line
/// 1), that one included.
///
/// # Errors
/// [`Trouble::Chain`] when the chain does not go on from there: it was cut, or written anew.
pub fn next(
    cursor: Option<Anchor>,
    read: Vec<Result<Line, NotALine>>,
    chain: Hash,
    most: usize,
) -> Result<Vec<Record>, Trouble> {
    let last = cursor.unwrap_or(Anchor { number: 0, hash: GENESIS });
    let broken = || Trouble::Chain { number: last.number };
    let mut read = read.into_iter();
    if cursor.is_some() {
        let sent = read.next().and_then(Result::ok).map(|line| Anchor { number: line.number, hash: line.hash });
        if sent != cursor {
            return Err(broken());
        }
    }
    let (mut before, mut bytes, mut batch) = (last, 0, Vec::new());
    for line in read.take(most) {
        let follows = line.ok().filter(|line| line.number == before.number + 1 && line.previous == before.hash);
        let Some(line) = follows else {
            return if batch.is_empty() { Err(broken()) } else { Ok(batch) };
        };
        let record = Record::of(line, chain);
        bytes += record.json.len() + 1;
        if bytes > MOST_BYTES && !batch.is_empty() {
            break;
        }
        before = record.anchor();
        batch.push(record);
    }
    Ok(batch)
}

/// How long is waited before something is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// The first time.
    pub first: Duration,
    /// However often it failed.
    pub longest: Duration,
}

impl Pauses {
    /// The pause after so many failures in a row: it doubles. `dice`, from 0 to 1, makes it half as long to as long.
    fn after(self, failures: u32, dice: f64) -> Duration {
        let doubled = 2_u32.checked_pow(failures.saturating_sub(1)).and_then(|times| self.first.checked_mul(times));
        doubled.unwrap_or(self.longest).min(self.longest).mul_f64(0.5 + dice.clamp(0.0, 1.0) / 2.0)
    }
}

/// What is done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// What was sent is acknowledged, and the sink has come so far.
    Moves,
    /// Fewer are sent, at once.
    Fewer,
    /// The same is tried again after that.
    Waits(Trouble, Duration),
    /// Nothing is sent any more.
    Stops(Trouble),
}

/// How it goes with one sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipper {
    /// How many lines are sent next, at most.
    most: usize,
    /// How often in a row nothing was taken, nor refused.
    failures: u32,
    /// How often in a row a single line was refused.
    refusals: u32,
}

impl Default for Shipper {
    fn default() -> Self {
        Self { most: MOST_LINES, failures: 0, refusals: 0 }
    }
}

impl Shipper {
    /// How many lines are sent next, at most.
    pub fn most(&self) -> usize {
        self.most
    }

    /// What is done after this answer to `count` lines of which the first has this number.
    pub fn after(&mut self, answer: Answer, first: u64, count: usize, pauses: Pauses, dice: f64) -> Then {
        match answer {
            Answer::Taken => {
                *self = Self { most: (self.most * 2).min(MOST_LINES), failures: 0, refusals: 0 };
                Then::Moves
            }
            Answer::Away { said, again } => {
                self.failures = self.failures.saturating_add(1);
                let pause = pauses.after(self.failures, dice).max(again.unwrap_or_default().min(LONGEST_ASKED));
                Then::Waits(Trouble::Away { said }, pause)
            }
            Answer::Closed { said } => {
                self.failures = self.failures.saturating_add(1);
                Then::Waits(Trouble::Closed { said }, pauses.after(self.failures, dice))
            }
            Answer::Refused { .. } if count > 1 => {
                (self.most, self.failures) = (count / 2, 0);
                Then::Fewer
            }
            Answer::Refused { said } => {
                self.refusals += 1;
                match self.refusals {
                    SURE.. => Then::Stops(Trouble::Line { number: first, said }),
                    // Whether that was its last word.
                    so_far => Then::Waits(Trouble::Away { said }, pauses.after(so_far, dice)),
                }
            }
        }
    }
}

/// What is told of a trouble that people must act on, once for each place in the chain where it is met; `None`: it may pass by itself.
pub fn told(sink: &str, at: u64, trouble: &Trouble, channel: ChannelId, admins: Vec<Who>) -> Option<Owed> {
    if matches!(trouble, Trouble::Away { .. }) {
        return None;
    }
    let notice = Notice::SinkTrouble { sink: sink.to_owned(), trouble: trouble.clone(), admins };
    let letter = Letter { to: To::Channel { channel, or_to: None }, notice };
    Some(Owed { origin: format!("sink:{sink}:{}:{at}", trouble.word()), letter })
}

#[cfg(test)]
mod tests;
