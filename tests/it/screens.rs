//! What people read of a console and in the guide, whole, in both languages; kept like the [`faces`](crate::faces) of the rest.

use std::{fmt::Write, sync::Arc};

use bernard_bot::component::Button;
use bernard_bot::render::{
    card::{self, LinkOut, Moment, Rescue},
    dm,
    guide::Place,
    guide_controls,
    menu::{Choice, Chosen},
    ticket::Support,
};
use bernard_domain::{
    access::{UserId, Who},
    console::ConsoleKind,
    mark::Mark,
    operation::{
        Intent, Kind, Operation, OperationId, Source,
        approval::Guard,
        event::{Event, NoAnswer, NotDone, NotTaken, Problem, Taken},
    },
    server::{System, TaskId, TaskStatus},
};
use secrecy::SecretString;

use crate::faces::{LINK, LOCALES, Scene, at, gallery, guarded, letter, manner, name, row};

#[test]
fn a_ticket_from_its_card_to_its_end() {
    for locale in LOCALES {
        let begun = Scene::of(Kind::Ticket, System::Windows, locale);
        let sent = begun.then([Event::TicketPrepared, Event::TicketIntended { at: at(60) }]);
        let said = || "could not open a ticket about `ns1111111.ip-203-0-113.eu`: no answer in time".to_owned();
        let lost = sent.then([Event::TicketUnknown { said: said(), query: None }]);
        let why = NotDone::Refused;
        let scenes = [
            ("accepted", begun.clone()),
            ("opened", sent.then([Event::TicketOpened { number: 7_000_001, query: None }])),
            ("refused", sent.then([Event::TicketNotDone { why, said: said(), query: None }])),
            ("looked for", lost.clone()),
            ("found", lost.then([Event::TicketFound { number: 7_000_001 }])),
            ("not known", lost.then([Event::TicketNotFound { trouble: None }])),
        ];
        insta::assert_snapshot!(name("ticket", locale), gallery(scenes, locale));
    }
}

#[test]
fn a_console_from_its_card_to_its_end() {
    for locale in LOCALES {
        let begun = Scene::of(Kind::Console, System::Windows, locale);
        let asked = begun.then([
            Event::ConsoleChosen { kind: ConsoleKind::KvmHtml5 },
            Event::ConsoleAsked { task: TaskId(123_456_789), query: None },
        ]);
        let failed = Event::TaskSeen { status: TaskStatus::OvhError, comment: Some("BMC is not answering".into()) };
        let open = asked.then([
            Event::TaskSeen { status: TaskStatus::Done, comment: None },
            Event::ConsoleOpened { until: at(960) },
            Event::DeliveryAttempted { source: Some(Source::Console), query: None, refused: None },
        ]);
        let closed = open.then([Event::DmClosed { code: None }]);
        let scenes = [
            ("accepted", begun.clone()),
            ("opening", asked.clone()),
            ("delivered", open.then([Event::LinkDelivered])),
            ("DMs closed", closed.clone()),
            ("revealed", closed.then([Event::LinkRevealed { query: None }])),
            ("nobody took it", closed.then([Event::LinkGivenUp])),
            ("the task failed", asked.then([failed])),
            ("no console", begun.then([Event::FoundImpossible { problem: Problem::NoConsole }])),
        ];
        let mut text = gallery(scenes, locale);
        let by_file = begun.then([
            Event::ConsoleChosen { kind: ConsoleKind::KvmJnlp },
            Event::ConsoleAsked { task: TaskId(7), query: None },
            Event::TaskSeen { status: TaskStatus::Done, comment: None },
            Event::ConsoleOpened { until: at(960) },
        ]);
        for (title, scene, link) in [("the DM", &open, LINK), ("the DM, by file", &by_file, "<jnlp>fake</jnlp>")] {
            let link = (Source::Console, Arc::new(SecretString::from(link).into()));
            let dm = dm::message(&scene.operation, None, Some(&link));
            text += &format!("=== {title} ===\n{}", letter(&dm));
        }
        write!(text, "=== wiped ===\n{}\n", dm::wiped(&open.operation)).expect("a text");
        insta::assert_snapshot!(name("console", locale), text);
    }
}

#[test]
fn freeing_stuck_sessions_from_its_card_to_its_end() {
    for locale in LOCALES {
        let begun = Scene::of(Kind::FreeSessions, System::Windows, locale);
        let intent = Intent { at: at(60), known: Vec::new() };
        let sent = begun.then([Event::SessionsPrepared, Event::SessionsIntended(intent)]);
        let said =
            || "could not free the console sessions of `ns1111111.ip-203-0-113.eu`: no answer in time".to_owned();
        let lost = sent.then([Event::SessionsUnknown(NoAnswer { said: said(), query: None })]);
        let taken = sent.then([Event::SessionsAccepted(Taken { task: TaskId(123_456_789), query: None })]);
        let ended = |status| Event::TaskSeen { status, comment: None };
        let refused = NotTaken { why: NotDone::Refused, said: said(), query: None };
        let not_settled = Event::NotSettled { candidates: Vec::new(), trouble: None };
        let scenes = [
            ("accepted", begun.clone()),
            ("freeing", taken.clone()),
            ("freed", taken.then([ended(TaskStatus::Done)])),
            ("the task failed", taken.then([ended(TaskStatus::OvhError)])),
            ("the task is purged", taken.then([Event::TaskVanished])),
            ("the task stands", taken.then([Event::TaskStands])),
            ("looked for", lost.clone()),
            ("found", lost.then([Event::TaskAdopted { task: TaskId(123_456_789) }])),
            ("not known", lost.then([not_settled])),
            ("refused", sent.then([Event::SessionsNotDone(refused)])),
        ];
        insta::assert_snapshot!(name("free_sessions", locale), gallery(scenes, locale));
    }
}

#[test]
fn every_page_of_the_guide() {
    for locale in LOCALES {
        let mut text = String::new();
        for place in Place::all() {
            let menu = guide_controls::topics(place, locale);
            let topic = |Choice { label, chosen, .. }: &Choice| match chosen {
                Chosen::Already => format!("[{label}]"),
                Chosen::NotYet => label.clone(),
            };
            let topics = menu.choices.iter().map(topic).collect::<Vec<_>>().join(" | ");
            let content = place.content(locale);
            write!(text, "=== {place} ===\n{content}\n{}{topics}\n", row(&guide_controls::buttons(place, locale)))
                .expect("a text");
        }
        insta::assert_snapshot!(name("guide", locale), text);
    }
}

#[test]
fn the_longest_request_for_approval_is_one_whole_message() {
    let people = |from: u64| (from..).map(|n| UserId(200_000_000_000_000_000 + n));
    for locale in LOCALES {
        for reason in ["disk full ".repeat(100), "`".repeat(1_000)] {
            let mut scene = guarded(Kind::Enable, locale, Guard::Approval, 11);
            let request = &mut scene.operation.request;
            request.reason = Some(reason);
            let Guard::Approval(approval) = &mut request.guard else { unreachable!("it is guarded") };
            approval.of = people(100).take(30).map(Who::User).collect();
            approval.calls[0].body = Some(serde_json::json!({
                "bootId": u64::MAX,
                "rescueMail": format!("{}@example.com", "on-call-".repeat(8)),
                "rescueSshKey": format!("ssh-rsa {} on-call@example.com", "A".repeat(700)),
            }));
            let asked = Operation::open(OperationId(142), Mark::default(), request.clone(), at(0));
            let scene = Scene { operation: asked, lease: None, now: at(0) }
                .then(people(10).take(10).map(|by| Event::ApprovalGiven { by, rule: None }));
            let moment = Moment { link: LinkOut::Never, dm: None, support: Support::Closed, usual: None, now: at(0) };
            let messages = card::messages(&scene.operation, Rescue::default(), moment, manner(locale));
            let asked = &messages.iter().find(|message| message.slot == "approve-1").expect("it asks").message;
            let words = &asked.content;
            assert!(words.chars().count() <= 2_000 && words.ends_with("`[[protect]] #1 (line 41)`"), "{words}");
            assert!(words.contains("disk full") || words.contains("``"), "why comes with who and what: {words}");
            let calls = Button::AskedCalls(scene.operation.round(1), 1).to_string();
            assert!(!words.contains("```") && asked.buttons.iter().any(|button| button.custom_id() == Some(&calls)));
        }
    }
}
