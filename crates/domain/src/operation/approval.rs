//! A second person: what must be approved before something is done, who has approved so far, and in whose name it is done.
//!
//! Pure. The requester never counts, and nobody counts twice: [`Round::counts`] is the only place that says who does.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::{Because, Protection, UserId, Who};
use crate::operation::exact_call::ExactCall;

/// What the configuration's protections mean for one request. It never changes afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "guard", rename_all = "snake_case")]
pub enum Guard {
    /// No rule protects it.
    #[default]
    Unprotected,
    /// Others must approve it first.
    Approval(Approval),
    /// Others would have to approve it, and in an emergency it is done without them.
    BrokenGlass {
        /// What was passed.
        passed: Approval,
        /// The Discord role that is told; none is configured.
        tells: Option<u64>,
    },
    /// Others would have to approve it, if whoever asked were not on duty.
    Waived(Waiver),
}

/// What nobody has to approve, because whoever asked is on duty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    /// How many people would have to approve it.
    pub count: u32,
    /// The rule that would ask for it: its place in the configuration.
    pub rule: String,
    /// The reading of the schedule that says that they are on duty.
    pub by: String,
}

impl Guard {
    /// The approval to wait for.
    pub fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Approval(approval) => Some(approval),
            Self::Unprotected | Self::BrokenGlass { .. } | Self::Waived(_) => None,
        }
    }
}

/// What others are asked to approve, as it was when they were asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// How many people other than the requester must approve; at least 1.
    pub count: u32,
    /// How long the wait for it is, and how long what was approved may still be begun.
    pub expires: SignedDuration,
    /// The rule that asks for it: its place in the configuration.
    pub rule: String,
    /// How sure it is that the rule covers the server.
    pub because: Because,
    /// Who may approve, and is called.
    pub of: Vec<Who>,
    /// The exact calls that are approved.
    pub calls: Vec<ExactCall>,
    /// The rule that asks whoever gives it, or does without it, for a second factor; `None`: none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<String>,
}

impl Approval {
    /// What `protection` asks for, of these people, to make these calls. The requester is not called on their own request.
    pub fn new(
        protection: &Protection,
        of: impl IntoIterator<Item = Who>,
        calls: Vec<ExactCall>,
        requester: UserId,
    ) -> Self {
        Self {
            count: protection.approvals.get(),
            expires: SignedDuration::try_from(protection.expires).unwrap_or(SignedDuration::MAX),
            rule: protection.rule.to_string(),
            because: protection.because,
            of: of.into_iter().filter(|who| *who != Who::User(requester)).collect(),
            calls,
            second_factor: protection.second_factor.map(|rule| rule.to_string()),
        }
    }
}

/// One time that others are asked: before anything is done, and once for each **Reboot again**.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// Who asked: they never count.
    pub asked_by: UserId,
    /// When, by our clock.
    pub asked_at: Option<Timestamp>,
    /// What for.
    pub approval: Approval,
    /// Who has approved, in the order of their presses.
    pub approvers: Vec<UserId>,
    /// What became of it.
    pub end: RoundEnd,
}

/// What became of a round.
#[derive(Clone, Debug, PartialEq)]
pub enum RoundEnd {
    /// It waits for somebody.
    Open,
    /// Enough people approved.
    Approved,
    /// Somebody denied it.
    Denied {
        /// Who.
        by: UserId,
        /// Why, if they added it.
        reason: Option<String>,
    },
    /// It was taken back.
    Withdrawn(UserId),
    /// Too few people approved in time.
    Expired,
    /// There was nothing left to approve: its reboot turned up, or another operation took over.
    Overtaken,
}

impl Round {
    /// A round that was just opened.
    pub fn new(asked_by: UserId, approval: Approval) -> Self {
        Self { asked_by, asked_at: None, approval, approvers: Vec::new(), end: RoundEnd::Open }
    }

    /// Whether an approval of this person would count: they did not ask, and have not approved yet.
    pub fn counts(&self, requester: UserId, person: UserId) -> bool {
        self.may_judge(requester, person) && !self.approvers.contains(&person)
    }

    /// Whether this person is somebody else than those who ask.
    pub fn may_judge(&self, requester: UserId, person: UserId) -> bool {
        person != requester && person != self.asked_by
    }

    /// How many more approvals are needed.
    pub fn lacks(&self) -> u32 {
        self.approval.count.saturating_sub(u32::try_from(self.approvers.len()).unwrap_or(u32::MAX))
    }
}

/// In whose name the reboot is done that is next: these people are looked at again before it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Mandate {
    /// Who asked for it.
    pub asked_by: UserId,
    /// Who approved it; nobody had to, if empty.
    pub approvers: Vec<UserId>,
    /// How long after the approval it may be begun; `None` when nobody had to approve it.
    pub good_for: Option<SignedDuration>,
}

impl Mandate {
    /// Of somebody who needed nobody else.
    pub fn of_one(asked_by: UserId) -> Self {
        Self { asked_by, approvers: Vec::new(), good_for: None }
    }

    /// Of a round in which enough people approved.
    pub(crate) fn of_round(round: &Round) -> Self {
        let (approvers, good_for) = (round.approvers.clone(), Some(round.approval.expires));
        Self { asked_by: round.asked_by, approvers, good_for }
    }
}
