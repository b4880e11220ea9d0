use secrecy::SecretString;
use serenity::{
    builder::{
        CreateActionRow, CreateAllowedMentions, CreateButton, CreateInteractionResponseMessage,
        EditInteractionResponse, EditMessage,
    },
    model::id::{InteractionId, RoleId},
};

use super::*;
use crate::{
    fake_discord::{Far, LIMIT, Reply, TOKEN},
    sender::SenderSettings,
};

const CHANNEL: ChannelId = ChannelId::new(200);
const GUILD: GuildId = GuildId::new(100);
const APP: ApplicationId = ApplicationId::new(500);

/// A far end that always answers `reply`, and the calls to it.
async fn answering(status: u16, reply: Value) -> (Far, Rest) {
    let far = Far::start(move |_, _| Reply::Say(status, reply.clone())).await;
    let sender = Sender::new(SenderSettings::new(&far.url, TOKEN.to_owned().into())).unwrap();
    let rest = Rest::new(Arc::new(sender)).within(LIMIT);
    (far, rest)
}

fn posted() -> Value {
    json!({ "id": "1", "channel_id": "200", "content": null, "unheard_of": {} })
}

fn nonce() -> Nonce {
    Nonce::try_from("R-142:card".to_owned()).unwrap()
}

fn token() -> SecretString {
    "fake-interaction-token".to_owned().into()
}

#[tokio::test]
async fn a_post_pings_nobody_and_carries_its_nonce() {
    let (far, rest) = answering(200, posted()).await;
    let made = rest.post(CHANNEL, &CreateMessage::new().content("@everyone"), &nonce(), &[]).await.unwrap();
    assert_eq!(made, Posted { id: 1.into(), mention_roles: None });
    let asked = &far.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/api/v10/channels/200/messages"));
    let body = asked.json();
    assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
    assert_eq!((&body["nonce"], &body["enforce_nonce"]), (&json!("R-142:card"), &json!(true)));
}

#[tokio::test]
async fn whoever_names_someone_to_mention_keeps_them() {
    let (far, rest) = answering(200, posted()).await;
    let named = CreateAllowedMentions::new().roles([RoleId::new(400)]);
    rest.post(CHANNEL, &CreateMessage::new().allowed_mentions(named), &nonce(), &[]).await.unwrap();
    assert_eq!(far.asked()[0].json()["allowed_mentions"]["roles"], json!(["400"]));
}

#[tokio::test]
async fn every_kind_of_message_pings_nobody_and_no_other_answer_mentions_mentions() {
    let (far, rest) = answering(200, posted()).await;
    let key = InteractionKey { id: InteractionId::new(7), token: token(), received: std::time::Instant::now() };
    let message = CreateInteractionResponseMessage::new().content("x");
    rest.acknowledge(&key, &CreateInteractionResponse::Message(message)).await;
    rest.edit_original(APP, &token(), &EditInteractionResponse::new().content("x"), &[]).await.unwrap();
    rest.follow_up(APP, &token(), &CreateInteractionResponseFollowup::new().content("x"), &[]).await.unwrap();
    rest.edit(CHANNEL, 1.into(), &EditMessage::new().content("x")).await.unwrap();
    let mut bodies: Vec<Value> = far.asked().iter().map(|asked| asked.json()).collect();
    let first = bodies.remove(0);
    assert_eq!(first["data"]["allowed_mentions"], json!({ "parse": [] }));
    for body in bodies {
        assert_eq!(body["allowed_mentions"], json!({ "parse": [] }), "{body}");
    }
    rest.acknowledge(&key, &CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true)))
        .await;
    let deferral = far.asked().pop().unwrap().json();
    assert_eq!((&deferral["type"], &deferral["data"]["flags"]), (&json!(5), &json!(64)));
    assert!(deferral["data"].get("allowed_mentions").is_none(), "{deferral}");
}

#[tokio::test]
async fn files_go_out_as_parts_numbered_as_the_message_says() {
    let (far, rest) = answering(200, posted()).await;
    let file = CreateAttachment::bytes("full address:s:192.0.2.1", "web-1.rdp").description("opens RDP");
    rest.post(CHANNEL, &CreateMessage::new().content("here"), &nonce(), &[file]).await.unwrap();
    let asked = &far.asked()[0];
    assert!(asked.content_type.starts_with("multipart/form-data"), "{}", asked.content_type);
    let body = asked.text();
    assert!(body.contains(r#"name="payload_json""#) && body.contains("full address:s:192.0.2.1"), "{body}");
    assert!(body.contains(r#"name="files[0]"; filename="web-1.rdp""#), "{body}");
    let json = body.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap();
    let expected = json!([{ "id": "0", "filename": "web-1.rdp", "description": "opens RDP" }]);
    assert_eq!((&json["attachments"], &json["nonce"]), (&expected, &json!("R-142:card")));
}

#[tokio::test]
async fn removing_what_is_gone_is_fine() {
    let (_far, rest) = answering(404, json!({ "code": 10008, "message": "Unknown Message" })).await;
    rest.delete(CHANNEL, 1.into()).await.unwrap();
    let (_far, rest) = answering(403, json!({ "code": 50001, "message": "Missing Access" })).await;
    assert_eq!(rest.delete(CHANNEL, 1.into()).await.unwrap_err().code(), Some(50001));
}

#[tokio::test]
async fn a_history_tells_whose_message_it_was_and_which_buttons_it_had() {
    let button = json!({ "type": 2, "custom_id": "restore:R-142" });
    let seen = json!([{ "id": "9", "channel_id": "200", "author": { "id": "500", "bot": true }, "content": "the link",
        "nonce": "R-142:dm", "components": [{ "type": 1, "components": [button] }], "poll": null }]);
    let (far, rest) = answering(200, seen).await;
    let seen = rest.messages_after(CHANNEL, 5.into(), 100).await.unwrap().remove(0);
    assert_eq!(far.asked()[0].target, "/api/v10/channels/200/messages?after=5&limit=100");
    assert_eq!((seen.author.get(), seen.content.as_str()), (500, "the link"));
    assert_eq!(
        (seen.custom_ids.as_slice(), seen.nonce.as_deref()),
        (&["restore:R-142".to_owned()][..], Some("R-142:dm"))
    );
    assert!(!format!("{seen:?}").contains("the link"));
}

#[tokio::test]
async fn reads_need_only_the_fields_that_are_used() {
    let (_far, rest) = answering(200, json!({ "user": { "id": "300" }, "roles": ["400"], "banner": 7 })).await;
    assert_eq!(rest.member(GUILD, 300.into()).await.unwrap().roles, [RoleId::new(400)]);
    let (_far, rest) = answering(200, json!([{ "id": "400", "permissions": "8", "colors": null }])).await;
    assert!(rest.roles(GUILD).await.unwrap()[0].permissions.administrator());
    let (_far, rest) = answering(200, json!({ "id": "100" })).await;
    assert_eq!(rest.guild(GUILD).await.unwrap().id, GUILD);
    let (_far, rest) = answering(200, json!({ "id": "500", "bot": { "id": "501" } })).await;
    assert_eq!(rest.application().await.unwrap().bot.unwrap().id.get(), 501);
    let (_far, rest) = answering(200, json!({ "id": "201", "type": 1 })).await;
    assert_eq!(rest.open_dm(300.into()).await.unwrap().id.get(), 201);
    let limit = json!({ "total": 1000, "remaining": 9, "reset_after": 1500, "max_concurrency": 1 });
    let (_far, rest) = answering(200, json!({ "url": "wss://gw", "shards": 1, "session_start_limit": limit })).await;
    assert_eq!(rest.gateway_bot().await.unwrap().session_start_limit.reset_after, Duration::from_millis(1500));
}

#[tokio::test]
async fn an_answer_that_is_none_is_unreadable_and_not_quoted() {
    let (_far, rest) = answering(200, json!({ "id": "private words" })).await;
    let error = rest.guild(GUILD).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Unreadable(_)) && !error.to_string().contains("private"), "{error}");
}

#[tokio::test]
async fn commands_are_set_all_at_once_and_come_back_with_their_ids() {
    let (far, rest) = answering(200, json!([{ "id": "900", "name": "status", "description": "State" }])).await;
    let set = rest.set_commands(APP, GUILD, &[CreateCommand::new("status").description("State")]).await.unwrap();
    assert_eq!((set[0].id.get(), set[0].name.as_str(), &set[0].raw["description"]), (900, "status", &json!("State")));
    assert_eq!(far.asked()[0].method, "PUT");
    assert_eq!(far.asked()[0].json()[0]["name"], "status");
    assert_eq!(rest.commands(APP, GUILD).await.unwrap(), set);
}

#[tokio::test]
async fn components_go_out_as_serenity_builds_them() {
    let (far, rest) = answering(200, posted()).await;
    let row = CreateActionRow::Buttons(vec![CreateButton::new("confirm:1").label("Confirm")]);
    rest.edit(CHANNEL, 1.into(), &EditMessage::new().components(vec![row])).await.unwrap();
    assert_eq!(far.asked()[0].json()["components"][0]["components"][0]["custom_id"], "confirm:1");
}

#[test]
fn a_nonce_has_one_to_25_characters() {
    assert!(Nonce::try_from(String::new()).is_err());
    assert!(Nonce::try_from("x".repeat(25)).is_ok());
    assert!(Nonce::try_from("x".repeat(26)).is_err());
}
