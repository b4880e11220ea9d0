//! A protection that a server gains, or a right that somebody loses, by a tag at OVHcloud counts at once: between the card and the
//! deed there is no window.

use serde_json::json;
use sim::discord::{Id, Message, Person, ROLE};

use crate::{
    approvals::LEADS,
    bot::{TestBot, TestConfig, db_1, rule, web_1},
    passing::lease,
};

const WEB_1: (&str, &str) = ("server", "web-1");
/// May act on what is tagged as a test, and nowhere else.
const TESTERS: Id = Id(400_000_000_000_000_078);

/// A bot where what is tagged `lock=yes` needs a second person.
async fn locking(lines: &str) -> TestBot {
    let workers = ["view", "reboot", "rescue", "restore", "console", "admin"];
    let rules = rule(ROLE, &workers, &["*"])
        + &rule(LEADS, &["view", "approve"], &["*"])
        + &rule(TESTERS, &["view", "rescue", "reboot", "restore", "console"], &["tag:env=prod"])
        + "[[protect]]\nservers = [\"tag:lock=yes\"]\nactions = [\"rescue\", \"reboot\", \"restore\", \"console\"]\n";
    let config = TestConfig { rules, rescue: format!("probe = false\n{lines}"), ..TestConfig::default() };
    TestBot::with(config, [web_1(), db_1()]).await
}

fn lock(bot: &TestBot) {
    bot.ovh.set_tag("web-1", "lock", "yes");
}

fn links(who: &Person) -> usize {
    who.dms().iter().filter(|dm| dm.content.contains("manager/secret")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_between_card_and_confirm_it_asks_the_others() {
    let bot = locking("").await;
    let card = bot.ask(&bot.ann, "rescue enable", &[WEB_1]).await;
    lock(&bot);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.asks_others("R-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("PUT", "")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_between_confirm_and_the_reboot_it_stops_it_and_everything_is_put_back() {
    // A tag that cannot be read protects as well as one that says so.
    let changes: [fn(&TestBot); 2] = [lock, |bot| bot.ovh.hide_iam("web-1")];
    for change in changes {
        let bot = locking("").await;
        let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
        bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
        held.reached().await;
        change(&bot);
        held.release();
        bot.rung(&bot.ann, &["R-1", "By the rules of this moment", "is back as it was"]).await;
        assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 0));
        assert_eq!(lease(&bot, "web-1").await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_a_tag_gave_goes_with_the_tag() {
    let bot = locking("").await;
    let tess = bot.discord.person("tess", "en-GB", &[TESTERS]);
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&tess, "rescue enable", &[WEB_1]).await;
    held.reached().await;
    bot.ovh.set_tag("web-1", "env", "live");
    held.release();
    bot.rung(&tess, &["R-1", "may not do this any more"]).await;
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 0));
}

/// From now on Discord refuses to tell anybody's roles.
fn refuse_roles(bot: &TestBot) {
    let forbidden = json!({ "message": "Missing Access", "code": 50_001 });
    bot.discord.faults().always().status("GET", "/members/", 403, &forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_cannot_be_read_are_not_called_a_right_that_was_lost() {
    let bot = locking("").await;
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    held.reached().await;
    bot.ovh.set_tag("web-1", "note", "new");
    refuse_roles(&bot);
    held.release();
    bot.rung(&bot.ann, &["R-1", "did not tell me the roles"]).await;
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_requester_cannot_be_read_is_not_sent_and_the_reason_is_said() {
    let bot = locking("").await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.withhold_secret("web-1");
    let hold = bot.ovh.faults().hold_before("POST", "/authenticationSecret");
    bot.ask(&bot.ann, "rescue link", &[WEB_1]).await;
    hold.reached().await;
    bot.ovh.set_tag("web-1", "note", "new");
    refuse_roles(&bot);
    bot.ovh.hand_out("web-1");
    hold.release();
    bot.rung(&bot.ann, &["R-2", "Discord did not tell the roles"]).await;
    assert_eq!(links(&bot.ann), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_after_restore_now_or_a_plain_reboot_was_asked_for_it_stops_that() {
    let bot = locking("").await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let held = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.press_and_confirm(&bot.ann, &end, "Restore now").await;
    held.reached().await;
    lock(&bot);
    held.release();
    bot.rung(&bot.ann, &["R-2", "By the rules of this moment", "is back as it was"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(lease(&bot, "web-1").await.is_some());

    let held = bot.ovh.faults().hold_before("GET", "/dedicated/server/ns2222222.ip-203-0-113.eu/task");
    let asked = bot.slash(&bot.ann, "reboot", &[("server", "db-1")]).await;
    held.reached().await;
    bot.ovh.set_tag("db-1", "lock", "yes");
    held.release();
    let card = asked.answer().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.asks_others("R-3").await;
    assert_eq!(bot.ovh.reboots("db-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_while_the_question_stands_it_asks_the_others_for_one_more_reboot() {
    let bot = locking("").await;
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "reboot", &[WEB_1]).await;
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    lock(&bot);
    bot.press_and_confirm(&bot.ann, &question, "Reboot again").await;
    bot.asks_others("R-1").await;
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_after_reboot_again_it_goes_back_to_the_question() {
    let bot = locking("").await;
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "reboot", &[WEB_1]).await;
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    let card = bot.press(&bot.ann, &question, "Reboot again").await;
    // The step looks for the lost task first; then it reads the server.
    let held = bot.ovh.faults().hold_answer("GET", "/task");
    held.reached().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    lock(&bot);
    held.release();
    let known = question.id;
    let asks = move |message: &Message| message.id != known && message.button("Leave it").is_some();
    let again = bot.discord.wait_for_message(sim::discord::OPS, asks).await;
    assert!(again.content.contains("needs 1 approvals now"), "{}", again.content);
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_while_a_link_is_looked_for_it_is_kept_from_all_but_its_owner() {
    let bot = locking("").await;
    let bob = bot.bob();
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.withhold_secret("web-1");
    for (who, sent) in [(&bob, 0), (&bot.ann, 2)] {
        let hold = bot.ovh.faults().hold_before("POST", "/authenticationSecret");
        bot.ask(who, "rescue link", &[WEB_1]).await;
        hold.reached().await;
        lock(&bot);
        bot.ovh.hand_out("web-1");
        hold.release();
        match sent {
            0 => bot.rung(who, &["R-2", "may not have it any more"]).await,
            _ => bot.rung(who, &["**Link sent**", "R-3"]).await,
        };
        assert_eq!(links(who), sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_while_a_link_waits_to_be_revealed_it_is_kept() {
    let bot = locking("").await;
    let bob = bot.bob();
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.close_dms(&bob);
    bot.ask(&bob, "rescue link", &[WEB_1]).await;
    let waiting = bot.sees(&["R-2", "Reveal link"]).await;
    lock(&bot);
    let refused = bot.press(&bob, &waiting, "Reveal link").await;
    assert!(refused.content.starts_with("🚫") && !refused.content.contains("manager/secret"), "{}", refused.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_while_a_console_is_chosen_no_session_is_asked_for() {
    let bot = locking("").await;
    let held = bot.ovh.faults().hold_answer("GET", "/features/ipmi");
    bot.ask(&bot.ann, "console", &[WEB_1]).await;
    held.reached().await;
    lock(&bot);
    held.release();
    bot.rung(&bot.ann, &["R-1", "By the rules of this moment"]).await;
    assert_eq!(bot.ovh.console_links().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn gained_while_a_new_owner_is_looked_up_the_hand_over_asks_the_others() {
    let bot = locking("").await;
    let bob = bot.bob();
    bot.rescued(&bot.ann, "web-1").await;
    let held = bot.discord.faults().hold_before("GET", &format!("/members/{}", bob.id()));
    let asked = bot.slash(&bot.ann, "rescue hand-over", &[WEB_1, ("user", "bob")]).await;
    held.reached().await;
    lock(&bot);
    held.release();
    asked.answer().await;
    bot.asks_others("R-2").await;
    assert_eq!(lease(&bot, "web-1").await.expect("it stays").owner.0, bot.ann.id().0);
}
