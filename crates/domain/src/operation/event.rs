//! What can happen to an operation: one variant each, kept for ever in the store.
//!
//! Pure. No variant ever holds a link, a secret's id or a token.

mod answer;
mod meaning;
mod problem;
mod seen;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::approval::Approval;
use crate::access::UserId;
use crate::{
    console::{ConsoleKind, Health},
    hindrance::Matter,
    operation::{Intent, OperationId, Plan, Source},
    others::OthersWork,
    server::{
        QueryId, System, TaskId, TaskStatus,
        start::{Fact, Field},
    },
};

pub use answer::{NoAnswer, NotTaken, Taken};
pub use problem::Problem;
pub use seen::{Age, Doubt, NotDone, Port, PutBack};

/// Something that happened, in the past tense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The server was read and the plan made; from here a rescue has a lease.
    Prepared {
        /// What was there, and what will be set.
        plan: Box<Plan>,
        /// How far OVHcloud's clock is ahead of ours, if that could be asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<SignedDuration>,
    },
    /// The server was found in a rescue that somebody else started; from here that has a lease.
    Adopted {
        /// How the server is, and that a restore leads to its disk.
        plan: Box<Plan>,
        /// The rescue's family.
        system: System,
        /// How far OVHcloud's clock is ahead of ours, if that could be asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<SignedDuration>,
        /// The reboots that OVHcloud listed then: a newer one may be of another rescue. `None` when it did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reboots: Option<Vec<TaskId>>,
    },
    /// The rescue has another owner: recorded together with the change of its lease.
    HandedOver {
        /// Whose it was.
        from: UserId,
        /// Whose it is now.
        to: UserId,
    },
    /// It cannot be done; nothing was changed.
    FoundImpossible {
        /// Why.
        problem: Problem,
    },
    /// The setting was written and read back.
    BootSet {
        /// OVHcloud's names for the requests that wrote it; none when it was so already.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        queries: Vec<QueryId>,
        /// What else was read back with it: what is otherwise than before changed by this very deed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        found: Vec<Fact>,
        /// What did not read back, on a way out that does not wait for it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lacking: Vec<Field>,
    },
    /// OVHcloud would not take the setting, or it could not be had in all the time that there was.
    SettingRefused {
        /// How it is known that nothing was rebooted: OVHcloud said no, or it was never asked.
        #[serde(default)]
        why: NotDone,
        /// OVHcloud's words.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// Nobody can say whether a change of the setting is still on its way: it may show up late. Recorded once.
    SettingInDoubt {
        /// Why.
        doubt: Doubt,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// What was there was written again while it was watched whether it stays.
    WrittenBack {
        /// OVHcloud's names for the requests that did it.
        queries: Vec<QueryId>,
    },
    /// A person pressed **Cancel** before the reboot was sent.
    CancelAsked {
        /// Who.
        by: UserId,
        /// The rule that allowed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// The reboot is about to be asked for; after this record, and only then, the call is made.
    RebootIntended {
        /// What was known right before.
        intent: Intent,
    },
    /// OVHcloud took the reboot and named its task.
    RebootAccepted {
        /// The task.
        task: TaskId,
        /// OVHcloud's name for the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// The reboot certainly did not happen.
    RebootNotDone {
        /// How that is known.
        why: NotDone,
        /// OVHcloud's words, or those of the failed connection.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// Nobody can say yet whether OVHcloud took the reboot.
    RebootUnknown {
        /// What came instead of an answer.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// Exactly one new task of the deed's function was found: it is ours.
    TaskAdopted {
        /// The task.
        task: TaskId,
    },
    /// None or several new tasks were found in time, or the tasks could not be read: a person must decide, or a reset of consoles ends
    /// as not known.
    NotSettled {
        /// The new tasks, if several.
        candidates: Vec<TaskId>,
        /// Why the tasks could not be read, in the words of OVHcloud or of the failed connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<String>,
    },
    /// The account's API log has our request to reboot: it arrived. Whatever came of it is still unknown.
    RequestLogged {
        /// When, by OVHcloud's clock.
        at: Timestamp,
    },
    /// Nobody answered the question in time: from now on it is one for on-call.
    QuestionUnanswered,
    /// Others were seen at something that one more reboot would destroy or collide with, and that nobody was shown: it was not sent.
    OthersAtWork {
        /// At what.
        works: Vec<OthersWork>,
    },
    /// A person approved one more reboot.
    RebootAgainApproved {
        /// Who.
        by: UserId,
        /// The rule that allowed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// A person wants one more reboot, and others must approve it first.
    RebootAgainAsked {
        /// Who.
        by: UserId,
        /// What the others are asked.
        approval: Box<Approval>,
        /// The rule that allowed it.
        #[serde(default)]
        rule: Option<String>,
    },
    /// Somebody else approved it.
    ApprovalGiven {
        /// Who.
        by: UserId,
        /// The rule that allowed it.
        #[serde(default)]
        rule: Option<String>,
    },
    /// Somebody else denied it.
    ApprovalDenied {
        /// Who.
        by: UserId,
        /// The rule that allowed it.
        #[serde(default)]
        rule: Option<String>,
    },
    /// Whoever denied it said why. It may follow the end, and changes nothing but what is shown.
    DenialExplained {
        /// Which round, from 1.
        round: u32,
        /// Who.
        by: UserId,
        /// Their words.
        reason: String,
        /// The rule that allowed it.
        #[serde(default)]
        rule: Option<String>,
    },
    /// It was taken back before it was approved.
    Withdrawn {
        /// Who.
        by: UserId,
        /// The rule that allowed it.
        #[serde(default)]
        rule: Option<String>,
    },
    /// Too few people approved in time.
    ApprovalExpired,
    /// A person decided to leave it as it is: what nobody knows, or a reboot's task that stands.
    LeftAlone {
        /// Who.
        by: UserId,
        /// The rule that allowed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// What was set was put back, or could not be.
    PutBack {
        /// How that went.
        result: PutBack,
        /// OVHcloud's names for the requests that did it; none when it was so already.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        queries: Vec<QueryId>,
    },
    /// The task's status changed, its end included.
    TaskSeen {
        /// OVHcloud's word.
        status: TaskStatus,
        /// OVHcloud's comment.
        comment: Option<String>,
    },
    /// OVHcloud no longer knows the task: purged, which is neither success nor failure.
    TaskVanished,
    /// The task has not ended in all the time that it had: it is followed on, and keeps nobody from the way out.
    TaskStands,
    /// Nobody reacted to that in time: from now on it is on-call's too.
    StandingUnanswered,
    /// What is waited on does not work, for a reason that was not said yet in this phase.
    Hindered {
        /// What it is, and who can mend it.
        matter: Matter,
        /// What came instead of an answer, with the query id.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// What was waited on works again.
    Unhindered,
    /// It takes longer than usual. Recorded once.
    LongerThanUsual,
    /// The server of a `/rescue link` is in rescue, and no reboot of it is running.
    RescueFound {
        /// The rescue's family.
        system: System,
        /// The main address.
        ip: Option<String>,
        /// Mails older than this are not this rescue's.
        since: Timestamp,
        /// The name of the SSH key that opens it: then there is no link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// Whether it is known since when it is.
        #[serde(default)]
        age: Age,
    },
    /// The server has a console of this kind; OVHcloud tests it next.
    ConsoleFound {
        /// Its kind.
        kind: ConsoleKind,
    },
    /// OVHcloud took the request for a test of the console and named its task.
    ConsoleTestAsked {
        /// The task.
        task: TaskId,
        /// How long its end is waited for, by our clock: then a session is asked for in any case.
        until: Timestamp,
        /// OVHcloud's name for the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// The test is over, or is not waited for any more; a session is asked for next.
    ConsoleTested {
        /// What came of it.
        health: Health,
    },
    /// The server has a console of this kind, which nobody tests; a session of it is asked for next.
    ConsoleChosen {
        /// Its kind.
        kind: ConsoleKind,
    },
    /// OVHcloud took the request for a session and named its task.
    ConsoleAsked {
        /// The task.
        task: TaskId,
        /// OVHcloud's name for the request.
        query: Option<QueryId>,
    },
    /// The session is there; what leads to it is nowhere but in the DM.
    ConsoleOpened {
        /// When it ends, by our clock.
        until: Timestamp,
    },
    /// Whoever asks for a ticket may; it is sent next.
    TicketPrepared,
    /// The ticket is about to be sent; after this record, and only then, the call is made.
    TicketIntended {
        /// The moment, by OVHcloud's clock: no older ticket is this one.
        at: Timestamp,
    },
    /// OVHcloud opened the ticket.
    TicketOpened {
        /// The number by which OVHcloud's people know it.
        number: u64,
        /// OVHcloud's name for the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// The ticket was certainly not opened.
    TicketNotDone {
        /// How that is known.
        why: NotDone,
        /// OVHcloud's words, or those of the failed connection.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// Nobody can say yet whether OVHcloud opened the ticket.
    TicketUnknown {
        /// What came instead of an answer.
        said: String,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// A ticket of this subject was found: it is ours.
    TicketFound {
        /// The number by which OVHcloud's people know it.
        number: u64,
    },
    /// None was found in time, or the tickets could not be read: it is not sent again.
    TicketNotFound {
        /// Why they could not be read, in the words of OVHcloud or of the failed connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<String>,
    },
    /// Whoever asks for the end of all console sessions may; it is asked for next.
    SessionsPrepared,
    /// That is about to be asked for; after this record, and only then, the call is made.
    SessionsIntended(Intent),
    /// OVHcloud took it and named its task.
    SessionsAccepted(Taken),
    /// It was certainly not done.
    SessionsNotDone(NotTaken),
    /// Nobody can say yet whether OVHcloud took it.
    SessionsUnknown(NoAnswer),
    /// The probe saw the port change.
    PortSeen {
        /// What it saw.
        port: Port,
        /// When, by our clock.
        at: Timestamp,
    },
    /// OVHcloud's `powerState` changed.
    PowerSeen {
        /// OVHcloud's word.
        power: String,
    },
    /// The DM is about to be sent; a link is nowhere but in it.
    DeliveryAttempted {
        /// Where it was found; `None` when a key opens this rescue and there is no link.
        source: Option<Source>,
        /// OVHcloud's name for the request that made the secret, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
        /// What another source answered that refuses to be asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// The DM arrived.
    LinkDelivered,
    /// No DM reaches the person: the link waits for **Reveal link**.
    DmClosed {
        /// Discord's code, if it is for another reason than that they take none; 0: in all the time that there was, it did not
        /// take the DM and did not say why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
    },
    /// The requester saw the link, ephemerally.
    LinkRevealed {
        /// OVHcloud's name for the request that made the secret, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// No link turned up within `secret_timeout`.
    LinkNotFound {
        /// Where it was looked for.
        searched: Vec<Source>,
        /// What went wrong at the last look, in OVHcloud's words.
        trouble: Option<String>,
        /// OVHcloud's name for the request, if it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<QueryId>,
    },
    /// The link was there, but nobody took it.
    LinkGivenUp,
    /// The link was found, and whoever asked for it may not have it any more: it was not sent.
    LinkWithheld,
    /// The machine was watched for long enough, or came back.
    Watched,
    /// It was accepted too long ago to be begun now: whoever asked no longer expects it.
    Expired,
    /// A step of ours panicked; it is tried again.
    Faulted,
    /// The store turned out to be a copy of an earlier moment, in which this was under way: what was done of it since, nobody knows
    /// here, so nothing more is done.
    FoundInCopy,
    /// Another operation took the server over.
    Superseded {
        /// Which.
        by: OperationId,
    },
}
