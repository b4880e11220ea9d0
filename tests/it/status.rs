//! `/status`: one server with its datacentre and contract, and the picture of what is under way.

use std::time::Duration;

use crate::bot::{TestBot, TestConfig, db_1, web_1};

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
async fn what_cannot_be_read_is_said_beside_the_rest() {
    let bot = TestBot::new().await;
    bot.ovh.forbid("dedicatedServer:apiovh:serviceInfos/get");
    bot.ovh.forbid("dedicatedServer:apiovh:intervention/get");
    let answer = bot.ask(&bot.ann, "status", &[("server", "web-1")]).await.content;
    assert!(answer.contains("could not be read") && answer.contains("win2022"), "{answer}");
}
