mod ack;
mod printed;
mod weather;

use std::{sync::Arc, time::Instant as Moment};

use serde_json::{Value, json};
use serenity::{
    builder::{
        CreateInteractionResponse, CreateInteractionResponseFollowup, CreateMessage, EditInteractionResponse,
        EditMessage,
    },
    model::id::{ChannelId, GuildId, InteractionId, MessageId, UserId},
};
use tokio::net::TcpListener;

use super::*;
use crate::{
    fake_discord::{Asked, Far, LIMIT, Reply, TOKEN},
    interaction::InteractionKey,
    rest::{Nonce, Rest},
};

const SECRET: &str = "fake-interaction-token";
const CHANNEL: ChannelId = ChannelId::new(200);

fn settings(url: &str) -> SenderSettings {
    SenderSettings { retry_min: Duration::from_millis(5), ..SenderSettings::new(url, TOKEN.to_owned().into()) }
}

fn rest(url: &str) -> Rest {
    Rest::new(Arc::new(Sender::new(settings(url)).unwrap())).within(LIMIT)
}

fn key() -> InteractionKey {
    InteractionKey { id: InteractionId::new(7), token: SECRET.to_owned().into(), received: Moment::now() }
}

fn nonce() -> Nonce {
    Nonce::try_from("R-142:card".to_owned()).unwrap()
}

fn message() -> CreateMessage {
    CreateMessage::new().content("hello")
}

fn posted() -> Value {
    json!({ "id": "1", "channel_id": "200" })
}

fn error(code: u32) -> Value {
    json!({ "code": code, "message": "as Discord says" })
}

async fn acknowledge(rest: &Rest, key: &InteractionKey) -> Ack {
    rest.acknowledge(key, &CreateInteractionResponse::Acknowledge).await
}

/// The base of a far end where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_429_holds_its_route_until_its_time_and_the_call_then_succeeds() {
    let far = Far::start(|n, _| match n {
        0 => Reply::Say(429, json!({ "message": "slow", "retry_after": 0.3, "global": false })),
        _ => Reply::Say(200, posted()),
    })
    .await;
    rest(&far.url).post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
    let asked = far.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(290));
}

#[tokio::test]
async fn a_global_429_holds_every_route_but_no_acknowledgement() {
    let far = Far::start(|n, asked| match n {
        0 => Reply::Say(429, json!({ "message": "slow", "retry_after": 600.0, "global": true })),
        _ if asked.target.contains("/callback") => Reply::Say(204, json!(null)),
        _ => Reply::Say(200, posted()),
    })
    .await;
    let rest = rest(&far.url).within(Duration::from_secs(5));
    let limited = rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap_err();
    assert!(limited.is_transient() && !limited.may_have_happened(), "{limited}");
    let elsewhere = rest.member(GuildId::new(100), UserId::new(300)).await.unwrap_err();
    assert!(matches!(elsewhere.cause(), Cause::Limited { wait, .. } if wait.as_secs() > 500), "{elsewhere}");
    assert_eq!(acknowledge(&rest, &key()).await, Ack::Acknowledged);
    assert_eq!(far.asked().len(), 2);
}

#[tokio::test]
async fn an_empty_bucket_is_waited_for() {
    let far = Far::start(|_, _| {
        let headers = [("limit", "1"), ("remaining", "0"), ("reset-after", "0.3"), ("bucket", "abcd")];
        let name = |name: &str| match name {
            "limit" => "x-ratelimit-limit",
            "remaining" => "x-ratelimit-remaining",
            "bucket" => "x-ratelimit-bucket",
            _ => "x-ratelimit-reset-after",
        };
        Reply::SayWith(200, posted(), headers.map(|(n, v)| (name(n), v.to_owned())).to_vec())
    })
    .await;
    let rest = rest(&far.url);
    rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
    let answered = Moment::now();
    rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
    assert!(answered.elapsed() >= Duration::from_millis(280));
}

#[tokio::test]
async fn edits_of_a_channel_keep_their_pace_and_those_of_another_do_not_wait() {
    let far = Far::start(|_, _| Reply::Say(200, posted())).await;
    let paced = SenderSettings { edits: 2, edit_window: Duration::from_millis(200), ..settings(&far.url) };
    let rest = Rest::new(Arc::new(Sender::new(paced).unwrap())).within(LIMIT);
    let edit = |channel| {
        let rest = rest.clone();
        async move { rest.edit(ChannelId::new(channel), MessageId::new(1), &EditMessage::new().content("x")).await }
    };
    let begun = Moment::now();
    let (a, b, c, d, e) = tokio::join!(edit(1), edit(1), edit(1), edit(1), edit(1));
    for outcome in [a, b, c, d, e] {
        outcome.unwrap();
    }
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert_eq!(far.asked().len(), 5);
}

#[tokio::test]
async fn an_edit_that_cannot_have_its_turn_in_time_says_so_and_costs_nothing() {
    let far = Far::start(|_, _| Reply::Say(200, posted())).await;
    let slow = SenderSettings { edits: 1, edit_window: Duration::from_secs(600), ..settings(&far.url) };
    let rest = Rest::new(Arc::new(Sender::new(slow).unwrap())).within(LIMIT);
    let edit = async |channel| rest.edit(ChannelId::new(channel), MessageId::new(1), &EditMessage::new()).await;
    edit(1).await.unwrap();
    let refused = edit(1).await.unwrap_err();
    assert!(matches!(refused.cause(), Cause::Limited { .. }), "{refused}");
    edit(2).await.unwrap();
    assert_eq!(far.asked().len(), 2);
}

#[tokio::test]
async fn a_post_with_its_nonce_survives_a_5xx_and_a_lost_answer() {
    let far = Far::start(|n, _| match n {
        0 => Reply::Text(502, "<html>bad gateway</html>"),
        1 => Reply::Cut,
        _ => Reply::Say(200, posted()),
    })
    .await;
    rest(&far.url).post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
    let nonces: Vec<Value> = far.asked().iter().map(|asked| asked.json()["nonce"].clone()).collect();
    assert_eq!(nonces, ["R-142:card", "R-142:card", "R-142:card"]);
}

#[tokio::test]
async fn a_follow_up_has_no_nonce_and_goes_out_once() {
    for reply in [Reply::Text(502, ""), Reply::Cut] {
        let far = Far::start(move |_, _| reply.clone()).await;
        let message = CreateInteractionResponseFollowup::new().content("x");
        let token = SECRET.to_owned().into();
        let error = rest(&far.url).follow_up(500.into(), &token, &message, &[]).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(far.asked().len(), 1);
    }
}

#[tokio::test]
async fn the_deadline_bounds_all_tries() {
    // Long enough for one try on the slowest machine; without a bound each of these would go on for ever.
    const LIMIT: Duration = Duration::from_secs(2);
    let far = Far::start(|_, _| Reply::Text(503, "")).await;
    let error = rest(&far.url).within(LIMIT).guild(GuildId::new(100)).await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    let far = Far::start(|_, _| Reply::Hang).await;
    let error = rest(&far.url).within(LIMIT).guild(GuildId::new(100)).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Lost(_)), "{error}");
    let error = rest(&nobody().await).within(LIMIT).guild(GuildId::new(100)).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::NotSent(_)), "{error}");
}

#[tokio::test]
async fn after_the_first_401_nothing_more_is_sent_with_the_bots_token() {
    let far = Far::start(|_, asked| match asked.target.contains("/callback") {
        true => Reply::Say(204, json!(null)),
        false => Reply::Say(401, json!({ "code": 0, "message": "401: Unauthorized" })),
    })
    .await;
    let rest = rest(&far.url);
    assert_eq!(rest.application().await.unwrap_err().fault(), Some(Fault::BadToken));
    assert_eq!(rest.application().await.unwrap_err().fault(), Some(Fault::BadToken));
    assert_eq!(tokio::time::timeout(LIMIT, rest.sender().faulted()).await, Ok(Fault::BadToken));
    assert_eq!(far.asked().len(), 1);
    assert_eq!(acknowledge(&rest, &key()).await, Ack::Acknowledged);
}

#[tokio::test]
async fn an_expired_interaction_token_is_no_fault() {
    let far = Far::start(|_, _| Reply::Say(401, error(50027))).await;
    let rest = rest(&far.url);
    let edit = EditInteractionResponse::new().content("x");
    let error = rest.edit_original(500.into(), &SECRET.to_owned().into(), &edit, &[]).await.unwrap_err();
    assert_eq!((error.code(), error.fault(), rest.sender().fault()), (Some(50027), None, None));
}

#[tokio::test]
async fn interaction_routes_carry_no_bot_token_and_the_others_do() {
    let far = Far::start(|_, _| Reply::Say(200, posted())).await;
    let rest = rest(&far.url);
    acknowledge(&rest, &key()).await;
    rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
    let asked = far.asked();
    assert_eq!(asked[0].authorization, None);
    assert_eq!(asked[0].target, format!("/api/v10/interactions/7/{SECRET}/callback"));
    assert_eq!(asked[1].authorization.as_deref(), Some("Bot fake-bot-token"));
}

#[test]
fn a_base_that_is_no_web_address_is_refused() {
    for url in ["", "discord.com", "ftp://discord.com", "http://"] {
        assert!(Sender::new(settings(url)).is_err(), "{url}");
    }
}
