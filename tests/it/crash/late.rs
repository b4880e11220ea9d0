//! What arrives, or is said, only after the crash.

use bernard::rescue::operation::Kind;

use crate::bot::TestBot;

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_that_arrives_after_the_crash_is_adopted_and_not_repeated() {
    let mut bot = TestBot::new().await;
    let late = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    late.reached().await;
    bot.die().await;
    late.release();
    bot.start().await;
    let end = bot.last_word("R-1").await;
    assert!(end.contains("**In rescue**"), "{end}");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_accepted_was_said_loses_nothing_and_the_card_opens_nothing_twice() {
    let mut bot = TestBot::new().await;
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let saying = bot.discord.faults().hold_before("PATCH", "/webhooks/");
    bot.ann.press(&card, "Confirm").await;
    saying.reached().await;
    bot.die().await;
    bot.discord.faults().clear();
    bot.start().await;
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(again.content.contains("R-1") && again.content.contains("/rescue enable"), "{}", again.content);
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}
