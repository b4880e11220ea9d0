//! What an operation was asked to do, and what it sets.

use bernard_domain::{
    access::{Because, Who},
    console::{ConsoleKind, ConsoleMinutes},
    inventory::known::{Care, Planned},
    locale::Locale,
    operation::{
        Difference, EnableWish, Ends, Entry, Kind, Request, Source, Wish,
        approval::{Approval, Guard, Waiver},
        exact_call::{Method, Times},
        state::{Outcome, Phase},
        ticket::TicketWish,
    },
    others::{self, Beside, OthersWork, Unread},
    runbook::Runbook,
    server::{
        BootId, Identity, Server, System, TaskId, TaskStatus,
        start::{Fact, Field, LeftOut, Start, Unfit},
    },
};
use bernard_store::Again;
use jiff::SignedDuration;

use crate::{
    page::{Page, each_word, one_of_each},
    sample::{
        ANN, BEN, CHANNEL, approval, at, disk, instead, operation, plan, rescue, script, service, setting, snapshot,
        text, works,
    },
};

pub(crate) fn write(page: &mut Page) {
    wishes(page);
    request(page);
    phases(page);
    words(page);
    settings(page);
    servers(page);
    page.heading("What others are at (in requests and events)");
    let works = one_of_each!(OthersWork:
        OthersWork::Task { .. } => works().remove(0),
        OthersWork::UnreadTask { .. } => OthersWork::UnreadTask { id: TaskId(42) },
        OthersWork::Planned { .. } =>
            OthersWork::Planned { id: 3, kind: "HARDWARE_UPGRADE".into(), begins: Some(at(60)), ends: Some(at(90)) },
        OthersWork::Intervention { .. } => OthersWork::Intervention { id: 4, kind: "DISK".into(), began: at(-30) },
    );
    works.iter().for_each(|work| page.json(work));
    page.heading("A card's question (cards.again)");
    page.json(&Again { operation: operation(), asked: 2 });
}

pub(crate) fn enable() -> EnableWish {
    EnableWish {
        into: rescue(),
        system: System::Linux,
        email: text("ops@example.com"),
        ssh_key: text("ssh-ed25519 AAAAFake ann@laptop"),
        lease: SignedDuration::from_hours(4),
        over: Some(operation()),
    }
}

pub(crate) fn ticket() -> TicketWish {
    TicketWish { about: Some(operation()), subject: "web-1: a task failed".into(), body: "It failed.".into() }
}

fn wishes(page: &mut Page) {
    page.heading("What is asked for (operations.request, cards.request: wish)");
    let despite = || vec![Difference::RescueMail];
    let wishes = one_of_each!(Wish:
        Wish::Enable(_) => Wish::Enable(enable()),
        Wish::Restore { .. } => Wish::Restore {
            into: disk().into(),
            despite: despite(),
            ends: Ends::This(operation()),
            instead: instead(),
        },
        Wish::Reboot { .. } => Wish::Reboot { into: Some(disk().into()) },
        Wish::Link { .. } => Wish::Link { sources: vec![Source::AuthenticationSecret, Source::Mail] },
        Wish::PutBack { .. } => Wish::PutBack { into: disk().into(), despite: despite(), instead: instead() },
        Wish::Adopt { .. } => Wish::Adopt { lease: SignedDuration::from_hours(4) },
        Wish::HandOver { .. } => Wish::HandOver { lease: operation(), from: ANN, to: BEN },
        Wish::Console { .. } =>
            Wish::Console { minutes: ConsoleMinutes::Five, ip: Some("203.0.113.7".parse().expect("an address")) },
        Wish::Ticket(_) => Wish::Ticket(ticket()),
        Wish::FreeSessions { .. } => Wish::FreeSessions { about: operation() },
    );
    wishes.iter().for_each(|wish| page.json(wish));
    page.heading("What a wish holds");
    let differences = one_of_each!(Difference:
        Difference::Boot(_) => Difference::Boot(Some(script())),
        Difference::RescueMail => Difference::RescueMail,
        Difference::RescueSshKey => Difference::RescueSshKey,
        Difference::Field(_) => Difference::Field(Field::RootDevice),
    );
    differences.iter().for_each(|difference| page.json(difference));
    let ends = one_of_each!(Ends:
        Ends::Unsaid => Ends::Unsaid,
        Ends::Nobodys => Ends::Nobodys,
        Ends::This(_) => Ends::This(operation()),
    );
    ends.iter().for_each(|ends| page.json(ends));
    let unfit = one_of_each!(Unfit:
        Unfit::Rescue => Unfit::Rescue,
        Unfit::PowerOff => Unfit::PowerOff,
        Unfit::Unreachable => Unfit::Unreachable,
        Unfit::Gone => Unfit::Gone,
        Unfit::Unread { .. } => Unfit::Unread { said: "500".into() },
        Unfit::Chosen => Unfit::Chosen,
    );
    unfit.iter().for_each(|unfit| page.json(unfit));
}

fn request(page: &mut Page) {
    page.heading("A request (operations.request, cards.request)");
    let tags = Some([("env".to_owned(), "prod".to_owned())].into());
    page.json(&Request {
        wish: Wish::Reboot { into: None },
        server: service("web-1"),
        account: "main".into(),
        label: "web-1".into(),
        requester: ANN,
        locale: Locale::Fr,
        channel: CHANNEL,
        place: CHANNEL,
        reason: text("the disk is full"),
        rule: "[[role]] #1 (line 20)".into(),
        guard: Guard::Unprotected,
        known_as: Some(Identity { display_name: text("web-1"), tags }),
        beside: Some(Beside {
            works: works(),
            unread: vec![Unread { what: others::Source::Planned, said: "500".into() }],
            tasks: vec![TaskId(41)],
        }),
        runbooks: vec![Runbook { url: "https://wiki.example.org/prod".into(), text: "Ask the DBA".into() }],
    });
    page.heading("What protects a request");
    let guards = one_of_each!(Guard:
        Guard::Unprotected => Guard::Unprotected,
        Guard::Approval(_) => Guard::Approval(approval()),
        Guard::BrokenGlass { .. } => Guard::BrokenGlass { passed: approval(), tells: Some(301) },
        Guard::Waived(_) => Guard::Waived(Waiver {
            count: 1,
            rule: "[[protect]] #1 (line 60)".into(),
            by: "the schedule 0123456789ab read at 2026-11-30T09:00:00Z".into(),
        }),
    );
    guards.iter().for_each(|guard| page.json(guard));
    let rule = Some("[[protect]] #1 (line 40)".into());
    page.json(&Guard::Approval(Approval { second_factor: rule, ..approval() }));
    one_of_each!(Who: Who::Role(_) => Who::Role(300), Who::User(_) => Who::User(ANN))
        .iter()
        .for_each(|who| page.json(who));
    each_word!(Because: Matches, Unread).iter().for_each(|because| page.json(because));
    each_word!(Method: Put, Post).iter().for_each(|method| page.json(method));
    each_word!(Times: Once, UntilAnswered, UntilItHolds, UntilTheLink).iter().for_each(|times| page.json(times));
}

fn phases(page: &mut Page) {
    page.heading("Where an operation is (in logs; folded from its events, never kept)");
    let intent = || bernard_domain::operation::Intent { at: at(0), known: Vec::new() };
    let phases = one_of_each!(Phase:
        Phase::AwaitingApproval => Phase::AwaitingApproval,
        Phase::Opened => Phase::Opened,
        Phase::Prepared => Phase::Prepared,
        Phase::Ready => Phase::Ready,
        Phase::Intended(_) => Phase::Intended(intent()),
        Phase::Unsettled(_) => Phase::Unsettled(intent()),
        Phase::Undecided { .. } => Phase::Undecided { intent: intent(), candidates: Vec::new() },
        Phase::PuttingBack(_) => Phase::PuttingBack(Outcome::Expired),
        Phase::Rebooting(_) => Phase::Rebooting(TaskId(1)),
        Phase::Standing(_) => Phase::Standing(TaskId(1)),
        Phase::TestingConsole(..) => Phase::TestingConsole(ConsoleKind::KvmHtml5, Some(TaskId(1))),
        Phase::AskingConsole(_) => Phase::AskingConsole(ConsoleKind::KvmHtml5),
        Phase::OpeningConsole(_) => Phase::OpeningConsole(TaskId(1)),
        Phase::TicketReady => Phase::TicketReady,
        Phase::TicketIntended(_) => Phase::TicketIntended(at(0)),
        Phase::TicketUnsettled(_) => Phase::TicketUnsettled(at(0)),
        Phase::SessionsReady => Phase::SessionsReady,
        Phase::SessionsIntended(_) => Phase::SessionsIntended(intent()),
        Phase::SessionsUnsettled(_) => Phase::SessionsUnsettled(intent()),
        Phase::FreeingSessions(_) => Phase::FreeingSessions(TaskId(1)),
        Phase::Searching => Phase::Searching,
        Phase::Delivering(_) => Phase::Delivering(None),
        Phase::AwaitingReveal(_) => Phase::AwaitingReveal(Source::Mail),
        Phase::Watching => Phase::Watching,
        Phase::Ended(_) => Phase::Ended(Outcome::Expired),
    );
    phases.iter().for_each(|phase| page.word(phase.word()));
}

fn words(page: &mut Page) {
    page.heading("Kinds of operations: in a row, and as JSON");
    for kind in each_word!(Kind: Enable, Restore, Reboot, Link, PutBack, Adopt, HandOver, Console, Ticket, FreeSessions)
    {
        page.word(kind.as_str());
        page.json(&kind);
    }
    page.heading("Languages");
    each_word!(Locale: En, Fr).iter().for_each(|locale| page.json(locale));
    page.heading("Families of rescues");
    each_word!(System: Windows, Linux).iter().for_each(|system| page.json(system));
    page.heading("Sources of links");
    each_word!(Source: AuthenticationSecret, Mail, Console).iter().for_each(|source| page.json(source));
    page.heading("Consoles and their minutes");
    each_word!(ConsoleKind: KvmHtml5, SerialOverLan, KvmJnlp).iter().for_each(|kind| page.json(kind));
    each_word!(ConsoleMinutes: One, Three, Five, Ten, Fifteen).iter().for_each(|minutes| page.json(minutes));
    page.heading("Where others' work is seen");
    use others::Source as Seen;
    each_word!(Seen: Tasks, Planned, Interventions).iter().for_each(|source| page.json(source));
    page.heading("States of tasks");
    let states = one_of_each!(TaskStatus:
        TaskStatus::Init => TaskStatus::Init,
        TaskStatus::Todo => TaskStatus::Todo,
        TaskStatus::Doing => TaskStatus::Doing,
        TaskStatus::Done => TaskStatus::Done,
        TaskStatus::Cancelled => TaskStatus::Cancelled,
        TaskStatus::CustomerError => TaskStatus::CustomerError,
        TaskStatus::OvhError => TaskStatus::OvhError,
        TaskStatus::Other(_) => TaskStatus::Other("tomorrow".into()),
    );
    states.iter().for_each(|status| page.json(status));
}

fn settings(page: &mut Page) {
    page.heading("What was there and what is set (in events and leases)");
    page.json(&plan());
    page.json(&snapshot());
    page.json(&setting());
    each_word!(Entry: Password, Key, None).iter().for_each(|entry| page.json(entry));
    one_of_each!(Start: Start::Netboot(_) => disk().into(), Start::Script(_) => script())
        .iter()
        .for_each(|start| page.json(start));
    let facts = one_of_each!(Fact:
        Fact::EfiBootloaderPath(_) => Fact::EfiBootloaderPath(text("\\efi\\debian\\grubx64.efi")),
        Fact::RootDevice(_) => Fact::RootDevice(None),
        Fact::Monitoring(_) => Fact::Monitoring(true),
        Fact::NoIntervention(_) => Fact::NoIntervention(false),
    );
    facts.iter().for_each(|fact| page.json(fact));
    for field in each_word!(Field: RescueMail, RescueSshKey, EfiBootloaderPath, RootDevice, Monitoring, NoIntervention)
    {
        page.word(field.as_str());
        page.json(&field);
    }
    page.json(&LeftOut { id: BootId(9), said: "404".into() });
}

/// A server of the inventory. What is not kept of it is empty here: it does not read back.
pub(crate) fn server(name: &str) -> Server {
    Server {
        display_name: text(name),
        tags: Some([("env".to_owned(), "prod".to_owned())].into()),
        ip: text("203.0.113.10"),
        reverse: text("web-1.example.com"),
        os: "debian12_64".into(),
        state: "ok".into(),
        power_state: text("poweron"),
        boot: Some(BootId(1)),
        rescue_mail: text("old@example.com"),
        rescue_ssh_key: text("ssh-ed25519 AAAAFake ann@laptop"),
        monitoring: Some(true),
        datacenter: text("gra3"),
        ..Server::only_named(service(name), "main")
    }
}

fn servers(page: &mut Page) {
    page.heading("The fleet (inventory.body, inventory.care, known_boots.body)");
    page.json(&server("web-1"));
    let care = Care {
        read: at(0),
        expires: Some(jiff::civil::date(2027, 1, 31)),
        renewed: Some(true),
        contradicts: false,
        planned: vec![Planned { id: 3, kind: "HARDWARE_UPGRADE".into(), begins: Some(at(60)), ends: Some(at(90)) }],
    };
    page.json(&care);
    page.json(&Care { renewed: None, contradicts: true, planned: Vec::new(), ..care });
    page.json(&rescue());
}
