//! The kill switch: nothing new begins, what is under way goes on, and the way out stays open.

use sim::discord::{Id, Message, OPS, permission};

use crate::bot::{TestBot, eventually, rule};

/// A role without `admin`.
const RESCUER: Id = Id(400_000_000_000_000_002);

async fn pause(bot: &TestBot) -> Message {
    bot.ask(&bot.ann, "admin pause", &[("reason", "fire in `gra3` @everyone")]).await
}

#[track_caller]
fn assert_paused(answer: &Message, bot: &TestBot) {
    assert!(answer.is_ephemeral() && answer.buttons().is_empty(), "{}", answer.content);
    for part in ["🚫", "paused all new operations", &bot.ann.mention(), "fire in", "/admin resume"] {
        assert!(answer.content.contains(part), "{part} is not in: {}", answer.content);
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_pause_refuses_what_is_new_also_after_a_restart_and_nobody_is_locked_in() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let answer = pause(&bot).await;
    assert!(answer.is_ephemeral() && answer.content.contains("refused from now on"), "{}", answer.content);
    let told = bot.sees(&["**Paused**", &bot.ann.mention(), "fire in"]).await;
    assert!(!told.is_ephemeral(), "everybody is told");

    bot.stop().await;
    bot.start().await;
    for command in ["rescue enable", "reboot"] {
        assert_paused(&bot.ask(&bot.ann, command, &[("server", "db-1")]).await, &bot);
    }
    eventually("it is among the figures", async || bot.metrics().await.contains("bernard_paused 1")).await;
    let status = bot.ask(&bot.ann, "status", &[]).await;
    assert!(status.content.contains("paused all new operations"), "{}", status.content);
    let link = bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    assert!(link.content.contains("R-2"), "{}", link.content);
    bot.ann.wait_for_dm(|dm| dm.content.contains("R-2") && dm.content.contains("manager/secret")).await;
    bot.restored(&bot.ann, "web-1").await;

    let answer = bot.ask(&bot.ann, "admin resume", &[]).await;
    assert!(answer.content.contains("taken again"), "{}", answer.content);
    bot.sees(&["**Resumed**", &bot.ann.mention()]).await;
    eventually("it is among the figures", async || bot.metrics().await.contains("bernard_paused 0")).await;
    let metrics = bot.metrics().await;
    let kinds = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    for name in kinds.filter(|name| name.starts_with("bernard_ovh")) {
        assert!(metrics.contains(&format!("# HELP {name} ")), "{name} does not say what it counts");
    }
    assert!(metrics.contains("bernard_ovh_requests_total"));
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (2, 1));
    let lines = crate::audit::lines_of(&bot).await;
    let line = |word: &str| lines.iter().find(|line| line.entry.contains(word)).map(|line| line.entry.clone());
    let paused = line("\"paused\"").expect("it is in the audit");
    assert!(paused.contains("fire in `gra3` @everyone") && paused.contains("[[role]] #1"), "{paused}");
    assert!(line("\"resumed\"").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_confirmed_during_a_pause_begins_nothing_and_is_still_good_afterwards() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    pause(&bot).await;
    let custom_id = crate::bot::custom_id(&card, "Confirm");
    let answer = bot.forge(&bot.ann, &custom_id, &card).await;
    assert!(answer.content.contains("paused all new operations"), "{}", answer.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.count(&["R-1"])), (0, 0));
    bot.ask(&bot.ann, "admin resume", &[]).await;
    let accepted = bot.forge(&bot.ann, &custom_id, &card).await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_goes_on_through_a_pause() {
    let bot = TestBot::new().await;
    let hold = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    hold.reached().await;
    pause(&bot).await;
    hold.release();
    let end = bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1, "{}", end.content);
    let answer = bot.press_and_confirm(&bot.ann, &dm, "Restore now").await;
    assert!(answer.content.contains("R-2"), "the button leads out too: {}", answer.content);
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_pull_the_switch_and_the_second_is_told_of_the_first() {
    let rules = rule(sim::discord::ROLE, &["view", "rescue", "admin"], &["*"])
        + &rule(RESCUER, &["view", "rescue", "restore", "reboot"], &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let bob = bot.discord.person("bob", "en-GB", &[RESCUER]);
    for (command, options) in [("admin pause", &[("reason", "because")][..]), ("admin resume", &[])] {
        let answer = bot.ask(&bob, command, options).await;
        assert!(answer.content.contains("`admin`") && answer.content.contains("🚫"), "{}", answer.content);
    }
    let help = bot.ask(&bob, "help", &[]).await;
    assert!(!help.content.contains("/admin"), "{}", help.content);
    let card = bot.ask(&bob, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.button("Confirm").is_some(), "nothing is paused: {}", card.content);
    let nothing = bot.ask(&bot.ann, "admin resume", &[]).await;
    assert!(nothing.content.contains("Nothing was paused"), "{}", nothing.content);

    pause(&bot).await;
    let again = bot.ask(&bot.ann, "admin pause", &[("reason", "something else")]).await;
    assert_paused(&again, &bot);
    let refused = bot.ask(&bob, "reboot", &[("server", "web-1")]).await;
    assert!(refused.content.contains("paused all new operations"), "{}", refused.content);
    assert!(refused.content.contains(&format!("<@&{}>", sim::discord::ROLE)), "who can resume: {}", refused.content);
    bot.sees(&["**Paused**", "fire in"]).await;
    assert_eq!(bot.count(&["**Paused**", "something else"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_works_where_the_bot_may_not_write() {
    let bot = TestBot::new().await;
    bot.discord.forbid_bot(OPS, permission::SEND_MESSAGES);
    let answer = pause(&bot).await;
    assert!(answer.content.contains("refused from now on"), "{}", answer.content);
    bot.ann.wait_for_dm(|dm| dm.content.contains("**Paused**")).await;
    bot.discord.forbid_bot(OPS, 0);
    assert_paused(&bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await, &bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_told_once_though_the_program_dies_while_telling_the_channel() {
    let mut bot = TestBot::new().await;
    let hold = bot.discord.faults().hold_before("POST", "/messages");
    pause(&bot).await;
    hold.reached().await;
    bot.die().await;
    hold.release();
    bot.start().await;
    assert_paused(&bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await, &bot);
    bot.sees(&["**Paused**"]).await;
    bot.ask(&bot.ann, "admin resume", &[]).await;
    bot.sees(&["**Resumed**"]).await;
    assert_eq!(bot.count(&["**Paused**"]), 1);
}

/// The question of a rescue whose reboot nobody knows about.
async fn question_about(bot: &TestBot, command: &str) -> sim::discord::Message {
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, command, &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_rebooted_again_during_a_pause() {
    let bot = TestBot::new().await;
    let question = question_about(&bot, "rescue enable").await;
    let card = bot.press(&bot.ann, &question, "Reboot again").await;
    pause(&bot).await;
    assert_paused(&bot.press(&bot.ann, &question, "Reboot again").await, &bot);
    let confirm = crate::bot::custom_id(&card, "Confirm");
    let answer = bot.forge(&bot.ann, &confirm, &card).await;
    assert!(answer.content.contains("paused all new operations"), "{}", answer.content);
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
    // It is still asked, and the card is still good.
    bot.ask(&bot.ann, "admin resume", &[]).await;
    bot.forge(&bot.ann, &confirm, &card).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_is_rebooted_again_in_spite_of_a_pause() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let question = question_about(&bot, "restore").await;
    pause(&bot).await;
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}
