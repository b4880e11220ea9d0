//! Nobody knows whether the reboot happened: a person decides, and only once.

use std::time::Duration;

use serde_json::json;
use sim::{
    discord::{Id, Message, OPS},
    ovh::{Ovh, Tempo},
};

use crate::bot::{ALL, TestBot, TestConfig, db_1, eventually, web_1};

/// A role that may rescue and nothing else.
const HELPER: Id = Id(400_000_000_000_000_077);

/// An enable whose reboot got no answer and left no task: the question.
async fn asked(bot: &TestBot, spoil: impl FnOnce(&Ovh)) -> Message {
    spoil(&bot.ovh);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    assert!(question.button("Leave it").is_some() && question.button("Reboot again").is_some());
    question
}

fn reset(ovh: &Ovh) {
    ovh.faults().reset("POST", "/reboot");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_and_no_task_is_a_question_and_leave_it_ends_it_with_a_way_out() {
    let bot = TestBot::new().await;
    let question = asked(&bot, reset).await;
    assert!(question.content.contains("no new reboot task"), "{}", question.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);

    bot.press(&bot.ann, &question, "Leave it").await;
    let end = bot.rung(&bot.ann, &["Left as it is", "web-1"]).await;
    assert!(end.content.contains("netboot is **not** put back"), "{}", end.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));

    bot.press_and_confirm(&bot.ann, &end, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// A bot whose OVHcloud account has its API log read.
async fn with_log() -> TestBot {
    let config = TestConfig::default();
    let credentials = format!("{}api_log = true\n", config.credentials);
    TestBot::with(TestConfig { credentials, ..config }, [web_1()]).await
}

/// A reboot that arrived and left no task.
async fn arrived_without_a_task(bot: &TestBot) -> Message {
    let sent = bot.ovh.faults().hold_answer("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    sent.reached().await;
    bot.ovh.vanish_tasks("web-1");
    bot.ovh.net().reset_all();
    bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ovhclouds_own_log_may_say_that_the_request_arrived_and_decides_nothing() {
    let bot = with_log().await;
    arrived_without_a_task(&bot).await;
    let question = bot.sees(&["Your decision is needed", "OVHcloud's log has my request at"]).await;
    assert!(question.button("Leave it").is_some() && question.button("Reboot again").is_some(), "a person decides");
    assert!(bot.ovh.journal().count("GET", "/me/api/logs/self/") <= 10);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "it is not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_log_or_cannot_be_read_is_silence() {
    for spoil in ["it never arrived", "refused", "late"] {
        let bot = with_log().await;
        match spoil {
            "it never arrived" => drop(bot.ovh.faults().reset("POST", "/reboot")),
            "refused" => bot.ovh.forbid("account:apiovh:me/api/logs/self/get"),
            _ => bot.ovh.delay_api_log(std::time::Duration::from_secs(3_600)),
        }
        if spoil == "it never arrived" {
            bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        } else {
            arrived_without_a_task(&bot).await;
        }
        eventually("it is looked at more than once", async || bot.ovh.journal().count("GET", "/me/api/logs/self") >= 2)
            .await;
        let asks = |message: &Message| message.button("Reboot again").is_some();
        let question = bot.discord.wait_for_message(OPS, asks).await;
        assert!(!question.content.contains("log"), "{spoil}: {}", question.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_the_log_is_not_read() {
    let bot = TestBot::new().await;
    arrived_without_a_task(&bot).await;
    assert_eq!(bot.ovh.journal().count("GET", "/me/api/logs"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn reboot_again_is_one_more_reboot_and_no_more_however_often_it_is_pressed() {
    let bot = TestBot::new().await;
    let question = asked(&bot, reset).await;
    let id = question.button("Reboot again").and_then(|button| button.custom_id).expect("the button");
    let first = bot.press(&bot.ann, &question, "Reboot again").await;
    let second = bot.press(&bot.ann, &question, "Reboot again").await;
    assert!(first.is_ephemeral() && first.content.contains("Reboots now into"), "{}", first.text());
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1, "nothing reboots on one tap");
    let (one, other) = tokio::join!(bot.press(&bot.ann, &first, "Confirm"), bot.press(&bot.ann, &second, "Confirm"));
    let answers = [one.content, other.content];
    assert_eq!(answers.iter().filter(|text| text.contains("no longer means anything")).count(), 1, "{answers:?}");
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let late = bot.ann.press_raw(&id, &question).await.answer().await;
    assert!(late.content.contains("no longer means anything"), "{}", late.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_500_and_a_redirect_without_effect_are_questions_too() {
    for status in [500, 307] {
        let bot = TestBot::new().await;
        let spoil =
            |ovh: &Ovh| drop(ovh.faults().status("POST", "/reboot", status, &json!({"message": "Internal error"})));
        let question = asked(&bot, spoil).await;
        assert!(question.content.contains(&status.to_string()), "{}", question.content);
        assert!(question.content.contains("query id"), "{}", question.content);
        assert_eq!(bot.ovh.reboots("web-1"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_reboot_that_gets_no_answer_either_is_a_second_question() {
    let bot = TestBot::new().await;
    bot.ovh.faults().next(2).reset("POST", "/reboot");
    let first = asked(&bot, |_| {}).await;
    bot.press_and_confirm(&bot.ann, &first, "Reboot again").await;
    let second = bot
        .discord
        .wait_for_message(first.channel, |message| message.id != first.id && message.button("Reboot again").is_some());
    let second = second.await;
    bot.press(&bot.ann, &second, "Leave it").await;
    bot.rung(&bot.ann, &["Left as it is", "web-1"]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 2, "one for each approval");
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_reboot_may_not_decide() {
    let rules = format!(
        "[[role]]\nid = \"{}\"\ncan = {ALL}\nservers = [\"*\"]\n\
         [[role]]\nid = \"{HELPER}\"\ncan = [\"view\", \"rescue\", \"restore\"]\nservers = [\"*\"]\n",
        sim::discord::ROLE
    );
    let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, [web_1(), db_1()]).await;
    let bob = bot.discord.person("bob", "en-GB", &[HELPER]);
    let question = asked(&bot, reset).await;
    for label in ["Reboot again", "Leave it"] {
        let answer = bot.press(&bob, &question, label).await;
        assert!(answer.content.contains("do not include `reboot`"), "{}", answer.content);
        assert!(answer.content.contains("Ask <@"), "{}", answer.content);
    }
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// Tasks that nobody can read before time goes on.
fn slow_to_show(bot: &TestBot) {
    bot.ovh.tempo(Tempo { readable: Duration::from_secs(60), ..Tempo::HURRIED });
    bot.ovh.freeze();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_turns_up_after_the_question_is_adopted_and_the_buttons_die() {
    let bot = TestBot::new().await;
    slow_to_show(&bot);
    let question = asked(&bot, |ovh| drop(ovh.faults().lose_answer("POST", "/reboot"))).await;
    let id = question.button("Reboot again").and_then(|button| button.custom_id).expect("the button");
    bot.ovh.advance(Duration::from_secs(61));
    bot.ovh.thaw();
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let late = bot.ann.press_raw(&id, &question).await.answer().await;
    assert!(late.content.contains("no longer means anything"), "{}", late.content);
    bot.discord.wait_for_message(question.channel, |m| m.id == question.id && m.buttons().is_empty()).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_turns_up_right_after_reboot_again_was_pressed_is_adopted_and_not_followed_by_another() {
    let bot = TestBot::new().await;
    slow_to_show(&bot);
    let question = asked(&bot, |ovh| drop(ovh.faults().lose_answer("POST", "/reboot"))).await;
    // The press is decided while the bot's looks at the tasks are held up; the first of them then sees the task.
    let looks = bot.ovh.faults().always().hold_before("GET", "task?function=hardReboot");
    looks.reached().await;
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    bot.ovh.advance(Duration::from_secs(61));
    bot.ovh.thaw();
    looks.release();
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// The bot's reboot and somebody else's, both unknown before: which is ours cannot be told.
async fn several(bot: &TestBot) -> Message {
    slow_to_show(bot);
    bot.ovh.faults().lose_answer("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the reboot is taken", async || bot.ovh.reboots("web-1") == 1).await;
    bot.ovh.reboot_by_somebody("web-1");
    bot.ovh.advance(Duration::from_secs(61));
    bot.ovh.thaw();
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    assert!(question.content.contains("2 new reboot tasks"), "{}", question.content);
    question
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_reboot_at_the_same_time_is_a_question_and_leave_it_sends_nothing() {
    let bot = TestBot::new().await;
    let question = several(&bot).await;
    bot.press(&bot.ann, &question, "Leave it").await;
    bot.rung(&bot.ann, &["Left as it is", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_reboot_at_the_same_time_is_a_question_and_reboot_again_sends_one() {
    let bot = TestBot::new().await;
    let question = several(&bot).await;
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2, "one for each approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_reboot_that_shows_first_is_not_taken_for_ours() {
    let bot = TestBot::new().await;
    slow_to_show(&bot);
    bot.ovh.faults().lose_answer("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the reboot is taken", async || bot.ovh.reboots("web-1") == 1).await;
    bot.ovh.tempo(Tempo::HURRIED);
    let theirs = format!("/task/{}", bot.ovh.reboot_by_somebody("web-1"));
    bot.ovh.journal().wait_for("GET", &theirs, 1).await;
    bot.ovh.advance(Duration::from_secs(61));
    bot.ovh.thaw();
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    assert!(question.content.contains("2 new reboot tasks"), "{}", question.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_task_that_shows_alone_is_adopted_without_a_question() {
    let bot = TestBot::new().await;
    bot.ovh.faults().lose_answer("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.count(&["Your decision is needed"]), 0, "{}", end.content);
    bot.sees(&["R-1", "its task"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// A first reboot whose fate nobody knows, and a second one that certainly did not happen.
async fn second_not_done(spoil: impl FnOnce(&Ovh), words: &str) {
    let bot = TestBot::new().await;
    let first = asked(&bot, reset).await;
    spoil(&bot.ovh);
    bot.press_and_confirm(&bot.ann, &first, "Reboot again").await;
    let fits = move |message: &Message| message.id != first.id && message.button("Reboot again").is_some();
    let second = bot.discord.wait_for_message(first.channel, fits).await;
    assert!(second.content.contains(words), "{}", second.content);
    assert!(!second.content.contains("got no answer"), "it was answered, or never asked: {}", second.content);
    assert!(!second.content.contains("instead of an answer"), "{}", second.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_reboot_that_was_refused_is_a_question_that_says_so() {
    let refuse = |ovh: &Ovh| drop(ovh.faults().status("POST", "/reboot", 403, &json!({"message": "not now"})));
    second_not_done(refuse, "refused the last reboot").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_hangs_until_its_time_is_over_is_looked_for_and_never_sent_again() {
    let usual = TestConfig::default();
    let config = TestConfig { pace: format!("{}ovh_timeout = \"700ms\"\n", usual.pace), ..usual };
    let bot = TestBot::with(config, [web_1()]).await;
    let hangs = |ovh: &Ovh| drop(ovh.faults().hang("POST", "/reboot"));
    let question = asked(&bot, hangs).await;
    assert!(question.content.contains("in time"), "{}", question.content);
    bot.press(&bot.ann, &question, "Leave it").await;
    bot.rung(&bot.ann, &["Left as it is", "web-1"]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_whose_answer_hangs_is_adopted() {
    let usual = TestConfig::default();
    let config = TestConfig { pace: format!("{}ovh_timeout = \"700ms\"\n", usual.pace), ..usual };
    let bot = TestBot::with(config, [web_1()]).await;
    let answer = bot.ovh.faults().hold_answer("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    answer.reached().await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

/// **Reboot again** was pressed, and the process died before the reboot, so long ago.
async fn away_after_reboot_again(bot: &mut TestBot, long: jiff::SignedDuration) {
    let question = asked(bot, reset).await;
    let looks = bot.ovh.faults().always().hold_before("GET", "task?function=hardReboot");
    looks.reached().await;
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    bot.die().await;
    bot.ovh.faults().clear();
    bot.age_events(1, long).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_reboot_that_was_approved_long_ago_is_asked_about_again_and_not_sent() {
    let mut bot = TestBot::new().await;
    away_after_reboot_again(&mut bot, jiff::SignedDuration::from_hours(5)).await;
    bot.start().await;
    let again = bot.sees(&["R-1", "Your decision is needed", "approved too long ago"]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1, "{}", again.content);
    bot.discord.wait_for_message(again.channel, |message| message.button("Leave it").is_some()).await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_reboot_rests_on_the_rights_of_whoever_approved_it() {
    let mut bot = TestBot::new().await;
    away_after_reboot_again(&mut bot, jiff::SignedDuration::from_secs(60)).await;
    bot.ann.set_roles(&[]);
    bot.start().await;
    bot.sees(&["R-1", "Your decision is needed", "may not do this any more"]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_over_from_a_question() {
    let bot = TestBot::new().await;
    let question = asked(&bot, reset).await;
    let id = question.button("Reboot again").and_then(|button| button.custom_id).expect("the button");
    bot.restored(&bot.ann, "web-1").await;
    let late = bot.ann.press_raw(&id, &question).await.answer().await;
    assert!(late.content.contains("no longer means anything"), "{}", late.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "the restore's own");
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_though_the_tasks_cannot_be_read_and_a_task_that_turns_up_later_is_adopted() {
    let mut bot = TestBot::new().await;
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    reboot.reached().await;
    let words = json!({"class": "Client::Forbidden", "message": "This credential is revoked"});
    let blind = bot.ovh.faults().always().status("GET", "task?function=hardReboot", 403, &words);
    bot.ovh.net().reset_all();
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1", "credential is revoked"]).await;
    assert!(question.content.contains("I cannot read whether"), "{}", question.content);
    bot.stop().await;
    bot.start().await;
    reboot.release();
    eventually("the reboot is taken", async || bot.ovh.reboots("web-1") == 1).await;
    blind.clear();
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("POST", "/reboot")), (1, 1));
}
