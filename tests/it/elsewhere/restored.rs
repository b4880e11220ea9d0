//! A backup is made under load, beside the bot that runs, and put back when much has been done since: nothing is done twice, nothing
//! that it held is lost, and it is told.

use std::path::PathBuf;

use bernard_domain::operation::state::{Outcome, Phase};
use bernard_platform::clock;
use jiff::SignedDuration;
use sim::{
    discord::Message,
    ovh::{Ending, ServerSpec},
};
use tempfile::TempDir;

use super::{LINK, remove};
use crate::{
    bot::{TestBot, TestConfig, custom_id, db_1, eventually, web_1},
    passing::{lease, pass},
};

const DOUBT: &str = "**In doubt**";

/// A backup that the program made of itself.
struct Backup {
    folder: TempDir,
}

impl Backup {
    fn file(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }
}

fn web(number: u8) -> ServerSpec {
    ServerSpec::windows(&format!("ns900000{number}.ip-203-0-113.eu")).named(&format!("web-{number}"))
}

async fn bot_that_restores() -> TestBot {
    let config = TestConfig::with_rescue("probe = false\non_deadline = \"restore\"");
    TestBot::with(config, [web_1(), db_1(), web(2), web(3)]).await
}

/// A copy as `bernard backup` makes it, while people go on asking.
async fn backed_up_under_load(bot: &TestBot) -> Backup {
    let backup = Backup { folder: tempfile::tempdir().expect("a folder") };
    let load = async {
        for _ in 0..10 {
            let asked = bot.ask(&bot.ann, "status", &[("server", "db-1")]).await;
            assert!(asked.text().contains("db-1"), "nobody waits for a backup: {}", asked.text());
        }
    };
    let (database, out) = (bot.database(), backup.file());
    let copy = bernard_store::copy(&database, &out, clock::now());
    let (copied, ()) = tokio::join!(copy, load);
    copied.expect("it is copied");
    backup
}

/// The program dies, and goes on with what was put in the place of its store.
async fn put_back(bot: &mut TestBot, copy: &std::path::Path) {
    bot.die().await;
    remove(&bot.database());
    std::fs::copy(copy, bot.database()).expect("it is copied");
    bot.start().await;
}

/// What was done to the world: what must not be done twice.
fn deeds(bot: &TestBot) -> Vec<usize> {
    let links = bot.ann.dms().iter().filter(|dm| dm.content.contains(LINK)).count();
    ["web-1", "web-2", "web-3", "db-1"].map(|server| bot.ovh.reboots(server)).into_iter().chain([links]).collect()
}

/// Waits until a message in the channel is of this operation and in doubt.
async fn told_in_doubt(bot: &TestBot, id: &str) -> Message {
    bot.rung(&bot.ann, &[DOUBT, &format!("· {id}"), "A copy of my store was put back"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_put_back_and_nothing_is_doubled_or_lost() {
    let mut bot = bot_that_restores().await;
    // R-1 is over and has a lease; R-2 waits for its task; a card waits for its Confirm.
    bot.rescued(&bot.ann, "db-1").await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    eventually("the reboot is sent", async || bot.ovh.reboots("web-1") == 1).await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "web-2")]).await;
    let backup = backed_up_under_load(&bot).await;
    // Much is done after it: the rescue arrives, the card is confirmed, the other rescue is over, another one begins.
    bot.ovh.tasks_go_on("web-1", &Ending::Done);
    let arrived = bot.rung(&bot.ann, &["**In rescue**", "web-1", "R-2"]).await;
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-2", "R-3"]).await;
    bot.restored(&bot.ann, "db-1").await;
    let newer = bot.rescued(&bot.ann, "web-3").await;
    let before = deeds(&bot);
    let lines = crate::audit::lines(&backup.file()).await;

    put_back(&mut bot, &backup.file()).await;
    let end = told_in_doubt(&bot, "R-2").await;
    bot.sees(&["A copy of my store was put back", "It was made", "One operation", "Rescues in it: 2"]).await;
    // As a phone may still show it.
    let late = bot.forge(&bot.ann, &custom_id(&card, "Confirm"), &card).await;
    assert!(late.content.contains("`/reboot server:web-2`"), "{}", late.content);
    bot.every_button_is_refused(&bot.ann, &newer).await;
    for label in ["Reveal link", "Try the mail"] {
        assert!(arrived.button(label).is_none() && end.button(label).is_none());
    }
    // Nothing that the backup held is lost: what is in rescue is there, with the way out; what has left it since is noticed.
    bot.lists(&bot.ann, &["web-1"]).await;
    assert!(end.button("Restore now").is_some(), "{}", end.text());
    bot.restored(&bot.ann, "web-1").await;
    bot.stop().await;
    assert_eq!(deeds(&bot)[1..4], before[1..4], "no server but the one that was asked for");
    assert_eq!(bot.ovh.reboots("web-1"), before[0] + 1);
    assert!(deeds(&bot)[4] <= before[4], "no link is sent twice");
    assert_eq!(bot.operation(2).await.state.phase, Phase::Ended(Outcome::InDoubt));
    // The audit is whole (every story's is looked at), and goes on from the copy's.
    let now = crate::audit::lines(&bot.database()).await;
    assert_eq!(now[..lines.len()], lines[..]);
    assert!(now[lines.len()].entry.contains("found_in_copy"), "{:?}", now[lines.len()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_by_hand_is_noticed_too_and_does_nothing_again_in_any_phase() {
    let mut bot = bot_that_restores().await;
    // The copy has R-1 before its reboot: what followed is known to nobody.
    let held = bot.ovh.faults().hold_before("PUT", "/dedicated/server/");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    held.reached().await;
    let copy = tempfile::tempdir().expect("a folder");
    let file = copy.path().join("bernard.db");
    let pool = crate::passing::database(&bot).await;
    let statement = format!("VACUUM INTO '{}'", file.display());
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.expect("it is copied");
    pool.close().await;
    held.release();
    bot.rung(&bot.ann, &["**In rescue**", "web-1", "R-1"]).await;
    let before = deeds(&bot);

    put_back(&mut bot, &file).await;
    told_in_doubt(&bot, "R-1").await;
    bot.sees(&["A copy of my store was put back", "It lacks what I did last"]).await;
    // And once more: it is told once, and is the store from now on.
    bot.die().await;
    bot.start().await;
    bot.lists(&bot.ann, &["web-1"]).await;
    assert_eq!(deeds(&bot)[..4], before[..4]);
    assert!(deeds(&bot)[4] <= before[4]);
    assert_eq!(bot.count(&["It lacks what I did last"]), 1);
    assert_eq!(bot.operations_without_stopping().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_deadline_of_a_copy_ends_somebody_elses_rescue() {
    let mut bot = bot_that_restores().await;
    bot.rescued(&bot.ann, "web-1").await;
    let backup = backed_up_under_load(&bot).await;
    // It is over, and bob has the server in rescue when the copy comes back.
    bot.restored(&bot.ann, "web-1").await;
    let bob = bot.bob();
    bot.rescued(&bob, "web-1").await;
    let before = bot.ovh.reboots("web-1");
    put_back(&mut bot, &backup.file()).await;
    pass(&bot, SignedDuration::from_mins(250)).await;
    bot.rung(&bot.ann, &["is still in rescue", "web-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), before, "nobody restored it");
    assert_eq!(bot.count(&["is being put back"]), 0);
    // What is begun from now on is restored by its deadline as ever.
    bot.rescued(&bot.ann, "web-2").await;
    pass(&bot, SignedDuration::from_mins(250)).await;
    bot.rung(&bot.ann, &["**Restored**", "web-2"]).await;
    assert!(lease(&bot, "web-2").await.is_none() && bot.ovh.reboots("web-1") == before);
}
