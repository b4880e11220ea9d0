//! What a button means. A `custom_id` comes back from any client, also years later: it is input, and parsed like input.

pub mod guide;

use std::{fmt, str::FromStr};

use bernard_domain::{
    alert::{AlertCardId, MarkedAlertCard},
    inventory::foreign::{ForeignId, MarkedForeign},
    lease::extension::Offer,
    mark::Marked,
    operation::{MarkedOperation, Operation, OperationId},
};
use bernard_store::CardId;
use serenity::model::{
    application::{
        ActionRowComponent, Button as Part, ButtonKind, ComponentInteractionData, ComponentInteractionDataKind,
    },
    channel::Message,
};
use uuid::Uuid;

use crate::render::guide::Place;

/// Every button there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// **Confirm** on a confirmation card.
    Confirm(CardId),
    /// **Confirm** on the confirmation card of a broken glass, which opens the form for a code.
    ConfirmByCode(CardId),
    /// **Cancel** on a confirmation card.
    Dismiss(CardId),
    /// **Boot from disk** on the confirmation card of a way out that leads elsewhere.
    ToDisk(CardId),
    /// **Show calls** on a confirmation card.
    ShowCalls(CardId),
    /// **Show calls** on the message that asks others, in this round of asking.
    AskedCalls(MarkedOperation, u32),
    /// **Cancel** on an operation's card, until the reboot is sent.
    Cancel(MarkedOperation),
    /// **Reboot again**, answering the question with this number.
    RebootAgain(MarkedOperation, u32),
    /// **Leave it**, answering the question with this number.
    LeaveIt(MarkedOperation, u32),
    /// **Leave it**, where a reboot's task stands.
    LetGo(MarkedOperation),
    /// **Approve**, in this round of asking.
    Approve(MarkedOperation, u32),
    /// **Approve**, in this round of asking, which opens the form for a code.
    ApproveByCode(MarkedOperation, u32),
    /// **Deny**, in this round of asking.
    Deny(MarkedOperation, u32),
    /// **Cancel** of a request that waits for approval, in this round of asking.
    Withdraw(MarkedOperation, u32),
    /// **Add reason**, to the denial of this round.
    AddReason(MarkedOperation, u32),
    /// **Restore now**, for the rescue that this operation began.
    RestoreNow(MarkedOperation),
    /// **Put netboot back**, after what this operation left behind.
    PutNetbootBack(MarkedOperation),
    /// **Reveal link**.
    Reveal(MarkedOperation),
    /// **Look again**.
    LookAgain(MarkedOperation),
    /// **Try the mail**.
    TryMail(MarkedOperation),
    /// **Delete this message**, on the DM of this operation.
    DeleteMessage(MarkedOperation),
    /// **Try again**, after what this operation came to nothing by.
    TryAgain(MarkedOperation),
    /// **Ask OVHcloud** about what became of this operation.
    AskOvhcloud(MarkedOperation),
    /// **Free stuck sessions**, after what this console came to.
    FreeSessions(MarkedOperation),
    /// **Console**, after the sessions were freed by this operation.
    Console(MarkedOperation),
    /// **Extend**, for the rescue that this operation began.
    Extend(MarkedOperation),
    /// One of the offers that **Extend** makes, for the deadline that it was shown with, in milliseconds.
    ExtendBy(MarkedOperation, Offer, i64),
    /// **Adopt**, for a rescue that somebody else started.
    Adopt(MarkedForeign),
    /// **Restore**, for a rescue that somebody else started.
    RestoreForeign(MarkedForeign),
    /// What stands on the card of a server's alerts.
    Alert(MarkedAlertCard, OnAlert),
    /// **Guide**: opens this page beside the message.
    Guide(Place),
    /// **Next** and **Back** in the guide: turns to this page.
    Turn(Place),
    /// What stands below a refusal or a question of ours.
    Way(WayId),
}

/// What is done about a server's alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnAlert {
    /// **Reboot…**: what `/reboot` does.
    Reboot,
    /// **Rescue…**: what `/rescue enable` does.
    Rescue,
    /// **Console…**: what `/console` does.
    Console,
    /// **Status**: what `/status` does.
    Status,
    /// **Not now**: they are quiet for an hour.
    NotNow,
}

impl OnAlert {
    const ALL: [(&'static str, Self); 5] = [
        ("reboot", Self::Reboot),
        ("rescue", Self::Rescue),
        ("console", Self::Console),
        ("status", Self::Status),
        ("quiet", Self::NotNow),
    ];

    fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }
}

/// Which of an answer's ways a button means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayId {
    /// Which answer's: random, so nobody guesses another's.
    pub answer: Uuid,
    /// Which of them, from 0.
    pub number: u8,
}

/// What a button is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A confirmation card.
    Card(CardId),
    /// An operation.
    Operation(MarkedOperation),
    /// A rescue that somebody else started.
    Foreign(MarkedForeign),
    /// The card of a server's alerts.
    Alert(MarkedAlertCard),
    /// A page of the guide.
    Page(Place),
    /// One of the ways on from an answer.
    Way(WayId),
}

/// The text is no button of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no button of ours")]
pub struct NotAButton;

impl Button {
    /// What it is about.
    pub fn subject(self) -> Subject {
        match self {
            Self::Confirm(card)
            | Self::ConfirmByCode(card)
            | Self::Dismiss(card)
            | Self::ToDisk(card)
            | Self::ShowCalls(card) => Subject::Card(card),
            Self::Cancel(id)
            | Self::RebootAgain(id, _)
            | Self::LeaveIt(id, _)
            | Self::LetGo(id)
            | Self::Approve(id, _)
            | Self::ApproveByCode(id, _)
            | Self::Deny(id, _)
            | Self::Withdraw(id, _)
            | Self::AddReason(id, _)
            | Self::AskedCalls(id, _)
            | Self::RestoreNow(id)
            | Self::Reveal(id)
            | Self::PutNetbootBack(id)
            | Self::LookAgain(id)
            | Self::TryMail(id)
            | Self::TryAgain(id)
            | Self::AskOvhcloud(id)
            | Self::FreeSessions(id)
            | Self::Console(id)
            | Self::Extend(id)
            | Self::ExtendBy(id, ..)
            | Self::DeleteMessage(id) => Subject::Operation(id),
            Self::Adopt(id) | Self::RestoreForeign(id) => Subject::Foreign(id),
            Self::Alert(id, _) => Subject::Alert(id),
            Self::Guide(place) | Self::Turn(place) => Subject::Page(place),
            Self::Way(way) => Subject::Way(way),
        }
    }

    /// Whether it was made for this very operation, or its question or round, by this store; what carries no mark is not said to be.
    pub fn is_of(self, operation: &Operation) -> bool {
        let here = match self {
            Self::RebootAgain(_, number) | Self::LeaveIt(_, number) => operation.question(number),
            Self::Approve(_, number)
            | Self::ApproveByCode(_, number)
            | Self::Deny(_, number)
            | Self::Withdraw(_, number)
            | Self::AskedCalls(_, number)
            | Self::AddReason(_, number) => operation.round(number),
            _ => operation.marked(),
        };
        self.subject() == Subject::Operation(here)
    }

    /// Whether it carries no mark, because it was made before there were any.
    pub fn is_unmarked(self) -> bool {
        match self.subject() {
            Subject::Operation(Marked { mark, .. }) => mark.is_none(),
            Subject::Foreign(Marked { mark, .. }) => mark.is_none(),
            Subject::Alert(Marked { mark, .. }) => mark.is_none(),
            Subject::Card(_) | Subject::Page(_) | Subject::Way(_) => false,
        }
    }
}

/// Whether a message has a button with this id.
pub fn has(message: &Message, custom_id: &str) -> bool {
    let parts = message.components.iter().flat_map(|row| &row.components);
    let ids = parts.filter_map(|part| match part {
        ActionRowComponent::Button(Part { data: ButtonKind::NonLink { custom_id, .. }, .. }) => Some(custom_id),
        _ => None,
    });
    ids.into_iter().any(|id| id == custom_id)
}

/// What a press or a choice in a menu means.
///
/// # Errors
/// [`NotAButton`] when it is none of ours.
pub fn meant(data: &ComponentInteractionData) -> Result<Button, NotAButton> {
    match &data.kind {
        ComponentInteractionDataKind::Button => data.custom_id.parse(),
        ComponentInteractionDataKind::StringSelect { values } => guide::chosen(&data.custom_id, values),
        _ => Err(NotAButton),
    }
}

impl fmt::Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirm(card) => write!(f, "confirm:{card}"),
            Self::ConfirmByCode(card) => write!(f, "glass:{card}"),
            Self::Dismiss(card) => write!(f, "dismiss:{card}"),
            Self::ToDisk(card) => write!(f, "disk:{card}"),
            Self::ShowCalls(card) => write!(f, "calls:{card}"),
            Self::AskedCalls(id, round) => write!(f, "asked:{}:{round}", named(id)),
            Self::Cancel(id) => write!(f, "cancel:{}", named(id)),
            Self::RebootAgain(id, asked) => write!(f, "again:{}:{asked}", named(id)),
            Self::LeaveIt(id, asked) => write!(f, "leave:{}:{asked}", named(id)),
            Self::LetGo(id) => write!(f, "letgo:{}", named(id)),
            Self::Approve(id, round) => write!(f, "approve:{}:{round}", named(id)),
            Self::ApproveByCode(id, round) => write!(f, "code:{}:{round}", named(id)),
            Self::Deny(id, round) => write!(f, "deny:{}:{round}", named(id)),
            Self::Withdraw(id, round) => write!(f, "withdraw:{}:{round}", named(id)),
            Self::AddReason(id, round) => write!(f, "why:{}:{round}", named(id)),
            Self::RestoreNow(id) => write!(f, "restore:{}", named(id)),
            Self::PutNetbootBack(id) => write!(f, "putback:{}", named(id)),
            Self::Reveal(id) => write!(f, "reveal:{}", named(id)),
            Self::LookAgain(id) => write!(f, "look:{}", named(id)),
            Self::TryMail(id) => write!(f, "mail:{}", named(id)),
            Self::TryAgain(id) => write!(f, "retry:{}", named(id)),
            Self::AskOvhcloud(id) => write!(f, "support:{}", named(id)),
            Self::FreeSessions(id) => write!(f, "free:{}", named(id)),
            Self::Console(id) => write!(f, "console:{}", named(id)),
            Self::DeleteMessage(id) => write!(f, "delete:{}", named(id)),
            Self::Extend(id) => write!(f, "extend:{}", named(id)),
            Self::ExtendBy(id, offer, shown) => write!(f, "longer:{}:{offer}:{shown}", named(id)),
            Self::Adopt(id) => write!(f, "adopt:{}", named(id)),
            Self::RestoreForeign(id) => write!(f, "return:{}", named(id)),
            Self::Alert(id, what) => write!(f, "alert:{}:{}", named(id), what.word()),
            Self::Guide(place) => write!(f, "guide:{place}"),
            Self::Turn(place) => write!(f, "turn:{place}"),
            Self::Way(WayId { answer, number }) => write!(f, "way:{answer}:{number}"),
        }
    }
}

impl FromStr for Button {
    type Err = NotAButton;

    fn from_str(text: &str) -> Result<Self, NotAButton> {
        let (verb, rest) = text.split_once(':').ok_or(NotAButton)?;
        let card = || Uuid::try_parse(rest).map(CardId).map_err(|_| NotAButton);
        let operation = |text: &str| marked(text, OperationId);
        let foreign = |text: &str| marked(text, ForeignId);
        let question = || {
            let (id, asked) = rest.split_once(':').ok_or(NotAButton)?;
            Ok((operation(id)?, asked.parse().map_err(|_| NotAButton)?))
        };
        let offer = || {
            let (id, offered) = rest.split_once(':').ok_or(NotAButton)?;
            let (offer, shown) = offered.split_once(':').ok_or(NotAButton)?;
            let offer = offer.parse().map_err(|_| NotAButton)?;
            Ok(Self::ExtendBy(operation(id)?, offer, shown.parse().map_err(|_| NotAButton)?))
        };
        match verb {
            "confirm" => card().map(Self::Confirm),
            "glass" => card().map(Self::ConfirmByCode),
            "dismiss" => card().map(Self::Dismiss),
            "disk" => card().map(Self::ToDisk),
            "calls" => card().map(Self::ShowCalls),
            "asked" => question().map(|(id, round)| Self::AskedCalls(id, round)),
            "cancel" => operation(rest).map(Self::Cancel),
            "again" => question().map(|(id, asked)| Self::RebootAgain(id, asked)),
            "leave" => question().map(|(id, asked)| Self::LeaveIt(id, asked)),
            "letgo" => operation(rest).map(Self::LetGo),
            "approve" => question().map(|(id, round)| Self::Approve(id, round)),
            "code" => question().map(|(id, round)| Self::ApproveByCode(id, round)),
            "deny" => question().map(|(id, round)| Self::Deny(id, round)),
            "withdraw" => question().map(|(id, round)| Self::Withdraw(id, round)),
            "why" => question().map(|(id, round)| Self::AddReason(id, round)),
            "restore" => operation(rest).map(Self::RestoreNow),
            "putback" => operation(rest).map(Self::PutNetbootBack),
            "reveal" => operation(rest).map(Self::Reveal),
            "look" => operation(rest).map(Self::LookAgain),
            "mail" => operation(rest).map(Self::TryMail),
            "retry" => operation(rest).map(Self::TryAgain),
            "support" => operation(rest).map(Self::AskOvhcloud),
            "free" => operation(rest).map(Self::FreeSessions),
            "console" => operation(rest).map(Self::Console),
            "delete" => operation(rest).map(Self::DeleteMessage),
            "extend" => operation(rest).map(Self::Extend),
            "longer" => offer(),
            "adopt" => foreign(rest).map(Self::Adopt),
            "return" => foreign(rest).map(Self::RestoreForeign),
            "alert" => {
                let (id, word) = rest.split_once(':').ok_or(NotAButton)?;
                let (_, what) = OnAlert::ALL.into_iter().find(|(known, _)| *known == word).ok_or(NotAButton)?;
                Ok(Self::Alert(marked(id, AlertCardId)?, what))
            }
            "guide" => Ok(Self::Guide(rest.parse()?)),
            "turn" => Ok(Self::Turn(rest.parse()?)),
            "way" => way(rest).map(Self::Way),
            _ => Err(NotAButton),
        }
    }
}

/// One of an answer's ways.
fn way(text: &str) -> Result<WayId, NotAButton> {
    let (answer, number) = text.split_once(':').ok_or(NotAButton)?;
    let answer = Uuid::try_parse(answer).map_err(|_| NotAButton)?;
    Ok(WayId { answer, number: number.parse().map_err(|_| NotAButton)? })
}

/// A number, and behind it the mark: `142@018f00000000abcd`.
fn named<Id: Numbered>(marked: &Marked<Id>) -> String {
    let number = marked.id.number();
    marked.mark.map_or_else(|| number.to_string(), |mark| format!("{number}@{mark}"))
}

/// The same read; buttons of before there were marks have none.
fn marked<Id>(text: &str, id: fn(i64) -> Id) -> Result<Marked<Id>, NotAButton> {
    let (number, mark) = match text.split_once('@') {
        Some((number, mark)) => (number, Some(mark.parse().map_err(|_| NotAButton)?)),
        None => (text, None),
    };
    match number.parse() {
        Ok(number) if number > 0 && !text.starts_with('+') => Ok(Marked { id: id(number), mark }),
        _ => Err(NotAButton),
    }
}

/// What has a number.
trait Numbered {
    fn number(&self) -> i64;
}

impl Numbered for OperationId {
    fn number(&self) -> i64 {
        self.0
    }
}

impl Numbered for ForeignId {
    fn number(&self) -> i64 {
        self.0
    }
}

impl Numbered for AlertCardId {
    fn number(&self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests;
