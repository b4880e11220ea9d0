//! Rescues that Bernard did not start: found by what they boot, listed, adopted, restored.

use bernard_domain::server::{Boot, BootId};
use sim::{
    discord::{Id, ROLE},
    ovh::{Netboot, Ovh, Running, ServerSpec},
};

use crate::{
    bot::{TestBot, TestConfig, db_1, eventually, rule, web_1},
    kept::opened,
    passing::lease,
};

/// A role of viewers.
const VIEWER: Id = Id(400_000_000_000_000_002);
/// The simulated account's Linux rescue for Windows servers.
const LINUX_RESCUE: u64 = 230_242;

impl TestBot {
    /// The program knows what a netboot entry is, as after a round of its inventory.
    pub(crate) async fn learns_boot(&mut self, server: &str, id: u64) {
        self.ask(&self.ann, "status", &[("server", server)]).await;
        self.stop().await;
        let store = opened(&self.database()).await;
        let known = store.inventory().await.expect("it reads");
        let known = known.into_iter().find(|known| known.server.label() == server).expect("it was read");
        let (account, name) = (known.server.account, known.server.name);
        let boot = Boot {
            id: BootId(id),
            boot_type: "rescue".into(),
            kernel: "rescue12-customer".into(),
            description: "Customer rescue system (Debian-12-based)".into(),
        };
        let place = (account, name.to_string(), boot.id);
        store.save_known_boots(&[(place, boot.into())]).await.expect("it is written");
        store.close().await;
        drop(store);
        self.start().await;
    }
}

/// The usual configuration with an inventory in a hurry.
fn hurried(rules: String) -> TestConfig {
    let config = TestConfig { rules, ..TestConfig::default() };
    TestConfig { pace: format!("{}inventory_refresh = \"200ms\"\n", config.pace), ..config }
}

/// A server that somebody else has set to boot this.
fn taken(number: u32, label: &str, boot: Option<u64>) -> ServerSpec {
    ServerSpec::windows(&format!("ns{number}.ip-203-0-113.eu")).named(label).booting(boot)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_boots_a_rescue_is_listed_and_what_does_not_is_not() {
    let servers = [
        taken(3_000_001, "linux-1", Some(LINUX_RESCUE)),
        taken(3_000_002, "windows-1", Some(230_243)),
        taken(3_000_003, "internal-1", Some(22)),
        taken(3_000_004, "legacy-1", Some(600)).with_boot(Netboot::new(600, "network", "WinRescue", "WinPE")),
        taken(3_000_005, "shell-1", Some(203_323)),
        taken(3_000_006, "disk-1", Some(1)),
        taken(3_000_007, "off-1", Some(95_083)),
        taken(3_000_008, "none-1", None),
    ];
    let bot = TestBot::with(hurried(TestConfig::default().rules), servers).await;
    let list = bot.lists(&bot.ann, &["linux-1", "windows-1", "internal-1", "legacy-1"]).await;
    for not in ["shell-1", "disk-1", "off-1", "none-1"] {
        assert!(!list.content.contains(not), "{not}: {}", list.content);
    }
    assert!(list.content.contains("`rescue12-customer`") && list.content.contains("not started by me"));
    let labels: Vec<String> = list.buttons().into_iter().map(|button| button.label).collect();
    assert!(
        labels.contains(&"Adopt legacy-1".to_owned()) && labels.contains(&"Restore linux-1".to_owned()),
        "{labels:?}"
    );
    let entry = format!("/boot/{LINUX_RESCUE}");
    assert_eq!(bot.ovh.journal().count("GET", &entry), 1, "an entry is read once, not in each round");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_id_means_is_asked_of_each_server_of_a_small_fleet() {
    let shell = Netboot::new(600, "rescue", "ipxe-shell", "iPXE shell");
    let rescue = Netboot::new(600, "internal", "rescue-customer", "Customer rescue system");
    let servers = [
        taken(3_000_001, "shell-1", Some(600)).with_boot(shell.clone()),
        taken(3_000_002, "internal-1", Some(600)).with_boot(rescue),
        taken(3_000_003, "shell-2", Some(600)).with_boot(shell),
    ];
    let bot = TestBot::with(hurried(TestConfig::default().rules), servers).await;
    let list = bot.lists(&bot.ann, &["internal-1"]).await;
    eventually("each was asked", async || bot.ovh.journal().count("GET", "/boot/600") == 3).await;
    let later = bot.lists(&bot.ann, &["internal-1"]).await;
    for list in [&list, &later] {
        assert!(!list.content.contains("shell"), "{}", list.content);
    }
    let labels: Vec<String> = later.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Adopt", "Restore"], "one alone needs no name");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn an_adopted_rescue_has_an_owner_and_a_deadline_and_is_restored_to_the_disk() {
    let bot = TestBot::with(hurried(TestConfig::default().rules), [web_1().booting(Some(LINUX_RESCUE))]).await;
    let list = bot.lists(&bot.ann, &["web-1", "not started by me"]).await;
    let answer = bot.press(&bot.ann, &list, "Adopt").await;
    assert!(answer.content.contains("Started"), "{}", answer.content);
    let end = bot.rung(&bot.ann, &["**Adopted**", "web-1", "R-1", "It is yours until"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    let list = bot.lists(&bot.ann, &[&bot.ann.mention()]).await;
    assert!(!list.content.contains("not started by me"), "{}", list.content);
    let held = lease(&bot, "web-1").await.expect("a lease");
    assert_eq!(held.deadline.duration_since(held.started), jiff::SignedDuration::from_hours(4));

    let offers = bot.press(&bot.ann, &end, "Extend").await;
    bot.press(&bot.ann, &offers, "1 h").await;
    bot.press_and_confirm(&bot.ann, &end, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    bot.ovh.until_running("web-1", &Running::Installed).await;
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 1));
    bot.lists(&bot.ann, &["Nothing is in rescue"]).await;
    assert_eq!(lease(&bot, "web-1").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_rescue_is_restored_from_the_list_after_a_confirmation_and_is_gone_at_once() {
    // The inventory is not read again: what is listed afterwards comes from the restore.
    let mut bot = TestBot::with(TestConfig::default(), [web_1().booting(Some(LINUX_RESCUE))]).await;
    bot.learns_boot("web-1", LINUX_RESCUE).await;
    let list = bot.lists(&bot.ann, &["web-1", "not started by me"]).await;
    let card = bot.press(&bot.ann, &list, "Restore").await;
    assert_eq!(bot.ovh.reboots("web-1"), 0, "nothing before Confirm");
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    assert_eq!((bot.ovh.kernel_of("web-1").as_deref(), bot.ovh.reboots("web-1")), (Some("hd"), 1));
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.content.contains("Nothing is in rescue"), "{}", list.content);
    assert_eq!(lease(&bot, "web-1").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fleets_status_names_a_foreign_rescue_and_is_not_quiet() {
    let mut bot = TestBot::with(TestConfig::default(), [web_1().booting(Some(LINUX_RESCUE))]).await;
    bot.learns_boot("web-1", LINUX_RESCUE).await;
    bot.lists(&bot.ann, &["web-1", "not started by me"]).await;
    let status = bot.ask(&bot.ann, "status", &[]).await.content;
    assert!(status.contains("`web-1`: ⚠️ In rescue, not started by me"), "{status}");
    assert!(!status.contains("nothing in rescue"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_servers_were_not_looked_at_yet_is_said_until_they_were() {
    let ovh = Ovh::start().await;
    let refusal = serde_json::json!({ "message": "not now" });
    ovh.faults().always().status("GET", &format!("/boot/{LINUX_RESCUE}"), 403, &refusal);
    let servers = [web_1(), taken(3_000_001, "linux-1", Some(LINUX_RESCUE))];
    let bot = TestBot::beside(ovh, hurried(TestConfig::default().rules), servers).await;
    let unknown = "1 server not looked at yet";
    bot.lists(&bot.ann, &["Nothing is in rescue", unknown]).await;
    let status = bot.ask(&bot.ann, "status", &[]).await.content;
    assert!(status.contains(unknown), "{status}");
    bot.ann.set_locale("fr");
    bot.lists(&bot.ann, &["1 serveur pas encore examiné"]).await;
    bot.ann.set_locale("en-GB");
    bot.ovh.faults().clear();
    let list = bot.lists(&bot.ann, &["linux-1", "not started by me"]).await;
    assert!(!list.content.contains("not looked at"), "{}", list.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_see_it_sees_it_and_only_who_may_rescue_adopts_it() {
    let rules = rule(ROLE, &["view", "rescue", "restore"], &["*"]) + &rule(VIEWER, &["view"], &["web-*"]);
    let servers = [web_1().booting(Some(LINUX_RESCUE)), taken(3_000_001, "secret-1", Some(LINUX_RESCUE))];
    let bot = TestBot::with(hurried(rules), servers).await;
    let vic = bot.discord.person("vic", "en-GB", &[VIEWER]);
    bot.lists(&bot.ann, &["web-1", "secret-1"]).await;
    let list = bot.ask(&vic, "rescue list", &[]).await;
    assert!(list.content.contains("web-1") && !list.content.contains("secret-1"), "{}", list.content);
    for button in ["Adopt", "Restore"] {
        let refused = bot.press(&vic, &list, button).await;
        assert!(refused.content.starts_with("🚫") && refused.buttons().is_empty(), "{}", refused.content);
    }
    assert_eq!((lease(&bot, "web-1").await, bot.ovh.reboots("web-1")), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_back_elsewhere_or_adopted_already_cannot_be_adopted() {
    let bot = TestBot::with(hurried(TestConfig::default().rules), [web_1().booting(Some(LINUX_RESCUE))]).await;
    let ben = bot.discord.person("ben", "en-GB", &[ROLE]);
    let list = bot.lists(&bot.ann, &["not started by me"]).await;
    let bens = bot.ask(&ben, "rescue list", &[]).await;
    bot.press(&bot.ann, &list, "Adopt").await;
    bot.rung(&bot.ann, &["**Adopted**"]).await;
    let late = bot.press(&ben, &bens, "Adopt").await;
    assert!(late.content.contains("has an owner now"), "{}", late.content);
    assert_eq!(lease(&bot, "web-1").await.map(|lease| lease.owner.0), Some(bot.ann.id().0));
    bot.restored(&bot.ann, "web-1").await;

    bot.ovh.netboot_by_somebody("web-1", Some(LINUX_RESCUE));
    let list = bot.lists(&bot.ann, &["not started by me"]).await;
    bot.ovh.netboot_by_somebody("web-1", Some(1));
    bot.lists(&bot.ann, &["Nothing is in rescue"]).await;
    let late = bot.press(&bot.ann, &list, "Adopt").await;
    assert!(late.content.contains("is over"), "{}", late.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_of_ours_is_never_taken_for_a_foreign_one() {
    let mut bot = TestBot::with(hurried(TestConfig::default().rules), [web_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    let rounds = bot.ovh.journal().count("GET", "/dedicated/server/ns1111111");
    eventually("it was read again and again", async || {
        bot.ovh.journal().count("GET", "/dedicated/server/ns1111111") > rounds + 3
    })
    .await;
    assert!(!bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("not started by me"));
    bot.stop().await;
    bot.start().await;
    bot.restored(&bot.ann, "web-1").await;
    assert!(bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("Nothing is in rescue"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_reboot_or_end_a_foreign_rescue_says_that_it_is_one() {
    let bot = TestBot::with(TestConfig::default(), [web_1().booting(Some(LINUX_RESCUE)), db_1()]).await;
    for (action, words) in [
        ("rescue", "In rescue, not started by me. This reboots it"),
        ("reboot", "In rescue, not started by me. This reboots it"),
        ("restore", "This ends a rescue that I did not start"),
    ] {
        let command = if action == "rescue" { "rescue enable" } else { action };
        let plan = bot.ask(&bot.ann, "plan", &[("action", action), ("server", "web-1")]).await.content;
        let card = bot.ask(&bot.ann, command, &[("server", "web-1")]).await.content;
        let other = bot.ask(&bot.ann, command, &[("server", "db-1")]).await.content;
        assert!(plan.contains(words) && card.contains(words), "{plan}\n{card}");
        assert!(action == "restore" || !other.contains(words), "{other}");
    }
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.journal().count("PUT", "")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_of_a_server_says_of_a_foreign_rescue_what_the_fleets_says() {
    let bot = TestBot::with(hurried(TestConfig::default().rules), [web_1().booting(Some(LINUX_RESCUE)), db_1()]).await;
    bot.lists(&bot.ann, &["web-1", "not started by me"]).await;
    let foreign = "In rescue, not started by me";
    let status = async |server: &str| bot.ask(&bot.ann, "status", &[("server", server)]).await.text();
    assert!(status("web-1").await.contains(foreign) && !status("db-1").await.contains(foreign));
    bot.ovh.faults().always().status("GET", "/dedicated/server/", 503, &serde_json::json!({ "message": "later" }));
    let remembered = status("web-1").await;
    assert!(remembered.contains("as I last saw it") && remembered.contains(foreign), "{remembered}");
    bot.ovh.faults().clear();
    bot.rescued(&bot.ann, "db-1").await;
    assert!(!status("db-1").await.contains(foreign), "this one is ours");
}
