//! OVHcloud on a bad day, and accounts of every kind: what cannot be done is said, what can be is done.

use serde_json::json;
use sim::ovh::{Ovh, Running};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// `/rescue enable` as ann types it; it must be refused with all of these words, without buttons and without effect.
async fn refused(bot: &TestBot, options: &[(&str, &str)], words: &[&str]) {
    let answer = bot.ask(&bot.ann, "rescue enable", options).await;
    for word in words {
        assert!(answer.content.contains(word), "{word:?} in {}", answer.content);
    }
    assert!(answer.content.starts_with("🚫") && answer.buttons().is_empty(), "{}", answer.content);
    assert_eq!(bot.ovh.journal().count("PUT", "/"), 0);
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ovhcloud_holds_is_left_to_its_support() {
    for state in ["hacked", "hackedBlocked"] {
        let bot = TestBot::with(TestConfig::default(), [web_1().in_state(state)]).await;
        refused(&bot, &[("server", "web-1")], &["OVHcloud itself holds", state, "support"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_hacked_after_it_was_confirmed_is_left_alone() {
    let bot = TestBot::new().await;
    let reading = bot.ovh.faults().hold_before("GET", "/me/notification/email/history");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    reading.reached().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1"), ("system", "linux")]).await;
    bot.ovh.set_state("db-1", "hacked");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("OVHcloud itself holds"), "{}", answer.content);
    reading.release();
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("db-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_left_the_account_before_its_card_is_said_to_be_gone() {
    let bot = TestBot::new().await;
    eventually("the inventory is there", async || {
        !bot.ann.autocomplete(sim::discord::OPS, "rescue enable", "server", "web").await.is_empty()
    })
    .await;
    bot.ovh.remove("web-1");
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(answer.content.contains("no longer in the OVHcloud account"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_left_the_account_after_its_card_is_said_to_be_gone() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.remove("web-1");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("no longer in the OVHcloud account"), "{}", answer.content);
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_credentials_are_said_and_once_renewed_all_is_well() {
    let bot = TestBot::new().await;
    bot.ovh.expire_credentials();
    refused(&bot, &[("server", "web-1")], &["403", "INVALID_CREDENTIAL", "query id"]).await;
    bot.ovh.renew_credentials();
    bot.rescued(&bot.ann, "web-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_service_is_said() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.expire_service("web-1");
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("460") && answer.content.contains("expired"), "{}", answer.content);
    refused(&bot, &[("server", "ns1111111.ip-203-0-113.eu")], &["460", "This service is expired", "query id"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_netboots_cannot_netboot() {
    let bot = TestBot::with(TestConfig::default(), [web_1().booting(None).without_boots()]).await;
    refused(&bot, &[("server", "web-1")], &["lists no netboot entry", "vRack"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_windows_rescue_is_explained_with_what_there_is() {
    let small = web_1().without_windows_rescue().memory_mb(8_192);
    let bot = TestBot::with(TestConfig::default(), [small]).await;
    let words = ["no Windows rescue", "rescue12-customer", "Windows Server 2022", "8 GB", "16 GB", "system:linux"];
    refused(&bot, &[("server", "web-1")], &words).await;
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(!answer.content.contains("ipxe-shell"), "nobody can reach that: {}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kernel_that_is_no_rescue_or_is_not_there_is_refused_with_what_there_is() {
    let bot = TestBot::new().await;
    let there = ["rescue12-customer", "rescue-customer-windows"];
    for kernel in ["ipxe-shell", "hd", "poweroff", "rescue99-customer"] {
        refused(&bot, &[("server", "web-1"), ("system", kernel)], &[&there[..], &[kernel]].concat()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_can_be_a_family_or_an_exact_kernel() {
    let bot = TestBot::new().await;
    for (system, kernel) in [
        ("windows", "rescue-customer-windows"),
        ("Linux", "rescue12-customer"),
        ("rescue12-customer", "rescue12-customer"),
        // Listed as `internal`, and a rescue all the same.
        ("rescue-customer", "rescue-customer"),
    ] {
        let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", system)]).await;
        assert!(card.content.contains(&format!("Reboots now into `{kernel}`")), "{system}: {}", card.content);
    }
    let linux = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1")]).await;
    assert!(linux.content.contains("`rescue12-customer`"), "by the installed system: {}", linux.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn options_that_cannot_be_are_refused_with_what_would_be_right() {
    let config = TestConfig::with_rescue("probe = false\nmax_lease = \"8h\"\nemail_domains = [\"example.com\"]");
    let bot = TestBot::with(config, [web_1(), db_1()]).await;
    let key = format!("ssh-ed25519 {}", "A".repeat(68));
    refused(&bot, &[("server", "web-1"), ("ssh_key", &key)], &["does not work with the Windows rescue"]).await;
    refused(&bot, &[("server", "web-1"), ("email", "me@elsewhere.example")], &["`email`", "example.com"]).await;
    refused(&bot, &[("server", "web-1"), ("for", "9h")], &["`for`", "8 h"]).await;
    refused(&bot, &[("server", "web-1"), ("for", "a while")], &["`for`", "90m"]).await;
    refused(&bot, &[("server", "web-1"), ("for", "0m")], &["`for`", "90m"]).await;
    let pasted = "-----BEGIN OPENSSH PRIVATE KEY-----fake";
    refused(&bot, &[("server", "db-1"), ("ssh_key", pasted)], &["one public key"]).await;
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "db-1"), ("ssh_key", pasted)]).await;
    assert!(!answer.content.contains("PRIVATE"), "a private key is not repeated: {}", answer.content);
}

/// The first answers of a read are spoilt: the bot asks again and all goes on.
async fn is_asked_again(spoil: impl FnOnce(&Ovh)) {
    let bot = TestBot::new().await;
    spoil(&bot.ovh);
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxys_page_in_the_place_of_an_answer_is_asked_again() {
    is_asked_again(|ovh| drop(ovh.faults().next(2).html("GET", "/boot/", 200))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_answer_is_asked_again() {
    is_asked_again(|ovh| drop(ovh.faults().next(2).truncate("GET", "/dedicated/server/ns1111111.ip-203-0-113.eu")))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stays_malformed_is_said_and_nothing_is_done() {
    let bot = TestBot::new().await;
    bot.ovh.faults().always().status("GET", "/boot/", 200, &json!({"bootId": "fake-not-a-number"}));
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(answer.content.contains("bootId") && answer.content.contains("query id"), "{}", answer.content);
    assert!(!answer.content.contains("fake-not-a-number"), "the value is not shown: {}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_goes_there_and_back() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1(), db_1()]).await;
    let before = bot.ovh.server("web-1");
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    assert_eq!(bot.ovh.server("web-1"), before);
    assert_eq!(bot.ovh.tokens_issued(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_die_while_a_rescue_is_under_way_are_fetched_anew() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1()]).await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.ovh.expire_tokens();
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.ovh.journal().wait_for("GET", "/task/", 1).await;
    bot.ovh.expire_tokens();
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert!(bot.ovh.tokens_issued() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_dies_right_before_the_reboot_is_a_refusal_and_everything_is_put_back() {
    let bot = TestBot::with(TestConfig::oauth2(), [web_1()]).await;
    let last_read = bot.ovh.faults().hold_answer("GET", "task?function=hardReboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    last_read.reached().await;
    bot.ovh.expire_tokens();
    last_read.release();
    bot.rung(&bot.ann, &["Refused by OVHcloud", "401", "is back as it was"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
    bot.rescued(&bot.ann, "web-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_three_reads_of_ten_failing_there_is_still_one_reboot_each_and_everything_arrives() {
    let bot = TestBot::new().await;
    let before = bot.ovh.server("web-1");
    let weather = json!({"message": "Internal server error"});
    bot.ovh.faults().sometimes(0.3, 7).status("GET", "/", 500, &weather);
    bot.rescued(&bot.ann, "web-1").await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    assert_eq!(bot.ovh.server("web-1"), before);
    bot.ovh.until_running("web-1", &Running::Installed).await;
    eventually("the link is wiped", async || bot.ann.dms().iter().any(|dm| dm.content.contains("wiped"))).await;
}
