//! Where commands are taken: the configured guild and channels, where the bot can show what it does.

use serde_json::{Value, json};
use sim::discord::{Discord, Id, Message, OPS, Person, THREAD, permission};

use crate::bot::{TestBot, TestConfig, web_1};

/// A bot that takes commands in the ops channel only.
async fn only_in_ops() -> TestBot {
    let config = TestConfig { discord: format!("channels = [\"{OPS}\"]\n"), ..TestConfig::default() };
    TestBot::with(config, [web_1()]).await
}

/// `/rescue enable web-1` as no client of the guild would send it.
async fn sent(discord: &Discord, who: &Person, channel: Id, spoil: impl FnOnce(&mut Value)) -> Message {
    let asked = discord.dispatch_spoilt(who, channel, "rescue", |interaction| {
        let server = json!({"name": "server", "type": 3, "value": "web-1"});
        interaction["data"]["options"] = json!([{"name": "enable", "type": 1, "options": [server]}]);
        spoil(interaction);
    });
    asked.answer().await
}

fn untouched(bot: &TestBot) {
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    assert_eq!(bot.ovh.journal().count("PUT", ""), 0);
    assert!(bot.discord.messages(OPS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_guilds_dms_and_user_installs_are_refused() {
    let bot = TestBot::new().await;
    let elsewhere = sent(&bot.discord, &bot.ann, OPS, |interaction| {
        interaction["guild_id"] = json!("100000000000000099");
        interaction["guild"]["id"] = json!("100000000000000099");
    });
    let refused = elsewhere.await;
    assert!(refused.content.contains("guild that I serve") && refused.buttons().is_empty(), "{}", refused.content);
    let in_dm = sent(&bot.discord, &bot.ann, OPS, |interaction| {
        interaction["user"] = interaction["member"]["user"].clone();
        for guildly in ["member", "guild_id", "guild", "guild_locale"] {
            interaction.as_object_mut().expect("an object").remove(guildly);
        }
        interaction["context"] = json!(1);
    });
    let refused = in_dm.await;
    assert!(refused.content.contains("guild that I serve") && refused.buttons().is_empty(), "{}", refused.content);
    let by_user_install = sent(&bot.discord, &bot.ann, OPS, |interaction| {
        interaction["authorizing_integration_owners"] = json!({"1": bot.ann.id()});
    });
    let refused = by_user_install.await;
    assert!(refused.content.contains("guild that I serve") && refused.buttons().is_empty(), "{}", refused.content);
    untouched(&bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_channel_is_refused_naming_the_right_one() {
    let bot = only_in_ops().await;
    let other = bot.discord.channel("general");
    for channel in [other, bot.discord.thread(other, "chat")] {
        for (command, options) in [("rescue enable", &[("server", "web-1")][..]), ("status", &[]), ("help", &[])] {
            let answer = bot.ann.slash(channel, command, options).await.answer().await;
            assert!(answer.content.contains(&format!("<#{OPS}>")), "{command}: {}", answer.content);
            assert!(answer.is_ephemeral() && answer.buttons().is_empty());
        }
        let offered = bot.ann.autocomplete(channel, "rescue enable", "server", "web").await;
        assert!(offered.is_empty(), "{offered:?}");
    }
    untouched(&bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_counts_as_its_parent_and_gets_the_card() {
    let bot = only_in_ops().await;
    let card = bot.ann.slash(THREAD, "rescue enable", [("server", "web-1")]).await.answer().await;
    bot.press(&bot.ann, &card, "Confirm").await;
    let end = bot.sees_in(THREAD, &["**In rescue**", "R-1", "The link to the password"]).await;
    assert!(bot.ann.was_rung_by(&end));
    assert!(bot.discord.messages(OPS).is_empty(), "the parent hears nothing of it");
    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    bot.press_and_confirm(&bot.ann, &dm, "Restore now").await;
    bot.sees_in(THREAD, &["**Restored**", "R-2"]).await;
    assert!(bot.discord.messages(OPS).is_empty());
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bot_may_not_show_it_does_not_begin() {
    let bot = TestBot::new().await;
    for (permission, name) in [
        (permission::SEND_MESSAGES, "Send Messages"),
        (permission::EMBED_LINKS, "Embed Links"),
        (permission::ATTACH_FILES, "Attach Files"),
    ] {
        bot.discord.forbid_bot(OPS, permission);
        for command in ["rescue enable", "restore", "reboot", "rescue link"] {
            let answer = bot.ask(&bot.ann, command, &[("server", "web-1")]).await;
            assert!(answer.content.to_lowercase().contains(&name.to_lowercase()), "{command}: {}", answer.content);
            assert!(answer.buttons().is_empty());
        }
        bot.discord.forbid_bot(OPS, 0);
    }
    bot.discord.forbid_bot(OPS, permission::SEND_MESSAGES_IN_THREADS);
    let answer = bot.ann.slash(THREAD, "rescue enable", [("server", "web-1")]).await.answer().await;
    assert!(answer.content.contains("Threads"), "{}", answer.content);
    untouched(&bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_lost_before_confirm_is_missed_at_the_press() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    bot.discord.forbid_bot(OPS, permission::SEND_MESSAGES);
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("permission"), "{}", answer.content);
    untouched(&bot);
}
