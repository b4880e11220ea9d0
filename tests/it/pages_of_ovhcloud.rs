//! What stands where OVHcloud's answer should says nothing: neither that something was refused, nor that it is gone, nor that the
//! credentials are bad.

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::ovh::Ovh;

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// What may be answered in OVHcloud's place, with what each says.
const IN_ITS_PLACE: [(u16, &str); 8] = [
    (400, "<html><h1>400 Bad Request</h1></html>"),
    (403, "<html><h1>Forbidden</h1></html>"),
    (404, ""),
    (408, "<html>request timeout</html>"),
    (413, "<html>too large</html>"),
    (429, "<html>slow down</html>"),
    (451, ""),
    (499, "client closed request"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_was_done_and_answered_by_a_page_is_found_and_never_done_twice() {
    let each = IN_ITS_PLACE.map(async |(status, page)| {
        let bot = TestBot::new().await;
        bot.ovh.faults().answer_instead("POST", "/reboot", status, page);
        bot.accepts(Kind::Enable).await;
        assert!(bot.last_word("R-1").await.contains("**In rescue**"), "{status}");
        assert_eq!(bot.ovh.reboots("web-1"), 1, "{status}");
        assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"), "{status}");
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_a_page_kept_from_happening_is_a_question_and_not_a_refusal() {
    let each = IN_ITS_PLACE.map(async |(status, page)| {
        let bot = TestBot::new().await;
        bot.ovh.faults().answer("POST", "/reboot", status, &[], page.as_bytes());
        bot.accepts(Kind::Enable).await;
        let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
        assert!(question.content.contains(&status.to_string()), "{}", question.content);
        assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("POST", "/reboot")), (0, 1), "{status}");
        bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        assert_eq!(bot.ovh.reboots("web-1"), 1, "{status}");
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_408_and_a_499_in_ovhclouds_own_form_say_nothing_about_the_reboot_either() {
    for status in [408, 499] {
        let bot = TestBot::new().await;
        let body = json!({"class": "Client::Timeout", "message": "too slow"}).to_string();
        bot.ovh.faults().answer_instead("POST", "/reboot", status, &body);
        bot.accepts(Kind::Enable).await;
        assert!(bot.last_word("R-1").await.contains("**In rescue**"), "{status}");
        assert_eq!(bot.ovh.reboots("web-1"), 1, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_ovhclouds_own_form_still_is_one() {
    for (status, body) in [
        (409, json!({"class": "Client::Conflict", "message": "This server is busy"})),
        (
            403,
            json!({"errorCode": "NOT_GRANTED_CALL", "httpCode": "403 Forbidden", "message": "This call has not been granted"}),
        ),
        (429, json!({"class": "Client::TooManyRequests", "message": "Too many requests"})),
    ] {
        let bot = TestBot::new().await;
        bot.ovh.faults().status("POST", "/reboot", status, &body);
        bot.accepts(Kind::Enable).await;
        let end = bot.last_word("R-1").await;
        assert!(end.contains(body["message"].as_str().expect("a text")), "{end}");
        assert_eq!(bot.ovh.reboots("web-1"), 0, "{status}");
        assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"), "what was set is put back");
    }
}

/// A rescue comes to its good end although pages come in between.
async fn rescued_in_spite(bot: &TestBot, spoil: impl FnOnce(&Ovh)) {
    spoil(&bot.ovh);
    bot.accepts(Kind::Enable).await;
    let end = bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_a_secret_and_a_task_behind_pages_end_no_rescue() {
    let spoils: [fn(&Ovh); 8] = [
        |ovh| drop(ovh.faults().answer_instead("PUT", "/dedicated/server/", 403, "<html>blocked</html>")),
        |ovh| drop(ovh.faults().next(2).html("PUT", "/dedicated/server/", 403)),
        |ovh| drop(ovh.faults().html("PUT", "/dedicated/server/", 408)),
        |ovh| drop(ovh.faults().next(2).html("POST", "/authenticationSecret", 404)),
        |ovh| drop(ovh.faults().answer_instead("POST", "/authenticationSecret", 403, "")),
        |ovh| drop(ovh.faults().next(3).html("GET", "/task/", 404)),
        |ovh| drop(ovh.faults().next(3).html("GET", "/boot", 404)),
        |ovh| drop(ovh.faults().next(2).rate_limit("GET", "/task", 1)),
    ];
    // What was not begun is given up after twenty polls: long enough for a page or two on the slowest machine.
    let usual = TestConfig::default();
    let pace = usual.pace.replace("task_poll = \"30ms\"", "task_poll = \"500ms\"");
    let each = spoils.map(async |spoil| {
        let config = TestConfig { pace: pace.clone(), ..TestConfig::default() };
        rescued_in_spite(&TestBot::with(config, [web_1(), db_1()]).await, spoil).await;
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_at_the_tokens_place_blames_no_client() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1(), db_1()]).await;
    rescued_in_spite(&bot, |ovh| {
        ovh.expire_tokens();
        ovh.faults().next(2).html("POST", "/token", 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_behind_a_page_is_asked_for_again() {
    let bot = TestBot::new().await;
    bot.ovh.faults().html("POST", "/features/ipmi/access", 403);
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Console open**", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_behind_a_404_page_is_not_gone() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let page = bot.ovh.faults().next(3).html("GET", "/dedicated/server/ns1111111.ip-203-0-113.eu", 404);
    bot.accepts(Kind::Restore).await;
    assert!(bot.last_word("R-2").await.contains("**Restored**"));
    assert_eq!(page.hits(), 3);
    eventually("it is at home", async || bot.ovh.kernel_of("web-1").as_deref() == Some("hd")).await;
}
