//! What is wrong with a configuration: every problem at once, each with its place, its key and what would be right.
//!
//! **No problem ever quotes a value.** A value in the wrong place may be a secret; file, line and column lead to it. Names
//! of keys are quoted, except inside a secret's table.

use std::fmt;

/// More problems than this are counted, not listed.
const LISTED: usize = 50;

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// In the file as a whole: something is not there.
    File,
    /// In the file.
    Line {
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// In this environment variable.
    Variable(String),
}

impl At {
    /// The line in the file, if it has one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Line { line, .. } => Some(*line),
            Self::File | Self::Variable(_) => None,
        }
    }
}

/// One thing that is wrong, or (as a warning) suspicious.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub at: At,
    /// The key's full path, such as `role[0].can`; empty when it is about the file as a whole.
    pub key: String,
    /// What is wrong; continues the sentence that the key begins.
    pub what: String,
    /// What would be right; may be empty.
    pub right: String,
}

impl Problem {
    fn write(&self, file: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::File => write!(f, "{file}: ")?,
            At::Line { line, column } => write!(f, "{file}:{line}:{column}: ")?,
            At::Variable(name) => write!(f, "{name}: ")?,
        }
        if !self.key.is_empty() {
            write!(f, "{} ", self.key)?;
        }
        f.write_str(&self.what)?;
        if self.right.is_empty() { Ok(()) } else { write!(f, "; {}", self.right) }
    }
}

/// What is suspicious about a configuration that can be used. Printed as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The file, as it was named.
    pub file: String,
    /// What and where.
    pub problem: Problem,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.write(&self.file, f)
    }
}

/// Everything that keeps a configuration from being used, in the order of the file. Printed as a list for the terminal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    /// The file, as it was named.
    pub file: String,
    /// At least one.
    pub list: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(file: &str, mut list: Vec<Problem>) -> Self {
        list.sort();
        list.dedup();
        Self { file: file.to_owned(), list }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.list.len() {
            1 => write!(f, "the configuration has a problem:")?,
            count => write!(f, "the configuration has {count} problems:")?,
        }
        for problem in self.list.iter().take(LISTED) {
            write!(f, "\n  ")?;
            problem.write(&self.file, f)?;
        }
        match self.list.len().checked_sub(LISTED) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, "\n  … and {more} more"),
        }
    }
}

/// What is wrong with a value, before its place and key are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) right: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>, right: impl Into<String>) -> Self {
        Self { what: what.into(), right: right.into() }
    }
}
