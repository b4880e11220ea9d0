//! The link: where it is found, what is not taken for it, and what is said when there is none.

use std::{collections::BTreeMap, time::Duration};

use jiff::SignedDuration;
use serde_json::json;
use sim::{
    discord::{Message, OPS},
    ovh::{Language, LinkStyle, Running, ServerSpec, Tempo},
};

use crate::bot::{TestBot, TestConfig, custom_id, db_1, eventually, web_1};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake ann@laptop";

/// A bot with these lines in `[rescue]`.
async fn bot_with(lines: &str) -> TestBot {
    TestBot::with(TestConfig::with_rescue(&format!("probe = false\n{lines}")), [web_1(), db_1()]).await
}

/// The secret's id in the link that ann was sent last.
fn delivered(bot: &TestBot) -> String {
    let dms = bot.ann.dms();
    let dm = dms.iter().rev().find(|dm| dm.content.contains("manager/secret/#?id=")).expect("a link");
    let (_, rest) = dm.content.split_once("manager/secret/#?id=").expect("a link");
    rest.split_whitespace().next().expect("an id").to_owned()
}

/// The secret's id in the newest mail.
fn mailed(bot: &TestBot) -> String {
    let mails = bot.ovh.mails();
    let mail = mails.last().expect("a mail");
    let (_, rest) = mail.body.split_once("id=").expect("a link");
    rest.split_whitespace().next().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn panels_and_other_users_are_not_taken_for_the_rescue() {
    let bot = TestBot::new().await;
    let others = json!([
        {"type": "PLESK_PANEL", "user": "Administrator", "url": "https://panel.example", "password": "fake-panel-0001"},
        {"type": "SSH", "user": "debian", "url": null, "password": "fake-debian-0001"},
        {"type": "RDP", "user": "root", "url": null, "password": "fake-root-00001"},
        {"type": "SQL_SERVER", "user": "sa", "url": null, "password": "fake-sql-000001"},
    ]);
    bot.ovh.faults().always().status("POST", "/authenticationSecret", 200, &others);
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(end.content.contains("found in OVHcloud's mail"), "{}", end.content);
    assert_eq!(delivered(&bot), mailed(&bot));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_asked_for_only_after_the_reboots_task_is_done() {
    let bot = TestBot::new().await;
    bot.ovh.next_reboot_ends("web-1", sim::ovh::Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.journal().wait_for("GET", "/task/", 5).await;
    assert_eq!(bot.ovh.journal().count("POST", "/authenticationSecret"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_secret_is_found_in_the_mail() {
    let bot = TestBot::new().await;
    bot.ovh.withhold_secret("web-1");
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(end.content.contains("found in OVHcloud's mail"), "{}", end.content);
    assert_eq!(delivered(&bot), mailed(&bot));
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    assert!(dm.button("Try the mail").is_none(), "it is from there");
}

/// Whoever reads a mail first learns whose it is for all searches; its own search reads it for the link.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_searches_at_once_no_mail_is_read_more_than_twice() {
    let names: Vec<String> = (1..=12).map(|n| format!("ns77000{n:02}.ip-203-0-113.eu")).collect();
    let config = TestConfig::with_rescue("probe = false\nsecret_from = [\"mail\"]\n");
    let bot = TestBot::with(config, names.iter().map(|name| ServerSpec::windows(name))).await;
    bot.ovh.tempo(Tempo { mail: Duration::from_secs(1), ..Tempo::HURRIED });
    for name in &names {
        bot.accepted(&bot.ann, "rescue enable", &[("server", name)]).await;
    }
    for name in &names {
        bot.rung(&bot.ann, &["**In rescue**", name]).await;
    }
    let mut reads: BTreeMap<String, usize> = BTreeMap::new();
    for seen in bot.ovh.journal().all().iter().filter(|seen| seen.path.contains("/email/history/")) {
        *reads.entry(seen.path.clone()).or_default() += 1;
    }
    assert_eq!(reads.len(), names.len(), "{reads:?}");
    assert!(reads.values().all(|times| *times <= 2), "{reads:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_cannot_be_read_keep_nobody_from_a_rescue() {
    let bot = TestBot::new().await;
    bot.ovh.forbid("account:apiovh:me/notification/email/history/get");
    let end = bot.rescued(&bot.ann, "web-1").await;
    assert!(end.content.contains("found in OVHcloud's authentication secret"), "{}", end.content);
    bot.ovh.faults().always().status("GET", "/me/", 500, &serde_json::json!({ "message": "Internal error" }));
    bot.rescued(&bot.ann, "db-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_mail_alone_the_secret_is_never_asked_for() {
    let bot = bot_with("secret_from = [\"mail\"]").await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(delivered(&bot), mailed(&bot));
    assert_eq!(bot.ovh.journal().count("POST", "/authenticationSecret"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_secret_alone_the_accounts_mails_are_never_read() {
    let bot = bot_with("secret_from = [\"authentication-secret\"]").await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.journal().count("GET", "/me/notification"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_of_earlier_rescues_and_of_other_servers_are_not_taken() {
    let bot = bot_with("secret_from = [\"mail\"]").await;
    let just_before = bot.ovh.old_rescue_mail("web-1", Duration::from_secs(5));
    let long_ago = bot.ovh.old_rescue_mail("web-1", Duration::from_secs(7 * 24 * 3600));
    let late = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    late.reached().await;
    // These come after the list of mails was taken: one is too old by its date, one is another server's.
    let delayed = bot.ovh.old_rescue_mail("web-1", Duration::from_secs(3600));
    let neighbours = bot.ovh.old_rescue_mail("db-1", Duration::ZERO);
    late.release();
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    let delivered = delivered(&bot);
    for not_ours in [just_before, long_ago, delayed, neighbours] {
        assert_ne!(delivered, not_ours);
    }
    assert_eq!(delivered, mailed(&bot));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_mail_with_the_older_link_gives_todays_link() {
    let bot = bot_with("secret_from = [\"mail\"]").await;
    bot.ovh.mail_language(Language::French);
    bot.ovh.mail_link(LinkStyle::Older);
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(delivered(&bot), mailed(&bot), "rendered by secret_link, not by the mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mails_own_address_is_not_trusted() {
    let bot = bot_with("secret_from = [\"mail\"]").await;
    bot.ovh.withhold_mail("web-1");
    let name = bot.ovh.service_name("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.until_running("web-1", &Running::WindowsRescue).await;
    let body = "password: https://secret.example/steal?id=fake-phished-id-000001";
    bot.ovh.mail(&format!("[xx11111-ovh] [{name}] Access"), body, Duration::ZERO);
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert!(bot.ann.dms().iter().all(|dm| !dm.text().contains("secret.example")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_in_time_is_said_with_what_was_searched_and_look_again_finds_it_later() {
    let bot = bot_with("secret_timeout = \"300ms\"").await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**In rescue, no link**", "web-1"]).await;
    assert!(end.content.contains("OVHcloud's authentication secret, OVHcloud's mail"), "{}", end.content);
    assert!(bot.ann.dms().is_empty());

    bot.ovh.hand_out("web-1");
    bot.press(&bot.ann, &end, "Look again").await;
    bot.rung(&bot.ann, &["**Link sent**", "web-1", "R-2"]).await;
    assert!(bot.ovh.secret_ids().contains(&delivered(&bot)));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_searched_names_only_what_is_configured() {
    let bot = bot_with("secret_timeout = \"200ms\"\nsecret_from = [\"mail\"]").await;
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**In rescue, no link**", "web-1"]).await;
    assert!(end.content.contains("mail") && !end.content.contains("authentication secret"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_may_not_be_read_is_said_with_ovhclouds_words() {
    let bot = bot_with("secret_timeout = \"200ms\"\nsecret_from = [\"authentication-secret\"]").await;
    bot.ovh.forbid("dedicatedServer:apiovh:authenticationSecret/create");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**In rescue, no link**", "web-1"]).await;
    assert!(end.content.contains("NOT_GRANTED_CALL") && end.content.contains("query id"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_found_again_though_ovhcloud_purged_the_reboots_task() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let first = delivered(&bot);
    bot.ovh.vanish_tasks("web-1");
    bot.slash(&bot.ann, "rescue link", &[("server", "web-1")]).await.answer().await;
    bot.rung(&bot.ann, &["**Link sent**", "web-1", "R-2"]).await;
    assert_ne!(delivered(&bot), first, "each look makes a new secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_server_that_is_not_in_rescue_is_not_looked_for() {
    let bot = TestBot::new().await;
    bot.slash(&bot.ann, "rescue link", &[("server", "web-1")]).await.answer().await;
    bot.rung(&bot.ann, &["Not possible", "is not in rescue"]).await;
    assert_eq!(bot.ovh.journal().count("POST", "/authenticationSecret"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_rescue_from_the_control_panel_is_found_too() {
    let bot = TestBot::new().await;
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue-customer-windows")));
    bot.ovh.reboot_by_somebody("web-1");
    bot.ovh.until_running("web-1", &Running::WindowsRescue).await;
    bot.slash(&bot.ann, "rescue link", &[("server", "web-1")]).await.answer().await;
    bot.rung(&bot.ann, &["**Link sent**", "web-1", "R-1"]).await;
    assert!(bot.ovh.secret_ids().contains(&delivered(&bot)));
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn try_the_mail_sends_the_link_of_the_mail() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    bot.press(&bot.ann, &dm, "Try the mail").await;
    let end = bot.rung(&bot.ann, &["**Link sent**", "web-1", "R-2"]).await;
    assert!(end.content.contains("found in OVHcloud's mail"), "{}", end.content);
    assert_eq!(delivered(&bot), mailed(&bot));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_key_there_is_no_link_and_how_to_connect_is_said_all_the_same() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1"), ("ssh_key", KEY)]).await;
    assert!(card.content.contains("The SSH key you gave will open it"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "db-1"]).await;
    assert!(end.content.contains("no password"), "{}", end.content);
    assert_eq!(bot.ovh.server("db-1").rescue_ssh_key.as_deref(), Some(KEY));
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("Linux rescue")).await;
    assert!(dm.content.contains("ssh root@203.0.113.101") && !dm.text().contains("secret"), "{}", dm.text());
    assert_eq!(bot.ovh.journal().count("POST", "/authenticationSecret"), 0);
    bot.restored(&bot.ann, "db-1").await;
    assert_eq!(bot.ovh.server("db-1").rescue_ssh_key, None);
}

/// Ann's rescue, whose link turned up so late that the roles she pressed with count no more. The program does not run.
async fn found_late() -> TestBot {
    let mut bot = TestBot::new().await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&["R-1", "Looking for the link"]).await;
    bot.die().await;
    bot.age_events(1, SignedDuration::from_secs(60)).await;
    bot.ovh.hand_out("web-1");
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_does_not_go_to_somebody_whose_right_was_taken_while_it_was_looked_for() {
    let mut bot = found_late().await;
    bot.ann.set_roles(&[]);
    bot.start().await;
    let end = bot.rung(&bot.ann, &["**In rescue, no link**", "R-1", "may not have it any more"]).await;
    assert!(bot.ann.dms().is_empty(), "it was not sent");
    let bob = bot.discord.person("bob", "en-GB", &[sim::discord::ROLE]);
    bot.press(&bob, &end, "Look again").await;
    bot.rung(&bob, &["**Link sent**", "R-2"]).await;
    assert!(bob.dms().iter().any(|dm| dm.content.contains("manager/secret")) && bot.ann.dms().is_empty());
    assert!(bot.ask(&bob, "rescue list", &[]).await.content.contains("web-1"), "the lease goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_discord_does_not_say_who_asked_the_link_is_not_sent() {
    let mut bot = found_late().await;
    let error = json!({ "message": "x", "code": 0 });
    let trouble = bot.discord.faults().always().status("GET", "/members/", 500, &error);
    bot.start().await;
    bot.discord.journal().wait_for("GET", "/members/", 2).await;
    assert!(bot.ann.dms().is_empty());
    trouble.clear();
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    assert!(bot.ovh.secret_ids().contains(&delivered(&bot)));
}

/// What a tap on a button of a rescue that is over comes to: refused with the command, and no secret is made.
async fn means_nothing(bot: &TestBot, button: &str, below: &Message) {
    let secrets = bot.ovh.journal().count("POST", "/authenticationSecret");
    let refused = bot.forge(&bot.ann, button, below).await;
    assert!(refused.content.contains("no longer means anything"), "{}", refused.content);
    assert!(refused.content.contains("`/rescue link server:web-1`") && refused.buttons().is_empty(), "{refused:?}");
    assert_eq!((bot.ovh.journal().count("POST", "/authenticationSecret"), bot.count(&["**Link sent**"])), (secrets, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn look_again_and_try_the_mail_look_for_no_link_of_a_later_rescue_nor_of_one_that_is_over() {
    let mut bot = bot_with("secret_timeout = \"200ms\"").await;
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**In rescue, no link**", "R-1"]).await;
    let look = custom_id(&end, "Look again");
    bot.ovh.hand_out("web-1");
    bot.ovh.withhold_mail("web-1");
    // From now on there is a secret, with time to find it on the busiest machine; a mail comes once it matters.
    bot.config.rescue = bot.config.rescue.replace("200ms", "1m");
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    means_nothing(&bot, &look, &end).await;
    let dm = bot.ann.wait_for_dm(|dm| dm.button("Try the mail").is_some() && dm.content.contains("R-2")).await;
    let mail = custom_id(&dm, "Try the mail");
    bot.ovh.hand_out("web-1");
    bot.restored(&bot.ann, "web-1").await;
    let was = bot
        .discord
        .wait_for_message(OPS, move |message| message.id == end.id && message.content.contains("Was in rescue"))
        .await;
    assert!(was.button("Look again").is_none(), "{was:?}");
    means_nothing(&bot, &mail, &dm).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-4"]).await;
    for button in [&look, &mail] {
        means_nothing(&bot, button, &was).await;
    }
    bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Link sent**", "R-5"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_asked_for_while_a_later_rescue_begins_is_not_the_last_rescues() {
    let mut bot = bot_with("").await;
    bot.ovh.withhold_mail("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    let secrets = bot.ovh.journal().count("POST", "/authenticationSecret");
    let done = bot.ovh.faults().hold_before("GET", "/task/");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    done.reached().await;
    eventually("its task is done", async || bot.ovh.tasks("web-1").iter().all(|task| task.status == "done")).await;
    // Nothing but a machine that was seen to go away, or this time, makes the new rescue's own search trust the secret.
    bot.config.pace = bot.config.pace.replace("task_poll = \"30ms\"", "task_poll = \"1h\"");
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
    done.release();
    bot.card_shows("R-2", "Looking for the link").await;
    let mails = bot.ovh.journal().count("GET", "/me/notification");
    bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    bot.card_shows("R-3", "Looking for the link").await;
    bot.ovh.journal().wait_for("GET", "/me/notification", mails + 4).await;
    assert_eq!(bot.ovh.journal().count("POST", "/authenticationSecret"), secrets, "it is not asked for yet");
}
