//! REST by hand: what is taken, what is refused, and how.

use std::time::Duration;

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use sim::discord::{Discord, Dms, GUILD, Mentions, OPS, Scope, THREAD, permission};

use crate::bot::{Rest, read, text};

async fn start() -> (Discord, Rest) {
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    (discord, rest)
}

fn code(answer: &(u16, Value)) -> (u16, i64) {
    (answer.0, answer.1["code"].as_i64().unwrap_or(-1))
}

fn messages(channel: impl std::fmt::Display) -> String {
    format!("/channels/{channel}/messages")
}

#[tokio::test]
async fn the_token_is_checked_and_the_content_type_is_bare() {
    let (discord, rest) = start().await;
    let answer = rest.request(Method::GET, "/users/@me").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let url = format!("{}/api/v10/users/@me", discord.url());
    let wrong = read(sim::net::client().get(&url).header("Authorization", "Bot wrong")).await;
    assert_eq!(code(&wrong), (401, 0));
    assert_eq!(code(&read(sim::net::client().get(url)).await), (401, 0));
    assert_eq!(discord.invalid_requests(), 2);
    assert_eq!(code(&rest.get("/nowhere").await), (404, 0));
}

#[tokio::test]
async fn serenity_reads_what_the_reading_routes_say() {
    use ::serenity::all::{Channel, CurrentUser, GuildChannel, Member, Message, PartialGuild, Role};
    let (discord, rest) = start().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let get = async |path: String| {
        let (status, body) = rest.get(&path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    serde_json::from_value::<CurrentUser>(get("/users/@me".to_owned()).await).unwrap();
    serde_json::from_value::<PartialGuild>(get(format!("/guilds/{GUILD}")).await).unwrap();
    serde_json::from_value::<Vec<GuildChannel>>(get(format!("/guilds/{GUILD}/channels")).await).unwrap();
    serde_json::from_value::<Channel>(get(format!("/channels/{THREAD}")).await).unwrap();
    serde_json::from_value::<::serenity::all::CurrentApplicationInfo>(get("/applications/@me".to_owned()).await)
        .unwrap();
    let roles = get(format!("/guilds/{GUILD}/roles")).await;
    assert!(roles.as_array().unwrap().iter().all(|role| role["mentionable"].is_boolean()));
    let mut member = get(format!("/guilds/{GUILD}/members/{}", ann.id())).await;
    member["guild_id"] = json!(GUILD);
    serde_json::from_value::<Member>(member).unwrap();
    let mut role = roles[0].clone();
    role["guild_id"] = json!(GUILD);
    serde_json::from_value::<Role>(role).unwrap();
    let sent = rest.say(OPS, json!({ "content": ann.mention(), "embeds": [{ "title": "t", "fields": [{ "name": "n", "value": "v" }] }] })).await;
    assert_eq!(serde_json::from_value::<Message>(sent).unwrap().embeds[0].fields.len(), 1);
}

#[tokio::test]
async fn what_is_gone_has_its_own_code() {
    let (discord, rest) = start().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let sent = rest.say(THREAD, json!({ "content": "x" })).await;
    let path = format!("{}/{}", messages(THREAD), text(&sent["id"]));
    discord.delete_message(text(&sent["id"]).parse().unwrap());
    assert_eq!(code(&rest.patch(&path, json!({ "content": "y" })).await), (404, 10008));
    discord.delete_channel(OPS);
    assert_eq!(code(&rest.post(&messages(OPS), json!({ "content": "x" })).await), (404, 10003));
    assert_eq!(code(&rest.post(&messages(THREAD), json!({ "content": "x" })).await), (404, 10003));
    discord.leave(&ann);
    assert_eq!(code(&rest.get(&format!("/guilds/{GUILD}/members/{}", ann.id())).await), (404, 10007));
    assert_eq!(code(&rest.get(&format!("/guilds/{GUILD}/members/1")).await), (404, 10013));
    assert_eq!(code(&rest.get("/guilds/1").await), (404, 10004));
}

#[tokio::test]
async fn permissions_are_needed() {
    let (discord, rest) = start().await;
    discord.forbid_bot(OPS, permission::SEND_MESSAGES_IN_THREADS | permission::EMBED_LINKS);
    rest.say(OPS, json!({ "content": "x" })).await;
    assert_eq!(code(&rest.post(&messages(THREAD), json!({ "content": "x" })).await), (403, 50013));
    assert_eq!(code(&rest.post(&messages(OPS), json!({ "embeds": [{ "title": "t" }] })).await), (403, 50013));
    discord.forbid_bot(OPS, permission::VIEW_CHANNEL);
    assert_eq!(code(&rest.post(&messages(OPS), json!({ "content": "x" })).await), (403, 50001));
    assert_eq!(code(&rest.get(&format!("/channels/{OPS}")).await), (403, 50001));
    discord.forbid_bot(OPS, 0);
    let by_ann = discord.person("ann", "en-GB", &[]).says(OPS, "mine");
    let path = format!("{}/{}", messages(OPS), by_ann.id);
    assert_eq!(code(&rest.patch(&path, json!({ "content": "y" })).await), (403, 50005));
    assert_eq!(code(&rest.delete(&path).await), (403, 50013));
}

#[tokio::test]
async fn closed_dms_refuse_at_sending_and_if_asked_at_opening() {
    let (discord, rest) = start().await;
    let ann = discord.person("ann", "en-GB", &[]);
    let open = async || rest.post("/users/@me/channels", json!({ "recipient_id": ann.id() })).await;
    let (status, dm) = open().await;
    assert_eq!((status, &dm["type"]), (200, &json!(1)));
    let path = messages(text(&dm["id"]));
    rest.post(&path, json!({ "content": "psst" })).await;
    assert_eq!(ann.wait_for_dm(|_| true).await.content, "psst");
    discord.close_dms(&ann);
    assert_eq!(open().await.1["id"], dm["id"]);
    assert_eq!(code(&rest.post(&path, json!({ "content": "psst" })).await), (403, 50007));
    discord.set_dms(&ann, Dms::ClosedAtOpening);
    assert_eq!(code(&open().await), (403, 50007));
    discord.set_dms(&ann, Dms::Open);
    discord.leave(&ann);
    assert_eq!(code(&rest.post(&path, json!({ "content": "psst" })).await), (403, 50278));
}

#[tokio::test]
async fn a_repeated_nonce_gives_the_first_message_back() {
    let (discord, rest) = start().await;
    let body = json!({ "content": "once", "nonce": "R-1:dm", "enforce_nonce": true });
    let first = rest.say(OPS, body.clone()).await;
    let second = rest.say(OPS, body).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(first["nonce"], "R-1:dm");
    rest.say(OPS, json!({ "content": "again", "nonce": "R-1:dm" })).await;
    assert_eq!(discord.messages(OPS).len(), 2);
    discord.advance(Duration::from_secs(10 * 60));
    let forgotten = rest.say(OPS, json!({ "content": "once", "nonce": "R-1:dm", "enforce_nonce": true })).await;
    assert_ne!(first["id"], forgotten["id"]);
}

#[tokio::test]
async fn listings_go_both_ways() {
    let (_discord, rest) = start().await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(rest.say(OPS, json!({ "content": n.to_string() })).await["id"].clone());
    }
    let list = async |query: String| {
        let listed = rest.get(&format!("{}?{query}", messages(OPS))).await.1;
        listed.as_array().unwrap().iter().map(|m| text(&m["content"]).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("limit=2".to_owned()).await, ["3", "2"]);
    assert_eq!(list(format!("limit=2&after={}", text(&ids[0]))).await, ["2", "1"]);
    assert_eq!(list(format!("limit=2&before={}", text(&ids[3]))).await, ["2", "1"]);
    assert_eq!(code(&rest.get(&format!("{}?limit=101", messages(OPS))).await), (400, 50035));
}

#[tokio::test]
async fn files_are_kept_and_served_and_an_edit_keeps_what_it_lists() {
    let (discord, rest) = start().await;
    let payload = json!({ "content": "x", "attachments": [{ "id": 0, "description": "connect" }] });
    let form = || {
        let file =
            Part::bytes(b"full address:s:".to_vec()).file_name("web-1.rdp").mime_str("application/x-rdp").unwrap();
        Form::new().text("payload_json", payload.to_string()).part("files[0]", file)
    };
    let (status, sent) = read(rest.request(Method::POST, &messages(OPS)).multipart(form())).await;
    assert_eq!((status, &sent["attachments"][0]["filename"]), (200, &json!("web-1.rdp")));
    let served = sim::net::client().get(text(&sent["attachments"][0]["url"])).send().await.unwrap();
    assert_eq!(served.bytes().await.unwrap(), "full address:s:");
    let path = format!("{}/{}", messages(OPS), text(&sent["id"]));
    let kept = rest.patch(&path, json!({ "content": "y" })).await.1;
    assert_eq!(kept["attachments"].as_array().unwrap().len(), 1);
    let dropped = rest.patch(&path, json!({ "attachments": [] })).await.1;
    assert_eq!(dropped["attachments"], json!([]));
    assert!(discord.everything_ever_sent()[0].body.contains("full address"));
}

#[tokio::test]
async fn only_what_is_allowed_rings_and_edits_ring_nobody() {
    let (discord, rest) = start().await;
    let (closed, open) = (sim::discord::Id(400_000_000_000_000_002), sim::discord::ONCALL);
    discord.role(closed, "closed", Mentions::Privileged);
    let ann = discord.person("ann", "en-GB", &[open]);
    discord.forbid_bot(OPS, permission::MENTION_EVERYONE);
    let named = format!("{} <@&{open}> <@&{closed}> @everyone", ann.mention());
    let all = rest.say(OPS, json!({ "content": named })).await;
    let of = |sent: &Value| discord.message(text(&sent["id"]).parse().unwrap()).unwrap();
    assert_eq!(of(&all).pinged_users, [ann.id()]);
    assert_eq!(of(&all).pinged_roles, [open]);
    assert!(!of(&all).pinged_everyone);
    let none = rest.say(OPS, json!({ "content": named, "allowed_mentions": { "parse": [] } })).await;
    assert!(!ann.was_rung_by(&of(&none)) && ann.was_rung_by(&of(&all)));
    let silent = rest.say(OPS, json!({ "content": named, "flags": 4096 })).await;
    assert!(!ann.was_rung_by(&of(&silent)));
    let plain = rest.say(OPS, json!({ "content": "x" })).await;
    rest.patch(&format!("{}/{}", messages(OPS), text(&plain["id"])), json!({ "content": named })).await;
    assert!(of(&plain).pinged_users.is_empty());
}

#[tokio::test]
async fn the_sixth_edit_meets_a_real_429() {
    let (discord, rest) = start().await;
    let sent = rest.say(OPS, json!({ "content": "0" })).await;
    let path = format!("{}/{}", messages(OPS), text(&sent["id"]));
    for n in 1..=5 {
        assert_eq!(rest.patch(&path, json!({ "content": n.to_string() })).await.0, 200);
    }
    let refused = rest.request(Method::PATCH, &path).json(&json!({ "content": "6" })).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["x-ratelimit-scope"], "user");
    assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    assert!(refused.headers().contains_key("retry-after"));
    let body: Value = refused.json().await.unwrap();
    assert!(body["retry_after"].as_f64().unwrap() <= 5.0 && body["global"] == false);
    discord.advance(Duration::from_secs(5));
    assert_eq!(rest.patch(&path, json!({ "content": "7" })).await.0, 200);
}

#[tokio::test]
async fn the_fifty_first_request_of_a_second_is_stopped_for_all_routes() {
    let (discord, rest) = start().await;
    // A wide window, so that the test does not depend on how fast it runs.
    discord.set_tempo(|tempo| tempo.all.per = Duration::from_secs(600));
    for _ in 0..50 {
        assert_eq!(rest.get("/users/@me").await.0, 200);
    }
    let stopped = rest.get(&format!("/guilds/{GUILD}")).await;
    assert_eq!((stopped.0, &stopped.1["global"]), (429, &json!(true)));
    let callback = rest.post("/interactions/1/x/callback", json!({ "type": 5 })).await;
    assert_eq!(code(&callback), (404, 10062), "callbacks do not count");
}

#[tokio::test]
async fn a_429_can_be_scripted_in_each_scope() {
    let (discord, rest) = start().await;
    let wait = Duration::from_secs(600);
    discord.rate_limit(Scope::Shared, "POST", "/messages", wait, 1);
    assert_eq!(rest.post(&messages(OPS), json!({ "content": "x" })).await.0, 429);
    assert_eq!(discord.invalid_requests(), 0, "shared ones do not count");
    rest.say(OPS, json!({ "content": "x" })).await;
    discord.rate_limit(Scope::Global, "GET", "/users/@me", wait, 1);
    assert_eq!(rest.get("/users/@me").await.1["global"], true);
    assert_eq!(rest.get(&messages(OPS)).await.0, 429);
    discord.advance(wait);
    assert_eq!(rest.get(&messages(OPS)).await.0, 200);
}

#[tokio::test]
async fn messages_older_than_an_hour_cannot_be_edited() {
    let (discord, rest) = start().await;
    let sent = rest.say(OPS, json!({ "content": "x" })).await;
    discord.advance(Duration::from_secs(60 * 60));
    let path = format!("{}/{}", messages(OPS), text(&sent["id"]));
    assert_eq!(code(&rest.patch(&path, json!({ "content": "y" })).await), (429, 30046));
}

#[tokio::test]
async fn commands_are_registered_listed_changed_and_deleted() {
    let (discord, rest) = start().await;
    let base = format!("/applications/{}/guilds/{GUILD}/commands", sim::discord::APPLICATION);
    let registered = rest.register(crate::bot::commands()).await;
    assert_eq!(registered.as_array().unwrap().len(), 2);
    serde_json::from_value::<Vec<::serenity::all::Command>>(registered.clone()).unwrap();
    let listed = rest.get(&base).await.1;
    assert!(listed[1].get("description_localizations").is_none());
    let full = rest.get(&format!("{base}?with_localizations=true")).await.1;
    assert_eq!(full, registered);
    let one = format!("{base}/{}", text(&registered[1]["id"]));
    assert_eq!(rest.patch(&one, json!({ "description": "Other" })).await.1["description"], "Other");
    assert_eq!(code(&rest.patch(&one, json!({ "name": "HELP" })).await), (400, 50035));
    let (status, created) = rest.post(&base, json!({ "name": "new", "description": "d" })).await;
    assert_eq!((status, &created["guild_id"]), (201, &json!(GUILD)));
    assert_eq!(rest.delete(&one).await.0, 204);
    assert_eq!(code(&rest.get(&one).await), (404, 10063));
    assert_eq!(discord.commands().len(), 2);
}
