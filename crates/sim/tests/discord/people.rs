//! What people can and cannot do, and what is remembered of it.

use serde_json::json;
use sim::discord::{OPS, ROLE, permission};

use crate::bot::{stage, text};

#[tokio::test]
async fn a_story_from_slash_to_answer() {
    let (discord, rest, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let bot = async {
        let asked = ear.next("INTERACTION_CREATE").await;
        rest.call_back(&asked, json!({ "type": 5, "data": { "flags": 64 } })).await;
        rest.patch(&rest.hook(&asked, "/messages/@original"), json!({ "content": "done" })).await;
    };
    let (asked, ()) = tokio::join!(ann.slash(OPS, "rescue enable", [("server", "web-1")]), bot);
    assert_eq!(asked.answer().await.content, "done");
}

#[tokio::test]
async fn autocomplete_gives_the_choices_back() {
    let (discord, rest, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let bot = async {
        let typed = ear.next("INTERACTION_CREATE").await;
        let parsed: ::serenity::all::Interaction = serde_json::from_value(typed.clone()).unwrap();
        assert!(parsed.autocomplete().unwrap().data.autocomplete().unwrap().value == "we");
        let choices = json!([{ "name": "web-1 (prod)", "value": "web-1" }]);
        assert_eq!(rest.call_back(&typed, json!({ "type": 8, "data": { "choices": choices } })).await.0, 204);
    };
    let (choices, ()) = tokio::join!(ann.autocomplete(OPS, "rescue enable", "server", "we"), bot);
    assert_eq!((choices[0].name.as_str(), choices[0].value.as_str()), ("web-1 (prod)", "web-1"));
}

#[tokio::test]
async fn a_person_without_permission_is_not_offered_commands_or_messages() {
    let (discord, rest, _ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let sent = rest.say(OPS, json!({ "content": "for those who are here" })).await;
    assert_eq!(ann.sees(OPS).len(), 1);
    discord.forbid(OPS, &ann, permission::VIEW_CHANNEL);
    assert!(ann.try_slash(OPS, "help", ()).is_err());
    assert!(ann.sees(OPS).is_empty());
    assert!(ann.try_press(text(&sent["id"]).parse().unwrap(), "x").is_err());
    assert_eq!(discord.ever_visible_to(&ann).len(), 1, "it was seen before");
}

#[tokio::test]
async fn grey_buttons_and_links_are_not_pressed() {
    let (discord, rest, _ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let buttons = json!([
        { "type": 2, "style": 2, "label": "Grey", "custom_id": "g", "disabled": true },
        { "type": 2, "style": 5, "label": "Link", "url": "https://example.org/" },
    ]);
    let sent = rest.say(OPS, json!({ "content": "x", "components": [{ "type": 1, "components": buttons }] })).await;
    let id = text(&sent["id"]).parse().unwrap();
    for label in ["Grey", "Link", "None"] {
        assert!(ann.try_press(id, label).is_err(), "{label}");
    }
}

#[tokio::test]
async fn everything_ever_sent_holds_edits_deletions_files_and_labels() {
    let (discord, rest, _ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let row = json!([{ "type": 1, "components": [{ "type": 2, "style": 5, "label": "Open", "url": "https://example.org/#fake" }] }]);
    let sent = rest.say(OPS, json!({ "content": "before", "components": row })).await;
    let path = format!("/channels/{OPS}/messages/{}", text(&sent["id"]));
    rest.patch(&path, json!({ "content": "after", "components": [] })).await;
    assert_eq!(rest.delete(&path).await.0, 204);
    assert!(discord.messages(OPS).is_empty());
    let bodies: Vec<String> = discord.everything_ever_sent().into_iter().map(|sighting| sighting.body).collect();
    assert!(bodies[0].contains("before") && bodies[0].contains("https://example.org/#fake"));
    assert!(bodies[1].contains("after"));
    assert_eq!(discord.ever_visible_to(&ann).len(), 2);
    let message = discord.message(text(&sent["id"]).parse().unwrap()).unwrap();
    assert_eq!((message.history.len(), message.deleted.is_some()), (2, true));
}

#[tokio::test]
async fn the_bot_types_until_it_has_written() {
    let (discord, rest, _ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let typing = || discord.client_of(&ann)["typing"][OPS.to_string()].is_number();
    assert!(!typing());
    let path = format!("/channels/{OPS}/typing");
    assert_eq!(rest.request(reqwest::Method::POST, &path).send().await.unwrap().status(), 204);
    assert!(typing());
    rest.say(OPS, json!({ "content": "there" })).await;
    assert!(!typing());
    discord.forbid_bot(OPS, permission::SEND_MESSAGES);
    assert_eq!(rest.request(reqwest::Method::POST, &path).send().await.unwrap().status(), 403);
}
