//! Whatever people call their servers, their kernels and their reasons: Discord takes every message.

use bernard_domain::operation::Kind;
use sim::{
    discord::{OPS, ROLE},
    ovh::{Netboot, ServerSpec},
};

use crate::bot::{TestBot, TestConfig, eventually};

const SERVICE: &str = "ns1111111.ip-203-0-113.eu";

/// Names that are long in every way of counting.
fn names() -> [String; 5] {
    [
        format!("web-1 {}", "x".repeat(1_900)),
        format!("web-1 {}", "🛟".repeat(900)),
        format!("web-1 {}", "e\u{301}".repeat(900)),
        format!("web-1 {}", "`".repeat(700)),
        format!("web-1 {}", "👩\u{200d}🚒 ".repeat(400)),
    ]
}

/// Nothing that Bernard sent was refused.
fn nothing_was_refused(bot: &TestBot, name: &str) {
    let refused = bot.discord.refused_forms();
    assert!(refused.is_empty(), "{name:.40}: {refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_long_name_goes_into_rescue_and_back() {
    for name in names() {
        let server = ServerSpec::windows(SERVICE).named(&name).at([203, 0, 113, 100].into());
        let bot = TestBot::with(TestConfig::default(), [server]).await;
        let reason = "because ".repeat(49);
        bot.accepted(&bot.ann, "rescue enable", &[("server", SERVICE), ("reason", &reason)]).await;
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
        assert!(dm.content.contains(&format!("/console server:{SERVICE}")), "{}", dm.content);
        for command in ["status", "tasks", "rescue link", "plan"] {
            let mut options = vec![("server", SERVICE)];
            options.extend((command == "plan").then_some(("action", "restore")));
            bot.ask(&bot.ann, command, &options).await;
        }
        bot.ask(&bot.ann, "rescue list", &[]).await;
        bot.ask(&bot.ann, "history", &[]).await;
        let offered = bot.ann.autocomplete(OPS, "restore", "server", "web").await;
        assert_eq!(offered.len(), 1);
        bot.accepted(&bot.ann, "restore", &[("server", SERVICE)]).await;
        bot.rung(&bot.ann, &["**Restored**", "web-1"]).await;
        eventually("the DMs are wiped", async || bot.ann.dms().iter().all(|dm| !dm.content.contains("manager/secret")))
            .await;
        nothing_was_refused(&bot, &name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revealed_link_and_a_console_of_a_long_name_are_shown() {
    for name in names() {
        let server = ServerSpec::windows(SERVICE).named(&name).at([203, 0, 113, 100].into());
        let bot = TestBot::with(TestConfig::default(), [server]).await;
        bot.discord.close_dms(&bot.ann);
        bot.accepted(&bot.ann, "rescue enable", &[("server", SERVICE)]).await;
        let waiting = bot.rung(&bot.ann, &["The link waits for you", "web-1"]).await;
        bot.ann.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains("manager/secret")).await;
        bot.slash(&bot.ann, "console", &[("server", SERVICE)]).await.answer().await;
        let waiting = bot.rung(&bot.ann, &["The link waits for you", "R-2"]).await;
        bot.ann.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains("kvm.example")).await;
        nothing_was_refused(&bot, &name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kernel_with_a_thousand_characters_fits() {
    let kernel = format!("rescue-{}", "k".repeat(990));
    let server = ServerSpec::linux(SERVICE)
        .named("web-1")
        .at([203, 0, 113, 100].into())
        .with_boot(Netboot::new(99_001, "rescue", &kernel, &"d".repeat(1_000)))
        .booting(Some(99_001));
    let bot = TestBot::with(TestConfig::default(), [server]).await;
    for (command, options) in [
        ("status", vec![("server", "web-1")]),
        ("reboot", vec![("server", "web-1")]),
        ("plan", vec![("server", "web-1"), ("action", "reboot")]),
        ("rescue enable", vec![("server", "web-1"), ("system", "no-such-kernel")]),
    ] {
        let answer = bot.ask(&bot.ann, command, &options).await;
        assert!(!answer.content.is_empty(), "{command}");
    }
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    nothing_was_refused(&bot, "a kernel");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_too_long_for_a_message_comes_as_a_file_and_is_wiped_with_it() {
    let template = format!("https://www.ovh.com/manager/secret/{}#?id={{id}}", "x".repeat(1_800));
    let config = TestConfig::with_rescue(&format!("probe = false\nsecret_link = \"{template}\""));
    let bot = TestBot::with(config, [crate::bot::web_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("link.txt")).await;
    let file = dm.attachments.iter().find(|file| file.filename == "link.txt").expect("the file");
    let text = String::from_utf8(file.bytes.clone()).expect("a text");
    assert!(bot.ovh.secret_ids().iter().any(|id| text.ends_with(id.as_str())), "{text}");
    bot.accepts(Kind::Restore).await;
    eventually("the file is gone", async || bot.ann.dms().iter().all(|dm| dm.attachments.is_empty())).await;
    nothing_was_refused(&bot, "a link");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_approval_of_a_long_name_is_asked() {
    let leads = crate::approvals::LEADS;
    for name in names() {
        let rules = crate::bot::rule(ROLE, &["view", "rescue", "restore"], &["*"])
            + &crate::bot::rule(leads, &["view", "approve"], &["*"])
            + "[[protect]]\nservers = [\"*\"]\nactions = [\"rescue\"]\n";
        let server = ServerSpec::windows(SERVICE).named(&name).at([203, 0, 113, 100].into());
        let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, [server]).await;
        let paula = bot.discord.person("paula", "fr", &[leads]);
        let reason = "🛟".repeat(180);
        bot.accepted(&bot.ann, "rescue enable", &[("server", SERVICE), ("reason", &reason)]).await;
        bot.approve(&paula, "R-1").await;
        bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        nothing_was_refused(&bot, &name);
    }
}
