//! A store of before there were marks gets them. What its messages offer is taken when the message is known to be ours.

use super::LINK;
use crate::{
    bot::{TestBot, custom_id},
    passing::{database, lease},
};

/// The store becomes one of before there were marks, as far as they are concerned. The program must not run.
async fn forget_marks(bot: &TestBot) {
    let pool = database(bot).await;
    for statement in [
        "ALTER TABLE operations DROP COLUMN mark",
        "ALTER TABLE foreign_rescues DROP COLUMN mark",
        "ALTER TABLE notices DROP COLUMN mark",
        "UPDATE leases SET lease = json_remove(lease, '$.mark')",
        "DELETE FROM facts WHERE name = 'last unmarked'",
        "DROP INDEX posted_messages",
        "DELETE FROM _sqlx_migrations WHERE version = 10",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.expect(statement);
    }
    pool.close().await;
}

/// A button's id as it was written before there were marks.
fn unmarked(id: &str) -> String {
    let (number, rest) = id.split_once('@').expect("a marked id");
    let after = rest.split_once(':').map(|(_, after)| format!(":{after}")).unwrap_or_default();
    format!("{number}{after}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_before_the_upgrade_works_on_a_message_that_is_known_to_be_ours() {
    let mut bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let list = bot.lists(&bot.ann, &["web-1"]).await;
    bot.stop().await;
    forget_marks(&bot).await;
    bot.start().await;
    let mark = lease(&bot, "web-1").await.expect("a lease").mark;
    assert_ne!(mark, bernard_domain::mark::Mark::default(), "the migration gave it one");
    let extend = unmarked(&custom_id(&end, "Extend"));
    for ours in [&end, &dm] {
        let answer = bot.forge(&bot.ann, &extend, ours).await;
        assert!(answer.button("1 h").is_some(), "{}", answer.text());
    }
    // Nobody can say whose a list is that only one person saw.
    let answer = bot.forge(&bot.ann, &extend, &list).await;
    assert!(answer.content.contains("`/rescue extend server:"), "{}", answer.content);
    // A new list has buttons of the present.
    let list = bot.lists(&bot.ann, &["web-1"]).await;
    let answer = bot.press(&bot.ann, &list, "Extend").await;
    assert!(answer.button("1 h").is_some(), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_before_the_upgrade_of_a_store_that_is_lost_is_refused() {
    let mut bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let ids: Vec<String> =
        ["Restore now", "Extend", "Try the mail"].iter().map(|label| unmarked(&custom_id(&dm, label))).collect();
    bot.lose_store().await;
    bot.rescued(&bot.bob(), "db-1").await;
    for id in &ids {
        for old in [&end, &dm] {
            let answer = bot.forge(&bot.ann, id, old).await;
            assert!(answer.content.contains("🚫") && answer.content.contains("`/"), "{id}: {}", answer.content);
        }
    }
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 1));
    assert_eq!(bot.operations_without_stopping().await, 1);
}
