//! What is not Discord's own answer, and what a 429 holds.

use super::*;

/// Everything that may stand where Discord's answer should.
fn pages() -> Vec<Reply> {
    let other_json = |status, body| Reply::Say(status, body);
    let mut pages: Vec<Reply> = [400, 401, 403, 404, 407, 408, 413, 429, 451, 499]
        .into_iter()
        .flat_map(|status| [Reply::Text(status, "<html>blocked</html>"), Reply::Text(status, "")])
        .collect();
    pages.extend([
        Reply::Text(200, "<html>log in</html>"),
        Reply::Text(200, ""),
        Reply::SayWith(302, json!(null), vec![("location", "http://192.0.2.1/".to_owned())]),
        other_json(403, json!({ "message": "Forbidden" })),
        other_json(403, json!({ "message": "internal network error", "code": 40333 })),
        other_json(404, json!({ "code": 404, "message": "no such upstream" })),
        other_json(401, json!({ "code": "unauthorized", "message": "log in" })),
        other_json(400, json!([])),
    ]);
    pages
}

#[tokio::test]
async fn what_is_not_discords_own_answer_is_weather_and_the_call_goes_on_when_it_clears() {
    let each = pages().into_iter().map(async |page| {
        let far = Far::start(move |n, _| if n < 3 { page.clone() } else { Reply::Say(200, posted()) }).await;
        let rest = rest(&far.url);
        rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
        rest.edit(CHANNEL, MessageId::new(1), &EditMessage::new().content("x")).await.unwrap();
        assert_eq!((far.asked().len(), rest.sender().fault()), (5, None));
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test]
async fn what_is_not_discords_own_answer_is_never_final() {
    let each = pages().into_iter().map(async |page| {
        let far = Far::start(move |_, _| page.clone()).await;
        let rest = rest(&far.url).within(Duration::from_millis(300));
        let edit = rest.edit(CHANNEL, MessageId::new(1), &EditMessage::new()).await.unwrap_err();
        let wiped = rest.delete(CHANNEL, MessageId::new(1)).await.unwrap_err();
        let read = rest.application().await.unwrap_err();
        for error in [edit, wiped, read] {
            assert!(error.is_transient() && !error.is_final() && error.fault().is_none(), "{error}");
            assert_eq!(error.code(), None, "{error}");
        }
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test]
async fn a_hundred_callers_before_a_page_make_few_requests() {
    let far = Far::start(|_, _| Reply::Text(403, "<html>blocked</html>")).await;
    let rest = rest(&far.url).within(Duration::from_secs(1));
    let each = (0..100).map(async |_| rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap_err());
    for error in futures_util::future::join_all(each).await {
        assert!(!error.is_final(), "{error}");
    }
    // The first may all go out together; then one at a time looks, after pauses that double from 5 ms.
    assert!(far.asked().len() < 120, "{}", far.asked().len());
}

#[tokio::test]
async fn a_global_429_of_minutes_lets_the_answers_to_interactions_out() {
    let far = Far::start(|n, _| match n {
        0 => Reply::Say(429, json!({ "message": "slow", "retry_after": 387.0, "global": true })),
        _ => Reply::Say(200, posted()),
    })
    .await;
    let rest = rest(&far.url).within(Duration::from_secs(5));
    rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap_err();
    let token = SECRET.to_owned().into();
    let edit = EditInteractionResponse::new().content("here it is");
    rest.edit_original(500.into(), &token, &edit, &[]).await.unwrap();
    rest.follow_up(500.into(), &token, &CreateInteractionResponseFollowup::new().content("x"), &[]).await.unwrap();
    assert_eq!(far.asked().len(), 3);
}

#[tokio::test]
async fn one_edits_429_of_minutes_freezes_no_other_message() {
    for scope in ["user", "shared"] {
        let far = Far::start(move |_, asked| match asked.method.as_str() {
            "PATCH" if asked.target.ends_with("/messages/1") => {
                let headers =
                    [("x-ratelimit-scope", scope), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "1140")];
                let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
                Reply::SayWith(429, json!({ "message": "slow", "retry_after": 1140.0, "global": false }), headers)
            }
            _ => Reply::Say(200, posted()),
        })
        .await;
        let paced = SenderSettings { edits: 2, edit_window: Duration::from_millis(200), ..settings(&far.url) };
        let rest = Rest::new(Arc::new(Sender::new(paced).unwrap())).within(LIMIT);
        let edit = async |message| rest.edit(CHANNEL, MessageId::new(message), &EditMessage::new().content("x")).await;
        for _ in 0..20 {
            let frozen = edit(1).await.unwrap_err();
            assert!(frozen.wait().is_some_and(|wait| wait.as_secs() > 1_000) && !frozen.is_final(), "{frozen}");
            assert!(frozen.to_string().contains("Discord's rate limit asks to wait 11"), "{frozen}");
        }
        let begun = Moment::now();
        edit(2).await.unwrap();
        rest.post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
        rest.delete(CHANNEL, MessageId::new(1)).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(5), "the frozen one took no turn from the others");
        assert_eq!(far.asked().len(), 4);
    }
}

#[tokio::test]
async fn a_408_and_a_499_in_discords_own_form_are_weather_too() {
    for status in [408, 499] {
        let far = Far::start(move |n, _| match n {
            0 => Reply::Say(status, json!({ "code": 0, "message": "too slow" })),
            _ => Reply::Say(200, posted()),
        })
        .await;
        rest(&far.url).post(CHANNEL, &message(), &nonce(), &[]).await.unwrap();
        assert_eq!(far.asked().len(), 2, "{status}");
    }
}
