//! The first answer to an interaction, whatever comes back and however late.

use super::*;

#[tokio::test]
async fn an_acknowledgement_has_an_outcome_for_everything_discord_says() {
    let outcome = async |replies: Vec<Reply>| {
        let far = Far::start(move |n, _| replies[n.min(replies.len() - 1)].clone()).await;
        let ack = acknowledge(&rest(&far.url), &key()).await;
        (ack, far.asked().len())
    };
    let done = || Reply::Say(204, json!(null));
    let refused = |status, code| Reply::Say(status, error(code));
    let limited = || Reply::Say(429, json!({ "retry_after": 0.05, "global": false }));
    assert_eq!(outcome(vec![done()]).await, (Ack::Acknowledged, 1));
    assert_eq!(outcome(vec![refused(404, 10062)]).await, (Ack::TooLate, 1));
    assert_eq!(outcome(vec![refused(400, 40060)]).await, (Ack::Taken, 1));
    assert_eq!(outcome(vec![limited(), done()]).await, (Ack::Acknowledged, 2));
    assert_eq!(outcome(vec![Reply::Text(500, ""), done()]).await, (Ack::Acknowledged, 2));
    assert!(matches!(outcome(vec![refused(400, 50035)]).await, (Ack::Failed(e), 1) if e.code() == Some(50035)));
    // After a try of ours that may have been taken, the answer that there is is perhaps ours.
    assert_eq!(outcome(vec![Reply::Text(500, ""), refused(400, 40060)]).await, (Ack::PerhapsOurs, 2));
    assert_eq!(outcome(vec![Reply::Cut, refused(400, 40060)]).await, (Ack::PerhapsOurs, 2));
    assert_eq!(outcome(vec![Reply::Text(403, "<html>"), refused(400, 40060)]).await, (Ack::PerhapsOurs, 2));
    // After one that Discord certainly did not take it is somebody else's.
    assert_eq!(outcome(vec![limited(), refused(400, 40060)]).await, (Ack::Taken, 2));
    assert_eq!(outcome(vec![refused(400, 40060), done()]).await, (Ack::Taken, 1));
}

/// Takes the first try at once, answers it so late, and says of every later one that the interaction has an answer.
async fn answered_late(late: Duration) -> (Ack, Duration) {
    let far = Far::start(move |n, _| match n {
        0 => Reply::Late(late, Box::new(Reply::Say(204, json!(null)))),
        _ => Reply::Say(400, error(40060)),
    })
    .await;
    let begun = Moment::now();
    (acknowledge(&rest(&far.url), &key()).await, begun.elapsed())
}

#[tokio::test]
async fn an_acknowledgement_that_is_taken_at_once_and_answered_late_is_ours() {
    let cases = [800, 1_600, 2_500].map(Duration::from_millis).map(async |late| (late, answered_late(late).await));
    for (late, (ack, after)) in futures_util::future::join_all(cases).await {
        assert_eq!(ack, Ack::Acknowledged, "{late:?}");
        assert!(after < Duration::from_secs(5), "{late:?}: {after:?}");
    }
}

#[tokio::test]
async fn an_acknowledgement_whose_answer_never_comes_is_perhaps_ours_once_discord_says_that_there_is_one() {
    let far = Far::start(|n, _| if n == 0 { Reply::Hang } else { Reply::Say(400, error(40060)) }).await;
    assert_eq!(acknowledge(&rest(&far.url), &key()).await, Ack::PerhapsOurs);
    assert_eq!(far.asked().len(), 2);
}

#[tokio::test]
async fn a_second_try_overtakes_a_first_one_that_hangs() {
    let far = Far::start(|n, _| if n == 0 { Reply::Hang } else { Reply::Say(204, json!(null)) }).await;
    assert_eq!(acknowledge(&rest(&far.url), &key()).await, Ack::Acknowledged);
}

#[tokio::test]
async fn pages_in_place_of_an_acknowledgement_cost_few_requests_and_acknowledge_nothing() {
    for (status, page) in [(403, "<html>blocked</html>"), (200, "<html>log in</html>"), (429, "error code: 1015")] {
        let far = Far::start(move |_, _| Reply::Text(status, page)).await;
        assert!(matches!(acknowledge(&rest(&far.url), &key()).await, Ack::Unknown(_)), "{status}");
        assert!((2..=8).contains(&far.asked().len()), "{status}: {}", far.asked().len());
    }
}

#[tokio::test]
async fn an_acknowledgement_ends_with_its_three_seconds() {
    let nearly_over = || InteractionKey { received: Moment::now() - Duration::from_millis(2_600), ..key() };
    let far = Far::start(|_, _| Reply::Hang).await;
    assert!(matches!(acknowledge(&rest(&far.url), &nearly_over()).await, Ack::Unknown(_)));
    assert!(matches!(acknowledge(&rest(&nobody().await), &nearly_over()).await, Ack::Failed(_)));
    let over = InteractionKey { received: Moment::now() - Duration::from_secs(3), ..key() };
    assert!(matches!(acknowledge(&rest(&far.url), &over).await, Ack::Failed(_)));
    assert_eq!(far.asked().len(), 1);
}
