//! The golden file as it is written: a heading for each kind of thing, below it one line for each word or value.

use std::fmt::{self, Debug, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The text of the golden file, from the top.
#[derive(Default)]
pub(crate) struct Page(String);

impl Page {
    /// A new part of it.
    pub(crate) fn heading(&mut self, title: &str) {
        let space = if self.0.is_empty() { "" } else { "\n" };
        writeln!(self.0, "{space}# {title}").expect("a text takes all");
    }

    /// A word that is kept as it is.
    pub(crate) fn word(&mut self, word: impl fmt::Display) {
        writeln!(self.0, "{word}").expect("a text takes all");
    }

    /// A value as the store has it. It must also read back as the same.
    pub(crate) fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(&mut self, value: &T) {
        let text = serde_json::to_string(value).expect("our own types are JSON");
        let back: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text} does not read back: {error}"));
        assert_eq!(&back, value, "{text}");
        self.word(text);
    }

    /// The whole of it.
    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// One value for each variant, as an array. A variant without its line does not compile, nor does a line without its variant.
macro_rules! one_of_each {
    ($type:ty: $($pattern:pat => $value:expr),+ $(,)?) => {{
        let _every = |value: &$type| match value { $($pattern => ()),+ };
        [$({
            let value: $type = $value;
            assert!(matches!(&value, $pattern), "{value:?} stands in the line of {}", stringify!($pattern));
            value
        }),+]
    }};
}

/// The same for variants without fields.
macro_rules! each_word {
    ($type:ident: $($variant:ident),+ $(,)?) => {
        $crate::page::one_of_each!($type: $($type::$variant => $type::$variant),+)
    };
}

pub(crate) use {each_word, one_of_each};
