//! `bernard audit`, the binary, on files as they are found: whole, tampered with, read-only, beside a bot that runs.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bernard_domain::audit::Anchor;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::lines;
use crate::bot::TestBot;

/// What `bernard audit` says and how it ends.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

pub(super) fn audit(arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bernard"));
    for ours in ["BERNARD_SEEDS", "BERNARD_SHARED", "BERNARD_REQUIRE"] {
        command.env_remove(ours);
    }
    let output = command.arg("audit").args(arguments).stdin(Stdio::null()).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[track_caller]
fn verify(database: &Path, more: &[&str]) -> Said {
    let database = database.to_string_lossy();
    audit(&[&["verify", "--database", &database], more].concat())
}

#[track_caller]
fn is_broken(said: &Said, words: &str) {
    assert_eq!(said.code, Some(1), "{} {}", said.out, said.err);
    assert!(said.err.contains(words), "{words:?} is not in: {}", said.err);
}

/// A story's store with a rescue in it, and where the configuration stands.
async fn a_rescue() -> (TestBot, PathBuf) {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    let config = bot.database().with_file_name("bernard.toml");
    fs::write(&config, bot.config_text()).expect("it is written");
    (bot, config)
}

/// Another copy of the store's file, to be tampered with.
pub(super) fn copy(bot: &TestBot) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("copy.db");
    fs::copy(bot.database(), &path).expect("a copy");
    (folder, path)
}

/// What the owner of the file can do.
pub(super) async fn tamper(path: &Path, statements: &[&'static str]) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await?;
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await?;
    }
    connection.close().await
}

pub(super) const WITHOUT_TRIGGERS: [&str; 2] =
    ["DROP TRIGGER audit_is_never_changed", "DROP TRIGGER audit_is_never_removed"];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_or_removed_by_accident() {
    let (bot, _) = a_rescue().await;
    let (_folder, path) = copy(&bot);
    for statement in ["UPDATE audit SET entry = '{}' WHERE n = 2", "DELETE FROM audit WHERE n = 2"] {
        let refused = tamper(&path, &[statement]).await.expect_err("it is refused");
        assert!(refused.to_string().contains("the audit is never"), "{refused}");
    }
    assert_eq!(verify(&path, &[]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_owner_of_the_file_does_to_a_line_is_found_and_named() {
    let (bot, _) = a_rescue().await;
    let last = lines(&bot.database()).await.len();
    assert!(last > 8, "a story of some length");
    let cases: [(&str, &str); 7] = [
        ("UPDATE audit SET entry = replace(entry, 'enable', 'reboot') WHERE n = 4", "line 4 was changed"),
        ("UPDATE audit SET hash = previous WHERE n = 4", "line 4 was changed"),
        ("DELETE FROM audit WHERE n = 5", "line 5 is missing"),
        ("UPDATE audit SET n = n + 1000 WHERE n = 5", "line 5"),
        ("UPDATE audit SET entry = 'nonsense' WHERE n = 6", "line 6 cannot be read"),
        ("UPDATE audit SET previous = (SELECT hash FROM audit WHERE n = 2) WHERE n = 7", "line 7 was changed"),
        ("INSERT INTO audit SELECT 0, entry, previous, hash FROM audit WHERE n = 3", "line 1 cannot be read"),
    ];
    for (statement, words) in cases {
        let (_folder, path) = copy(&bot);
        tamper(&path, &[&WITHOUT_TRIGGERS[..], &[statement]].concat()).await.expect("the owner may");
        is_broken(&verify(&path, &[]), words);
    }
    let swapped = [
        "UPDATE audit SET n = -1 WHERE n = 3",
        "UPDATE audit SET n = 3 WHERE n = 4",
        "UPDATE audit SET n = 4 WHERE n = -1",
    ];
    let (_folder, path) = copy(&bot);
    tamper(&path, &[&WITHOUT_TRIGGERS[..], &swapped].concat()).await.expect("the owner may");
    is_broken(&verify(&path, &[]), "line 3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_tail_is_found_by_an_anchor_from_elsewhere() {
    let (bot, _) = a_rescue().await;
    let head = lines(&bot.database()).await.pop().expect("a line");
    let anchor = Anchor { number: head.number, hash: head.hash }.to_string();
    let whole = verify(&bot.database(), &["--anchor", &anchor]);
    assert_eq!(whole.code, Some(0), "{}", whole.err);
    assert!(whole.out.contains(&anchor), "it is said, to be written down: {}", whole.out);
    let (folder, path) = copy(&bot);
    let cut = ["DELETE FROM audit WHERE n > (SELECT max(n) - 2 FROM audit)"];
    tamper(&path, &[&WITHOUT_TRIGGERS[..], &cut].concat()).await.expect("the owner may");
    assert_eq!(verify(&path, &[]).code, Some(0), "the chain by itself cannot show it");
    is_broken(&verify(&path, &["--anchor", &anchor]), "the end was cut off");
    let messages = folder.path().join("messages.txt");
    fs::write(&messages, format!("Bernard: the audit's head\n`{anchor}` (12 lines since yesterday)\n"))
        .expect("written");
    is_broken(&verify(&path, &["--anchor", &messages.to_string_lossy()]), "the end was cut off");
    assert_eq!(verify(&path, &["--anchor", "12:nonsense"]).code, Some(2));
    let other = format!("{}:{}", head.number, "ab".repeat(32));
    for order in [[&anchor, &other], [&other, &anchor]] {
        let said = verify(&bot.database(), &["--anchor", order[0], "--anchor", order[1]]);
        is_broken(&said, "contradict");
        assert!(said.err.contains(&format!("line {}", head.number)), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_verified_while_the_bot_runs_and_from_a_file_that_nobody_can_write() {
    let (mut bot, config) = a_rescue().await;
    bot.start().await;
    let config = config.to_string_lossy().into_owned();
    let during = audit(&["verify", "--config", &config]);
    assert_eq!(during.code, Some(0), "{}", during.err);
    bot.restored(&bot.ann, "web-1").await;
    let after = audit(&["verify", "--config", &config]);
    assert_eq!(after.code, Some(0), "{}", after.err);
    assert_ne!(during.out, after.out, "it sees what was written meanwhile");
    bot.stop().await;
    let (folder, path) = copy(&bot);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("taken away");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).expect("taken away");
    let said = verify(&path, &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_can_be_verified_whole_and_in_parts() {
    let (bot, config) = a_rescue().await;
    let config = config.to_string_lossy().into_owned();
    let out = bot.database().with_file_name("export.jsonl");
    let file = out.to_string_lossy().into_owned();
    let exported = audit(&["export", "--config", &config, "--out", &file]);
    assert_eq!(exported.code, Some(0), "{}", exported.err);
    assert_eq!(fs::metadata(&out).expect("it is there").permissions().mode() & 0o077, 0, "for its owner alone");
    let text = fs::read_to_string(&out).expect("text");
    assert_eq!(text.lines().count(), lines(&bot.database()).await.len());
    assert_eq!(audit(&["export", "--config", &config]).out, text, "the output holds nothing else");
    assert_eq!(audit(&["verify", "--file", &file]).code, Some(0));
    let part: String = text.lines().skip(3).take(4).map(|line| format!("{line}\n")).collect();
    fs::write(&out, &part).expect("written");
    let said = audit(&["verify", "--file", &file]);
    assert!(said.code == Some(0) && said.out.contains("4 lines, from 4 to 7"), "{} {}", said.out, said.err);
    fs::write(&out, part.replace("web", "wed").replacen("\"kind\":\"seen\"", "\"kind\":\"effect\"", 1))
        .expect("written");
    is_broken(&audit(&["verify", "--file", &file]), "was changed");
    fs::write(
        &out,
        text.lines().enumerate().filter(|(n, _)| *n != 4).map(|(_, line)| format!("{line}\n")).collect::<String>(),
    )
    .expect("written");
    is_broken(&audit(&["verify", "--file", &file]), "line 5 is missing");
    assert_eq!(audit(&["verify", "--file", &file, "--selection"]).code, Some(0), "as from /history");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_and_a_table_are_exported_and_no_cell_is_a_formula() {
    let mut bot = TestBot::new().await;
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1"), ("reason", "=HYPERLINK(\"x\"), \"now\"")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    bot.stop().await;
    let config = bot.database().with_file_name("bernard.toml");
    fs::write(&config, bot.config_text()).expect("it is written");
    let config = config.to_string_lossy().into_owned();
    let table = audit(&["export", "--config", &config, "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(table.out.as_bytes());
    let reason = reader.headers().expect("a header").iter().position(|name| name == "reason").expect("a column");
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), lines(&bot.database()).await.len());
    assert!(rows.iter().any(|row| &row[reason] == "'=HYPERLINK(\"x\"), \"now\""), "{}", table.out);
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{}", table.out);
    let export = |period: &[&str]| audit(&[&["export", "--config", &config], period].concat());
    assert_eq!(export(&["--from", "2001-01-01", "--to", "2999-12-31"]).out.lines().count(), rows.len());
    let none = export(&["--to", "2001-01-01"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""), "{}", none.err);
    assert_eq!(export(&["--from", "yesterday"]).code, Some(2));
    assert_eq!(export(&["--format", "xml"]).code, Some(2));
    assert_eq!(audit(&["verify", "--database", "/nonexistent/bernard.db"]).code, Some(2));
    assert_eq!(audit(&["verify", "--config", "/nonexistent/bernard.toml"]).code, Some(2));
}

#[test]
fn an_export_of_a_store_that_cannot_be_read_costs_no_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, rubbish) = (folder.path().join("audit.jsonl"), folder.path().join("rubbish.db"));
    fs::write(&out, "last month's").expect("it is written");
    fs::write(&rubbish, "this is no database, and long enough to be seen as none").expect("it is written");
    for database in [&rubbish, &folder.path().join("mistyped.db")] {
        for format in ["jsonl", "csv"] {
            let (database, out) = (database.to_string_lossy(), out.to_string_lossy());
            let said = audit(&["export", "--database", &database, "--format", format, "--out", &out]);
            assert_eq!(said.code, Some(2), "{}", said.err);
        }
        assert_eq!(fs::read_to_string(&out).expect("it is there"), "last month's", "{}", database.display());
    }
}
