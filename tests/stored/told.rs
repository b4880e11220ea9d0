//! Leases, what people are told outside of cards, and the audit.

use bernard_domain::{
    access::{Capability, Who},
    alert::{Closed, Offered},
    audit::{Act, COLUMNS, Decision, End, Entry, Kind, sink_trouble::Trouble},
    hindrance::Matter,
    lease::{
        Lease,
        past::Over,
        reminder::Reminder,
        sight::{Seen, Sight},
    },
    notice::{Doing, Letter, Notice, Place, To, Unasked},
    pause::Pause,
    server::{System, TaskId},
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::{
    page::{Page, each_word, one_of_each},
    sample::{ANN, BEN, CHANNEL, at, disk, facts, mark, operation, queries, service, setting, snapshot, text},
};

pub(crate) fn write(page: &mut Page) {
    leases(page);
    notices(page);
    alerts(page);
    audit(page);
    page.heading("A mark, the pause (facts: pause)");
    page.json(&mark());
    page.json(&Pause { by: ANN, at: at(0), reason: "maintenance".into() });
}

fn leases(page: &mut Page) {
    page.heading("Leases (leases.lease)");
    page.json(&Lease {
        operation: operation(),
        mark: mark(),
        server: service("web-1"),
        account: "main".into(),
        label: "web-1".into(),
        owner: ANN,
        channel: CHANNEL,
        started: at(0),
        deadline: at(240),
        before: snapshot(),
        set: setting(),
        system: System::Linux,
        found: facts(),
        offset: Some(SignedDuration::from_secs(2)),
        seen: Seen { sight: Some(Sight::Rebooted { task: TaskId(9) }), stayed: Some(TaskId(9)) },
    });
    let sights = one_of_each!(Sight:
        Sight::Left { .. } => Sight::Left { boot: Some(disk()), task: TaskId(9) },
        Sight::Leaving { .. } => Sight::Leaving { boot: Some(disk()) },
        Sight::Rebooted { .. } => Sight::Rebooted { task: TaskId(9) },
    );
    sights.iter().for_each(|sight| page.json(sight));
    page.heading("How a rescue was over (leases.over_how)");
    let overs = one_of_each!(Over:
        Over::By(_) => Over::By(operation()),
        Over::Others => Over::Others,
        Over::ServerLeft => Over::ServerLeft,
        Over::Undone => Over::Undone,
    );
    overs.iter().for_each(|over| page.word(over.as_str()));
}

fn notices(page: &mut Page) {
    page.heading("Letters (notices.letter)");
    for notice in every_notice() {
        page.json(&Letter { to: To::Person { person: ANN, or_in: Some(CHANNEL) }, notice });
    }
    page.heading("Where letters go, and where they are tried (notices.place)");
    let destinations = one_of_each!(To:
        To::Person { .. } => To::Person { person: ANN, or_in: None },
        To::Channel { .. } => To::Channel { channel: CHANNEL, or_to: Some(ANN) },
        To::Call { .. } => To::Call { channel: CHANNEL, or_to: ANN, and_in: CHANNEL },
    );
    destinations.iter().for_each(|to| page.json(to));
    each_word!(Place: First, Second).iter().for_each(|place| page.word(place.as_str()));
    page.heading("What letters hold");
    let reminders = one_of_each!(Reminder:
        Reminder::Before => Reminder::Before,
        Reminder::Deadline => Reminder::Deadline,
        Reminder::After(_) => Reminder::After(3),
    );
    reminders.iter().for_each(|reminder| page.json(reminder));
    each_word!(Doing: TakesOver, GivesBack, Ended, Rebooted).iter().for_each(|doing| page.json(doing));
    each_word!(Unasked: NoMessage, NoRing).iter().for_each(|unasked| page.json(unasked));
    page.heading("What a notice of others' doing is owed under (notices.origin)");
    each_word!(Doing: TakesOver, GivesBack, Ended, Rebooted).iter().for_each(|doing| page.word(doing.as_str()));
}

fn alerts(page: &mut Page) {
    page.heading("Cards of alerts: what they offer (alert_cards.offers), why they take no more (alert_cards.closed)");
    each_word!(Offered: Reboot, Rescue, Console).iter().for_each(|offered| page.word(offered.as_str()));
    each_word!(Closed: Replaced, Nowhere).iter().for_each(|closed| page.word(closed.as_str()));
}

fn every_notice() -> Vec<Notice> {
    let (lease, label, owner, said) = (operation(), || "web-1".to_owned(), ANN, || "403".to_owned());
    let (operation, of) = (lease, Some(lease));
    one_of_each!(Notice:
        Notice::Reminder { .. } => Notice::Reminder { lease, deadline: at(240), reminder: Reminder::Before },
        Notice::RestoredAtDeadline { .. } =>
            Notice::RestoredAtDeadline { label: label(), owner, operation, lease: of },
        Notice::ServerLeft { .. } => Notice::ServerLeft { lease, label: label(), owner },
        Notice::LeftRescue { .. } =>
            Notice::LeftRescue { lease, label: label(), owner, boot: text("hd"), task: TaskId(9), remains: true },
        Notice::NetbootChanged { .. } => Notice::NetbootChanged { lease, label: label(), owner, boot: text("hd") },
        Notice::RebootedByOthers { .. } => Notice::RebootedByOthers { lease, label: label(), owner, task: TaskId(9) },
        Notice::Extended { .. } => Notice::Extended { lease, label: label(), owner, by: BEN, until: at(300) },
        Notice::HandedOver { .. } => Notice::HandedOver { lease, label: label(), from: ANN, to: BEN, by: ANN },
        Notice::OthersDoing { .. } =>
            Notice::OthersDoing { doing: Doing::Ended, label: label(), owner, by: BEN, operation, lease: of },
        Notice::Digest { .. } => Notice::Digest { day: jiff::civil::date(2026, 11, 30) },
        Notice::AuditAnchor { .. } => Notice::AuditAnchor { number: 7, hash: "00ff".into(), lines: Some(3) },
        Notice::AccountTrouble { .. } => Notice::AccountTrouble {
            account: "main".into(),
            matter: Matter::Key,
            said: said(),
            operation,
            label: label(),
            waiter: ANN,
        },
        Notice::DmStands { .. } => Notice::DmStands { label: label(), person: ANN, operation },
        Notice::Unshown { .. } => Notice::Unshown { person: ANN, channel: CHANNEL, code: 50_001 },
        Notice::NobodyAsked { .. } => Notice::NobodyAsked {
            label: label(),
            person: ANN,
            operation,
            channel: CHANNEL,
            because: Unasked::NoRing,
        },
        Notice::HelpAsked { .. } => Notice::HelpAsked {
            person: ANN,
            of: Who::Role(400),
            capability: Capability::Rescue,
            label: Some(label()),
        },
        Notice::CodesLocked { .. } => Notice::CodesLocked { person: ANN },
        Notice::Paused { .. } => Notice::Paused { by: ANN, reason: "maintenance".into() },
        Notice::Resumed { .. } => Notice::Resumed { by: ANN },
        Notice::CopyFound { .. } => Notice::CopyFound { made: Some(at(300)), operations: 2, leases: 1 },
        Notice::SinkTrouble { .. } => Notice::SinkTrouble {
            sink: "siem".into(),
            trouble: Trouble::Line { number: 7, said: said() },
            admins: vec![Who::Role(400)],
        },
    )
    .into()
}

fn audit(page: &mut Page) {
    page.heading("What troubles a sink of the audit (audit_sinks.trouble)");
    let troubles = one_of_each!(Trouble:
        Trouble::Away { .. } => Trouble::Away { said: "HTTP 503".into() },
        Trouble::Closed { .. } => Trouble::Closed { said: "HTTP 401".into() },
        Trouble::Line { .. } => Trouble::Line { number: 7, said: "HTTP 400".into() },
        Trouble::Chain { .. } => Trouble::Chain { number: 7 },
    );
    troubles.iter().for_each(|trouble| page.json(trouble));
    page.heading("The audit: kinds");
    each_word!(Kind: Decision, Refusal, Effect, Seen, Policy, Process).iter().for_each(|kind| page.word(kind.as_str()));
    page.heading("The audit: acts, with the kind of their lines");
    let acts = each_word!(Act:
        Refused, CardDismissed, RightExplained, HelpAsked, Paused, Resumed, DmWiped, DmNotWiped, DmWipeGivenUp, LeaseExtended,
        LeaseHandedOver, ServerLeft, RescueLeft, RescueChanged, Started, PolicyLoaded, Anchored, RefusalsLost,
        CopyFound, StoreMoved, CodeTaken, CodeRefused, FactorEnrolled, FactorRemoved, AlertsQuieted,
    );
    for act in acts {
        assert_eq!(Act::of_word(act.as_str()), Some(act));
        page.word(format_args!("{} ({})", act.as_str(), Entry::act(act, at(0)).kind.as_str()));
    }
    page.heading("The audit: decisions");
    let decisions = each_word!(Decision:
        Opened, CancelAsked, RebootAgainAsked, RebootAgainApproved, LeftAlone, ApprovalGiven, ApprovalDenied,
        DenialExplained, Withdrawn, LinkRevealed,
    );
    let words = [
        "opened",
        "cancel_asked",
        "reboot_again_asked",
        "reboot_again_approved",
        "left_alone",
        "approval_given",
        "approval_denied",
        "denial_explained",
        "withdrawn",
        "link_revealed",
    ];
    for (word, decision) in words.into_iter().zip(decisions) {
        assert_eq!(Decision::of_word(word), Some(decision));
        page.word(word);
    }
    page.heading("The audit: ends");
    let ends = each_word!(End:
        LinkDelivered, LinkRevealed, LinkNotNeeded, LinkNotFound, LinkNotTaken, LinkWithheld, Adopted, HandedOver, Restored,
        Rebooted, NetbootBack, Impossible, Expired, Denied, NotApproved, Cancelled, RefusedByOvhcloud, NotSent, TaskFailed,
        LeftAlone, InDoubt, Superseded, TicketOpened, TicketUnknown, SessionsFreed, SessionsUnknown,
    );
    for end in ends {
        assert_eq!(End::of_word(&end.word()), Some(end));
        page.word(end.word());
    }
    page.heading("The audit: the keys of a line, and the columns of its table");
    let entry = Entry {
        at: at(0),
        kind: Kind::Effect,
        what: "x".into(),
        who: Some(ANN),
        action: text("x"),
        server: Some(service("web-1")),
        account: text("x"),
        channel: Some(CHANNEL),
        reason: text("x"),
        rule: text("x"),
        operation: Some(operation()),
        task: Some(TaskId(9)),
        queries: queries(),
        outcome: text("x"),
        detail: text("x"),
        times: Some(2),
    };
    page.word(entry.canonical(1, Some("x")));
    let keys: Value = serde_json::from_str(&entry.canonical(1, Some("x"))).expect("JSON");
    assert_eq!(keys.as_object().map(serde_json::Map::len), Some(COLUMNS.len() - 2), "all but `previous` and `hash`");
    page.word(COLUMNS.join(","));
}
