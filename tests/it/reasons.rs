//! What a rule wants of a reason: refused without it at the command, at **Confirm**, and before the first call.

use sim::discord::{Message, ROLE};

use crate::{
    approvals::LEADS,
    bot::{TestBot, TestConfig, db_1, rule, web_1},
    passing::lease,
};

const WEB_1: (&str, &str) = ("server", "web-1");
const GOOD: (&str, &str) = ("reason", "disk full, INC-4711");

/// A bot where what these servers are needs a reason with a ticket's number.
async fn bot(servers: &str) -> TestBot {
    let workers = ["view", "reboot", "rescue", "restore", "console", "admin"];
    let rules = rule(ROLE, &workers, &["*"])
        + &rule(LEADS, &["view", "approve"], &["*"])
        + &format!("[[protect]]\nservers = [\"{servers}\"]\nreason = 'INC-\\d+'\n");
    TestBot::with(TestConfig { rules, ..TestConfig::default() }, [web_1(), db_1()]).await
}

/// It says which rule wants what, and what to type.
#[track_caller]
fn is_refused(answer: &Message, command: &str) {
    let parts = ["🚫", "[[protect]] #1", "`INC-\\d+`", &format!("{command} server:web-1")];
    assert!(parts.iter().all(|part| answer.content.contains(part)), "{}", answer.content);
    assert!(answer.content.contains("reason:") && answer.buttons().is_empty(), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_reason_that_matches_nothing_is_asked_of_anybody_and_break_glass_does_not_pass_it() {
    let bot = bot("web-1").await;
    let glass = ("break_glass", "true");
    for options in
        [vec![WEB_1], vec![WEB_1, ("reason", "disk full")], vec![WEB_1, glass, ("reason", "the shop is down")]]
    {
        for command in ["rescue enable", "restore", "reboot"] {
            let answer = bot.ask(&bot.ann, command, &options).await;
            is_refused(&answer, &format!("/{command}"));
        }
    }
    for command in ["plan", "why"] {
        let answer = bot.ask(&bot.ann, command, &[("action", "reboot"), WEB_1]).await;
        assert!(answer.content.contains("wants a reason that matches `INC-\\d+`"), "{}", answer.content);
    }
    let (plan, console) = ("wants a reason", [("action", "console"), WEB_1]);
    assert!(!bot.ask(&bot.ann, "why", &console).await.content.contains(plan), "a console has none");
    assert!(bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await.button("Confirm").is_some());

    bot.accepted(&bot.ann, "rescue enable", &[WEB_1, glass, GOOD]).await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    assert!(card.content.contains("INC-4711") && card.button("Confirm").is_some(), "{}", card.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.accepted(&bot.ann, "restore", &[WEB_1, glass, GOOD]).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_covers_it_by_now_wants_its_reason_at_confirm_and_before_the_first_call() {
    let bot = bot("tag:lock=yes").await;
    let card = bot.ask(&bot.ann, "reboot", &[WEB_1]).await;
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    held.reached().await;
    bot.ovh.set_tag("web-1", "lock", "yes");
    held.release();
    bot.rung(&bot.ann, &["R-1", "now wants a reason that matches `INC-\\d+`", "is back as it was"]).await;
    is_refused(&bot.press(&bot.ann, &card, "Confirm").await, "/reboot");
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 0));
    assert_eq!(lease(&bot, "web-1").await, None);
}
