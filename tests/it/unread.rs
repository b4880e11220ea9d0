//! One netboot entry that cannot be read and that nobody wants hides none of the others.

use serde_json::{Value, json};
use sim::{discord::OPS, net::Rule, ovh::Netboot};

use crate::bot::{TestBot, TestConfig, db_1, eventually, web_1};

/// How an entry cannot be read, always.
fn troubles() -> [(u16, Value); 4] {
    [
        (500, json!({"message": "Internal server error"})),
        (404, json!({"class": "Client::NotFound", "message": "The requested object (bootId = 203323) does not exist"})),
        (200, json!({"bootId": 203_323, "bootType": null, "kernel": {}})),
        (200, json!([])),
    ]
}

fn unreadable(bot: &TestBot, boot: u64, (status, body): &(u16, Value)) -> Rule {
    bot.ovh.faults().always().status("GET", &format!("/boot/{boot}"), *status, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_nobody_wants_keeps_no_rescue_from_working_and_is_named_in_the_plan() {
    for trouble in troubles() {
        let bot = TestBot::new().await;
        unreadable(&bot, 203_323, &trouble);
        let plan = bot.ask(&bot.ann, "plan", &[("action", "rescue"), ("server", "web-1")]).await;
        assert!(plan.content.contains("netboot `203323` and does not show it"), "{trouble:?}: {}", plan.content);
        let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        assert!(!card.content.contains("203323"), "it does not matter there: {}", card.content);
        bot.press(&bot.ann, &card, "Confirm").await;
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"), "{trouble:?}");
        bot.restored(&bot.ann, "web-1").await;
        assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"), "{trouble:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_by_its_family_nor_by_its_exact_kernel() {
    for system in ["linux", "windows", "rescue12-customer", "rescue-customer"] {
        let bot = TestBot::new().await;
        unreadable(&bot, 203_323, &troubles()[0]);
        bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", system)]).await;
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        assert_eq!(bot.ovh.reboots("web-1"), 1, "{system}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kernels_are_offered_though_one_cannot_be_read() {
    let bot = TestBot::new().await;
    unreadable(&bot, 203_323, &troubles()[0]);
    let typed = [("server", "web-1")];
    eventually("the others are offered", async || {
        let offered = bot.ann.autocomplete_with(OPS, "rescue enable", typed, "system", "rescue").await;
        offered.iter().any(|choice| choice.name.contains("rescue12-customer"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kernel_that_is_not_found_may_be_the_entry_that_cannot_be_read_and_that_is_said() {
    let bot = TestBot::new().await;
    let wanted = bot.ovh.boot_id("web-1", "rescue-customer-windows");
    unreadable(&bot, wanted, &troubles()[0]);
    for system in ["windows", "rescue-customer-windows"] {
        let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", system)]).await;
        for part in [format!("`{wanted}`"), "what you want may be there".to_owned(), "500".to_owned()] {
            assert!(answer.content.contains(&part), "{system}, {part}: {}", answer.content);
        }
        assert!(answer.buttons().is_empty());
    }
    let plan = bot.ask(&bot.ann, "plan", &[("action", "rescue"), ("server", "web-1")]).await;
    assert!(plan.content.contains("what you want may be there"), "{}", plan.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn if_no_rescue_can_be_read_that_is_said_and_not_that_there_is_none() {
    let bot = TestBot::new().await;
    bot.ovh.faults().always().status("GET", "/boot/", 500, &json!({"message": "Internal server error"}));
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(
        answer.content.contains("shows no Windows rescue") && answer.content.contains("`203323`"),
        "{}",
        answer.content
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_image_is_taken_only_where_nothing_better_is_shown_and_the_card_says_what_is_not() {
    let old = Netboot::new(7, "rescue", "rescue-customer-windows", "Windows rescue [REMOVAL ON 2025-06-23]");
    let bot = TestBot::with(TestConfig::default(), [web_1().with_boot(old), db_1()]).await;
    let current = bot.ovh.boot_id("web-1", "rescue-customer-windows");
    assert_ne!(current, 7);
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(!card.content.contains("REMOVAL"), "{}", card.content);
    unreadable(&bot, current, &troubles()[0]);
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    assert!(card.content.contains("[REMOVAL ON 2025-06-23]"), "{}", card.content);
    assert!(card.content.contains(&format!("netboot `{current}` and does not show it")), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_is_set_to_and_cannot_be_read_is_said_by_its_number_and_not_as_nothing() {
    for trouble in troubles() {
        let bot = TestBot::new().await;
        unreadable(&bot, 1, &trouble);
        for (command, options) in [
            ("status", vec![("server", "web-1")]),
            ("reboot", vec![("server", "web-1")]),
            ("plan", vec![("action", "reboot"), ("server", "web-1")]),
        ] {
            let answer = bot.ask(&bot.ann, command, &options).await;
            assert!(answer.content.contains("netboot `1`"), "{command}, {trouble:?}: {}", answer.content);
            assert!(!answer.content.contains("nothing is set"), "{command}: {}", answer.content);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_found_for_our_own_rescue_though_its_entry_cannot_be_read_any_more() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let rescue = bot.ovh.boot_id("web-1", "rescue-customer-windows");
    unreadable(&bot, rescue, &troubles()[0]);
    bot.ask(&bot.ann, "rescue link", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Link sent**", "web-1"]).await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("hd"));
}
