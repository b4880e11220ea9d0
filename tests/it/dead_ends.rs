//! What nobody can reach is no place to return to, and no way out depends on one recorded value.

use serde_json::json;
use sim::ovh::{Netboot, Running, ServerSpec};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// The iPXE shell of the simulated lists, and power-off.
const SHELL: u64 = 203_323;
const POWER_OFF: u64 = 95_083;
/// A netboot of the team's own.
const OWN: u64 = 500_001;

async fn with(spec: ServerSpec) -> TestBot {
    TestBot::with(TestConfig::default(), [spec, db_1()]).await
}

fn with_own() -> ServerSpec {
    web_1().with_boot(Netboot::new(OWN, "network", "own-script", "A netboot of our own")).booting(Some(OWN))
}

async fn is_at_its_disk(bot: &TestBot) {
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    bot.ovh.until_running("web-1", &Running::Installed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_never_leads_back_to_where_nobody_gets_and_says_so() {
    for (boot, why) in [(SHELL, "nobody can reach a server there"), (POWER_OFF, "leave it switched off")] {
        let bot = with(web_1().booting(Some(boot))).await;
        let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        assert!(card.content.contains("a restore will lead to the disk"), "{}", card.content);
        bot.press(&bot.ann, &card, "Confirm").await;
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
        assert!(card.content.contains(why) && card.content.contains("`hd`"), "{}", card.content);
        bot.press(&bot.ann, &card, "Confirm").await;
        let end = bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
        assert!(end.content.contains(why), "{}", end.content);
        is_at_its_disk(&bot).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_set_to_where_nobody_gets_is_a_finding_and_a_restore_is_its_way_out() {
    for (boot, headline) in [(SHELL, "is an iPXE shell"), (POWER_OFF, "is power-off")] {
        let bot = with(web_1().booting(Some(boot))).await;
        let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
        assert!(status.content.contains(headline) && !status.content.contains('🟢'), "{}", status.content);
        eventually("the doctor finds it", async || {
            bot.ask(&bot.ann, "doctor", &[]).await.content.contains("Set to start where nobody can reach it")
        })
        .await;
        let fleet = bot.ask(&bot.ann, "status", &[]).await;
        assert!(fleet.content.contains("`web-1`") && fleet.content.contains("nobody can reach"), "{}", fleet.content);
        let plan = bot.ask(&bot.ann, "plan", &[("action", "restore"), ("server", "web-1")]).await;
        assert!(plan.content.contains("To the disk, not back to"), "{}", plan.content);

        let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
        assert!(card.content.contains("Reboot from its disk"), "{}", card.content);
        bot.press(&bot.ann, &card, "Confirm").await;
        bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
        is_at_its_disk(&bot).await;
        assert_eq!(bot.ovh.reboots("web-1"), 1);
        let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
        assert!(status.content.contains('🟢'), "{}", status.content);
        eventually("the doctor is content", async || {
            !bot.ask(&bot.ann, "doctor", &[]).await.content.contains("nobody can reach")
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_into_the_shell_says_that_nobody_gets_there() {
    let bot = with(web_1().booting(Some(SHELL))).await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(card.content.contains("**nobody can reach it** there"), "{}", card.content);
    let plan = bot.ask(&bot.ann, "plan", &[("action", "reboot"), ("server", "web-1")]).await;
    assert!(plan.content.contains("**nobody can reach it** there"), "{}", plan.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_does_not_happen_leaves_even_the_shell_as_it_was() {
    let bot = with(web_1().booting(Some(SHELL))).await;
    bot.ovh.forbid("dedicatedServer:apiovh:reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["Refused by OVHcloud", "is back as it was"]).await;
    assert_eq!(bot.ovh.boot_of("web-1"), Some(SHELL), "nothing has happened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_netboot_that_has_left_the_list_leads_to_the_disk_on_a_card_that_says_so() {
    let bot = with(with_own()).await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.retire_boot("web-1", "own-script");
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    assert!(card.content.contains("OVHcloud no longer lists that"), "{}", card.content);
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing before Confirm");
    bot.press(&bot.ann, &card, "Confirm").await;
    let end = bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert!(end.content.contains("not back to `own-script`"), "{}", end.content);
    is_at_its_disk(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_netboot_that_cannot_be_read_now_keeps_nobody_in_the_rescue() {
    let bot = with(with_own()).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.faults().always().status("GET", "/boot/500001", 500, &json!({"message": "Internal server error"}));
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(
        card.content.contains("OVHcloud does not show that now") && card.content.contains("To the disk"),
        "{card:?}"
    );
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    is_at_its_disk(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_netboot_that_could_only_be_recorded_by_its_number_is_put_back_when_it_can_be_read() {
    let bot = with(with_own()).await;
    let away = bot.ovh.faults().always().status("GET", "/boot/500001", 500, &json!({"message": "Internal"}));
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.content.contains("does not show what netboot `500001` is"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    away.clear();
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.boot_of("web-1"), Some(OWN));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_can_be_chosen_though_something_else_was_recorded_and_a_new_card_asks() {
    let bot = with(with_own()).await;
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(card.content.contains("`own-script`"), "{}", card.content);
    let to_disk = bot.press(&bot.ann, &card, "Boot from disk").await;
    assert!(to_disk.content.contains("as you chose") && to_disk.content.contains("`own-script`"), "{to_disk:?}");
    assert_eq!(bot.ovh.reboots("web-1"), 1, "nothing before Confirm");
    bot.press(&bot.ann, &to_disk, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "as you chose"]).await;
    is_at_its_disk(&bot).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_offered_only_where_the_way_leads_elsewhere() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(card.button("Boot from disk").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_entry_that_is_listed_and_not_shown_is_still_a_way_out() {
    let bot = with(web_1().booting(Some(SHELL))).await;
    bot.ovh.faults().always().status("GET", "/boot/1", 500, &json!({"message": "Internal server error"}));
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(card.content.contains("the hard disk (netboot `1`"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    is_at_its_disk(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn if_even_the_list_of_disks_cannot_be_read_what_is_known_is_said() {
    let bot = with(with_own()).await;
    bot.rescued(&bot.ann, "web-1").await;
    let faults = bot.ovh.faults().always();
    faults.status("GET", "/boot/500001", 404, &json!({"message": "The requested object does not exist"}));
    let away = faults.status("GET", "bootType=harddisk", 500, &json!({"message": "Internal server error"}));
    let answer = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    for part in ["cannot find the hard-disk boot", "500", "`own-script`"] {
        assert!(answer.content.contains(part), "{part}: {}", answer.content);
    }
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    away.clear();
    bot.restored(&bot.ann, "web-1").await;
    is_at_its_disk(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_disk_needs_no_list_of_disks() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.faults().always().status("GET", "bootType=harddisk", 500, &json!({"message": "Internal server error"}));
    bot.restored(&bot.ann, "web-1").await;
    is_at_its_disk(&bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_does_not_take_the_disk_by_itself_where_something_else_was_recorded_and_cannot_be_read() {
    let config = TestConfig::with_rescue("probe = false\nlease = \"2s\"\non_deadline = \"restore\"");
    let bot = TestBot::with(config, [with_own(), db_1()]).await;
    bot.ovh.faults().always().status("GET", "/boot/500001", 500, &json!({"message": "Internal server error"}));
    bot.rescued(&bot.ann, "web-1").await;
    eventually("the deadline looked at it", async || bot.ovh.journal().count("GET", "/boot/500001") > 8).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    let card = bot.ask(&bot.ann, "restore", &[("server", "web-1")]).await;
    assert!(card.content.contains("To the disk, not back to"), "{}", card.content);
}
