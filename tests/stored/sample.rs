//! Values with every field filled in, so that every key is written. Nothing in them is anybody's.

use bernard_domain::{
    access::{Because, UserId, Who},
    mark::Mark,
    operation::{
        ChannelId, Entry, OperationId, Plan, Setting, Snapshot,
        approval::Approval,
        exact_call::{ExactCall, Method, Times},
    },
    others::OthersWork,
    server::{
        Boot, BootId, QueryId, ServiceName, TaskId, TaskStatus,
        start::{BootScript, Fact, Instead, Start, Unfit},
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Somebody who asks.
pub(crate) const ANN: UserId = UserId(200_000_000_000_000_001);
/// Somebody else.
pub(crate) const BEN: UserId = UserId(200_000_000_000_000_002);
/// Where they talk.
pub(crate) const CHANNEL: ChannelId = ChannelId(500_000_000_000_000_001);

/// A moment, so many minutes after the first.
pub(crate) fn at(minutes: i64) -> Timestamp {
    let first: Timestamp = "2026-11-30T08:00:00Z".parse().expect("a moment");
    first + SignedDuration::from_mins(minutes)
}

pub(crate) fn mark() -> Mark {
    "018f00000000abcd".parse().expect("a mark")
}

pub(crate) fn service(name: &str) -> ServiceName {
    format!("{name}.example.net").try_into().expect("a service name")
}

pub(crate) fn query() -> Option<QueryId> {
    Some(QueryId::from("EU.ext-1.0001".to_owned()))
}

pub(crate) fn queries() -> Vec<QueryId> {
    query().into_iter().collect()
}

pub(crate) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(crate) fn disk() -> Boot {
    Boot {
        id: BootId(1),
        boot_type: "harddisk".into(),
        kernel: "hd".into(),
        description: "Boot from hard drive".into(),
    }
}

pub(crate) fn rescue() -> Boot {
    let (kernel, description) = ("rescue12-customer".into(), "Rescue system based on Debian 12".into());
    Boot { id: BootId(230_243), boot_type: "rescue".into(), kernel, description }
}

pub(crate) fn script() -> Start {
    Start::Script(BootScript::new("#!ipxe\nsanboot --drive 0x80\n".into()).expect("a script"))
}

pub(crate) fn facts() -> Vec<Fact> {
    vec![Fact::EfiBootloaderPath(text("\\efi\\debian\\grubx64.efi")), Fact::Monitoring(true)]
}

pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        boot: Some(disk().into()),
        rescue_mail: text("old@example.com"),
        rescue_ssh_key: text("ssh-ed25519 AAAAFake ann@laptop"),
        mails: Some(vec![7, 8]),
        ip: text("203.0.113.10"),
        facts: facts(),
    }
}

pub(crate) fn setting() -> Setting {
    Setting {
        boot: rescue().into(),
        rescue_mail: Some(text("ops@example.com")),
        rescue_ssh_key: Some(None),
        facts: facts(),
    }
}

pub(crate) fn plan() -> Plan {
    Plan { before: snapshot(), change: Some(setting()), into: Some(rescue().into()), entry: Entry::Password }
}

pub(crate) fn instead() -> Option<Instead> {
    Some(Instead { of: script(), why: Unfit::Chosen })
}

pub(crate) fn works() -> Vec<OthersWork> {
    vec![OthersWork::Task { id: TaskId(41), function: "reinstallServer".into(), status: TaskStatus::Doing }]
}

pub(crate) fn call() -> ExactCall {
    let path = "/dedicated/server/web-1.example.net/reboot".into();
    ExactCall { method: Method::Post, path, body: Some(json!({ "bootId": 1 })), times: Times::Once }
}

pub(crate) fn approval() -> Approval {
    Approval {
        count: 1,
        expires: SignedDuration::from_mins(30),
        rule: "[[protect]] #1 (line 40)".into(),
        because: Because::Matches,
        of: vec![Who::Role(300), Who::User(BEN)],
        calls: vec![call()],
        second_factor: None,
    }
}

pub(crate) fn operation() -> OperationId {
    OperationId(142)
}
