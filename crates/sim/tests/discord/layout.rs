//! Messages of the newer components, and commands in the menu of a message: what the bot may do, and what people can.

use serde_json::{Value, json};
use sim::discord::{Discord, OPS, ROLE};

use crate::bot::{Rest, commands, stage, text};

const LAYOUT: u64 = 32768;

fn words(content: &str) -> Value {
    json!({ "type": 10, "content": content })
}

/// A list as the bot shows it: a line, and the button beside it.
fn list(line: &str) -> Value {
    let button = json!({ "type": 2, "style": 2, "label": "Restore…", "custom_id": "restore:1" });
    let section = json!({ "type": 9, "components": [words(line)], "accessory": button });
    json!([{ "type": 17, "accent_color": 0x3b_a5_5d, "components": [section, { "type": 14 }, words("two")] }])
}

#[tokio::test]
async fn a_button_beside_a_line_in_a_container_can_be_pressed() {
    let (discord, rest, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let sent = rest.say(OPS, json!({ "flags": LAYOUT, "components": list("`web-1` is in rescue") })).await;
    let message = text(&sent["id"]).parse().unwrap();
    assert!(discord.messages(OPS)[0].text().contains("`web-1` is in rescue"));
    ann.try_press(message, "Restore…").unwrap();
    let press = ear.next("INTERACTION_CREATE").await;
    assert_eq!(press["data"]["custom_id"], "restore:1");
    // Container, section, text, button: each has a number of its own.
    assert_eq!(press["data"]["id"], 4);
    assert_eq!(press["message"]["components"][0]["components"][1]["divider"], true, "what was left out comes back");
}

#[tokio::test]
async fn what_rings_as_text_becomes_a_container_by_one_edit_and_never_text_again() {
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let sent = rest.say(OPS, json!({ "content": format!("{} look", ann.mention()) })).await;
    let path = format!("/channels/{OPS}/messages/{}", text(&sent["id"]));
    let kept = rest.patch(&path, json!({ "flags": LAYOUT, "components": list("one") })).await;
    assert_eq!(kept.0, 400, "the text has to go by the same edit: {}", kept.1);
    let container = json!({ "content": null, "flags": LAYOUT, "components": list("one") });
    assert_eq!(rest.patch(&path, container).await.0, 200);
    let shown = discord.messages(OPS).remove(0);
    assert_eq!((shown.notification(), shown.flags & LAYOUT), ("", LAYOUT));
    assert_eq!(
        (shown.content.as_str(), shown.accent()),
        ("one\ntwo", Some(0x3b_a5_5d)),
        "it says the same in either form"
    );
    assert!(ann.was_rung_by(&shown), "it rang when it was text");
    // Five edits in five seconds are all that a channel takes.
    for back in [json!({ "content": "text" }), json!({ "content": "text", "flags": 0, "components": [] })] {
        assert_eq!(rest.patch(&path, back.clone()).await.0, 400, "{back}");
    }
    let more = rest.patch(&path, json!({ "components": list("two lines") })).await;
    assert_eq!(more.0, 200, "the flag need not be said again: {}", more.1);
    assert!(discord.messages(OPS)[0].text().contains("two lines"));
}

#[tokio::test]
async fn a_message_of_components_is_never_empty_and_keeps_its_flag() {
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    assert_eq!(rest.post(&format!("/channels/{OPS}/messages"), json!({ "flags": LAYOUT })).await.0, 400);
    let sent = rest.say(OPS, json!({ "flags": LAYOUT, "components": list("one") })).await;
    let path = format!("/channels/{OPS}/messages/{}", text(&sent["id"]));
    for back in [json!({ "components": [] }), json!({ "flags": 0 }), json!({ "embeds": [{ "title": "t" }] })] {
        assert_eq!(rest.patch(&path, back.clone()).await.0, 400, "{back}");
    }
    assert!(discord.messages(OPS)[0].text().contains("one"));
}

#[tokio::test]
async fn a_message_of_components_names_people_and_shows_nothing_on_the_lock_screen() {
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let body = json!({ "flags": LAYOUT, "components": list(&ann.mention()) });
    rest.say(OPS, body.clone()).await;
    let shown = discord.messages(OPS).remove(0);
    assert!(ann.was_rung_by(&shown));
    assert_eq!(shown.notification(), "");
    let mut quiet = body;
    quiet["allowed_mentions"] = json!({ "parse": [] });
    rest.say(OPS, quiet).await;
    assert!(!ann.was_rung_by(&discord.messages(OPS)[1]));
}

#[tokio::test]
async fn an_answer_may_be_a_container_and_stays_one() {
    let (discord, rest, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let asked = ann.try_slash(OPS, "help", ()).unwrap();
    let interaction = ear.next("INTERACTION_CREATE").await;
    assert_eq!(rest.call_back(&interaction, json!({ "type": 5, "data": { "flags": 64 } })).await.0, 204);
    let original = rest.hook(&interaction, "/messages/@original");
    assert_eq!(rest.patch(&original, json!({ "flags": LAYOUT, "components": list("`web-1`") })).await.0, 200);
    let answer = asked.messages().remove(0);
    assert!(answer.is_ephemeral() && answer.text().contains("`web-1`"), "{answer:?}");
    assert_eq!(rest.patch(&original, json!({ "content": "text" })).await.0, 400);
    ann.try_press(answer.id, "Restore…").unwrap();
    let press = ear.next("INTERACTION_CREATE").await;
    let update = json!({ "type": 7, "data": { "components": [words("done")] } });
    assert_eq!(rest.call_back(&press, update).await.0, 204);
    assert_eq!(asked.messages()[0].text(), "done");
}

#[tokio::test]
async fn a_command_in_the_menu_of_a_message_brings_that_message() {
    let (discord, rest, mut ear) = stage().await;
    let (ann, ben) = (discord.person("ann", "en-GB", &[ROLE]), discord.person("ben", "fr", &[]));
    let menu = json!({ "type": 3, "name": "Rescue the server named here…", "name_localizations": { "fr": "Secourir le serveur nommé ici…" } });
    let mut all = commands();
    all.as_array_mut().unwrap().push(menu);
    rest.register(all).await;
    let said = ben.says(OPS, "web-1 does not answer");
    assert!(ann.try_message_command(said.id, "Fly").is_err());
    ann.try_message_command(said.id, "Rescue the server named here…").unwrap();
    let interaction = ear.next("INTERACTION_CREATE").await;
    let data = &interaction["data"];
    assert_eq!((data["type"].as_i64(), &data["target_id"]), (Some(3), &json!(said.id)));
    let target = &data["resolved"]["messages"][said.id.to_string()];
    assert_eq!((&target["content"], &target["author"]["username"]), (&json!("web-1 does not answer"), &json!("ben")));
    let answer = json!({ "type": 4, "data": { "content": "Which one?", "flags": 64 } });
    assert_eq!(rest.call_back(&interaction, answer).await.0, 204);
    let shown = ann.sees(OPS).into_iter().find(|message| message.content == "Which one?").unwrap();
    let (_, read) = rest.get(&rest.hook(&interaction, &format!("/messages/{}", shown.id))).await;
    assert_eq!(read["type"], 23);
    assert_eq!(read["interaction_metadata"]["target_message_id"], json!(said.id));
}
