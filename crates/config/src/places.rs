//! Where the keys of a configuration stand, for whoever finds out later that one of them is wrong.

use std::{collections::BTreeMap, fmt};

use super::problem::At;

/// Where each key stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    file: String,
    at: BTreeMap<String, At>,
}

/// A key and where it stands. Printed as `bernard.toml:12: discord.token`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// Where in it, or in which environment variable.
    pub at: At,
    /// The key's full path, such as `ovh[0].consumer_key`.
    pub key: String,
}

impl Places {
    pub(super) fn new(file: &str, at: BTreeMap<String, At>) -> Self {
        Self { file: file.to_owned(), at }
    }

    /// Where `key` stands: its own line or variable; where it is left away, its section's.
    pub fn of(&self, key: &str) -> Place {
        let mut path = key;
        let at = loop {
            match (self.at.get(path), path.rsplit_once('.')) {
                (Some(at), _) => break at.clone(),
                (None, Some((section, _))) => path = section,
                (None, None) => break At::File,
            }
        };
        Place { file: self.file.clone(), at, key: key.to_owned() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::File => f.write_str(&self.file)?,
            At::Line { line, .. } => write!(f, "{}:{line}", self.file)?,
            At::Variable(name) => f.write_str(name)?,
        }
        if self.key.is_empty() { Ok(()) } else { write!(f, ": {}", self.key) }
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    #[test]
    fn a_key_is_found_on_its_line_in_its_variable_or_at_its_section() {
        let text = "[discord]\nguild = \"1\"\n[[ovh]]\napplication_key = \"a\"\napplication_secret = \"b\"\n\
                    consumer_key = \"c\"\n";
        let environment = [("DISCORD_TOKEN", "fake-token"), ("BERNARD_OVH__0__NAME", "other")];
        let places = Config::from_text(text, environment).expect("it can be used").places;
        for (key, shown) in [
            ("discord.guild", "bernard.toml:2: discord.guild"),
            ("discord.token", "DISCORD_TOKEN: discord.token"),
            ("discord.api_url", "bernard.toml:1: discord.api_url"),
            ("ovh[0].consumer_key", "bernard.toml:6: ovh[0].consumer_key"),
            ("ovh[0].endpoint", "bernard.toml:3: ovh[0].endpoint"),
            ("ovh[0].name", "BERNARD_OVH__0__NAME: ovh[0].name"),
            ("store.url", "bernard.toml: store.url"),
        ] {
            assert_eq!(places.of(key).to_string(), shown);
        }
    }
}
