//! What people read, whole, in both languages. Changing a sentence shows here how it looks where it stands.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test it faces::`, and read the difference.

mod wish;

use std::{fmt::Write, sync::Arc};

use bernard_bot::render::{
    button::{Button, Leads},
    card::{self, LinkOut, Moment, Rescue},
    dm::{self, Letter},
    rendering::ChannelStyle,
    ticket::Support,
};
use bernard_domain::{
    access::{Because, UserId, Who},
    lease::{Effect, Lease, effect},
    locale::Locale,
    mark::Mark,
    operation::{
        ChannelId, Entry, Intent, Kind, Operation, OperationId, Plan, Request, Setting, Snapshot, Source, Wish,
        approval::{Approval, Guard},
        event::{Event, NotDone, Port, Problem, PutBack},
    },
    runbook::Runbook,
    server::{Boot, BootId, ServiceName, System, TaskId, TaskStatus},
};
use bernard_engine::exact_calls;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use sim::ovh::ServerSpec;

use crate::bot::{TestBot, TestConfig, db_1, web_1};
use wish::wish;

pub(crate) const LOCALES: [Locale; 2] = [Locale::En, Locale::Fr];
/// A link that opens nothing.
pub(crate) const LINK: &str = "https://www.ovh.com/manager/secret/#?id=00000000-fake-fake-fake-000000000000";

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).expect("a moment")
}

fn boot(id: u64, boot_type: &str, kernel: &str) -> Boot {
    Boot { id: BootId(id), boot_type: boot_type.into(), kernel: kernel.into(), description: String::new() }
}

fn opened(kind: Kind, system: System, locale: Locale) -> Operation {
    let request = Request {
        wish: wish(kind, system),
        server: "ns1111111.ip-203-0-113.eu".to_owned().try_into().expect("a name"),
        account: "main".into(),
        label: "web-1".into(),
        requester: UserId(200_000_000_000_000_001),
        locale,
        channel: ChannelId(500),
        place: ChannelId(500),
        reason: Some("disk full".into()),
        rule: "role 1".into(),
        guard: Guard::Unprotected,
        known_as: None,
        beside: None,
        runbooks: Vec::new(),
    };
    Operation::open(OperationId(142), Mark::default(), request, at(0))
}

fn prepared(entry: Entry, operation: &Operation) -> Event {
    let (into, change) = match &operation.request.wish {
        Wish::Enable(wish) => (wish.into.clone().into(), true),
        Wish::Restore { into, .. } | Wish::PutBack { into, .. } => (into.clone(), true),
        Wish::Reboot { .. }
        | Wish::Link { .. }
        | Wish::Adopt { .. }
        | Wish::HandOver { .. }
        | Wish::Console { .. }
        | Wish::Ticket(_)
        | Wish::FreeSessions { .. } => (boot(1, "harddisk", "hd").into(), false),
    };
    let set = Setting::of(into.clone());
    let before = Snapshot {
        boot: Some(boot(1, "harddisk", "hd").into()),
        ip: Some("203.0.113.100".into()),
        ..Snapshot::default()
    };
    let plan = Plan { before, change: change.then_some(set), into: Some(into), entry };
    Event::Prepared { plan: Box::new(plan), offset: None }
}

/// The plan of a rescue with a password.
pub(crate) fn planned(kind: Kind) -> Event {
    prepared(Entry::Password, &opened(kind, System::Windows, Locale::En))
}

/// An operation and the lease it began.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) operation: Operation,
    pub(crate) lease: Option<Lease>,
    /// When it is looked at.
    pub(crate) now: Timestamp,
}

impl Scene {
    pub(crate) fn of(kind: Kind, system: System, locale: Locale) -> Self {
        Self { operation: opened(kind, system, locale), lease: None, now: at(60) }
    }

    /// The same after these events.
    pub(crate) fn then(&self, events: impl IntoIterator<Item = Event>) -> Self {
        let mut scene = self.clone();
        for event in events {
            scene.operation = scene.operation.record(&event, at(60)).unwrap_or_else(|illegal| panic!("{illegal}"));
            match effect(&scene.operation, &event, at(60)) {
                Some(Effect::Begin(lease)) => scene.lease = Some(*lease),
                Some(Effect::Undo | Effect::End) => scene.lease = None,
                Some(Effect::HandOver { .. } | Effect::Found(_)) | None => {}
            }
        }
        scene
    }

    fn prepared(&self, entry: Entry) -> Self {
        self.then([prepared(entry, &self.operation)])
    }

    /// Up to the moment when the reboot is asked for.
    fn intended(&self) -> Self {
        let ready = self.prepared(Entry::Password);
        let set = ready.operation.state.facts.plan.as_ref().is_some_and(|plan| plan.change.is_some());
        ready.then(set.then_some(boot_set())).then([intended()])
    }

    /// Up to the end of OVHcloud's task.
    fn task_done(&self) -> Self {
        self.intended().then([
            Event::RebootAccepted { task: TaskId(123_456_789), query: None },
            Event::TaskSeen { status: TaskStatus::Doing, comment: None },
            Event::TaskSeen { status: TaskStatus::Done, comment: None },
        ])
    }

    /// Its messages as they stand in the channel.
    fn look(&self, locale: Locale) -> String {
        let (mut look, manner) = (String::new(), manner(locale));
        let rescue = Rescue { lease: self.lease.as_ref(), ..Rescue::default() };
        let (dm, usual) = (Some((ChannelId(5), 6)), Some(SignedDuration::from_mins(4)));
        let moment = Moment { link: LinkOut::Possible, dm, support: Support::Closed, usual, now: self.now };
        for message in card::messages(&self.operation, rescue, moment, manner) {
            let rings = match message.rings.as_slice() {
                [] => "",
                [Who::User(user)] if *user == self.operation.request.requester => ", rings the requester",
                _ => ", rings others",
            };
            let (content, buttons) = (&message.message.content, row(&message.message.buttons));
            let frame = message.frame.map(|accent| format!(", {accent:?}")).unwrap_or_default();
            write!(look, "[{}{frame}{rings}]\n{content}\n{buttons}\n", message.slot).expect("a text");
        }
        look
    }
}

fn boot_set() -> Event {
    Event::BootSet { queries: Vec::new(), found: Vec::new(), lacking: Vec::new() }
}

fn intended() -> Event {
    Event::RebootIntended { intent: Intent { at: at(60), known: Vec::new() } }
}

fn port(port: Port, seconds: i64) -> Event {
    Event::PortSeen { port, at: at(seconds) }
}

fn not_found() -> Event {
    Event::LinkNotFound { searched: vec![Source::AuthenticationSecret, Source::Mail], trouble: None, query: None }
}

fn unanswered() -> [Event; 2] {
    let said = "could not reboot `ns1111111.ip-203-0-113.eu`: the connection ended before the answer".to_owned();
    [Event::RebootUnknown { said, query: None }, Event::NotSettled { candidates: Vec::new(), trouble: None }]
}

/// Buttons as a person sees them: `( Confirm )`, a link with its address.
pub(crate) fn row(buttons: &[Button]) -> String {
    let one = |Button { label, leads }: &Button| match leads {
        Leads::ToUs { .. } => format!("( {label} )"),
        Leads::Away(address) => format!("( {label} → {address} )"),
    };
    buttons.iter().map(one).collect::<Vec<_>>().join(" ") + "\n"
}

/// A DM with its buttons and files.
pub(crate) fn letter(Letter { message, files }: &Letter) -> String {
    let content = &message.content;
    // What a phone shows on its lock screen.
    let lock_screen: String = content.chars().take(200).collect();
    assert!(!lock_screen.contains("http") && content.chars().count() <= 2_000, "{content}");
    let rows = [&message.buttons, &message.apart].into_iter().filter(|buttons| !buttons.is_empty());
    let mut text = format!("{content}\n{}", rows.map(|all| row(all)).collect::<String>());
    for file in files {
        let body = String::from_utf8(file.bytes.clone()).expect("a text").replace("\r\n", "\n");
        write!(text, "--- {} ---\n{body}\n", file.name).expect("a text");
    }
    text
}

/// How channels are spoken to here.
pub(crate) fn manner(locale: Locale) -> ChannelStyle<'static> {
    ChannelStyle { locale, oncall: &[Who::Role(400_000_000_000_000_009)] }
}

/// Scenes one after the other, each under its name.
pub(crate) fn gallery<const N: usize>(scenes: [(&str, Scene); N], locale: Locale) -> String {
    scenes.iter().map(|(name, scene)| format!("=== {name} ===\n{}", scene.look(locale))).collect()
}

pub(crate) fn name(subject: &str, locale: Locale) -> String {
    match locale {
        Locale::En => format!("{subject}_en"),
        Locale::Fr => format!("{subject}_fr"),
    }
}

#[test]
fn an_enable_from_its_card_to_its_end() {
    for locale in LOCALES {
        let begun = Scene::of(Kind::Enable, System::Windows, locale);
        let searching = begun.task_done().then([port(Port::Closed, 90)]);
        let source = Some(Source::AuthenticationSecret);
        let delivering = searching.then([Event::DeliveryAttempted { source, query: None, refused: None }]);
        let closed = delivering.then([Event::DmClosed { code: None }]);
        let scenes = [
            ("accepted", begun.clone()),
            ("about to reboot", begun.prepared(Entry::Password).then([boot_set()])),
            ("rebooting", begun.intended().then([Event::RebootAccepted { task: TaskId(123_456_789), query: None }])),
            ("looking for the link", searching.clone()),
            ("delivered", delivering.then([Event::LinkDelivered])),
            ("its time is over", Scene { now: at(5 * 3600), ..delivering.then([Event::LinkDelivered]) }),
            ("DMs closed", closed.clone()),
            ("revealed", closed.then([Event::LinkRevealed { query: None }])),
            ("no link", searching.then([not_found()])),
        ];
        insta::assert_snapshot!(name("enable", locale), gallery(scenes, locale));
    }
}

#[test]
fn trouble_on_the_way() {
    for locale in LOCALES {
        let begun = Scene::of(Kind::Enable, System::Linux, locale);
        let asked = begun.intended().then(unanswered());
        let refused =
            "could not reboot `ns1111111.ip-203-0-113.eu`: 403 NOT_GRANTED_CALL (query id EU.fake-1)".to_owned();
        let failed = Event::TaskSeen { status: TaskStatus::OvhError, comment: Some("Disk not found".into()) };
        let scenes = [
            ("no answer", asked.clone()),
            (
                "reboot again",
                asked.then([Event::RebootAgainApproved { by: UserId(200_000_000_000_000_002), rule: None }]),
            ),
            ("left as it is", asked.then([Event::LeftAlone { by: UserId(200_000_000_000_000_002), rule: None }])),
            (
                "refused",
                begun.intended().then([
                    Event::RebootNotDone { why: NotDone::Refused, said: refused, query: None },
                    Event::PutBack { result: PutBack::Done, queries: Vec::new() },
                ]),
            ),
            ("cancelled", begun.then([Event::CancelAsked { by: UserId(200_000_000_000_000_001), rule: None }])),
            (
                "the task failed",
                begun.intended().then([Event::RebootAccepted { task: TaskId(7), query: None }, failed]),
            ),
            (
                "hacked",
                begun.then([Event::FoundImpossible { problem: Problem::HeldByOvhcloud { state: "hacked".into() } }]),
            ),
        ];
        insta::assert_snapshot!(name("trouble", locale), gallery(scenes, locale));
    }
}

/// What a protection asks of two leads, for these calls.
fn approval(count: u32, wish: &Wish) -> Approval {
    let server: ServiceName = "ns1111111.ip-203-0-113.eu".to_owned().try_into().expect("a name");
    let Event::Prepared { plan, .. } = prepared(Entry::Password, &opened(Kind::Enable, System::Windows, Locale::En))
    else {
        unreachable!("that is what it makes")
    };
    Approval {
        count,
        expires: SignedDuration::from_mins(15),
        rule: "[[protect]] #1 (line 41)".into(),
        because: Because::Matches,
        of: vec![Who::Role(400_000_000_000_000_003), Who::User(UserId(200_000_000_000_000_007))],
        calls: exact_calls::of(&server, wish, &plan, &[Source::AuthenticationSecret]),
        second_factor: None,
    }
}

/// A scene that is guarded so.
pub(crate) fn guarded(kind: Kind, locale: Locale, guard: impl FnOnce(Approval) -> Guard, count: u32) -> Scene {
    let mut request = opened(kind, System::Windows, locale).request;
    request.guard = guard(approval(count, &request.wish));
    let text = "Call the DBA first".into();
    request.runbooks = vec![Runbook { url: "https://wiki.example.org/prod".into(), text }];
    Scene { operation: Operation::open(OperationId(142), Mark::default(), request, at(0)), lease: None, now: at(60) }
}

#[test]
fn a_request_for_approval_and_what_becomes_of_it() {
    let (paula, quinn) = (UserId(200_000_000_000_000_003), UserId(200_000_000_000_000_004));
    for locale in LOCALES {
        let asked = guarded(Kind::Enable, locale, Guard::Approval, 1);
        let two =
            guarded(Kind::Restore, locale, Guard::Approval, 2).then([Event::ApprovalGiven { by: paula, rule: None }]);
        let approved = asked.then([Event::ApprovalGiven { by: paula, rule: None }]);
        let denied = asked.then([Event::ApprovalDenied { by: paula, rule: None }]);
        let lost = approved.then([prepared(Entry::Password, &approved.operation), boot_set(), intended()]);
        let again = Event::RebootAgainAsked {
            by: quinn,
            approval: Box::new(approval(1, &Wish::Reboot { into: None })),
            rule: None,
        };
        let asked_again = lost.then(unanswered()).then([again]);
        let why = Event::DenialExplained { round: 1, by: paula, reason: "not on a Friday".into(), rule: None };
        let glass = |tells| move |passed| Guard::BrokenGlass { passed, tells };
        let scenes = [
            ("asked", asked.clone()),
            ("one of two", two.clone()),
            ("approved", approved),
            ("denied", denied.clone()),
            ("denied, with a reason", denied.then([why])),
            ("taken back", asked.then([Event::Withdrawn { by: UserId(200_000_000_000_000_001), rule: None }])),
            ("not in time", two.then([Event::ApprovalExpired])),
            ("too few left", {
                let problem = Problem::NotEnoughApprovals { needed: 2, given: 1 };
                two.then([Event::ApprovalGiven { by: quinn, rule: None }, Event::FoundImpossible { problem }])
            }),
            ("reboot again", asked_again.clone()),
            ("it turned up", asked_again.then([Event::TaskAdopted { task: TaskId(7) }])),
            ("glass", guarded(Kind::Reboot, locale, glass(Some(400_000_000_000_000_009)), 1)),
            ("glass without anybody on call", guarded(Kind::Link, locale, glass(None), 2)),
        ];
        insta::assert_snapshot!(name("approval", locale), gallery(scenes, locale));
    }
}

#[test]
fn a_protected_rescue_that_changes_hands() {
    let (paula, ben) = (UserId(200_000_000_000_000_003), UserId(200_000_000_000_000_002));
    for locale in LOCALES {
        let without_calls = |asked| Guard::Approval(Approval { calls: Vec::new(), ..asked });
        let asked = guarded(Kind::HandOver, locale, without_calls, 1);
        let approved = asked.then([Event::ApprovalGiven { by: paula, rule: None }]);
        let cannot = |problem| approved.then([Event::FoundImpossible { problem }]);
        let scenes = [
            ("asked", asked.clone()),
            ("handed over", approved.then([Event::HandedOver { from: UserId(200_000_000_000_000_001), to: ben }])),
            ("the new owner may not", cannot(Problem::CannotOwn { person: ben })),
            ("changed meanwhile", cannot(Problem::LeaseChanged)),
        ];
        insta::assert_snapshot!(name("hand_over", locale), gallery(scenes, locale));
    }
}

#[test]
fn the_ends_of_a_restore_and_a_reboot() {
    for locale in LOCALES {
        let restore = Scene::of(Kind::Restore, System::Windows, locale).task_done();
        let reboot = Scene::of(Kind::Reboot, System::Windows, locale).task_done();
        let scenes = [
            ("restored, not seen", restore.then([Event::Watched])),
            ("restored, seen", restore.then([port(Port::Closed, 90), port(Port::Open, 207), Event::Watched])),
            ("rebooted, may be the old system", reboot.then([port(Port::Open, 65), Event::Watched])),
        ];
        insta::assert_snapshot!(name("ends", locale), gallery(scenes, locale));
    }
}

#[test]
fn the_dm_its_file_and_what_is_left_of_it() {
    let link = (Source::AuthenticationSecret, Arc::new(SecretString::from(LINK).into()));
    for locale in LOCALES {
        let windows = Scene::of(Kind::Enable, System::Windows, locale).task_done();
        let linux = Scene::of(Kind::Enable, System::Linux, locale).prepared(Entry::Key);
        let mut text = String::new();
        for (title, scene, link) in [("Windows", &windows, Some(&link)), ("Linux, by key", &linux, None)] {
            let dm = dm::message(&scene.operation, scene.lease.as_ref(), link);
            write!(text, "=== {title} ===\n{}", letter(&dm)).expect("a text");
        }
        write!(text, "=== wiped ===\n{}\n", dm::wiped(&windows.operation)).expect("a text");
        insta::assert_snapshot!(name("dm", locale), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_confirmations() {
    let build_1 = ServerSpec::linux("ns3333333.ip-203-0-113.eu").named("build-1");
    let bot = TestBot::with(TestConfig::default(), [web_1(), db_1(), build_1]).await;
    // Somebody took this one into rescue in the control panel.
    bot.ovh.netboot_by_somebody("build-1", Some(bot.ovh.boot_id("build-1", "rescue12-customer")));
    for (locale, client) in [(Locale::En, "en-GB"), (Locale::Fr, "fr")] {
        bot.ann.set_locale(client);
        let mut text = String::new();
        let commands = [
            ("rescue enable", "web-1"),
            ("rescue enable", "db-1"),
            ("reboot", "web-1"),
            ("restore", "web-1"),
            ("reboot", "build-1"),
            ("restore", "build-1"),
        ];
        for (command, server) in commands {
            let card = bot.ask(&bot.ann, command, &[("server", server)]).await;
            let labels = card.buttons().into_iter().map(|button| format!("( {} )", button.label));
            let labels: Vec<String> = labels.collect();
            let (words, labels) = (crate::one_screen::timeless(&card.content), labels.join(" "));
            write!(text, "=== /{command} {server} ===\n{words}\n{labels}\n").expect("a text");
        }
        insta::assert_snapshot!(name("confirmation", locale), text);
    }
}
