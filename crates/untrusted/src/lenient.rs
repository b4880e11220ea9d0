//! One bad thing hides no good one: what either end sends and nobody can read counts as not read, or is left out.
//!
//! Whatever a deed decides by is neither a [`Field`] nor in a [`List`]: it stays required.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, SeqAccess, Visitor},
};

/// A field that may be missing, null, or something that nobody expects there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// It is what it should be.
    Read(T),
    /// It is missing or null.
    #[default]
    Absent,
    /// It is something else: it counts as not read.
    Odd,
}

impl<T> Field<T> {
    /// What was read, if anything was.
    pub fn read(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Odd => None,
        }
    }

    /// Whether it is something that nobody expects there.
    pub fn is_odd(&self) -> bool {
        matches!(self, Self::Odd)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match serde_json::Value::deserialize(from)? {
            serde_json::Value::Null => Self::Absent,
            value => T::deserialize(value).map_or(Self::Odd, Self::Read),
        })
    }
}

/// For fields that decorate: what is missing, null or odd is plain.
///
/// # Errors
/// Only when what is there is no JSON at all.
pub fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Field::deserialize(from).map(|field: Field<T>| field.read().unwrap_or_default())
}

/// A list without the entries that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// Those that are.
    pub entries: Vec<T>,
    /// The places of the others, from 0.
    pub odd: Vec<usize>,
}

impl<T> List<T> {
    /// The entries alone; that some were left out is said in the log.
    pub fn said(self, what: &str) -> Vec<T> {
        if !self.odd.is_empty() {
            tracing::warn!(what, places = ?self.odd, "left out: it could not be read");
        }
        self.entries
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), odd: Vec::new() }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Entries(PhantomData))
    }
}

/// Reads entry by entry: all of a long list's at once would take many times the room of what is kept of them.
struct Entries<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Entries<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<List<T>, A::Error> {
        let mut list = List::default();
        let mut place = 0;
        while let Some(value) = all.next_element::<serde_json::Value>()? {
            match T::deserialize(value) {
                Ok(entry) => list.entries.push(entry),
                Err(_) => list.odd.push(place),
            }
            place += 1;
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_field_is_read_absent_or_odd() {
        #[derive(Deserialize)]
        struct Thing {
            #[serde(default)]
            name: Field<String>,
        }
        let name = |body| from_value::<Thing>(body).unwrap().name;
        assert_eq!(name(json!({"name": "x"})), Field::Read("x".to_owned()));
        assert_eq!(name(json!({"name": null})), Field::Absent);
        assert_eq!(name(json!({})), Field::Absent);
        for odd in [json!(7), json!(["x"]), json!({"a": 1}), json!(true), json!(1.5)] {
            assert_eq!(name(json!({"name": odd})), Field::Odd);
        }
    }

    #[test]
    fn a_list_leaves_out_what_is_odd_and_says_where_it_was() {
        let list: List<u64> = from_value(json!([1, "x", null, 4, -1, {"a": 1}])).unwrap();
        assert_eq!((list.entries.as_slice(), list.odd), ([1, 4].as_slice(), vec![1, 2, 4, 5]));
        assert!(from_value::<List<u64>>(json!({"a": 1})).is_err(), "what is no list is none");
    }
}
