//! OVHcloud's task does not end (`pace.task_patience`): that is said, nobody is barred from the way out, and it is followed on.

use bernard_domain::operation::Kind;
use jiff::SignedDuration;
use sim::{
    discord::{Message, ONCALL, OPS},
    ovh::Ending,
};

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    passing::{lease, pass},
};

const LATE: &str = "OVHcloud takes long";
const STILL: &str = "OVHcloud still takes long";

/// A bot that has little patience with tasks, and somebody on call.
async fn hasty(rescue: &str, pace: &str) -> TestBot {
    let usual = TestConfig::with_rescue(&format!("probe = false\n{rescue}"));
    let config = TestConfig {
        discord: format!("oncall_role = \"{ONCALL}\""),
        pace: format!("{}task_patience = \"400ms\"\n{pace}", usual.pace),
        ..usual
    };
    TestBot::with(config, [web_1()]).await
}

/// The next reboot's task stays at a word; what happens to the machine is another matter.
fn stands(bot: &TestBot, word: &str) {
    bot.ovh.next_reboot_ends("web-1", Ending::Stands(word.to_owned()));
}

fn no_link(bot: &TestBot) {
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
}

/// An enable whose task stands, with no link to be found.
async fn stuck(bot: &TestBot) -> Message {
    stands(bot, "doing");
    no_link(bot);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &[LATE, "R-1", "`doing`", "Restore now"]).await
}

async fn called(bot: &TestBot) -> Message {
    bot.discord.wait_for_message(OPS, |message| message.pinged_roles.contains(&ONCALL)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_found_beside_a_task_that_stands_whatever_its_word() {
    for word in ["doing", "todo", "init", "quarantined"] {
        let bot = hasty("", "").await;
        stands(&bot, word);
        bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        let end = bot.rung(&bot.ann, &["**In rescue**", "R-1", "web-1"]).await;
        assert!(end.content.contains("the link shows that the rescue runs"), "{}", end.content);
        assert_eq!(bot.ann.dms().iter().filter(|dm| dm.content.contains("manager/secret")).count(), 1, "{word}");
        eventually("the card goes on, and it was said once", async || bot.count(&[LATE, "R-1"]) == 1).await;
        assert_eq!(bot.ovh.reboots("web-1"), 1, "{word}");
        bot.restored(&bot.ann, "web-1").await;
        assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_rings_the_requester_and_then_on_call_once_each_also_over_a_kill() {
    let mut bot = hasty("", "").await;
    let late = stuck(&bot).await;
    assert!(late.pinged_roles.is_empty() && late.button("Restore now").is_some());
    let call = called(&bot).await;
    assert!(call.content.contains(STILL) && call.button("Restore now").is_some(), "{}", call.content);
    bot.card_shows("R-1", "OVHcloud takes long").await;
    bot.die().await;
    bot.start().await;
    bot.ovh.hand_out("web-1");
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    eventually("neither message says that it runs", async || {
        let old = |message: &Message| message.content.contains("well after its time");
        !bot.discord.messages(OPS).iter().any(old)
    })
    .await;
    assert_eq!((bot.count(&[LATE, "R-1", "That is over"]), bot.count(&[STILL, "R-1"])), (1, 1));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_later_end_is_told_good_or_bad() {
    for (ending, words) in [(Ending::Done, "**In rescue**"), (Ending::OvhError, "**Reboot failed**")] {
        let bot = hasty("", "").await;
        stuck(&bot).await;
        if ending == Ending::Done {
            bot.ovh.hand_out("web-1");
        }
        bot.ovh.tasks_go_on("web-1", &ending);
        bot.rung(&bot.ann, &[words, "R-1"]).await;
        assert_eq!(bot.ovh.reboots("web-1"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_does_not_wait_for_it_and_takes_over() {
    let bot = hasty("", "").await;
    let late = stuck(&bot).await;
    let busy = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(busy.content.contains("busy with R-1"), "only the way out is free: {}", busy.content);
    bot.press_and_confirm(&bot.ann, &late, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    bot.sees(&[LATE, "R-1", "R-2 has taken over"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    assert_eq!(lease(&bot, "web-1").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restores_own_task_may_stand_too_and_another_restore_takes_over() {
    let bot = hasty("", "").await;
    bot.rescued(&bot.ann, "web-1").await;
    stands(&bot, "doing");
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &[LATE, "R-2"]).await;
    assert!(lease(&bot, "web-1").await.is_some(), "nobody knows yet that it left");
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(lease(&bot, "web-1").await, None);
    assert_eq!(bot.ovh.reboots("web-1"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_may_be_asked_for_beside_it() {
    let bot = hasty("", "").await;
    stuck(&bot).await;
    let answer = bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(answer.content.contains("Started"), "nothing bars it: {}", answer.content);
    bot.ovh.hand_out("web-1");
    // OVHcloud's dates have whole seconds: the task looks old enough a moment later.
    eventually("its link is sent", async || {
        bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
        bot.count(&["**Link sent**"]) > 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_not_barred_by_it() {
    let bot = hasty("on_deadline = \"restore\"", "").await;
    stuck(&bot).await;
    pass(&bot, SignedDuration::from_mins(241)).await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_came_before_it_was_known_to_stand_restores_then() {
    let usual = TestConfig::with_rescue("probe = false\non_deadline = \"restore\"");
    let pace = format!("{}task_patience = \"1h\"\nquestion_patience = \"1ms\"\n", usual.pace);
    let mut bot = TestBot::with(TestConfig { pace, ..usual }, [web_1()]).await;
    stands(&bot, "doing");
    no_link(&bot);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("GET", "/task/", 5).await;
    pass(&bot, SignedDuration::from_mins(260)).await;
    bot.sees(&["is still in rescue", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.stop().await;
    bot.config.pace = bot.config.pace.replace("task_patience = \"1h\"", "task_patience = \"1ms\"");
    bot.start().await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consoles_task_that_stands_frees_the_next_console() {
    let bot = hasty("", "").await;
    bot.ovh.next_console_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &[LATE, "R-1", "may be asked for again"]).await;
    let next = bot.ask(&bot.ann, "console", &[("server", "web-1")]).await;
    assert!(next.content.contains("Started"), "{}", next.content);
    bot.rung(&bot.ann, &["**Console open**", "R-2"]).await;
    bot.sees(&[LATE, "R-1", "R-2 has taken over"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_account_that_is_gone_is_said_and_bars_nobody_from_the_way_out() {
    let mut bot = hasty("", "").await;
    bot.config.pace = bot.config.pace.replace("400ms", "1h");
    bot.stop().await;
    bot.start().await;
    stands(&bot, "doing");
    no_link(&bot);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("GET", "/task/", 2).await;
    bot.stop().await;
    bot.config.account = "renamed".to_owned();
    bot.config.pace = bot.config.pace.replace("1h", "1ms");
    bot.start().await;
    bot.rung(&bot.ann, &[LATE, "R-1"]).await;
    let call = bot.discord.wait_for_message(OPS, |message| message.content.contains("An account is missing")).await;
    assert!(call.pinged_roles.contains(&ONCALL), "{}", call.content);
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboots_task_that_stands_may_be_left_and_frees_the_server() {
    let bot = hasty("", "").await;
    stands(&bot, "doing");
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let late = bot.rung(&bot.ann, &[LATE, "R-1", "`doing`", "frees the server"]).await;
    let busy = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(busy.content.contains("busy with R-1"), "{}", busy.content);
    let left = bot.press(&bot.ann, &late, "Leave it").await;
    assert!(left.content.contains("The server is free"), "{}", left.content);
    let end =
        bot.rung(&bot.ann, &["**Left as it is**", "R-1", "`doing`", "may reboot yet", "The server is free"]).await;
    assert!(end.buttons().is_empty() && !end.content.contains("netboot"), "{end:?}");
    eventually("what said that it stands says that it is left", async || {
        let late = bot.discord.message(late.id).expect("it stands");
        late.buttons().is_empty() && late.content.contains("The server is free")
    })
    .await;
    let again = bot.forge(&bot.ann, &bot.marked("letgo", 1).await, &end).await;
    assert!(again.content.contains("no longer means anything"), "{}", again.content);
    let history = bot.ask(&bot.ann, "history", &[("server", "web-1")]).await;
    assert!(history.content.contains(&format!("{} left", bot.ann.mention())), "{}", history.content);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_whose_task_stands_is_not_left_by_a_tap() {
    let bot = hasty("", "").await;
    let late = stuck(&bot).await;
    assert!(late.button("Leave it").is_none(), "{late:?}");
    let forged = bot.forge(&bot.ann, &bot.marked("letgo", 1).await, &late).await;
    assert!(forged.content.contains("no longer means anything"), "{}", forged.content);
    let busy = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(busy.content.contains("busy with R-1"), "{}", busy.content);
}
