//! What errors may say of what was sent: nothing.

use super::*;

#[tokio::test]
async fn no_token_and_no_body_is_ever_printed() {
    let far = Far::start(|n, asked| match n {
        0 => Reply::Text(500, "fake-bot-token fake-interaction-token"),
        1 => Reply::Cut,
        _ => {
            let echo = format!("{} {} private words", asked.target, asked.authorization.as_deref().unwrap_or_default());
            let errors = json!({ "data": { "content": { "_errors": [
                { "code": "BASE_TYPE_MAX_LENGTH", "message": "\"private words\" is too long" }] } } });
            let echo = echo.replace("private words", "");
            Reply::Say(400, json!({ "code": 50035, "message": echo, "errors": errors }))
        }
    })
    .await;
    let gone = rest(&nobody().await).within(Duration::from_millis(50));
    let rest = rest(&far.url);
    let token = SECRET.to_owned().into();
    let private = || CreateInteractionResponseFollowup::new().content("private words");
    let mut said = format!("{rest:?} {:?} {:?}", rest.sender(), settings(&far.url));
    for outcome in [
        rest.follow_up(500.into(), &token, &private(), &[]).await,
        rest.follow_up(500.into(), &token, &private(), &[]).await,
        rest.follow_up(500.into(), &token, &private(), &[]).await,
        rest.post(CHANNEL, &message().content("private words"), &nonce(), &[]).await,
        gone.follow_up(500.into(), &token, &private(), &[]).await,
    ] {
        let error = outcome.unwrap_err();
        said.push_str(&format!("\n{error} {error:?}"));
    }
    said.push_str(&format!("\n{:?}", acknowledge(&rest, &key()).await));
    for secret in [SECRET, TOKEN, "private words"] {
        assert!(!said.contains(secret), "{said}");
    }
    assert!(said.contains("data.content: BASE_TYPE_MAX_LENGTH"), "{said}");
}

#[tokio::test]
async fn an_error_that_quotes_what_was_sent_is_printed_without_it() {
    const LINK: &str = "https://example.invalid/manager/secret/#?id=fake1111-2222-3333-4444-555555555555";
    const ID: &str = "fakefakefake";
    let quotes: [fn(&Asked) -> String; 5] = [
        |asked| format!("Message blocked by harmful links filter: {LINK} in {}", asked.text()),
        |asked| format!("\"{}\" is no path", asked.target),
        |_| LINK.replace('/', "\\/"),
        |_| LINK.trim_start_matches("https://").to_owned(),
        |_| format!("the value \"{ID}\" of url is not well formed"),
    ];
    let shared = Arc::new(quotes);
    let far = Far::start({
        let quotes = Arc::clone(&shared);
        move |n, asked| {
            let quote = quotes[n % quotes.len()](asked);
            let errors = json!({ quote.as_str(): { "_errors": [{ "code": quote, "message": quote }] } });
            Reply::Say(400, json!({ "code": 240_000, "message": quote, "errors": errors }))
        }
    })
    .await;
    let rest = rest(&far.url);
    let token = SECRET.to_owned().into();
    for _ in 0..shared.len() {
        let content = format!("open {LINK} or {ID}");
        let sent = CreateInteractionResponseFollowup::new().content(content);
        let error = rest.follow_up(500.into(), &token, &sent, &[]).await.unwrap_err();
        assert_eq!(error.code(), Some(240_000));
        let said = format!("{error} {error:?}");
        for secret in [SECRET, "example.invalid", "manager/secret", "11111111-2222", ID] {
            assert!(!said.contains(secret), "{said}");
        }
    }
}
