//! What a tired reader sees first: the order of a card and of a DM, how far a thing is, one message that rings with all of it, and the
//! button beside its line.

use sim::discord::Message;

use crate::bot::{TestBot, custom_id};

const WEB_1: (&str, &str) = ("server", "web-1");
/// The bit that says that a message is made of parts (Discord's components, version 2).
const PARTS: u64 = 1 << 15;

/// That these stand in a text, one after the other.
#[track_caller]
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} does not follow in {text}"));
        rest = &rest[at + part.len()..];
    }
}

/// A card's words without what is another at every run: the moment until which it is good, and the ids of the commands that it names.
pub(crate) fn timeless(words: &str) -> String {
    let said: Vec<&str> = words.lines().filter(|line| !line.ends_with(":t>.")).collect();
    spelt(&said.join("\n"))
}

/// A text whose commands are no links.
pub(crate) fn spelt(text: &str) -> String {
    let mut parts = text.to_owned();
    while let Some((before, rest)) = parts.split_once("</") {
        let (name, after) = rest.split_once(':').expect("an id");
        let (_, after) = after.split_once('>').expect("an end");
        parts = format!("{before}``/{name}``{after}");
    }
    parts
}

fn labels(message: &Message) -> Vec<String> {
    message.buttons().into_iter().map(|button| button.label).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_says_the_deed_the_machine_why_how_long_what_is_lost_and_until_when() {
    let bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[WEB_1, ("reason", "disk full")]).await;
    let order = [
        "Reboot into the Windows rescue",
        "`web-1`",
        "`ns1111111.ip-203-0-113.eu`",
        "`203.0.113.100`",
        "Windows Server",
        "Why: `disk full`",
        "Usually a few minutes",
        "Yours for 4 h; reminder 30 min before",
        "services on it stop",
        "recent backup",
        "Valid once, until <t:",
    ];
    in_order(&card.content, &order);
    assert_eq!(labels(&card), ["Confirm reboot", "Cancel", "Show calls"]);

    let calls = bot.press(&bot.ann, &card, "Show calls").await;
    assert!(calls.is_ephemeral() && calls.content.contains("/reboot\n"), "{}", calls.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.operations_without_stopping().await), (0, 0), "it only shows");
    bot.press(&bot.ann, &card, "Confirm").await;
    let end = bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    let refused = bot.forge(&bot.bob(), &custom_id(&card, "Show calls"), &end).await;
    assert!(refused.content.contains("somebody else"), "{}", refused.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_rings_with_all_of_it_and_leads_to_the_dm() {
    let bot = TestBot::new().await;
    // Whichever has the link first has it, and the DM offers the other one.
    bot.ovh.withhold_mail("web-1");
    let end = bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    in_order(
        &end.content,
        &["**In rescue**", &bot.ann.mention(), "is in your DMs", "It is yours until", "Restore now"],
    );
    assert_eq!(labels(&end), ["Open DM", "Restore now", "Extend", "Guide"]);
    let open = end.button("Open DM").and_then(|button| button.url);
    assert_eq!(open, Some(format!("https://discord.com/channels/@me/{}/{}", dm.channel, dm.id)));
    let card = bot.sees(&["**In rescue**", "Asked for by"]).await;
    assert!(card.is_silent() && card.content.lines().count() <= 3, "the rest is in what rings: {}", card.content);

    in_order(&dm.content, &["**Password**", "manager/secret", "RDP", "SSH", "KVM", "finished", "Restore now"]);
    assert_eq!(labels(&dm), ["Show password", "Try the mail", "Delete this message", "Extend", "Restore now"]);
    let rows: Vec<usize> = dm.components.iter().map(|row| row["components"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(rows, [3, 1, 2], "the guide's menu stands between the link and the way out");
    assert_eq!(dm.attachments[0].filename, "web-1.rdp");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_says_how_far_it_is_on_one_line_that_counts_by_itself() {
    let bot = TestBot::new().await;
    bot.discord.close_dms(&bot.ann);
    bot.accepted(&bot.ann, "rescue enable", &[WEB_1]).await;
    let card = bot.sees(&["**The link waits for you**", "Asked for by", "▰▰▰▰▰ step 5 of 5"]).await;
    in_order(&card.content, &["usually a few minutes", "began <t:", ":R>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_a_frame_for_each_rescue_and_its_button_beside_the_line() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.rescued(&bot.ann, "db-1").await;
    let list = bot.ask(&bot.ann, "rescue list", &[]).await;
    assert!(list.flags & PARTS != 0 && list.is_ephemeral(), "{list:?}");
    let frames: Vec<_> = list.components.iter().filter(|part| part["type"] == 17).collect();
    assert_eq!(frames.len(), 2, "{list:?}");
    for frame in frames {
        let section = &frame["components"][0];
        assert_eq!((&section["type"], &section["accessory"]["type"]), (&9.into(), &2.into()), "{frame}");
        let label = section["accessory"]["label"].as_str().expect("a label");
        assert!(label.starts_with("Restore now") && frame["accent_color"].is_number(), "{frame}");
    }
    let card = bot.press(&bot.ann, &list, "Restore now db-1").await;
    assert!(card.content.contains("db-1") && card.button("Confirm").is_some(), "{}", card.content);
    for (command, options) in
        [("status", vec![WEB_1]), ("plan", vec![("action", "reboot"), WEB_1]), ("doctor", Vec::new())]
    {
        let answer = bot.ask(&bot.ann, command, &options).await;
        assert!(answer.flags & PARTS != 0 && answer.is_ephemeral(), "/{command}: {answer:?}");
    }
}
