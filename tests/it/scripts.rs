//! A boot script of a server's owners: shown as what it starts, said before it is displaced, put back, and never repeated to
//! anybody. And whatever else changes with a netboot.

use bernard_domain::audit::Line;
use serde_json::json;
use sim::{
    discord::{Message, OPS},
    ovh::{BOOT_SCRIPT, Running, ServerSpec},
};

use crate::{
    audit::{exported, lines},
    bot::{TestBot, TestConfig, db_1, eventually, web_1},
};

/// What only the script and OVHcloud may know.
const SECRET: &str = "fake-token-of-a-boot-script";

fn script() -> String {
    format!("#!ipxe\nset token {SECRET}\nchain http://203.0.113.9/boot?t=${{token}}\n")
}

fn running_it() -> Running {
    Running::Other(BOOT_SCRIPT.to_owned())
}

async fn with(spec: ServerSpec) -> TestBot {
    TestBot::with(TestConfig::default(), [spec, db_1()]).await
}

/// The bodies that were written to a server, in order.
fn written(bot: &TestBot) -> Vec<serde_json::Value> {
    bot.ovh.journal().matching("PUT", "/dedicated/server/").iter().map(sim::net::Seen::json).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_script_is_shown_as_what_it_starts_said_before_it_is_displaced_and_put_back() {
    let bot = with(web_1().scripted(&script())).await;
    let before = bot.ovh.server("web-1");
    let length = format!("its own boot script ({} characters)", script().chars().count());
    for (command, options) in [
        ("status", vec![("server", "web-1")]),
        ("reboot", vec![("server", "web-1")]),
        ("plan", vec![("action", "reboot"), ("server", "web-1")]),
    ] {
        let answer = bot.ask(&bot.ann, command, &options).await;
        assert!(answer.content.contains(&length), "{command}: {}", answer.content);
    }
    for (command, options) in
        [("rescue enable", vec![("server", "web-1")]), ("plan", vec![("action", "rescue"), ("server", "web-1")])]
    {
        let answer = bot.ask(&bot.ann, command, &options).await;
        assert!(answer.content.contains("It starts its own boot script now"), "{command}: {}", answer.content);
    }
    let refused = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(refused.content.contains("is not in rescue"), "{}", refused.content);

    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1").boot_script, None, "OVHcloud emptied it");
    let plan = bot.ask(&bot.ann, "plan", &[("action", "restore"), ("server", "web-1")]).await;
    assert!(plan.content.contains("bootScript") && plan.content.contains(&length), "{}", plan.content);
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(card.content.contains(&length) && card.button("Boot from disk").is_some(), "{card:?}");
    bot.press(&bot.ann, &card, "Confirm").await;
    let end = bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert!(!end.content.contains("To the disk"), "{}", end.content);
    assert_eq!(bot.ovh.server("web-1"), before);
    assert_eq!(written(&bot).last(), Some(&json!({"bootScript": script()})));
    bot.ovh.until_running("web-1", &running_it()).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_reboot_leaves_a_script_where_it_is() {
    let bot = with(web_1().scripted(&script())).await;
    let before = bot.ovh.server("web-1");
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    assert_eq!((bot.ovh.server("web-1"), written(&bot).len()), (before, 0));
    bot.ovh.until_running("web-1", &running_it()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_with_windows_line_ends_is_put_back_as_it_was() {
    let bot = with(web_1().scripted(&script().replace('\n', "\r\n"))).await;
    let before = bot.ovh.server("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_script_is_none() {
    for empty in ["", " \r\n"] {
        let bot = with(web_1().scripted(empty)).await;
        let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
        assert!(status.content.contains("nothing is set"), "{}", status.content);
        bot.rescued(&bot.ann, "web-1").await;
        bot.restored(&bot.ann, "web-1").await;
        assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"), "{empty:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_beside_a_netboot_is_said_and_put_back() {
    let bot = with(web_1()).await;
    bot.ovh.both_set("web-1", 1, &script());
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(status.content.contains("its own boot script") && status.content.contains("Netboot `1` is set beside"));
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1").boot_script, None);
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1").boot_script, Some(script()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_which_ovhcloud_keeps_only_a_part_is_not_put_back_and_the_disk_is_a_way_out() {
    let bot = with(web_1().scripted(&script())).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.cut_scripts("web-1", 40);
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["Refused by OVHcloud", "R-2", "keeps only 40 of the", "is back as it was"]).await;
    assert!(end.content.contains("**Boot from disk**"), "{}", end.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing was rebooted into half a script");
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
    to_the_disk(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_ovhcloud_will_not_take_back_leaves_the_disk_as_a_way_out_and_is_not_quoted() {
    let bot = with(web_1().scripted(&script())).await;
    bot.rescued(&bot.ann, "web-1").await;
    let body = json!({"message": format!("Invalid bootScript: set token {SECRET}"), "errorCode": "INVALID_ARGUMENT"});
    bot.ovh.faults().status("PUT", "/dedicated/server/", 400, &body);
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "R-2", "quote the boot script", "**Boot from disk**"]).await;
    to_the_disk(&bot).await;
    assert_unspoken(bot).await;
}

/// Out of the rescue by the button, on a card of its own.
async fn to_the_disk(bot: &TestBot) {
    let reboots = bot.ovh.reboots("web-1");
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    let to_disk = bot.press(&bot.ann, &card, "Boot from disk").await;
    assert!(to_disk.content.contains("To the disk, as you chose") && to_disk.content.contains("`hd`"), "{to_disk:?}");
    assert!(to_disk.button("Boot from disk").is_none());
    assert_eq!(bot.ovh.reboots("web-1"), reboots, "nothing before Confirm");
    bot.press(&bot.ann, &to_disk, "Confirm").await;
    let end = bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert!(end.content.contains("To the disk"), "it says that something else is not put back: {}", end.content);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    bot.ovh.until_running("web-1", &Running::Installed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_somebody_else_set_during_the_rescue_is_shown_and_asked_about() {
    let bot = with(web_1().scripted(&script())).await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.script_by_somebody("web-1", Some("#!ipxe\nshell\n"));
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    assert!(card.content.contains("Somebody set a boot script since (13 characters)"), "{}", card.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    // And once more, under the card.
    bot.ovh.script_by_somebody("web-1", Some("#!ipxe\nexit\n"));
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(again.content.contains("Somebody set a boot script since (12 characters)"), "{}", again.content);
    bot.press(&bot.ann, &again, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.server("web-1").boot_script, Some(script()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_set_behind_a_rescue_is_what_the_next_rescue_puts_back() {
    let bot = with(web_1()).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.script_by_somebody("web-1", Some(&script()));
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.content.contains("It starts its own boot script now"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1").boot_script, Some(script()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_does_not_happen_leaves_the_script_there() {
    let bot = with(web_1().scripted(&script())).await;
    let before = bot.ovh.server("web-1");
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "is back as it was"]).await;
    assert_eq!(bot.ovh.server("web-1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_survives_a_restart_in_the_middle() {
    let mut bot = with(web_1().scripted(&script())).await;
    let before = bot.ovh.server("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    bot.start().await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_repeated_to_nobody() {
    let bot = with(web_1().scripted(&script())).await;
    bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ask(&bot.ann, "plan", &[("action", "restore"), ("server", "web-1")]).await;
    bot.restored(&bot.ann, "web-1").await;
    bot.ask(&bot.ann, "history", &[("server", "web-1")]).await;
    assert_unspoken(bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_approves_a_restore_reads_the_length_of_the_script_and_nothing_of_it() {
    let protect = "[[protect]]\nservers = [\"*\"]\nactions = [\"restore\"]\n";
    let config = TestConfig { rules: format!("{}{protect}", TestConfig::default().rules), ..TestConfig::default() };
    let bot = TestBot::with(config, [web_1().scripted(&script()), db_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.confirm(&bot.ann, "restore", &[("server", "web-1")]).await;
    let asked: Message = bot.discord.wait_for_message(OPS, |message| message.button("Approve").is_some()).await;
    assert!(asked.content.contains("boot script (") && asked.content.contains("characters"), "{}", asked.content);
    let calls = bot.press(&bot.bob(), &asked, "Show calls").await;
    assert!(calls.text().contains("bootScript") && calls.text().contains("characters"), "{}", calls.text());
    bot.press(&bot.bob(), &asked, "Approve").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!(bot.ovh.server("web-1").boot_script, Some(script()));
    assert_unspoken(bot).await;
}

/// Nothing of the script went to Discord, into the audit or into the metrics.
async fn assert_unspoken(mut bot: TestBot) {
    let metrics = bot.metrics().await;
    bot.stop().await;
    let told = |place: &str, text: &str| assert!(!text.contains(SECRET) && !text.contains("203.0.113.9"), "{place}");
    told("the metrics", &metrics);
    for seen in bot.discord.journal().all() {
        told(&format!("{} {}", seen.method, seen.path), &String::from_utf8_lossy(&seen.body));
    }
    let audit = lines(&bot.database()).await.iter().map(Line::to_json).collect::<Vec<_>>().join("\n");
    assert!(audit.contains("a script of its own"), "{audit}");
    told("the audit", &audit);
    for format in ["jsonl", "csv"] {
        told(format, &String::from_utf8_lossy(&exported(&bot.database(), format)));
    }
    for operation in bot.operations().await {
        told("the Debug of an operation", &format!("{operation:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_changes_with_a_netboot_is_put_back_with_it() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    bot.ovh.netboot_takes_others_along("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    let meanwhile = bot.ovh.server("web-1");
    assert_eq!((meanwhile.efi_bootloader_path, meanwhile.monitoring), (None, false), "they went with it");
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.server("web-1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_changed_with_a_rescue_that_did_not_happen_is_put_back() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    bot.ovh.netboot_takes_others_along("web-1");
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "is back as it was"]).await;
    eventually("all is as it was", async || bot.ovh.server("web-1") == before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_beside_the_netboot_is_said_and_left_to_them() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.efi_path_by_somebody("web-1", Some(r"\efi\repaired\boot.efi"));
    bot.ovh.monitoring_by_somebody("web-1", false);
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    for field in ["`efiBootloaderPath` is not as it was", "`monitoring` is not as it was"] {
        assert!(card.content.contains(field), "{}", card.content);
    }
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    let after = bot.ovh.server("web-1");
    assert_eq!(after.efi_bootloader_path.as_deref(), Some(r"\efi\repaired\boot.efi"));
    assert!(!after.monitoring);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_out_does_not_wait_for_a_mail_that_ovhcloud_will_not_take_back_and_says_so() {
    let bot = TestBot::with(TestConfig::default(), [web_1().with_rescue_mail("old@example.com"), db_1()]).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("email", "ops@example.com")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.ovh.forget_rescue_mail("web-1", 1_000);
    bot.accepted(&bot.ann, "restore", &[("server", "web-1")]).await;
    let end = bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert!(end.content.contains("Not as it was: `rescueMail`"), "{}", end.content);
    assert_eq!(bot.ovh.server("web-1").rescue_mail.as_deref(), Some("ops@example.com"));
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}
