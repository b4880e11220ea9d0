//! Any value of what the store keeps.

mod consoles;
mod places;
mod sessions;
mod starts;
mod tickets;
mod told;

use std::net::Ipv4Addr;

use bernard_domain::{
    access::{Because, UserId, Who},
    console::{ConsoleKind, ConsoleMinutes},
    hindrance::Matter,
    lease::{
        Lease,
        reminder::Reminder,
        sight::{Seen, Sight},
    },
    locale::Locale,
    mark::Mark,
    notice::{Doing, Letter, Notice, To, Unasked},
    operation::{
        ChannelId, EnableWish, Ends, Entry, Intent, OperationId, Plan, Request, Setting, Snapshot, Source, Wish,
        approval::{Approval, Guard, Waiver},
        event::{Age, Doubt, Event, NotDone, Port, Problem, PutBack},
        exact_call::{ExactCall, Method, Times},
    },
    others::{self, Beside, OthersWork, Unread},
    runbook::Runbook,
    server::{Boot, BootId, Identity, QueryId, ServiceName, System, TaskId, TaskStatus},
};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::json;
use starts::{difference, facts, fields, instead, left_out, start};

pub(super) use places::{EVENTS, place};
pub(super) use told::{lease, letter};

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9@._-]{0,16}", ".{0,24}"]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_i64, 0..1_000_000_000_i32).prop_map(|(s, ns)| Timestamp::new(s, ns).expect("in range"))
}

fn length() -> impl Strategy<Value = SignedDuration> {
    (1..40_000_000_i64, 0..1_000_000_000_i32).prop_map(|(s, ns)| SignedDuration::new(s, ns))
}

fn user() -> impl Strategy<Value = UserId> {
    any::<u64>().prop_map(UserId)
}

fn channel() -> impl Strategy<Value = ChannelId> {
    any::<u64>().prop_map(ChannelId)
}

fn operation_id() -> impl Strategy<Value = OperationId> {
    (1..i64::MAX).prop_map(OperationId)
}

fn service_name() -> impl Strategy<Value = ServiceName> {
    "[a-z0-9][a-z0-9._-]{0,40}".prop_map(|name| ServiceName::try_from(name).expect("a name"))
}

fn system() -> impl Strategy<Value = System> {
    select(vec![System::Windows, System::Linux])
}

fn source() -> impl Strategy<Value = Source> {
    select(vec![Source::AuthenticationSecret, Source::Mail, Source::Console])
}

fn console_kind() -> impl Strategy<Value = ConsoleKind> {
    select(ConsoleKind::ALL.to_vec())
}

fn task() -> impl Strategy<Value = TaskId> {
    any::<u64>().prop_map(TaskId)
}

fn query() -> impl Strategy<Value = QueryId> {
    "[A-Za-z0-9.-]{1,40}".prop_map(QueryId::from)
}

fn queries() -> impl Strategy<Value = Vec<QueryId>> {
    vec(query(), 0..3)
}

fn boot() -> BoxedStrategy<Boot> {
    (any::<u64>(), text(), text(), text())
        .prop_map(|(id, boot_type, kernel, description)| Boot { id: BootId(id), boot_type, kernel, description })
        .boxed()
}

fn status() -> impl Strategy<Value = TaskStatus> {
    let words = ["init", "todo", "doing", "done", "cancelled", "customerError", "ovhError"];
    prop_oneof![select(words.to_vec()).prop_map(str::to_owned), text()].prop_map(TaskStatus::from)
}

fn nullable() -> impl Strategy<Value = Option<Option<String>>> {
    option::of(option::of(text()))
}

fn setting() -> BoxedStrategy<Setting> {
    (start(), nullable(), nullable(), facts())
        .prop_map(|(boot, rescue_mail, rescue_ssh_key, facts)| Setting { boot, rescue_mail, rescue_ssh_key, facts })
        .boxed()
}

fn snapshot() -> BoxedStrategy<Snapshot> {
    let mails = option::of(vec(any::<u64>(), 0..4));
    (option::of(start()), option::of(text()), option::of(text()), mails, option::of(text()), facts())
        .prop_map(|(boot, rescue_mail, rescue_ssh_key, mails, ip, facts)| Snapshot {
            boot,
            rescue_mail,
            rescue_ssh_key,
            mails,
            ip,
            facts,
        })
        .boxed()
}

pub(super) fn plan() -> BoxedStrategy<Plan> {
    let entry = select(vec![Entry::Password, Entry::Key, Entry::None]);
    (snapshot(), option::of(setting()), option::of(start()), entry)
        .prop_map(|(before, change, into, entry)| Plan { before, change, into, entry })
        .boxed()
}

fn intent() -> impl Strategy<Value = Intent> {
    (time(), vec(task(), 0..4)).prop_map(|(at, known)| Intent { at, known })
}

fn works() -> impl Strategy<Value = Vec<OthersWork>> {
    let work = prop_oneof![
        (task(), text(), status()).prop_map(|(id, function, status)| OthersWork::Task { id, function, status }),
        task().prop_map(|id| OthersWork::UnreadTask { id }),
        (any::<u64>(), text(), option::of(time()), option::of(time()))
            .prop_map(|(id, kind, begins, ends)| OthersWork::Planned { id, kind, begins, ends }),
        (any::<u64>(), text(), time()).prop_map(|(id, kind, began)| OthersWork::Intervention { id, kind, began }),
    ];
    vec(work, 0..3)
}

fn beside() -> BoxedStrategy<Beside> {
    let what = select(vec![others::Source::Tasks, others::Source::Planned, others::Source::Interventions]);
    let unread = (what, text()).prop_map(|(what, said)| Unread { what, said });
    (works(), vec(unread, 0..2), vec(task(), 0..3))
        .prop_map(|(works, unread, tasks)| Beside { works, unread, tasks })
        .boxed()
}

fn identity() -> impl Strategy<Value = Identity> {
    let tags = option::of(proptest::collection::btree_map(text(), text(), 0..3));
    (option::of(text()), tags).prop_map(|(display_name, tags)| Identity { display_name, tags })
}

fn problem() -> BoxedStrategy<Problem> {
    prop_oneof![
        Just(Problem::ServerGone),
        text().prop_map(|state| Problem::HeldByOvhcloud { state }),
        Just(Problem::NoBoots),
        (text(), vec(text(), 0..4), text(), option::of(any::<u64>()), left_out()).prop_map(
            |(wanted, has, os, memory_gb, left_out)| Problem::NoSuchRescue { wanted, has, os, memory_gb, left_out }
        ),
        (option::of(start()), text()).prop_map(|(recorded, said)| Problem::NoDisk { recorded, said }),
        Just(Problem::ChangedMeanwhile),
        Just(Problem::NotInRescue),
        Just(Problem::NothingToRestore),
        Just(Problem::LeftRescue),
        user().prop_map(|owner| Problem::HasOwner { owner }),
        Just(Problem::LeaseChanged),
        user().prop_map(|person| Problem::CannotOwn { person }),
        works().prop_map(|works| Problem::OthersAtWork { works }),
        Just(Problem::Rebooting),
        text().prop_map(|account| Problem::NoAccount { account }),
        Just(Problem::NoLongerAllowed),
        option::of(time()).prop_map(|read_at| Problem::NotOnDuty { read_at }),
        user().prop_map(|person| Problem::RolesUnreadable { person }),
        (any::<u32>(), any::<u32>()).prop_map(|(needed, given)| Problem::NotEnoughApprovals { needed, given }),
        (text(), text()).prop_map(|(rule, pattern)| Problem::ReasonUnfit { rule, pattern }),
        Just(Problem::SystemUnread),
        Just(Problem::KeyNeedsLinux),
        Just(Problem::NoConsole),
        (text(), option::of(query())).prop_map(|(said, query)| Problem::Ovhcloud { said, query }),
        (text(), option::of(query())).prop_map(|(said, query)| Problem::Unclear { said, query }),
    ]
    .boxed()
}

/// Any event.
pub(super) fn event() -> BoxedStrategy<Event> {
    let why = select(vec![NotDone::Refused, NotDone::Unsent]);
    let doubt = prop_oneof![Just(Doubt::Stopped), text().prop_map(|said| Doubt::Unanswered { said })];
    let put_back =
        prop_oneof![Just(PutBack::Done), text().prop_map(|said| PutBack::Failed { said }), Just(PutBack::SetByOthers)];
    let port = select(vec![Port::Closed, Port::Open]);
    let before = prop_oneof![
        (plan(), option::of(length())).prop_map(|(plan, offset)| Event::Prepared { plan: Box::new(plan), offset }),
        problem().prop_map(|problem| Event::FoundImpossible { problem }),
        (plan(), system(), option::of(length()), option::of(vec(any::<u64>().prop_map(TaskId), 0..3))).prop_map(
            |(plan, system, offset, reboots)| Event::Adopted { plan: Box::new(plan), system, offset, reboots }
        ),
        (queries(), facts(), fields()).prop_map(|(queries, found, lacking)| Event::BootSet { queries, found, lacking }),
        (why.clone(), text(), option::of(query())).prop_map(|(why, said, query)| Event::SettingRefused {
            why,
            said,
            query
        }),
        (doubt, option::of(query())).prop_map(|(doubt, query)| Event::SettingInDoubt { doubt, query }),
        queries().prop_map(|queries| Event::WrittenBack { queries }),
        (user(), option::of(text())).prop_map(|(by, rule)| Event::CancelAsked { by, rule }),
        intent().prop_map(|intent| Event::RebootIntended { intent }),
        (put_back, queries()).prop_map(|(result, queries)| Event::PutBack { result, queries }),
        Just(Event::Expired),
        Just(Event::FoundInCopy),
        Just(Event::Faulted),
        operation_id().prop_map(|by| Event::Superseded { by }),
    ];
    let reboot = prop_oneof![
        (task(), option::of(query())).prop_map(|(task, query)| Event::RebootAccepted { task, query }),
        (why, text(), option::of(query())).prop_map(|(why, said, query)| Event::RebootNotDone { why, said, query }),
        (text(), option::of(query())).prop_map(|(said, query)| Event::RebootUnknown { said, query }),
        task().prop_map(|task| Event::TaskAdopted { task }),
        works().prop_map(|works| Event::OthersAtWork { works }),
        (vec(task(), 0..4), option::of(text()))
            .prop_map(|(candidates, trouble)| Event::NotSettled { candidates, trouble }),
        (user(), option::of(text())).prop_map(|(by, rule)| Event::RebootAgainApproved { by, rule }),
        (user(), option::of(text())).prop_map(|(by, rule)| Event::LeftAlone { by, rule }),
        Just(Event::QuestionUnanswered),
        (status(), option::of(text())).prop_map(|(status, comment)| Event::TaskSeen { status, comment }),
        Just(Event::TaskVanished),
        Just(Event::TaskStands),
        Just(Event::StandingUnanswered),
        (matter(), text(), option::of(query())).prop_map(|(matter, said, query)| Event::Hindered {
            matter,
            said,
            query
        }),
        Just(Event::Unhindered),
        Just(Event::LongerThanUsual),
    ];
    let after = prop_oneof![
        (system(), option::of(text()), time(), option::of(text()), prop_oneof![Just(Age::Known), Just(Age::Unknown)])
            .prop_map(|(system, ip, since, key, age)| Event::RescueFound { system, ip, since, key, age }),
        (port, time()).prop_map(|(port, at)| Event::PortSeen { port, at }),
        text().prop_map(|power| Event::PowerSeen { power }),
        (option::of(source()), option::of(query()), option::of(text()))
            .prop_map(|(source, query, refused)| Event::DeliveryAttempted { source, query, refused }),
        Just(Event::LinkDelivered),
        option::of(any::<u32>()).prop_map(|code| Event::DmClosed { code }),
        option::of(query()).prop_map(|query| Event::LinkRevealed { query }),
        (vec(source(), 0..3), option::of(text()), option::of(query()))
            .prop_map(|(searched, trouble, query)| Event::LinkNotFound { searched, trouble, query }),
        Just(Event::LinkGivenUp),
        Just(Event::LinkWithheld),
        Just(Event::Watched),
    ];
    let beside =
        prop_oneof![(user(), user()).prop_map(|(from, to)| Event::HandedOver { from, to }), consoles::event(),];
    // A handful of people, so that the same one comes twice.
    let person = || (1..6_u64).prop_map(UserId);
    let approval =
        prop_oneof![
            (person(), approval(), option::of(text())).prop_map(|(by, approval, rule)| Event::RebootAgainAsked {
                by,
                approval: Box::new(approval),
                rule
            }),
            (person(), option::of(text())).prop_map(|(by, rule)| Event::ApprovalGiven { by, rule }),
            (person(), option::of(text())).prop_map(|(by, rule)| Event::ApprovalGiven { by, rule }),
            (person(), option::of(text())).prop_map(|(by, rule)| Event::ApprovalDenied { by, rule }),
            (0..4_u32, person(), text(), option::of(text()))
                .prop_map(|(round, by, reason, rule)| Event::DenialExplained { round, by, reason, rule }),
            (person(), option::of(text())).prop_map(|(by, rule)| Event::Withdrawn { by, rule }),
            Just(Event::ApprovalExpired),
        ];
    prop_oneof![4 => before.boxed(), 4 => reboot.boxed(), 4 => after.boxed(), 4 => approval.boxed(), 1 => beside.boxed(), 1 => tickets::event().boxed(), 1 => sessions::event().boxed()]
    .boxed()
}

fn matter() -> impl Strategy<Value = Matter> {
    select(Matter::ALL.to_vec())
}

fn call() -> impl Strategy<Value = ExactCall> {
    let method = select(vec![Method::Put, Method::Post]);
    let times = select(vec![Times::Once, Times::UntilAnswered, Times::UntilItHolds, Times::UntilTheLink]);
    let body = option::of((any::<u64>(), text()).prop_map(|(id, text)| json!({"bootId": id, "rescueMail": text})));
    (method, text(), body, times).prop_map(|(method, path, body, times)| ExactCall { method, path, body, times })
}

fn approval() -> BoxedStrategy<Approval> {
    let who = prop_oneof![any::<u64>().prop_map(Who::Role), user().prop_map(Who::User)];
    let because = select(vec![Because::Matches, Because::Unread]);
    (1..4_u32, length(), text(), because, vec(who, 0..3), vec(call(), 0..3), option::of(text()))
        .prop_map(|(count, expires, rule, because, of, calls, second_factor)| Approval {
            count,
            expires,
            rule,
            because,
            of,
            calls,
            second_factor,
        })
        .boxed()
}

fn guard() -> BoxedStrategy<Guard> {
    prop_oneof![
        Just(Guard::Unprotected),
        approval().prop_map(Guard::Approval),
        (approval(), option::of(any::<u64>())).prop_map(|(passed, tells)| Guard::BrokenGlass { passed, tells }),
        (1..4_u32, text(), text()).prop_map(|(count, rule, by)| Guard::Waived(Waiver { count, rule, by })),
    ]
    .boxed()
}

fn ends() -> impl Strategy<Value = Ends> {
    prop_oneof![Just(Ends::Unsaid), Just(Ends::Nobodys), operation_id().prop_map(Ends::This)]
}

fn wish() -> BoxedStrategy<Wish> {
    let enable = (boot(), system(), option::of(text()), option::of(text()), length(), option::of(operation_id()))
        .prop_map(|(into, system, email, ssh_key, lease, over)| {
            Wish::Enable(EnableWish { into, system, email, ssh_key, lease, over })
        });
    prop_oneof![
        enable,
        (start(), vec(difference(), 0..3), ends(), instead())
            .prop_map(|(into, despite, ends, instead)| { Wish::Restore { into, despite, ends, instead } }),
        (start(), vec(difference(), 0..3), instead()).prop_map(|(into, despite, instead)| Wish::PutBack {
            into,
            despite,
            instead
        }),
        option::of(start()).prop_map(|into| Wish::Reboot { into }),
        vec(source(), 0..3).prop_map(|sources| Wish::Link { sources }),
        length().prop_map(|lease| Wish::Adopt { lease }),
        (operation_id(), user(), user()).prop_map(|(lease, from, to)| Wish::HandOver { lease, from, to }),
        (select(ConsoleMinutes::ALL.to_vec()), option::of(any::<Ipv4Addr>()))
            .prop_map(|(minutes, ip)| Wish::Console { minutes, ip }),
        tickets::wish().prop_map(Wish::Ticket),
        operation_id().prop_map(|about| Wish::FreeSessions { about }),
    ]
    .boxed()
}

pub(super) fn request() -> BoxedStrategy<Request> {
    let locale = select(vec![Locale::En, Locale::Fr]);
    let requester = prop_oneof![user(), (1..6_u64).prop_map(UserId)];
    let who = (requester, locale, channel(), channel());
    let runbook = (text(), text()).prop_map(|(url, text)| Runbook { url, text });
    let seen = (option::of(identity()), option::of(beside()), vec(runbook, 0..2));
    (wish(), service_name(), text(), text(), who, option::of(text()), text(), guard(), seen)
        .prop_map(
            |(
                wish,
                server,
                account,
                label,
                (requester, locale, channel, place),
                reason,
                rule,
                guard,
                (known_as, beside, runbooks),
            )| Request {
                wish,
                server,
                account,
                label,
                requester,
                locale,
                channel,
                place,
                reason,
                rule,
                guard,
                known_as,
                beside,
                runbooks,
            },
        )
        .boxed()
}
