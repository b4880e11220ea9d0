//! What was decided and what was done, so that it can be proved afterwards: an [`Entry`] for each, in a chain of hashes.
//!
//! Pure. The store writes an entry in the transaction of what it is about, so there is no effect without its line. The form of a
//! line is promised in docs/audit.md, so that a stranger can verify it without this program: an entry is one JSON object
//! without spaces, its keys in the order of their letters, every value a text but the number `n`; no text holds a control
//! character, so every JSON library writes the same bytes. What is not known is left away. Ids are texts, because some readers
//! of JSON round large numbers.
//!
//! No entry ever holds a link, a secret's id or a token: it is made of events and refusals, which hold none.

mod anchoring;
mod chain;
pub mod row;
pub mod of_event;
pub mod shipping;
pub mod sink_trouble;
mod vocabulary;

use std::collections::BTreeMap;

use bernard_untrusted::shown;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    access::UserId,
    operation::{ChannelId, Operation, OperationId},
    server::{QueryId, ServiceName, TaskId},
};

pub use crate::audit::{
    of_event::{of_event, of_lease, opened},
    vocabulary::{Decision, End},
};
pub use anchoring::{Anchoring, anchored_as_note, anchoring, note_due};
pub use chain::{
    Anchor, Broken, GENESIS, Gaps, Hash, Line, NotAHash, NotALine, NotAnAnchor, Start, Verified, Verifier,
};
pub use row::{COLUMNS, row};

/// The longest text of an entry, in characters: more than any reason or answer that is kept.
const LONGEST: usize = 1_000;

/// What sort of thing an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person said so.
    Decision,
    /// A person was refused because of a right, a protection or a limit.
    Refusal,
    /// Bernard did something at OVHcloud or Discord, or was about to.
    Effect,
    /// Bernard saw something, or something ended by itself.
    Seen,
    /// The policy in force became another one, or was named at a start.
    Policy,
    /// The program itself, and this audit.
    Process,
}

impl Kind {
    /// Its word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Refusal => "refusal",
            Self::Effect => "effect",
            Self::Seen => "seen",
            Self::Policy => "policy",
            Self::Process => "process",
        }
    }
}

/// What happens outside of operations and is audited all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A person may not do what they asked for.
    Refused,
    /// A confirmation card was answered with **Cancel**, or replaced by a newer one.
    CardDismissed,
    /// Somebody asked which rule allows or denies something to somebody else.
    RightExplained,
    /// Somebody who may not do something asked those who may.
    HelpAsked,
    /// The code of a second factor was right, and its step counts.
    CodeTaken,
    /// The code of a second factor was wrong.
    CodeRefused,
    /// Somebody was given a second factor, at the machine.
    FactorEnrolled,
    /// Somebody's second factor was taken away, at the machine.
    FactorRemoved,
    /// The kill switch: no new operations.
    Paused,
    /// New operations are taken again.
    Resumed,
    /// The DM with the link was wiped, or deleted by its reader.
    DmWiped,
    /// The DM with the link could not be wiped yet: Discord refused. It is tried again.
    DmNotWiped,
    /// The DM with the link could not be wiped in all the time that it was tried: it stands there.
    DmWipeGivenUp,
    /// A lease lasts longer.
    LeaseExtended,
    /// A lease has another owner.
    LeaseHandedOver,
    /// A server has left the account, and its lease ended with that.
    ServerLeft,
    /// Others took a server out of its rescue.
    RescueLeft,
    /// Others changed a rescue: its netboot, or by a reboot its password perhaps.
    RescueChanged,
    /// The process started, with this policy.
    Started,
    /// The configuration was read again: this policy is in force from now on.
    PolicyLoaded,
    /// The chain's last line is told in the anchors' channel, where it can be compared later.
    Anchored,
    /// So many refusals came at once that some were not written one by one.
    RefusalsLost,
    /// The store turned out to be a copy of an earlier moment: what was under way in it is in doubt.
    CopyFound,
    /// The store was moved from one database to another, and goes on there.
    StoreMoved,
    /// Somebody said **Not now** to a server's alerts: they are quiet for an hour.
    AlertsQuieted,
}

impl Act {
    /// Its word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::CardDismissed => "card_dismissed",
            Self::RightExplained => "right_explained",
            Self::HelpAsked => "help_asked",
            Self::CodeTaken => "code_taken",
            Self::CodeRefused => "code_refused",
            Self::FactorEnrolled => "factor_enrolled",
            Self::FactorRemoved => "factor_removed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::DmWiped => "dm_wiped",
            Self::DmNotWiped => "dm_not_wiped",
            Self::DmWipeGivenUp => "dm_wipe_given_up",
            Self::LeaseExtended => "lease_extended",
            Self::LeaseHandedOver => "lease_handed_over",
            Self::ServerLeft => "server_left",
            Self::RescueLeft => "rescue_left",
            Self::RescueChanged => "rescue_changed",
            Self::Started => "started",
            Self::PolicyLoaded => "policy_loaded",
            Self::Anchored => "anchored",
            Self::RefusalsLost => "refusals_lost",
            Self::CopyFound => "copy_found",
            Self::StoreMoved => "store_moved",
            Self::AlertsQuieted => "alerts_quieted",
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Refused | Self::CodeRefused => Kind::Refusal,
            Self::CardDismissed
            | Self::RightExplained
            | Self::HelpAsked
            | Self::CodeTaken
            | Self::Paused
            | Self::Resumed
            | Self::LeaseExtended
            | Self::LeaseHandedOver
            | Self::AlertsQuieted => Kind::Decision,
            Self::DmWiped | Self::DmNotWiped | Self::DmWipeGivenUp => Kind::Effect,
            Self::ServerLeft | Self::RescueLeft | Self::RescueChanged => Kind::Seen,
            Self::PolicyLoaded => Kind::Policy,
            Self::FactorEnrolled | Self::FactorRemoved => Kind::Process,
            Self::Started | Self::Anchored | Self::RefusalsLost | Self::CopyFound | Self::StoreMoved => Kind::Process,
        }
    }
}

/// One decision or effect. Made by [`Entry::act`] and the `with`-like methods, or from an operation by [`of_event()`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, by our clock.
    pub at: Timestamp,
    /// What sort of thing.
    pub kind: Kind,
    /// What: the word of an event or of an [`Act`].
    pub what: String,
    /// On whose word: who decided, or who asked for the operation. `None`: nobody's but Bernard's own.
    pub who: Option<UserId>,
    /// What was asked for: an operation's kind, a capability or a command.
    pub action: Option<String>,
    /// On which server.
    pub server: Option<ServiceName>,
    /// Of which configured account.
    pub account: Option<String>,
    /// In which channel.
    pub channel: Option<ChannelId>,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// The rule that allowed or refused it: its place in the configuration.
    pub rule: Option<String>,
    /// Which operation.
    pub operation: Option<OperationId>,
    /// OVHcloud's task.
    pub task: Option<TaskId>,
    /// OVHcloud's names for the requests that did it.
    pub queries: Vec<QueryId>,
    /// How an operation ended, or what became of a request.
    pub outcome: Option<String>,
    /// More, in plain words or in OVHcloud's.
    pub detail: Option<String>,
    /// How often it happened, if this line stands for many.
    pub times: Option<u64>,
}

impl Entry {
    /// Something outside of operations. Whoever lets somebody do something records this before saying that it is done.
    pub fn act(act: Act, at: Timestamp) -> Self {
        Self::new(act.kind(), act.as_str().to_owned(), at)
    }

    fn new(kind: Kind, what: String, at: Timestamp) -> Self {
        Self {
            at,
            kind,
            what,
            who: None,
            action: None,
            server: None,
            account: None,
            channel: None,
            reason: None,
            rule: None,
            operation: None,
            task: None,
            queries: Vec::new(),
            outcome: None,
            detail: None,
            times: None,
        }
    }

    /// On this person's word.
    #[must_use]
    pub fn by(self, who: UserId) -> Self {
        Self { who: Some(who), ..self }
    }

    /// What was asked for.
    #[must_use]
    pub fn asking(self, action: impl Into<String>) -> Self {
        Self { action: Some(action.into()), ..self }
    }

    /// On this server.
    #[must_use]
    pub fn on(self, server: &ServiceName) -> Self {
        Self { server: Some(server.clone()), ..self }
    }

    /// In this channel.
    #[must_use]
    pub fn at_place(self, channel: ChannelId) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// Why, in the person's words.
    #[must_use]
    pub fn because(self, reason: Option<&str>) -> Self {
        Self { reason: reason.map(str::to_owned), ..self }
    }

    /// Allowed or refused by this rule.
    #[must_use]
    pub fn under(self, rule: impl Into<String>) -> Self {
        Self { rule: Some(rule.into()), ..self }
    }

    /// About this operation: its number, server, account, channel and requester, and the rule that allowed it.
    #[must_use]
    pub fn about(self, operation: &Operation) -> Self {
        let request = &operation.request;
        Self {
            operation: Some(operation.id),
            action: Some(request.kind().as_str().to_owned()),
            server: Some(request.server.clone()),
            account: Some(request.account.clone()),
            channel: Some(request.channel),
            who: Some(request.requester),
            rule: Some(request.rule.clone()),
            ..self
        }
    }

    /// Done by these requests to OVHcloud.
    #[must_use]
    pub fn through(self, queries: impl IntoIterator<Item = QueryId>) -> Self {
        Self { queries: queries.into_iter().collect(), ..self }
    }

    /// How it ended.
    #[must_use]
    pub fn ending(self, outcome: impl Into<String>) -> Self {
        Self { outcome: Some(outcome.into()), ..self }
    }

    /// More, in words.
    #[must_use]
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The canonical form of this entry as line `number`, written while the policy with the digest `policy` is in force.
    pub fn canonical(&self, number: u64, policy: Option<&str>) -> String {
        let texts = [
            ("at", Some(format!("{:.3}", self.at))),
            ("kind", Some(self.kind.as_str().to_owned())),
            ("what", Some(self.what.clone())),
            ("who", self.who.map(|who| who.0.to_string())),
            ("action", self.action.clone()),
            ("server", self.server.as_ref().map(ToString::to_string)),
            ("account", self.account.clone()),
            ("channel", self.channel.map(|channel| channel.0.to_string())),
            ("reason", self.reason.clone()),
            ("rule", self.rule.clone()),
            ("policy", policy.map(str::to_owned)),
            ("operation", self.operation.map(|id| id.to_string())),
            ("task", self.task.map(|id| id.to_string())),
            ("query", joined(&self.queries)),
            ("outcome", self.outcome.clone()),
            ("detail", self.detail.clone()),
            ("times", self.times.map(|times| times.to_string())),
        ];
        let known = texts.into_iter().filter_map(|(key, text)| Some((key, plain(&text?))));
        let mut fields: BTreeMap<&str, Value> = known.map(|(key, text)| (key, Value::String(text))).collect();
        fields.insert("n", number.into());
        serde_json::to_string(&fields).expect("texts and a number are JSON")
    }
}

fn joined(queries: &[QueryId]) -> Option<String> {
    let names: Vec<&str> = queries.iter().map(QueryId::as_str).collect();
    if names.is_empty() { None } else { Some(names.join(" ")) }
}

/// A text that every JSON library writes alike and every terminal shows: without control characters, nothing hidden in it, and
/// bounded.
fn plain(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown::cut(&shown::visible(&spaced), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_what_the_documentation_promises() {
        let server = ServiceName::try_from("ns1.example".to_owned()).expect("a name");
        let entry = Entry::act(Act::Refused, Timestamp::UNIX_EPOCH)
            .by(UserId(200_000_000_000_000_001))
            .on(&server)
            .because(Some("a \"quote\"\nand\u{7f} é"))
            .asking("rescue");
        assert_eq!(
            entry.canonical(7, Some("abc")),
            "{\"action\":\"rescue\",\"at\":\"1970-01-01T00:00:00.000Z\",\"kind\":\"refusal\",\"n\":7,\"policy\":\"abc\",\
             \"reason\":\"a \\\"quote\\\" and  é\",\"server\":\"ns1.example\",\"what\":\"refused\",\
             \"who\":\"200000000000000001\"}"
        );
    }
}
