//! `/status`: one server with its datacentre and contract, and the picture of what is under way.

use std::time::Duration;

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

#[tokio::test(flavor = "multi_thread")]
async fn what_ovhclouds_people_do_and_how_long_it_is_paid_for_is_shown() {
    let bot = TestBot::with(TestConfig::default(), [web_1().expiring_on("2027-01-31").renewed_by_hand(), db_1()]).await;
    bot.ovh.plan_intervention("web-1", Duration::from_secs(7_200));
    bot.ovh.intervened("web-1", Duration::from_secs(86_400));
    bot.ovh.switch_interventions_off("web-1");
    let web = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.content;
    for part in ["HARDWARE_UPGRADE_ON_ACTIVE_SERVER", "last worked on it", "switched off", "**not** renewed"] {
        assert!(web.contains(part), "{part}: {web}");
    }
    let db = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await.content;
    assert!(db.contains("renewed by itself") && !db.contains("**not**") && !db.contains("plans"), "{db}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_of_which_ovhcloud_says_both_is_told_as_a_contradiction_and_one_that_cannot_be_read_as_unread() {
    let bot = TestBot::with(TestConfig::default(), [web_1().expiring_on("2027-01-31"), db_1()]).await;
    bot.ovh.renewal_flaps("web-1");
    let web = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.content;
    assert!(web.contains("contradicts itself") && !web.contains("**not** renewed"), "{web}");
    let found = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(found.text().contains("contradicts itself") && !found.text().contains("Ends soon"), "{}", found.text());
    let db = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await.content;
    assert!(db.contains("renewed by itself") && !db.contains("contradicts"), "{db}");
    let before = bot.ovh.journal().count("GET", "/serviceInfos");
    assert!(before >= 7, "five of the one, two of the other: {before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_five_readings_of_a_renewal_one_that_fails_is_a_check_that_could_not_run() {
    let bot = TestBot::new().await;
    let held = bot.ovh.faults().next(1).hold_answer("GET", "/serviceInfos");
    let asked = bot.slash(&bot.ann, "status", &[("server", "web-1")]).await;
    eventually("the first is on its way", async || held.count() == 1).await;
    bot.ovh.faults().next(1).status("GET", "/serviceInfos", 403, &serde_json::json!({ "message": "not now" }));
    held.release();
    let web = asked.answer().await.text();
    assert!(web.contains("could not be read") && !web.contains("renewed by itself"), "{web}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_nobody_here_began_has_a_likely_cause_where_ovhclouds_people_were_at_work() {
    let bot = TestBot::with(TestConfig::default(), [web_1().booting(Some(230_242)), db_1()]).await;
    let status = async |server: &str| bot.ask(&bot.ann, "status", &[("server", server)]).await.text();
    let cause = "leave it in rescue when its own system does not start";
    assert!(!status("web-1").await.contains(cause), "nobody was there");
    for server in ["web-1", "db-1"] {
        bot.ovh.intervened(server, Duration::from_secs(86_400));
    }
    assert!(status("web-1").await.contains(cause));
    // The list of what is in rescue says it too.
    bot.lists(&bot.ann, &["not started by me", cause]).await;
    assert!(!status("db-1").await.contains(cause), "it starts from its disk");
    bot.rescued(&bot.ann, "db-1").await;
    assert!(!status("db-1").await.contains(cause), "this one is ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn why_an_address_is_blocked_and_that_it_is_under_attack_is_shown() {
    let bot = TestBot::new().await;
    bot.ovh.set_state("web-1", "hackedBlocked");
    bot.ovh.block_address("web-1", "antihack");
    bot.ovh.mitigate("web-1");
    let web = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.text();
    assert!(web.contains("Anti-Hack") && web.contains("mitigation") && web.contains("hackedBlocked"), "{web}");
    assert!(!web.contains("spam") && !web.contains("phishing"), "{web}");
    let db = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await.text();
    assert!(!db.contains("blocks its address") && !db.contains("mitigation"), "{db}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_read_about_addresses_is_asked_once_and_the_doctor_says_so() {
    let bot = TestBot::new().await;
    bot.ovh.forbid("ip:apiovh:mitigation/get");
    bot.ovh.mitigate("web-1");
    for _ in 0..2 {
        let web = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.text();
        assert!(!web.contains("mitigation") && web.contains("web-1"), "{web}");
    }
    assert_eq!(bot.ovh.journal().count("GET", "/mitigation"), 1);
    let doctor = bot.ask(&bot.ann, "doctor", &[]).await.text();
    assert!(doctor.contains("says of addresses"), "{doctor}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_beside_the_rest() {
    let bot = TestBot::new().await;
    bot.ovh.forbid("dedicatedServer:apiovh:serviceInfos/get");
    bot.ovh.forbid("dedicatedServer:apiovh:intervention/get");
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.content;
    assert!(answer.contains("could not be read") && answer.contains("Windows Server 2022"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_is_ended_or_extended_from_where_it_is_looked_at() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    let labels: Vec<String> = status.buttons().into_iter().map(|button| button.label).collect();
    assert_eq!(labels, ["Restore now", "Extend"]);
    bot.press_and_confirm(&bot.ann, &status, "Restore now").await;
    bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
    let status = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    assert!(status.buttons().is_empty(), "{}", status.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ovhcloud_cannot_say_in_time_keeps_nobody_waiting() {
    let usual = TestConfig::default();
    // Longer than a story waits for anything.
    let patient = TestConfig { pace: format!("{}ovh_timeout = \"10m\"\n", usual.pace), ..usual };
    let bot = TestBot::with(patient, [web_1()]).await;
    for route in ["/serviceInfos", "/plannedIntervention", "/intervention", "/task"] {
        bot.ovh.faults().always().hang("GET", route);
    }
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.content;
    assert!(answer.contains("could not be read") && answer.contains("Windows Server 2022"), "{answer}");
}

/// The width and height that a PNG says it has.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    (number(16), number(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_an_operation_is_shown_with_a_picture_that_says_the_same_in_words() {
    let bot = TestBot::new().await;
    let quiet = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await;
    assert!(quiet.attachments.is_empty(), "nothing happens there");
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.sees(&["Looking for the link", "R-1"]).await;
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    let picture = answer.attachments.first().unwrap_or_else(|| panic!("no picture: {}", answer.content));
    assert_eq!(picture.filename, "R-1.png");
    let (width, height) = size(&picture.bytes);
    assert!(width == 780 && height > 600, "{width} × {height}");
    let words = picture.description.clone().unwrap_or_default();
    for part in ["web-1 · R-1", "0:00 Asked for", "Netboot set", "Reboot sent", "OVHcloud's task done", "Now"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    bot.ann.set_locale("fr");
    let french = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    let words = french.attachments[0].description.clone().unwrap_or_default();
    assert!(words.contains("Redémarrage envoyé"), "{words}");
    bot.ovh.hand_out("web-1");
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let after = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await;
    let words = after.attachments[0].description.clone().unwrap_or_default();
    assert!(words.ends_with("Lien transmis"), "{words}");
}
