//! What people read of a console and in the guide, whole, in both languages; kept like the [`faces`](crate::faces) of the rest.

use std::fmt::Write;

use bernard::{
    discord::{dm, guide::Place},
    rescue::{
        console::ConsoleKind,
        event::{Event, Problem},
        operation::{Kind, Source},
        server::{System, TaskId, TaskStatus},
    },
};

use crate::faces::{LINK, LOCALES, Scene, at, gallery, letter, name, row};

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
            Event::DeliveryAttempted { source: Some(Source::Console), query: None },
        ]);
        let closed = open.then([Event::DmClosed]);
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
            let link = (Source::Console, link.to_owned().into());
            let (message, files) = dm::message(&scene.operation, None, Some(&link));
            text += &format!("=== {title} ===\n{}", letter(&message, &files));
        }
        let wiped = serde_json::to_value(dm::wiped(&open.operation)).expect("an edit is JSON");
        write!(text, "=== wiped ===\n{}\n", wiped["content"].as_str().expect("words")).expect("a text");
        insta::assert_snapshot!(name("console", locale), text);
    }
}

#[test]
fn every_page_of_the_guide() {
    for locale in LOCALES {
        let mut text = String::new();
        for place in Place::all() {
            let buttons = serde_json::to_value(place.buttons(locale)).expect("buttons are JSON");
            let menu = serde_json::to_value(place.topics(locale)).expect("a menu is JSON");
            let topics = menu["options"].as_array().into_iter().flatten().map(|topic| {
                let label = topic["label"].as_str().unwrap_or_default();
                if topic["default"] == true { format!("[{label}]") } else { label.to_owned() }
            });
            let topics = topics.collect::<Vec<_>>().join(" | ");
            let content = place.content(locale);
            write!(text, "=== {place} ===\n{content}\n{}{topics}\n", row(&buttons)).expect("a text");
        }
        insta::assert_snapshot!(name("guide", locale), text);
    }
}
