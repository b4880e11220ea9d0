//! The main job: from the slash command to the password link, and back.

use sim::discord::OPS;

use crate::bot::TestBot;

#[tokio::test(flavor = "multi_thread")]
async fn from_slash_command_to_link_and_back() {
    there_and_back(&TestBot::new().await).await;
}

pub(crate) async fn there_and_back(bot: &TestBot) {
    let disk = bot.ovh.boot_of("web-1");

    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", "disk full")]).await;
    assert!(card.content.contains("rescue-customer-windows"), "{}", card.content);
    assert!(card.content.contains("backup"), "{}", card.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0, "nothing before Confirm");

    let accepted = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(accepted.content.contains("R-1"), "{}", accepted.content);

    bot.rung(&bot.ann, &["In rescue", "web-1", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));

    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    let link_at = dm.content.find("https://").expect("the link");
    assert!(dm.content[..link_at].chars().count() > 200, "the lock screen shows no link: {}", dm.content);
    assert!(dm.content.contains("Administrator") && dm.content.contains("203.0.113.100"), "{}", dm.content);
    assert_eq!(dm.attachments.len(), 1);

    let answer = bot.press_and_confirm(&bot.ann, &dm, "Restore now").await;
    assert!(answer.content.contains("R-2"), "{}", answer.content);
    bot.rung(&bot.ann, &["Restored", "web-1", "R-2"]).await;
    assert_eq!(bot.ovh.boot_of("web-1"), disk);
    assert_eq!(bot.ovh.reboots("web-1"), 2);
    bot.ann.wait_for_dm(|message| message.content.contains("wiped")).await;
    assert!(bot.ann.dms().iter().all(|message| !message.content.contains("manager/secret")));
    assert_eq!(bot.ovh.retrieved(), 0, "the bot never redeems a secret");
    assert!(bot.discord.messages(OPS).iter().all(|message| !message.content.contains("manager/secret")));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_says_what_it_is_and_in_which_unit() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let page = bot.metrics().await;
    let figures: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert!(figures.contains(&"bernard_ovh_request_seconds"), "{page}");
    for figure in figures {
        let help = page.lines().find_map(|line| line.strip_prefix("# HELP ")?.strip_prefix(figure));
        let help = help.unwrap_or_else(|| panic!("{figure} has no help"));
        assert!(help.contains(", in ") || help.contains(": 1 yes"), "{figure} does not say its unit:{help}");
    }
}
