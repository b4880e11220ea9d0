//! Never somebody else's button: what Discord still shows after the store was lost, or restored from a backup, means nothing
//! to whatever has its number now. And what was made before there were marks.

mod backup;
mod judges;
mod restored;
mod upgrade;

use std::path::{Path, PathBuf};

use sim::{
    discord::{Message, OPS, Person},
    ovh::ServerSpec,
};

use crate::{
    bot::{TestBot, TestConfig, web_1},
    passing::database,
    postgres::Base,
};

/// What every password link holds.
pub(crate) const LINK: &str = "manager/secret";

/// The simulated account's Linux rescue.
const LINUX_RESCUE: u64 = 230_242;
/// The buttons that are about no operation: any store may answer them.
const OF_ANY_STORE: [&str; 2] = ["Guide", "Delete this message"];

impl TestBot {
    /// The program dies and its store is lost; another one begins at R-1.
    pub(crate) async fn lose_store(&mut self) {
        self.die().await;
        match self.config.postgres {
            Some(_) => self.config.postgres = Base::Postgres.database().await,
            None => remove(&self.database()),
        }
        self.start().await;
    }

    /// The program stops, and its store is copied.
    async fn back_up(&mut self) -> tempfile::TempDir {
        self.stop().await;
        let folder = tempfile::tempdir().expect("a folder");
        let pool = database(self).await;
        let copy = format!("VACUUM INTO '{}'", folder.path().join("bernard.db").display());
        sqlx::query(sqlx::AssertSqlSafe(copy)).execute(&pool).await.expect("it is copied");
        pool.close().await;
        self.start().await;
        folder
    }

    /// The program dies, and goes on with that copy.
    async fn restore_backup(&mut self, backup: &tempfile::TempDir) {
        self.die().await;
        remove(&self.database());
        std::fs::copy(backup.path().join("bernard.db"), self.database()).expect("it is copied");
        self.start().await;
    }

    /// Somebody presses every button of a message that another store made: each is refused with what to type.
    pub(crate) async fn every_button_is_refused(&self, who: &Person, message: &Message) {
        let buttons = message.buttons();
        let mut pressed = 0;
        for button in buttons.iter().filter(|button| !OF_ANY_STORE.contains(&button.label.as_str())) {
            let Some(id) = &button.custom_id else { continue };
            let answer = self.forge(who, id, message).await;
            let said = &answer.content;
            assert!(
                said.contains("🚫") && (said.contains("`/") || said.contains("</")) && answer.buttons().is_empty(),
                "{id}: {said}"
            );
            pressed += 1;
        }
        assert!(pressed > 0, "{} has nothing to press", message.text());
    }

    /// The id that a button about this operation has, whether or not one is shown.
    pub(crate) async fn marked(&self, verb: &str, number: i64) -> String {
        let pool = database(self).await;
        let mark: String = sqlx::query_scalar("SELECT mark FROM operations WHERE id = $1")
            .bind(number)
            .fetch_one(&pool)
            .await
            .expect("it is there");
        pool.close().await;
        format!("{verb}:{number}@{mark}")
    }

    /// How many DMs with a link somebody has.
    fn links_of(&self, who: &Person) -> usize {
        who.dms().iter().filter(|message| message.content.contains(LINK)).count()
    }
}

/// Removes a store, with what SQLite keeps beside it.
fn remove(database: &Path) {
    for end in ["-wal", "-shm", ""] {
        let file = PathBuf::from(format!("{}{end}", database.display()));
        if std::fs::remove_file(&file).is_err() {
            assert!(!file.exists(), "it goes");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_button_of_a_lost_store_never_touches_whoever_has_its_number_now() {
    let mut bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    let list = bot.lists(&bot.ann, &["web-1"]).await;
    bot.lose_store().await;
    let bob = bot.bob();
    let theirs = bot.rescued(&bob, "db-1").await;
    assert!(theirs.content.contains("R-1"), "{}", theirs.content);
    for old in [&end, &dm, &list] {
        bot.every_button_is_refused(&bot.ann, old).await;
    }
    let said = bot.press(&bot.ann, &dm, "Restore now").await;
    assert!(said.content.contains("`/restore server:web-1`"), "{}", said.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 1));
    assert_eq!(bot.operations_without_stopping().await, 1);
    assert_eq!(bot.links_of(&bob), 1, "and bob's link is where it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_arrives_though_a_lost_store_sent_one_with_the_same_number_a_moment_ago() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    bot.lose_store().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "db-1")]).await;
    bot.discord.wait_for_message(OPS, |message| message.content.contains("**In rescue** · `db-1` · R-1")).await;
    assert_eq!(bot.links_of(&bot.ann), 2);
    assert!(bot.ann.dms().iter().any(|message| message.content.contains(LINK) && message.content.contains("db-1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_of_a_lost_store_can_still_be_deleted_by_its_reader_and_nothing_else_is() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let old = bot.ann.wait_for_dm(|message| message.content.contains(LINK)).await;
    bot.lose_store().await;
    bot.rescued(&bot.ann, "db-1").await;
    let new = bot.ann.wait_for_dm(|message| message.content.contains(LINK) && message.content.contains("db-1")).await;
    let answer = bot.press(&bot.ann, &old, "Delete this message").await;
    assert!(answer.content.contains("not revoke"), "{}", answer.content);
    assert!(bot.discord.message(old.id).is_some_and(|message| message.deleted.is_some()));
    assert!(bot.discord.message(new.id).is_some_and(|message| message.deleted.is_none()));
    // The end of the new rescue still wipes its own.
    bot.restored(&bot.ann, "db-1").await;
    bot.ann.wait_for_dm(|message| message.id == new.id && !message.content.contains(LINK)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_of_a_lost_store_rings_again_from_the_new_one_and_extends_nothing() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    crate::passing::pass(&bot, jiff::SignedDuration::from_mins(235)).await;
    let reminder =
        bot.ann.wait_for_dm(|message| message.button("Extend").is_some() && !message.content.contains(LINK)).await;
    bot.lose_store().await;
    bot.rescued(&bot.ann, "db-1").await;
    let until = crate::passing::lease(&bot, "db-1").await.expect("a lease").deadline;
    bot.every_button_is_refused(&bot.ann, &reminder).await;
    assert_eq!(crate::passing::lease(&bot, "db-1").await.expect("a lease").deadline, until);
    crate::passing::pass(&bot, jiff::SignedDuration::from_mins(235)).await;
    bot.ann
        .wait_for_dm(|message| {
            message.button("Extend").is_some() && message.content.contains("db-1") && !message.content.contains(LINK)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_rescue_of_a_lost_store_is_neither_adopted_nor_ended_by_its_number() {
    let usual = TestConfig::default();
    let hurried = TestConfig { pace: format!("{}inventory_refresh = \"200ms\"\n", usual.pace), ..usual };
    let web_2 = ServerSpec::windows("ns3333333.ip-203-0-113.eu").named("web-2");
    let mut bot = TestBot::with(hurried, [web_1().booting(Some(LINUX_RESCUE)), web_2]).await;
    let list = bot.lists(&bot.ann, &["web-1"]).await;
    bot.die().await;
    bot.ovh.netboot_by_somebody("web-1", Some(1));
    bot.ovh.netboot_by_somebody("web-2", Some(LINUX_RESCUE));
    remove(&bot.database());
    bot.start().await;
    bot.lists(&bot.ann, &["web-2"]).await;
    bot.every_button_is_refused(&bot.ann, &list).await;
    assert_eq!(bot.operations_without_stopping().await, 0);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("web-2")), (0, 0));
}
