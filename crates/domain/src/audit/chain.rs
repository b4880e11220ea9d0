//! The chain: each line's hash is made of the line before it, so nobody can change, take out, put in or move one without every
//! later hash saying so.
//!
//! `hash = SHA-256(previous ‖ entry)`, both as text: the sixty-four hexadecimal digits of the hash before, then the canonical form. Line 1
//! follows [`GENESIS`]. What a chain cannot show by itself is that its end was cut off, or written anew from some line on: for
//! that there are [`Anchor`]s, kept where the owner of the file cannot change them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// A SHA-256; shown and parsed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// What stands before line 1: sixty-four zeros.
pub const GENESIS: Hash = Hash([0; 32]);

/// The text is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hash of 64 lower-case hexadecimal digits")]
pub struct NotAHash;

impl Hash {
    /// The one of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The hash of the line with this canonical form, after the line with this hash.
    pub fn after(previous: Self, entry: &str) -> Self {
        let digest = Sha256::new().chain_update(previous.to_string()).chain_update(entry).finalize();
        Self(digest.into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAHash)?;
        if lower { Ok(Self(bytes)) } else { Err(NotAHash) }
    }
}

/// One line as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, as its entry says.
    pub number: u64,
    /// The canonical form of its entry.
    pub entry: String,
    /// The hash of the line before.
    pub previous: Hash,
    /// Its own.
    pub hash: Hash,
}

/// The text is no line of an audit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALine {
    /// It is not a JSON object.
    #[error("it is not a JSON object")]
    NotJson,
    /// A field that every line has is missing or is something else.
    #[error("its field `{0}` is missing or malformed")]
    Field(&'static str),
    /// It is not written as Bernard writes it: keys in order, no spaces, none twice.
    #[error("it is not in the canonical form")]
    Form,
}

impl Line {
    /// The next line after `number` and `hash` of the last one (`None`: this is line 1).
    pub fn next(last: Option<(u64, Hash)>, canonical: impl FnOnce(u64) -> String) -> Self {
        let (number, previous) = last.map_or((1, GENESIS), |(number, hash)| (number + 1, hash));
        let entry = canonical(number);
        Self { number, hash: Hash::after(previous, &entry), entry, previous }
    }

    /// A line as the store keeps it.
    ///
    /// # Errors
    /// [`NotALine`] when a column holds something else.
    pub fn of_row(entry: String, previous: &str, hash: &str) -> Result<Self, NotALine> {
        let previous = previous.parse().map_err(|_| NotALine::Field("previous"))?;
        let hash = hash.parse().map_err(|_| NotALine::Field("hash"))?;
        Ok(Self { number: number(&fields(&entry)?)?, entry, previous, hash })
    }

    /// A line as it is exported: the entry's object with `hash` and `previous` in it; or as a sink gets it, with its chain.
    ///
    /// # Errors
    /// [`NotALine`]; also when it says the same but is not written byte by byte as Bernard writes it.
    pub fn of_json(text: &str) -> Result<Self, NotALine> {
        let mut rest = fields(text)?;
        let mut take = |key| match rest.remove(key) {
            Some(Value::String(text)) => text.parse::<Hash>().map(Some).map_err(|_| NotALine::Field(key)),
            Some(_) => Err(NotALine::Field(key)),
            None => Ok(None),
        };
        let (previous, hash, chain) = (take("previous")?, take("hash")?, take("chain")?);
        let (previous, hash) = (previous.ok_or(NotALine::Field("previous"))?, hash.ok_or(NotALine::Field("hash"))?);
        let line = Self { number: number(&rest)?, entry: json(&rest), previous, hash };
        let written = chain.map_or_else(|| line.to_json(), |chain| line.to_record(chain));
        if written == text { Ok(line) } else { Err(NotALine::Form) }
    }

    /// The line as it is exported, without a line break.
    pub fn to_json(&self) -> String {
        let mut all = self.fields();
        all.insert("previous".to_owned(), self.previous.to_string().into());
        all.insert("hash".to_owned(), self.hash.to_string().into());
        json(&all)
    }

    /// The line as a sink gets it: as it is exported, and with the chain that it belongs to, by the hash of that one's line 1.
    pub fn to_record(&self, chain: Hash) -> String {
        let mut all = self.fields();
        for (key, hash) in [("chain", chain), ("previous", self.previous), ("hash", self.hash)] {
            all.insert(key.to_owned(), hash.to_string().into());
        }
        json(&all)
    }

    /// A text of its entry; `None` when it has none of that name.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.fields().remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn fields(&self) -> BTreeMap<String, Value> {
        fields(&self.entry).unwrap_or_default()
    }
}

fn fields(text: &str) -> Result<BTreeMap<String, Value>, NotALine> {
    serde_json::from_str(text).map_err(|_| NotALine::NotJson)
}

fn number(fields: &BTreeMap<String, Value>) -> Result<u64, NotALine> {
    fields.get("n").and_then(Value::as_u64).ok_or(NotALine::Field("n"))
}

fn json(fields: &BTreeMap<String, Value>) -> String {
    serde_json::to_string(fields).expect("what came from JSON is JSON")
}

/// What is known of one line from elsewhere: `N:HASH`, as it is posted and as `bernard audit verify` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The line's number.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
}

/// The text is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an anchor: write a line's number and its hash, such as 1204:9f86…")]
pub struct NotAnAnchor;

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (number, hash) = text.split_once(':').ok_or(NotAnAnchor)?;
        let number = number.parse().map_err(|_| NotAnAnchor)?;
        Ok(Self { number, hash: hash.parse().map_err(|_| NotAnAnchor)? })
    }
}

/// Where what is verified begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At line 1.
    Genesis,
    /// Anywhere: a part of a chain. What its first line says about the line before is believed.
    Anywhere,
}

/// Whether lines may be missing in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// None may.
    Refused,
    /// They may, as in the file of `/history`, which holds what one person may see.
    Allowed,
}

/// The first thing that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What the line says is not what its hash was made of.
    #[error("line {number} was changed: it does not have the hash that stands beside it")]
    Changed {
        /// The line.
        number: u64,
    },
    /// A line is not there.
    #[error("line {number} is missing: line {found} stands in its place")]
    Missing {
        /// The line.
        number: u64,
        /// What comes instead.
        found: u64,
    },
    /// A line stands where it has no business: put in, moved, or there twice.
    #[error("line {number} is out of place: line {expected} should come here")]
    OutOfPlace {
        /// The line that stands there.
        number: u64,
        /// The one that should.
        expected: u64,
    },
    /// A line was written anew together with its hash.
    #[error("line {number} was rewritten: the line after it was written after another one")]
    Rewritten {
        /// The line; those before it may have been rewritten with it.
        number: u64,
    },
    /// Line 1 does not follow the beginning.
    #[error("line 1 was rewritten: something else stood before it")]
    NotTheBeginning,
    /// There is no line to be read.
    #[error("line {number} cannot be read: {why}")]
    Unreadable {
        /// The number it should have.
        number: u64,
        /// Why.
        why: NotALine,
    },
    /// The line is not the one that was anchored.
    #[error("line {number} is not the one that was anchored: it was rewritten, or a line before it")]
    NotAsAnchored {
        /// The line.
        number: u64,
    },
    /// The line that was anchored is not there any more.
    #[error("the end was cut off: line {number} was anchored, and the last one here is {last}")]
    CutOff {
        /// The anchored line.
        number: u64,
        /// The last one; 0 if there is none.
        last: u64,
    },
    /// Anchors of one line have different hashes: whoever kept them was told of two chains.
    #[error("the anchors contradict each other: {}", contradictions(lines))]
    Contradiction {
        /// Each such line, with its hashes.
        lines: BTreeMap<u64, BTreeSet<Hash>>,
    },
    /// The anchored line is not in this part of the chain.
    #[error("line {number} was anchored, but is not in this part of the chain")]
    NotHere {
        /// The anchored line.
        number: u64,
    },
}

fn contradictions(lines: &BTreeMap<u64, BTreeSet<Hash>>) -> String {
    let hashes = |all: &BTreeSet<Hash>| all.iter().map(Hash::to_string).collect::<Vec<_>>().join(" and as ");
    let said = lines.iter().map(|(number, all)| format!("line {number} was anchored as {}", hashes(all)));
    said.collect::<Vec<_>>().join("; ")
}

/// A chain, or a part of it, that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The number of its first line; `None` when it has no line at all.
    pub first: Option<u64>,
    /// Its last line: worth writing down.
    pub head: Option<Anchor>,
    /// How many lines it has.
    pub lines: u64,
}

/// Verifies a chain line by line; holds nothing but the last one.
#[derive(Debug)]
pub struct Verifier {
    start: Start,
    gaps: Gaps,
    anchors: BTreeMap<u64, Hash>,
    contradictions: BTreeMap<u64, BTreeSet<Hash>>,
    so_far: Verified,
}

impl Verifier {
    /// A verifier that also wants these anchors to be there.
    pub fn new(start: Start, gaps: Gaps, anchors: impl IntoIterator<Item = Anchor>) -> Self {
        let mut known: BTreeMap<u64, BTreeSet<Hash>> = BTreeMap::new();
        for Anchor { number, hash } in anchors {
            known.entry(number).or_default().insert(hash);
        }
        let anchors = known.iter().filter_map(|(number, hashes)| Some((*number, *hashes.first()?))).collect();
        known.retain(|_, hashes| hashes.len() > 1);
        Self { start, gaps, anchors, contradictions: known, so_far: Verified { first: None, head: None, lines: 0 } }
    }

    /// That the anchors agree with each other: if not, no chain can be the one that was anchored.
    fn agree(&mut self) -> Result<(), Broken> {
        match std::mem::take(&mut self.contradictions) {
            none if none.is_empty() => Ok(()),
            lines => Err(Broken::Contradiction { lines }),
        }
    }

    /// The next line, or why there is none to be read.
    ///
    /// # Errors
    /// The first thing that is wrong; then nothing more can be said of what follows.
    pub fn take(&mut self, line: Result<Line, NotALine>) -> Result<(), Broken> {
        self.agree()?;
        let expected = self.so_far.head.map_or(1, |head| head.number + 1);
        let line = line.map_err(|why| Broken::Unreadable { number: expected, why })?;
        let number = line.number;
        let anywhere = self.so_far.first.is_none() && self.start == Start::Anywhere;
        if Hash::after(line.previous, &line.entry) != line.hash {
            // What was changed may be its number, so its place names it wherever that is known.
            let named = if anywhere || self.gaps != Gaps::Refused { number } else { expected };
            return Err(Broken::Changed { number: named });
        }
        if number > expected && !anywhere && self.gaps == Gaps::Refused {
            return Err(Broken::Missing { number: expected, found: number });
        }
        if number < expected {
            return Err(Broken::OutOfPlace { number, expected });
        }
        match self.so_far.head {
            Some(head) if number == expected && line.previous != head.hash => {
                return Err(Broken::Rewritten { number: head.number });
            }
            None if number == 1 && line.previous != GENESIS => return Err(Broken::NotTheBeginning),
            _ => {}
        }
        self.compare(number, line.hash)?;
        if self.so_far.first.is_none() && number > 1 {
            // The first line of a part vouches for the one before it.
            self.compare(number - 1, line.previous)?;
        }
        let first = self.so_far.first.or(Some(number));
        self.so_far = Verified { first, head: Some(Anchor { number, hash: line.hash }), lines: self.so_far.lines + 1 };
        Ok(())
    }

    fn compare(&mut self, number: u64, hash: Hash) -> Result<(), Broken> {
        match self.anchors.remove(&number) {
            Some(anchored) if anchored != hash => Err(Broken::NotAsAnchored { number }),
            _ => Ok(()),
        }
    }

    /// There are no more lines.
    ///
    /// # Errors
    /// When a line that was anchored did not come.
    pub fn end(mut self) -> Result<Verified, Broken> {
        self.agree()?;
        let last = self.so_far.head.map_or(0, |head| head.number);
        match self.anchors.keys().next() {
            None => Ok(self.so_far),
            Some(number) if *number > last => Err(Broken::CutOff { number: *number, last }),
            Some(number) => Err(Broken::NotHere { number: *number }),
        }
    }
}

#[cfg(test)]
mod tests;
