//! Questions on a terminal. Where there is none, nobody is asked.

use std::io::{self, IsTerminal as _};

use inquire::{
    Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text, list_option::ListOption,
};
use secrecy::SecretString;

use super::Stop;
use crate::say;

/// Who can be asked.
pub(super) struct Asker {
    /// There is a person at a terminal.
    is_there: bool,
    /// They do not want to be asked what can be left away.
    is_brief: bool,
}

/// Why an answer does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    /// What is wrong.
    said: String,
    /// The flag that another answer would be told by, where it is not the one that was asked about.
    flag: Option<&'static str>,
    /// Whether it is the answer's fault at all.
    fault: Fault,
}

/// Whose fault it is that an answer does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The answer's: another one is asked for.
    Answers,
    /// That of the answer's form: it would be wrong everywhere and at any time.
    Form,
    /// That of the far end, or of the way there: the same answer may do at once.
    Elsewhere,
}

impl Unfit {
    /// Another flag is to blame.
    pub(super) fn of(flag: &'static str, said: String) -> Self {
        Self { said, flag: Some(flag), fault: Fault::Answers }
    }

    /// No value of this flag has that form.
    pub(super) fn malformed(flag: &'static str, said: String) -> Self {
        Self { said, flag: Some(flag), fault: Fault::Form }
    }

    /// Nothing that is told is to blame: what this flag leads to is not as it must be yet.
    pub(super) fn elsewhere(flag: &'static str, said: String) -> Self {
        Self { said, flag: Some(flag), fault: Fault::Elsewhere }
    }

    /// The same, where nobody can be asked again; `flag` was asked about.
    pub(super) fn stop(self, flag: &'static str) -> Stop {
        let said = format!("{}: {}", self.flag.unwrap_or(flag), self.said);
        match self.fault {
            Fault::Form => Stop::Malformed(said),
            Fault::Answers | Fault::Elsewhere => Stop::Wrong(said),
        }
    }
}

impl From<String> for Unfit {
    fn from(said: String) -> Self {
        Self { said, flag: None, fault: Fault::Answers }
    }
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

impl Asker {
    pub(super) fn new(is_brief: bool) -> Self {
        Self { is_there: io::stdin().is_terminal() && io::stderr().is_terminal(), is_brief }
    }

    /// Whether somebody can be asked what must be known.
    pub(super) fn can_ask(&self) -> bool {
        self.is_there
    }

    /// Whether somebody is to be asked what can be left away.
    pub(super) fn may_ask(&self) -> bool {
        self.is_there && !self.is_brief
    }

    /// Whether anything may be written in the end: somebody agrees to it, or said so beforehand.
    pub(super) fn may_write(&self) -> Result<(), Stop> {
        if self.is_there || self.is_brief { Ok(()) } else { Err(Stop::Unagreed) }
    }

    /// Whether they agree; who does not want to be asked does.
    pub(super) fn agrees(&self, question: &str) -> Result<Answer, Stop> {
        if !self.may_ask() {
            return Ok(Answer::Yes);
        }
        let said = Confirm::new(question).with_default(true).prompt().map_err(stop)?;
        Ok(if said { Answer::Yes } else { Answer::No })
    }

    /// What was told, else what is asked for, until it is right. `flag`: what tells it. Without a terminal what is wrong ends it. Where
    /// no other answer would help, the same is tried again as long as somebody wants that.
    pub(super) fn until_right<A: Clone, T>(
        &self,
        flag: &'static str,
        told: Option<A>,
        ask: impl Fn() -> Result<A, Stop>,
        mut right: impl FnMut(A) -> Result<T, Unfit>,
    ) -> Result<T, Stop> {
        let mut told = told;
        loop {
            let answer = match told.take() {
                Some(told) => told,
                None if self.is_there => ask()?,
                None => return Err(Stop::Missing(flag)),
            };
            match right(answer.clone()) {
                Ok(right) => return Ok(right),
                Err(unfit) if !self.is_there => return Err(unfit.stop(flag)),
                Err(unfit) => {
                    say::error(format!("  {}", unfit.said));
                    if unfit.fault == Fault::Elsewhere {
                        told = Some(self.tries_again(answer)?);
                    }
                }
            }
        }
    }

    /// Somebody at the terminal wants the same tried again, or leaves.
    fn tries_again<A>(&self, answer: A) -> Result<A, Stop> {
        match Confirm::new("Try that again?").with_default(true).prompt().map_err(stop)? {
            true => Ok(answer),
            false => Err(Stop::Interrupted),
        }
    }
}

/// A line.
pub(super) fn line(question: &str, help: &str) -> Result<String, Stop> {
    Text::new(question).with_help_message(help).prompt().map(|text| text.trim().to_owned()).map_err(stop)
}

/// A line that nobody sees.
pub(super) fn secret(question: &str, help: &str) -> Result<SecretString, Stop> {
    let asked = Password::new(question).without_confirmation().with_display_mode(PasswordDisplayMode::Masked);
    asked.with_help_message(help).prompt().map(|text| text.trim().to_owned().into()).map_err(stop)
}

/// One of several; its place.
pub(super) fn one(question: &str, options: Vec<String>) -> Result<usize, Stop> {
    Select::new(question, options).raw_prompt().map(|chosen| chosen.index).map_err(stop)
}

/// Any of several; their places. `chosen`: those that are from the beginning.
pub(super) fn any(question: &str, help: &str, options: Vec<String>, chosen: &[usize]) -> Result<Vec<usize>, Stop> {
    let asked = MultiSelect::new(question, options).with_default(chosen).with_help_message(help);
    let places = |chosen: Vec<ListOption<String>>| chosen.into_iter().map(|one| one.index).collect();
    asked.raw_prompt().map(places).map_err(stop)
}

fn stop(error: InquireError) -> Stop {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Stop::Interrupted,
        other => Stop::Wrong(format!("the terminal: {other}")),
    }
}
