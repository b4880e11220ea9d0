//! Everything put back: exactly what was changed, nothing else, and never in silence over somebody else's change.

use std::time::Duration;

use sim::{
    discord::Message,
    ovh::{Netboot, Running, ServerSpec, Tempo},
};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake ann@laptop";

/// Takes a server into rescue with these options and out again; answers what was set meanwhile.
async fn there_and_back(bot: &TestBot, server: &str, options: &[(&str, &str)]) -> sim::ovh::Settings {
    let options: Vec<_> = [("server", server)].iter().chain(options).copied().collect();
    bot.accepted(&bot.ann, "rescue enable", &options).await;
    bot.rung(&bot.ann, &["**In rescue**", server]).await;
    let meanwhile = bot.ovh.server(server);
    bot.restored(&bot.ann, server).await;
    meanwhile
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_and_key_that_were_null_are_null_again() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("db-1");
    let meanwhile = there_and_back(&bot, "db-1", &[("email", "ops@example.com"), ("ssh_key", KEY)]).await;
    assert_eq!(meanwhile.rescue_mail.as_deref(), Some("ops@example.com"));
    assert_eq!(meanwhile.rescue_ssh_key.as_deref(), Some(KEY));
    assert_eq!(bot.ovh.server("db-1"), before);
    assert_eq!(before.rescue_mail, None);
    bot.ovh.until_running("db-1", &Running::Installed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_there_is_there_again() {
    let bot = TestBot::with(TestConfig::default(), [web_1().with_rescue_mail("old@example.com")]).await;
    let before = bot.ovh.server("web-1");
    let meanwhile = there_and_back(&bot, "web-1", &[("email", "ops@example.com")]).await;
    assert_eq!(meanwhile.rescue_mail.as_deref(), Some("ops@example.com"));
    assert_eq!(bot.ovh.server("web-1"), before);
}

/// Whatever was set before, a restore leads to a system that people can work with.
async fn leads_to_the_disk(spec: ServerSpec) {
    let bot = TestBot::with(TestConfig::default(), [spec]).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", "windows")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    bot.ovh.until_running("web-1", &Running::Installed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_in_rescue_before_is_restored_to_its_disk() {
    leads_to_the_disk(web_1().booting(Some(230_242))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_set_to_power_off_is_restored_to_its_disk() {
    leads_to_the_disk(web_1().booting(Some(95_083))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_netboot_is_restored_to_its_disk() {
    leads_to_the_disk(web_1().booting(None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_netboot_no_longer_exists_is_restored_to_its_disk() {
    leads_to_the_disk(web_1().booting(Some(777_777))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_netboot_of_ones_own_is_put_back_rather_than_the_disk() {
    let own = Netboot::new(500_001, "ipxeCustomerScript", "own-script", "A script of our own");
    let bot = TestBot::with(TestConfig::default(), [web_1().with_boot(own).booting(Some(500_001))]).await;
    there_and_back(&bot, "web-1", &[]).await;
    assert_eq!(bot.ovh.boot_of("web-1"), Some(500_001));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_somebody_else_set_is_left_alone_where_bernard_set_none() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.rescue_mail_by_somebody("web-1", Some("them@example.com"));
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1").rescue_mail.as_deref(), Some("them@example.com"));
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_somebody_else_changed_is_shown_before_it_is_put_back() {
    let bot = TestBot::new().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.ovh.rescue_mail_by_somebody("web-1", Some("them@example.com"));
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(card.content.contains("Somebody changed the rescue mail"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.server("web-1").rescue_mail, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_netboot_that_somebody_else_changed_is_shown_and_asked_about_even_by_restore_now() {
    let bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue12-customer")));

    let typed = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(typed.content.contains("Somebody changed the netboot since: it is `rescue12-customer` now"), "{typed:?}");
    let pressed = bot.press(&bot.ann, &end, "Restore now").await;
    assert!(pressed.content.contains("Somebody changed the netboot since"), "{}", pressed.content);
    let dm = bot.ann.wait_for_dm(|message| message.button("Restore now").is_some()).await;
    let in_dm = bot.press(&bot.ann, &dm, "Restore now").await;
    assert!(in_dm.content.contains("Somebody changed the netboot since"), "{}", in_dm.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing before Confirm");

    bot.press(&bot.ann, &in_dm, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn what_somebody_else_changes_under_a_restores_card_is_shown_and_asked_about() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue12-customer")));
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(again.content.contains("Somebody changed the netboot since"), "{}", again.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing before the second Confirm");
    bot.press(&bot.ann, &again, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_bernard_did_not_start_is_restored_to_the_disk() {
    let bot = TestBot::new().await;
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue12-customer")));
    bot.ovh.reboot_by_somebody("web-1");
    bot.ovh.until_running("web-1", &Running::LinuxRescue).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    bot.ovh.until_running("web-1", &Running::Installed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_in_rescue_is_not_restored() {
    let bot = TestBot::new().await;
    let answer = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(
        answer.content.contains("is not in rescue")
            && answer.content.contains("/reboot server:web-1")
            && answer.buttons().is_empty(),
        "{}",
        answer.content
    );
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_rescue_keeps_the_memory_of_what_was_there_before_the_first() {
    let bot = TestBot::with(TestConfig::default(), [web_1().with_rescue_mail("old@example.com")]).await;
    let before = bot.ovh.server("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", "linux")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue12-customer"));
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1"), before, "the mail that only the first one set is back as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_rescue_that_is_refused_leaves_the_first_as_it_was() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let in_rescue = bot.ovh.server("web-1");
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", "linux")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "R-2", "is back as it was"]).await;
    assert_eq!(bot.ovh.server("web-1"), in_rescue);
    bot.ovh.allow("dedicatedServer:apiovh:reboot");
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_after_somebody_else_left_the_last_one_remembers_what_they_set() {
    let own = Netboot::new(500_001, "ipxeCustomerScript", "own-script", "A script of our own");
    let bot = TestBot::with(TestConfig::default(), [web_1().with_boot(own)]).await;
    bot.rescued(&bot.ann, "web-1").await;
    // Out of rescue by the control panel, behind our back, to a boot that was never there before.
    bot.ovh.netboot_by_somebody("web-1", Some(500_001));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.boot_of("web-1"), Some(500_001));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_refused_leaves_the_rescue_as_it_was() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "R-2", "is back as it was"]).await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains("manager/secret")), "nothing is wiped yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_mail_that_does_not_stick_at_once_is_written_again() {
    let bot = TestBot::new().await;
    bot.ovh.forget_rescue_mail("web-1", 2);
    let meanwhile = there_and_back(&bot, "web-1", &[("email", "ops@example.com")]).await;
    assert_eq!(meanwhile.rescue_mail.as_deref(), Some("ops@example.com"));
    assert_eq!(bot.ovh.server("web-1").rescue_mail, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_mail_that_never_sticks_reboots_nothing() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    bot.ovh.forget_rescue_mail("web-1", 1_000);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "does not read back", "is back as it was"]).await;
    assert_eq!(bot.ovh.server("web-1"), before);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_ovhcloud_refuses_reboots_nothing_and_frees_the_server() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1(), db_1()]).await;
    bot.ovh.forbid("dedicatedServer:apiovh:put");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["Refused by OVHcloud", "dedicatedServer:apiovh:put"]).await;
    assert!(end.content.contains("query id"), "{}", end.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert!(!bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
    bot.ovh.allow("dedicatedServer:apiovh:put");
    bot.rescued(&bot.ann, "web-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_whose_answer_is_lost_is_read_back_and_goes_on() {
    let bot = TestBot::new().await;
    bot.ovh.faults().lose_answer("PUT", "/dedicated/server/");
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.faults().lose_answer("PUT", "/dedicated/server/");
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dm_is_wiped_though_its_reader_closed_their_dms_meanwhile() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.close_dms(&bot.ann);
    bot.restored(&bot.ann, "web-1").await;
    eventually("the link is gone", async || {
        bot.ann.dms().iter().all(|message| !message.content.contains("manager/secret") && message.buttons().is_empty())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_that_was_deleted_before_needs_no_wiping() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    bot.ann.press(&dm, "Delete this message").await;
    eventually("it is gone", async || bot.ann.dms().iter().all(|seen| seen.id != dm.id)).await;
    bot.restored(&bot.ann, "web-1").await;
    assert!(bot.ann.dms().iter().all(|message| !message.content.contains("manager/secret")));
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dm_of_a_rescue_is_wiped_also_a_second_rescues_and_a_repeated_links() {
    let bot = TestBot::new().await;
    // The secret is there first.
    bot.ovh.tempo(Tempo { mail: Duration::from_millis(500), ..Tempo::HURRIED });
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    bot.press(&bot.ann, &dm, "Try the mail").await;
    bot.rung(&bot.ann, &["**Link sent**", "R-2"]).await;
    let with_links = || bot.ann.dms().into_iter().filter(|dm| dm.content.contains("manager/secret"));
    // What the second rescue replaces is wiped as soon as its reboot is done: these two are taken down before it begins.
    let mut delivered: Vec<_> = with_links().collect();
    assert_eq!(delivered.len(), 2);
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", "linux")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "R-3"]).await;
    delivered.extend(with_links().filter(|dm| dm.content.contains("R-3")));
    assert_eq!(delivered.len(), 3);
    bot.restored(&bot.ann, "web-1").await;
    let is_wiped = |dm: &Message| dm.content.contains("wiped") && dm.attachments.is_empty() && dm.buttons().is_empty();
    for dm in delivered {
        bot.ann.wait_for_dm(move |now| now.id == dm.id && is_wiped(now)).await;
    }
}
