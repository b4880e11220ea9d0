//! A backup knows the earlier numbers and gives the later ones again.

use super::LINK;
use crate::bot::TestBot;

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_given_after_the_backup_is_another_thing_after_its_return() {
    let mut bot = TestBot::new().await;
    let backup = bot.back_up().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    bot.restore_backup(&backup).await;
    let bob = bot.bob();
    let theirs = bot.rescued(&bob, "db-1").await;
    assert!(theirs.content.contains("R-1"), "{}", theirs.content);
    bot.every_button_is_refused(&bot.ann, &end).await;
    bot.every_button_is_refused(&bot.ann, &dm).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 1));
    assert_eq!(bot.operations_without_stopping().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_backup_knows_keeps_its_buttons() {
    let mut bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let backup = bot.back_up().await;
    bot.restore_backup(&backup).await;
    let answer = bot.press(&bot.ann, &end, "Extend").await;
    assert!(answer.button("1 h").is_some(), "{}", answer.text());
    let answer = bot.press(&bot.ann, &dm, "Extend").await;
    assert!(answer.button("1 h").is_some(), "{}", answer.text());
}
