//! How long it usually takes: learned from what was done before on the same server, else on others, and longer is said once.

use jiff::SignedDuration;

use crate::{
    audit::lines,
    bot::{TestBot, TestConfig, eventually, web_1},
    passing::database,
};

/// More than twice what any hurried rescue takes, and than what is worth saying.
const LONG: SignedDuration = SignedDuration::from_mins(10);

/// How many lines of the audit say that something takes longer than usual.
async fn said(bot: &TestBot) -> usize {
    let lines = lines(&bot.database()).await;
    lines.iter().filter(|line| line.text("what").as_deref() == Some("longer_than_usual")).count()
}

/// Makes an operation have taken so many minutes; it must have been measured. The program must not run.
async fn set_took(bot: &TestBot, id: i64, minutes: i64) {
    let pool = database(bot).await;
    let update = sqlx::query("UPDATE operations SET took = $2 WHERE id = $1 AND took IS NOT NULL");
    let done = update.bind(id).bind(minutes * 60_000).execute(&pool).await.expect("it is written");
    assert_eq!(done.rows_affected(), 1, "R-{id} was measured");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_usual_is_learned_from_the_server_itself_and_else_from_the_others() {
    let web_2 = sim::ovh::ServerSpec::linux("ns2.ip-203-0-113.eu").named("web-2");
    let mut bot = TestBot::with(TestConfig::default(), [web_1(), web_2]).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    bot.rescued(&bot.ann, "web-2").await;
    bot.stop().await;
    // What they took is set here: in a hurry no two are told apart.
    for (id, minutes) in [(1, 4), (2, 2), (3, 9)] {
        set_took(&bot, id, minutes).await;
    }
    bot.start().await;
    for (id, command, server) in [(4, "rescue enable", "web-1"), (5, "restore", "web-1"), (6, "restore", "web-2")] {
        bot.accepted(&bot.ann, command, &[("server", server)]).await;
        let end = if command == "restore" { "**Restored**" } else { "**In rescue**" };
        bot.rung(&bot.ann, &[end, &format!("R-{id}")]).await;
    }
    bot.stop().await;
    let usual: Vec<_> = bot.operations().await.into_iter().map(|operation| operation.usual).collect();
    assert_eq!(usual[0], None, "nothing was done before the first");
    assert_eq!(usual[1], None, "a rescue says nothing about a restore");
    assert!(usual[2].is_some_and(|usual| usual < LONG), "web-2's first goes by web-1's: {usual:?}");
    assert_eq!(usual[3], Some(SignedDuration::from_mins(4)), "web-1's own, not web-2's");
    assert_eq!(usual[4], Some(SignedDuration::from_mins(2)));
    assert!(usual[5].is_some(), "web-2 was never restored: the fleet's");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_longer_than_usual_is_said_once_also_after_a_restart() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    let follows = bot.ovh.faults().hold_before("GET", "/task/");
    bot.ovh.freeze();
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    follows.reached().await;
    bot.die().await;
    assert_eq!(said(&bot).await, 0, "it has only begun");
    bot.age_events(3, LONG).await;
    follows.release();
    bot.start().await;
    eventually("it is said", async || said(&bot).await == 1).await;
    bot.die().await;
    bot.start().await;
    bot.ovh.thaw();
    bot.rung(&bot.ann, &["**In rescue**", "R-3"]).await;
    bot.stop().await;
    assert_eq!(said(&bot).await, 1);
    assert_eq!(bot.ovh.reboots("web-1"), 3);
}
