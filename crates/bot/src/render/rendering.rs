//! A message of an operation, as what makes it and what posts it see it: words, buttons, and whom it rings.

use bernard_discord::fit;
use bernard_domain::{
    access::{UserId, Who},
    locale::Locale,
    operation::Operation,
};
use bernard_text::{named, say};

use super::{
    button::{self, Leads},
    layout::Accent,
    message::{Look, Plain},
    past::Tense,
    wording::Headline,
};

/// One message of an operation as it should look now.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// Which of the operation's messages it is; short enough for a nonce.
    pub slot: String,
    /// What it shows; at most five buttons, the likely one first.
    pub message: Plain,
    /// Who is rung when it is posted; nobody for what one does not wait for.
    pub rings: Vec<Who>,
    /// Whether it speaks of something that goes on.
    pub speaks: Speaks,
    /// The colour of the frame that its first edit puts around it, for good. What rings has none: it stays plain.
    pub frame: Option<Accent>,
}

/// Of what a message speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// Of what is so now.
    OfNow,
    /// Of a rescue that is over: if nobody can be told by this message, nobody needs to be.
    OfThePast,
}

/// How a channel is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelStyle<'a> {
    /// The language of messages that everybody sees.
    pub locale: Locale,
    /// Who is told what nobody else reacts to: the people on duty, or a Discord role.
    pub oncall: &'a [Who],
}

impl ChannelStyle<'_> {
    /// Who is called for an operation that nobody reacts to: its requester, if nobody is on call.
    pub(crate) fn called(self, requester: UserId) -> Vec<Who> {
        if self.oncall.is_empty() { vec![Who::User(requester)] } else { self.oncall.to_vec() }
    }
}

impl Rendering {
    /// What an edit makes of it. It is posted as plain words all the same: a phone shows the first ones.
    pub fn edited(&self) -> Look {
        match self.frame {
            Some(accent) => self.message.clone().framed(accent),
            None => Look::Plain(self.message.clone()),
        }
    }

    /// The same in a frame of this colour, once it is edited.
    pub(crate) fn in_a_frame(self, accent: Accent) -> Self {
        Self { frame: Some(accent), ..self }
    }

    /// What tells two looks apart. A frame's colour does not: it says nothing that the words do not say.
    pub fn digest(&self) -> String {
        let button = |button: &button::Button| match &button.leads {
            Leads::ToUs { custom_id, style } => format!("\n{} {custom_id} {style:?}", button.label),
            Leads::Away(address) => format!("\n{} {address}", button.label),
        };
        let buttons: String = self.message.buttons.iter().map(button).collect();
        format!("{}{buttons}", self.message.content)
    }

    /// The same, which speaks of what goes on, or of what is over.
    pub(crate) fn speaking(self, tense: Tense<'_>) -> Self {
        let speaks = match tense {
            Tense::Present => Speaks::OfNow,
            Tense::Past(..) => Speaks::OfThePast,
        };
        Self { speaks, ..self }
    }
}

/// The first line of every message: how it is, and what it is about.
pub(crate) fn title(operation: &Operation, headline: &Headline, locale: Locale) -> String {
    let server = named(&operation.request.label);
    let Headline { emoji, words } = headline;
    say!(locale, "card-title", emoji = *emoji, state = words.as_str(), server = server, id = operation.id.to_string())
}

/// A message of these lines, cut to what Discord takes.
pub(crate) fn rendering(slot: String, lines: Vec<String>, buttons: Vec<button::Button>, rings: Vec<Who>) -> Rendering {
    let message = Plain::with_buttons(fit::cut(&lines.join("\n")), buttons);
    Rendering { slot, message, rings, speaks: Speaks::OfNow, frame: None }
}
