//! What happened to operations: `events.event`.

use bernard_domain::{
    console::{ConsoleKind, Health},
    hindrance::Matter,
    operation::{
        Intent, Source,
        event::{Age, Doubt, Event, NoAnswer, NotDone, NotTaken, Port, Problem, PutBack, Taken},
    },
    server::{
        BootId, System, TaskId, TaskStatus,
        start::{Field, LeftOut},
    },
};
use jiff::SignedDuration;

use crate::{
    page::{Page, each_word, one_of_each},
    sample::{ANN, BEN, approval, at, facts, operation, plan, queries, query, script, text, works},
};

const TASK: TaskId = TaskId(7_001);

pub(crate) fn write(page: &mut Page) {
    page.heading("Events (events.event)");
    for event in every() {
        page.json(&event);
        assert_ne!(event.word(), "an event", "{event:?}");
    }
    page.heading("Why something cannot be done (found_impossible)");
    problems().iter().for_each(|problem| page.json(problem));
    page.heading("What events hold");
    each_word!(Age: Known, Unknown).iter().for_each(|age| page.json(age));
    each_word!(NotDone: Refused, Unsent).iter().for_each(|why| page.json(why));
    each_word!(Port: Closed, Open).iter().for_each(|port| page.json(port));
    let doubts = one_of_each!(Doubt:
        Doubt::Unanswered { .. } => Doubt::Unanswered { said: "a time-out".into() },
        Doubt::Stopped => Doubt::Stopped,
    );
    doubts.iter().for_each(|doubt| page.json(doubt));
    let results = one_of_each!(PutBack:
        PutBack::Done => PutBack::Done,
        PutBack::Failed { .. } => PutBack::Failed { said: "500".into() },
        PutBack::SetByOthers => PutBack::SetByOthers,
        PutBack::OthersAtWork { .. } => PutBack::OthersAtWork { works: works() },
    );
    results.iter().for_each(|result| page.json(result));
    let healths = one_of_each!(Health:
        Health::Passes => Health::Passes,
        Health::Fails { .. } => Health::Fails { said: "no answer".into() },
        Health::Unknown { .. } => Health::Unknown { said: "404".into() },
    );
    healths.iter().for_each(|health| page.json(health));
    page.heading("What hinders: in a fact's name, and as JSON");
    for matter in each_word!(Matter: Key, Right, Clock, Service, Account, Refused, Weather) {
        page.word(matter.as_str());
        page.json(&matter);
    }
}

fn every() -> Vec<Event> {
    let (said, rule) = (|| "403".to_owned(), || text("[[role]] #1 (line 20)"));
    let (offset, reboots) = (Some(SignedDuration::from_secs(2)), Some(vec![TaskId(40)]));
    one_of_each!(Event:
        Event::Prepared { .. } => Event::Prepared { plan: Box::new(plan()), offset },
        Event::Adopted { .. } => Event::Adopted { plan: Box::new(plan()), system: System::Windows, offset, reboots },
        Event::HandedOver { .. } => Event::HandedOver { from: ANN, to: BEN },
        Event::FoundImpossible { .. } => Event::FoundImpossible { problem: Problem::ServerGone },
        Event::BootSet { .. } =>
            Event::BootSet { queries: queries(), found: facts(), lacking: vec![Field::RootDevice] },
        Event::SettingRefused { .. } => Event::SettingRefused { why: NotDone::Refused, said: said(), query: query() },
        Event::SettingInDoubt { .. } => Event::SettingInDoubt { doubt: Doubt::Stopped, query: query() },
        Event::WrittenBack { .. } => Event::WrittenBack { queries: queries() },
        Event::CancelAsked { .. } => Event::CancelAsked { by: ANN, rule: rule() },
        Event::RebootIntended { .. } =>
            Event::RebootIntended { intent: Intent { at: at(1), known: vec![TaskId(40)] } },
        Event::RebootAccepted { .. } => Event::RebootAccepted { task: TASK, query: query() },
        Event::RebootNotDone { .. } => Event::RebootNotDone { why: NotDone::Unsent, said: said(), query: query() },
        Event::RebootUnknown { .. } => Event::RebootUnknown { said: said(), query: query() },
        Event::TaskAdopted { .. } => Event::TaskAdopted { task: TASK },
        Event::NotSettled { .. } => Event::NotSettled { candidates: vec![TASK], trouble: text("500") },
        Event::RequestLogged { .. } => Event::RequestLogged { at: at(1) },
        Event::QuestionUnanswered => Event::QuestionUnanswered,
        Event::OthersAtWork { .. } => Event::OthersAtWork { works: works() },
        Event::RebootAgainApproved { .. } => Event::RebootAgainApproved { by: ANN, rule: rule() },
        Event::RebootAgainAsked { .. } =>
            Event::RebootAgainAsked { by: ANN, approval: Box::new(approval()), rule: rule() },
        Event::ApprovalGiven { .. } => Event::ApprovalGiven { by: BEN, rule: rule() },
        Event::ApprovalDenied { .. } => Event::ApprovalDenied { by: BEN, rule: rule() },
        Event::DenialExplained { .. } =>
            Event::DenialExplained { round: 1, by: BEN, reason: "not on a Friday".into(), rule: rule() },
        Event::Withdrawn { .. } => Event::Withdrawn { by: ANN, rule: rule() },
        Event::ApprovalExpired => Event::ApprovalExpired,
        Event::LeftAlone { .. } => Event::LeftAlone { by: ANN, rule: rule() },
        Event::PutBack { .. } => Event::PutBack { result: PutBack::Done, queries: queries() },
        Event::TaskSeen { .. } => Event::TaskSeen { status: TaskStatus::Done, comment: text("done") },
        Event::TaskVanished => Event::TaskVanished,
        Event::TaskStands => Event::TaskStands,
        Event::StandingUnanswered => Event::StandingUnanswered,
        Event::LongerThanUsual => Event::LongerThanUsual,
        Event::Hindered { .. } => Event::Hindered { matter: Matter::Right, said: said(), query: query() },
        Event::Unhindered => Event::Unhindered,
        Event::RescueFound { .. } => Event::RescueFound {
            system: System::Linux,
            ip: text("203.0.113.10"),
            since: at(1),
            key: text("ann@laptop"),
            age: Age::Unknown,
        },
        Event::ConsoleFound { .. } => Event::ConsoleFound { kind: ConsoleKind::KvmHtml5 },
        Event::ConsoleTestAsked { .. } => Event::ConsoleTestAsked { task: TASK, until: at(2), query: query() },
        Event::ConsoleTested { .. } => Event::ConsoleTested { health: Health::Fails { said: said() } },
        Event::ConsoleChosen { .. } => Event::ConsoleChosen { kind: ConsoleKind::KvmHtml5 },
        Event::ConsoleAsked { .. } => Event::ConsoleAsked { task: TASK, query: query() },
        Event::ConsoleOpened { .. } => Event::ConsoleOpened { until: at(15) },
        Event::TicketPrepared => Event::TicketPrepared,
        Event::TicketIntended { .. } => Event::TicketIntended { at: at(1) },
        Event::TicketOpened { .. } => Event::TicketOpened { number: 7_000_001, query: query() },
        Event::TicketNotDone { .. } => Event::TicketNotDone { why: NotDone::Refused, said: said(), query: query() },
        Event::TicketUnknown { .. } => Event::TicketUnknown { said: said(), query: query() },
        Event::TicketFound { .. } => Event::TicketFound { number: 7_000_001 },
        Event::TicketNotFound { .. } => Event::TicketNotFound { trouble: text("500") },
        Event::SessionsPrepared => Event::SessionsPrepared,
        Event::SessionsIntended(_) => Event::SessionsIntended(Intent { at: at(1), known: vec![TaskId(40)] }),
        Event::SessionsAccepted(_) => Event::SessionsAccepted(Taken { task: TASK, query: query() }),
        Event::SessionsNotDone(_) =>
            Event::SessionsNotDone(NotTaken { why: NotDone::Refused, said: said(), query: query() }),
        Event::SessionsUnknown(_) => Event::SessionsUnknown(NoAnswer { said: said(), query: query() }),
        Event::PortSeen { .. } => Event::PortSeen { port: Port::Open, at: at(5) },
        Event::PowerSeen { .. } => Event::PowerSeen { power: "poweron".into() },
        Event::DeliveryAttempted { .. } =>
            Event::DeliveryAttempted { source: Some(Source::Mail), query: query(), refused: text("403") },
        Event::LinkDelivered => Event::LinkDelivered,
        Event::DmClosed { .. } => Event::DmClosed { code: Some(50_278) },
        Event::LinkRevealed { .. } => Event::LinkRevealed { query: query() },
        Event::LinkNotFound { .. } =>
            Event::LinkNotFound { searched: vec![Source::Mail], trouble: text("500"), query: query() },
        Event::LinkGivenUp => Event::LinkGivenUp,
        Event::LinkWithheld => Event::LinkWithheld,
        Event::Watched => Event::Watched,
        Event::Expired => Event::Expired,
        Event::FoundInCopy => Event::FoundInCopy,
        Event::Faulted => Event::Faulted,
        Event::Superseded { .. } => Event::Superseded { by: operation() },
    )
    .into()
}

fn problems() -> Vec<Problem> {
    let said = || "403".to_owned();
    one_of_each!(Problem:
        Problem::ServerGone => Problem::ServerGone,
        Problem::HeldByOvhcloud { .. } => Problem::HeldByOvhcloud { state: "hacked".into() },
        Problem::NoBoots => Problem::NoBoots,
        Problem::NoSuchRescue { .. } => Problem::NoSuchRescue {
            wanted: "windows".into(),
            has: vec!["rescue12-customer".into()],
            os: "debian12_64".into(),
            memory_gb: Some(64),
            left_out: vec![LeftOut { id: BootId(9), said: said() }],
        },
        Problem::NoDisk { .. } => Problem::NoDisk { recorded: Some(script()), said: said() },
        Problem::ChangedMeanwhile => Problem::ChangedMeanwhile,
        Problem::NotInRescue => Problem::NotInRescue,
        Problem::NothingToRestore => Problem::NothingToRestore,
        Problem::LeftRescue => Problem::LeftRescue,
        Problem::HasOwner { .. } => Problem::HasOwner { owner: ANN },
        Problem::LeaseChanged => Problem::LeaseChanged,
        Problem::CannotOwn { .. } => Problem::CannotOwn { person: BEN },
        Problem::OthersAtWork { .. } => Problem::OthersAtWork { works: works() },
        Problem::Rebooting => Problem::Rebooting,
        Problem::NoAccount { .. } => Problem::NoAccount { account: "main".into() },
        Problem::NoLongerAllowed => Problem::NoLongerAllowed,
        Problem::NotOnDuty { .. } => Problem::NotOnDuty { read_at: Some(at(9)) },
        Problem::RolesUnreadable { .. } => Problem::RolesUnreadable { person: BEN },
        Problem::NotEnoughApprovals { .. } => Problem::NotEnoughApprovals { needed: 2, given: 1 },
        Problem::ReasonUnfit { .. } => Problem::ReasonUnfit {
            rule: "[[protect]] #1 (line 40)".into(),
            pattern: r"INC-\d+".into(),
        },
        Problem::SystemUnread => Problem::SystemUnread,
        Problem::KeyNeedsLinux => Problem::KeyNeedsLinux,
        Problem::NoConsole => Problem::NoConsole,
        Problem::Ovhcloud { .. } => Problem::Ovhcloud { said: said(), query: query() },
        Problem::Unclear { .. } => Problem::Unclear { said: said(), query: query() },
        Problem::Weather { .. } => Problem::Weather { said: said(), query: query() },
    )
    .into()
}
