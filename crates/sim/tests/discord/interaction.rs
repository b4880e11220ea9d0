//! Interactions: their JSON, the three seconds, the token's life, ephemerality.

use std::time::Duration;

use ::serenity::all::{CommandDataOptionValue, Interaction};
use serde_json::json;
use sim::discord::{Asked, Discord, OPS, ROLE, THREAD, people::Outcome};

use crate::bot::{Ear, Rest, stage, text};

async fn asked(discord: &Discord, ear: &mut Ear) -> (serde_json::Value, Asked) {
    let ann = discord.find_person("ann").unwrap_or_else(|| discord.person("ann", "en-GB", &[ROLE]));
    let asked = ann.try_slash(OPS, "help", ()).unwrap();
    (ear.next("INTERACTION_CREATE").await, asked)
}

#[tokio::test]
async fn serenity_reads_a_command_with_its_member_and_permissions() {
    let (discord, _, mut ear) = stage().await;
    let ann = discord.person("ann", "fr", &[ROLE]);
    ann.try_slash(THREAD, "rescue enable", [("server", "web-1"), ("minutes", "5"), ("user", "ann")]).unwrap();
    let json = ear.next("INTERACTION_CREATE").await;
    let Interaction::Command(command) = serde_json::from_value(json).unwrap() else { panic!("not a command") };
    assert_eq!(command.locale, "fr");
    assert_eq!(command.user.name, "ann");
    assert_eq!(command.member.as_ref().unwrap().roles[0].get(), ROLE.0);
    assert!(command.app_permissions.unwrap().send_messages_in_threads());
    assert!(command.member.as_ref().unwrap().permissions.unwrap().view_channel());
    let place = command.channel.as_ref().unwrap();
    assert_eq!(place.parent_id.unwrap().get(), OPS.0);
    let CommandDataOptionValue::SubCommand(options) = &command.data.options[0].value else { panic!("no sub-command") };
    assert_eq!(options[1].value.as_i64(), Some(5));
    assert_eq!(command.data.resolved.users.len(), 1);
}

#[tokio::test]
async fn serenity_reads_presses_in_guilds_and_dms() {
    let (discord, rest, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let (_, dm) = rest.post("/users/@me/channels", json!({ "recipient_id": ann.id() })).await;
    let row = json!([{ "type": 1, "components": [{ "type": 2, "style": 1, "label": "🔁 Restore now", "custom_id": "restore:1" }] }]);
    for channel in [OPS, text(&dm["id"]).parse().unwrap()] {
        let sent = rest.say(channel, json!({ "content": "here", "components": row })).await;
        ann.try_press(text(&sent["id"]).parse().unwrap(), "Restore now").unwrap();
        let json = ear.next("INTERACTION_CREATE").await;
        let in_dm = channel != OPS;
        assert_eq!(json.get("member").is_none(), in_dm);
        assert_eq!(json["context"], if in_dm { 1 } else { 0 });
        let Interaction::Component(press) = serde_json::from_value(json).unwrap() else { panic!("not a press") };
        assert_eq!(press.data.custom_id, "restore:1");
        assert_eq!(press.user.name, "ann");
        assert_eq!(press.message.id.to_string(), text(&sent["id"]));
    }
}

#[tokio::test]
async fn one_answer_within_the_time_and_no_second_one() {
    let (discord, rest, mut ear) = stage().await;
    let (interaction, done) = asked(&discord, &mut ear).await;
    let hello = json!({ "type": 4, "data": { "content": "hello", "flags": 64 } });
    assert_eq!(rest.call_back(&interaction, hello.clone()).await.0, 204);
    assert!(done.is_acknowledged());
    let second = rest.call_back(&interaction, hello).await;
    assert_eq!((second.0, &second.1["code"]), (400, &json!(40060)));
    assert!(matches!(discord.timeline()[0].outcome, Outcome::Acknowledged { .. }));
}

#[tokio::test]
async fn who_is_late_meets_an_unknown_interaction() {
    let (discord, rest, mut ear) = stage().await;
    let (interaction, done) = asked(&discord, &mut ear).await;
    discord.advance(Duration::from_secs(4));
    let late = rest.call_back(&interaction, json!({ "type": 5 })).await;
    assert_eq!((late.0, &late.1["code"]), (404, &json!(10062)));
    assert_eq!(done.outcome(), Outcome::DidNotRespond);
    let unknown = rest.post("/interactions/1/x/callback", json!({ "type": 5 })).await;
    assert_eq!(unknown.1["code"], 10062);
}

#[tokio::test]
async fn a_refused_answer_leaves_the_interaction_open() {
    let (discord, rest, mut ear) = stage().await;
    let (interaction, _) = asked(&discord, &mut ear).await;
    let long = rest.call_back(&interaction, json!({ "type": 4, "data": { "content": "x".repeat(2_001) } })).await;
    assert_eq!((long.0, &long.1["code"]), (400, &json!(50035)));
    assert_eq!(long.1["errors"]["content"]["_errors"][0]["code"], "BASE_TYPE_MAX_LENGTH");
    let empty = rest.call_back(&interaction, json!({ "type": 4, "data": { "content": "" } })).await;
    assert_eq!(empty.1["code"], 50006);
    assert_eq!(rest.call_back(&interaction, json!({ "type": 8, "data": { "choices": [] } })).await.0, 400);
    assert_eq!(rest.call_back(&interaction, json!({ "type": 6 })).await.0, 400);
    assert_eq!(rest.call_back(&interaction, json!({ "type": 5 })).await.0, 204);
}

#[tokio::test]
async fn a_form_cannot_follow_a_deferral_and_can_be_filled_in_when_it_comes_first() {
    let (discord, rest, mut ear) = stage().await;
    let input = json!({ "type": 4, "custom_id": "reason", "style": 1, "label": "Why" });
    let form = json!({ "type": 9, "data": { "custom_id": "f", "title": "Break glass", "components": [{ "type": 1, "components": [input] }] } });
    let (interaction, _) = asked(&discord, &mut ear).await;
    assert_eq!(rest.call_back(&interaction, json!({ "type": 5 })).await.0, 204);
    assert_eq!(rest.call_back(&interaction, form.clone()).await.1["code"], 40060);

    let (interaction, asked) = asked(&discord, &mut ear).await;
    assert_eq!(rest.call_back(&interaction, form).await.0, 204);
    let sent = asked.try_submit(&[("reason", "fire")]).unwrap();
    let json = ear.next("INTERACTION_CREATE").await;
    let Interaction::Modal(modal) = serde_json::from_value(json.clone()).unwrap() else { panic!("not a form") };
    assert_eq!(modal.data.custom_id, "f");
    assert_eq!(json["data"]["components"][0]["components"][0]["value"], "fire");
    rest.call_back(&json, json!({ "type": 4, "data": { "content": "noted" } })).await;
    assert_eq!(sent.answer().await.content, "noted");
}

#[tokio::test]
async fn the_deferral_decides_who_sees_the_answer() {
    let (discord, rest, mut ear) = stage().await;
    let bob = discord.person("bob", "en-GB", &[]);
    let (interaction, done) = asked(&discord, &mut ear).await;
    rest.call_back(&interaction, json!({ "type": 5, "data": { "flags": 64 } })).await;
    assert!(done.messages().is_empty());
    let (status, edited) =
        rest.patch(&rest.hook(&interaction, "/messages/@original"), json!({ "content": "for you" })).await;
    assert_eq!(status, 200);
    let message = done.answer().await;
    assert!(message.is_ephemeral() && message.edited.is_none());
    assert!(bob.sees(OPS).is_empty() && discord.messages(OPS).is_empty());
    assert!(discord.ever_visible_to(&bob).is_empty());
    assert_eq!(discord.ever_visible_to(&done.person()).len(), 1);

    let by_channel = rest.get(&format!("/channels/{OPS}/messages/{}", text(&edited["id"]))).await;
    assert_eq!((by_channel.0, &by_channel.1["code"]), (404, &json!(10008)));
    assert_eq!(rest.get(&format!("/channels/{OPS}/messages")).await.1, json!([]));
}

#[tokio::test]
async fn the_first_follow_up_takes_the_place_of_thinking() {
    let (discord, rest, mut ear) = stage().await;
    let (interaction, done) = asked(&discord, &mut ear).await;
    rest.call_back(&interaction, json!({ "type": 5, "data": { "flags": 64 } })).await;
    let hook = rest.hook(&interaction, "");
    rest.post(&hook, json!({ "content": "one" })).await;
    rest.post(&hook, json!({ "content": "two" })).await;
    let audiences: Vec<_> = done.messages().iter().map(|m| (m.content.clone(), m.is_ephemeral())).collect();
    assert_eq!(audiences, [("one".to_owned(), true), ("two".to_owned(), false)]);
}

#[tokio::test]
async fn a_token_dies_after_a_quarter_of_an_hour_and_its_ephemeral_message_stays() {
    let (discord, rest, mut ear) = stage().await;
    let (interaction, done) = asked(&discord, &mut ear).await;
    let original = rest.hook(&interaction, "/messages/@original");
    assert_eq!(rest.get(&original).await.1["code"], 10015);
    rest.call_back(&interaction, json!({ "type": 4, "data": { "content": "secret", "flags": 64 } })).await;
    assert_eq!(rest.get(&original).await.1["content"], "secret");
    discord.advance(Duration::from_secs(15 * 60 + 1));
    for answer in [
        rest.patch(&original, json!({ "content": "gone" })).await,
        rest.delete(&original).await,
        rest.post(&rest.hook(&interaction, ""), json!({ "content": "more" })).await,
    ] {
        assert_eq!((answer.0, &answer.1["code"]), (401, &json!(50027)));
    }
    assert_eq!(done.messages()[0].content, "secret");
    assert_eq!(discord.invalid_requests(), 3);
}

#[tokio::test]
async fn a_press_updates_its_message_and_rings_nobody() {
    let (discord, rest, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let row = json!([{ "type": 1, "components": [{ "type": 2, "style": 3, "label": "Approve", "custom_id": "a" }] }]);
    let sent = rest.say(OPS, json!({ "content": "please", "components": row })).await;
    let pressed = ann.try_press(text(&sent["id"]).parse().unwrap(), "Approve").unwrap();
    let interaction = ear.next("INTERACTION_CREATE").await;
    let update = json!({ "type": 7, "data": { "content": format!("by {}", ann.mention()), "components": [] } });
    assert_eq!(rest.call_back(&interaction, update).await.0, 204);
    let answer = pressed.answer().await;
    assert_eq!(answer.history.len(), 2);
    assert!(answer.pinged_users.is_empty() && answer.buttons().is_empty());
    assert!(ann.try_press(answer.id, "Approve").is_err());
}

#[tokio::test]
async fn with_response_gives_the_message_back() {
    let (discord, rest, mut ear) = stage().await;
    let (interaction, _) = asked(&discord, &mut ear).await;
    let (id, token) = (text(&interaction["id"]), text(&interaction["token"]));
    let path = format!("/interactions/{id}/{token}/callback?with_response=true");
    let (status, body) = rest.post(&path, json!({ "type": 4, "data": { "content": "hello" } })).await;
    assert_eq!((status, &body["resource"]["message"]["content"]), (200, &json!("hello")));
    assert_eq!(body["resource"]["message"]["type"], 20);
}

/// An endpoint that answers pings, refuses bad signatures, and says 202 to the rest.
async fn endpoint(discord: &Discord, rest: &Rest) -> sim::net::Server {
    use axum::{
        Json, Router,
        body::Bytes,
        http::{HeaderMap, StatusCode},
        response::IntoResponse,
        routing::post,
    };
    let verifier = ::serenity::interactions_endpoint::Verifier::new(&discord.public_key());
    let rest = rest.clone();
    let answer = async move |headers: HeaderMap, body: Bytes| {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        if verifier.verify(&header("X-Signature-Ed25519"), &header("X-Signature-Timestamp"), &body).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        if json["type"] == 1 {
            return Json(json!({ "type": 1 })).into_response();
        }
        if json["data"]["name"] == "help" {
            return Json(json!({ "type": 4, "data": { "content": "in the answer" } })).into_response();
        }
        rest.call_back(&json, json!({ "type": 4, "data": { "content": "by callback" } })).await;
        StatusCode::ACCEPTED.into_response()
    };
    sim::net::Listener::start(Router::new().route("/interactions", post(answer))).await.unwrap()
}

#[tokio::test]
async fn interactions_go_to_an_endpoint_by_signed_request() {
    let (discord, rest, _ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let server = endpoint(&discord, &rest).await;
    let url = format!("{}/interactions", server.url());
    discord.check_endpoint(&url).await.unwrap();
    discord.send_interactions_to(&url);
    let direct = ann.slash(OPS, "help", ()).await;
    assert_eq!(direct.answer().await.content, "in the answer");
    let later = ann.slash(OPS, "rescue enable", [("server", "web-1")]).await;
    assert_eq!(later.answer().await.content, "by callback");
    server.stop().await;
    let lost = ann.slash(OPS, "help", ()).await;
    assert_eq!(lost.outcome(), Outcome::DidNotRespond);
}
