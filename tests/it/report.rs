//! `/report`: an operation's whole story as files, for whoever may see its server; never a link.

use std::fmt::Write;

use bernard_bot::render::report::{Afterwards, Story};
use bernard_domain::{
    access::UserId,
    mark::Mark,
    operation::{
        Intent, Kind, Operation, Source,
        approval::Guard,
        event::{Event, Port, PutBack},
    },
    server::{QueryId, TaskId, TaskStatus},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use sim::discord::{Id, Message, OPS, ROLE};

use crate::{
    bot::{TestBot, rule},
    faces::{LOCALES, at, guarded, name},
};

/// May see every server, and nothing else.
const VIEWER: Id = Id(400_000_000_000_000_002);
/// May see one server, which is another one.
const ELSEWHERE: Id = Id(400_000_000_000_000_003);

fn query(id: &str) -> Option<QueryId> {
    Some(QueryId::from(id.to_owned()))
}

/// A rescue that two people approved, with what may happen to one.
fn events() -> Vec<(Timestamp, Event)> {
    let approved = |by| Event::ApprovalGiven { by: UserId(by), rule: Some("[[role]] #2 (line 20)".into()) };
    let source = Some(Source::AuthenticationSecret);
    [
        (30, approved(200_000_000_000_000_003)),
        (55, approved(200_000_000_000_000_004)),
        (58, crate::faces::planned(Kind::Enable)),
        (
            60,
            Event::BootSet {
                queries: query("EU.fake-1").into_iter().collect(),
                found: Vec::new(),
                lacking: Vec::new(),
            },
        ),
        (62, Event::RebootIntended { intent: Intent { at: at(62), known: vec![TaskId(7)] } }),
        (63, Event::RebootAccepted { task: TaskId(123_456_789), query: query("EU.fake-2") }),
        (90, Event::TaskSeen { status: TaskStatus::Doing, comment: Some("| rebooting `now`\n# on".into()) }),
        (150, Event::PortSeen { port: Port::Closed, at: at(150) }),
        (190, Event::TaskSeen { status: TaskStatus::Done, comment: None }),
        (201, Event::DeliveryAttempted { source, query: query("EU.fake-3"), refused: None }),
        (202, Event::LinkDelivered),
    ]
    .map(|(seconds, event)| (at(seconds), event))
    .into()
}

/// The operation after these.
fn after(begun: &Operation, events: &[(Timestamp, Event)]) -> Operation {
    let after = |operation: Operation, (at, event): &(Timestamp, Event)| {
        operation.record(event, *at).unwrap_or_else(|illegal| panic!("{illegal}"))
    };
    events.iter().fold(begun.clone(), after)
}

#[test]
fn the_files_of_a_story_in_both_languages() {
    let zone = TimeZone::get("Europe/Paris").expect("a zone");
    for locale in LOCALES {
        let begun = guarded(Kind::Enable, locale, Guard::Approval, 2).operation;
        let events = events();
        let operation = after(&begun, &events);
        assert_eq!(begun.mark, Mark::default());
        let mut text = String::new();
        let story = Story { operation: &operation, events: &events, rescue: Afterwards::default(), audit: None };
        for file in story.files(&zone, locale) {
            let body = String::from_utf8(file.bytes).expect("a text");
            write!(text, "--- {} ---\n{body}\n", file.name).expect("a text");
        }
        insta::assert_snapshot!(name("report", locale), text);
    }
}

#[test]
fn what_cannot_follow_is_told_all_the_same() {
    let begun = guarded(Kind::Reboot, LOCALES[0], |passed| Guard::BrokenGlass { passed, tells: None }, 1).operation;
    let odd = [(at(1), Event::PutBack { result: PutBack::Done, queries: Vec::new() }), (at(2), Event::LinkDelivered)];
    let story = Story { operation: &begun, events: &odd, rescue: Afterwards::default(), audit: None };
    let [markdown, json] = story.files(&TimeZone::UTC, LOCALES[0]);
    let markdown = String::from_utf8(markdown.bytes).expect("a text");
    assert!(markdown.contains("was put back") && markdown.contains("break-glass"), "{markdown}");
    let json: Value = serde_json::from_slice(&json.bytes).expect("JSON");
    assert_eq!((json["steps"].as_array().map(Vec::len), &json["protection"]["break_glass"]), (Some(3), &true.into()));
}

/// The two files of an answer.
#[track_caller]
fn files(answer: &Message) -> (String, Value) {
    assert!(answer.is_ephemeral(), "{}", answer.text());
    let body = |end: &str| {
        let file = answer.attachments.iter().find(|file| file.filename == format!("R-1.{end}"));
        String::from_utf8(file.unwrap_or_else(|| panic!("no .{end}: {}", answer.text())).bytes.to_vec())
            .expect("a text")
    };
    (body("md"), serde_json::from_str(&body("json")).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_see_the_server_has_the_story_and_the_audits_lines_are_for_who_may_read_it() {
    let can = ["view", "rescue", "restore", "reboot", "audit"];
    let rules =
        rule(ROLE, &can, &["*"]) + &rule(VIEWER, &["view"], &["tag:env=prod"]) + &rule(ELSEWHERE, &["view"], &["db-1"]);
    let bot = TestBot::ruled_by(rules).await;
    let vic = bot.discord.person("vic", "fr", &[VIEWER]);
    let eve = bot.discord.person("eve", "en-GB", &[ELSEWHERE]);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", "disk full")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;

    let (markdown, json) = files(&bot.ask(&bot.ann, "report", &[("operation", "R-1")]).await);
    let steps = json["steps"].as_array().expect("steps");
    let task = steps.iter().find(|step| step["what"] == "reboot_accepted").expect("the reboot");
    let (task, id) = (task["task"].as_str().expect("its task"), task["queries"][0].as_str().expect("its query id"));
    let last = steps.last().expect("the end");
    assert_eq!((&last["what"], &last["outcome"]), (&"link_delivered".into(), &"link_delivered".into()));
    for part in ["# R-1 · `web-1` · In rescue", "disk full", task, id, &bot.ann.mention(), "The DM arrived"] {
        assert!(markdown.contains(part), "{part} is not in {markdown}");
    }
    let audit = json["audit"].as_array().expect("the audit's lines");
    assert!(audit.len() >= steps.len() && audit.iter().all(|line| line["operation"] == "R-1"), "{audit:?}");

    let (french, without) = files(&bot.ask(&vic, "report", &[("operation", "1")]).await);
    assert!(french.contains("Message privé reçu") && without.get("audit").is_none(), "{french}");
    let links = bot.ovh.secret_ids();
    for text in [&markdown, &french, &json.to_string(), &without.to_string()] {
        assert!(!text.contains("manager/secret") && links.iter().all(|id| !text.contains(id)), "{text}");
    }

    for (who, typed) in [(&eve, "R-1"), (&bot.ann, "R-7"), (&bot.ann, "web-1")] {
        let refused = bot.ask(who, "report", &[("operation", typed)]).await;
        assert!(refused.content.contains(&format!("There is no operation `{typed}`")), "{}", refused.content);
        assert!(refused.attachments.is_empty());
    }
    let offered = bot.ann.autocomplete(OPS, "report", "operation", "web").await;
    assert!(offered.len() == 1 && offered[0].name.starts_with("R-1 · web-1 · enable"), "{offered:?}");
    assert!(
        eve.autocomplete(OPS, "report", "operation", "").await.is_empty(),
        "it is of a server that she may not see"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_of_a_rescue_goes_on_to_its_end_and_a_link_that_was_sent_is_no_rescue() {
    let can = ["view", "rescue", "restore", "audit"];
    let bot = TestBot::ruled_by(rule(ROLE, &can, &["*"]) + &rule(VIEWER, &["view"], &["*"])).await;
    let vic = bot.discord.person("vic", "en-GB", &[VIEWER]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.ask(&bot.ann, "rescue extend", &[("server", "web-1"), ("by", "2h")]).await;
    let (running, json) = files(&bot.ask(&vic, "report", &[("operation", "R-1")]).await);
    assert!(running.contains("· In rescue") && running.contains("The rescue got more time"), "{running}");
    assert!(json["rescue"].is_null() && json.get("audit").is_none(), "{json}");
    bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    bot.sees(&["**Link sent**", "R-2"]).await;
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;

    let answer = bot.ask(&vic, "report", &[("operation", "R-1")]).await;
    assert!(!answer.text().contains("In rescue") && answer.text().contains("ended by R-3 of"), "{}", answer.text());
    let (over, json) = files(&answer);
    let ended = format!("The rescue was over, ended by R-3 of {}", bot.ann.mention());
    assert!(over.contains("# R-1 · `web-1` · Was in rescue") && over.contains(&ended), "{over}");
    let rescue = &json["rescue"];
    assert_eq!((&rescue["ended"], &rescue["by"]), (&"restored".into(), &"R-3".into()), "{json}");
    let what = |step: &Value| step["what"].as_str().map(str::to_owned);
    let steps: Vec<String> = json["steps"].as_array().expect("steps").iter().filter_map(what).collect();
    assert_eq!(steps.last().map(String::as_str), Some("rescue_over"), "{steps:?}");
    assert!(steps.iter().any(|step| step == "lease_extended"), "{steps:?}");
    assert_eq!(json["outcome"], "link_delivered");

    let history = bot.ask(&bot.ann, "history", &[("server", "web-1")]).await.text();
    assert_eq!((history.matches(": In rescue").count(), history.matches(": Link sent").count()), (1, 1), "{history}");
}
