//! Stores with the program's tables in them: a copy of one takes a fraction of what it takes to make them.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sqlx::{
    Connection, PgConnection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tokio::sync::OnceCell;

use crate::{folder::folder, postgres::cluster};

/// Puts a file there that has the tables and nothing in them, as private as the program makes it.
pub(crate) async fn file(at: &Path) {
    static MODEL: OnceCell<Vec<u8>> = OnceCell::const_new();
    let model = MODEL.get_or_init(model_file).await;
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(at).expect("a new file");
    file.write_all(model).expect("it is copied");
}

async fn model_file() -> Vec<u8> {
    let folder = folder();
    let file = folder.path().join("model.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("a file");
    steps("sqlite").await.run_direct(None, &mut connection, false).await.expect("its tables");
    // Whoever closes it last leaves all in the one file.
    connection.close().await.expect("it ends");
    std::fs::read(file).expect("the file")
}

/// A URL of a new database for one test, on the one server that this process has; `None`: there is none, which is said.
pub(crate) async fn database() -> Option<String> {
    static MODEL: OnceCell<String> = OnceCell::const_new();
    let server = cluster::server()?;
    let model = MODEL.get_or_init(async || model_database(&server).await).await;
    Some(cluster::new_database(&server, model).await)
}

/// The name of a database that has the tables and that nobody uses.
async fn model_database(server: &str) -> String {
    let url = cluster::new_database(server, cluster::EMPTY).await;
    let mut connection = PgConnection::connect(&url).await.expect("a session");
    steps("postgres").await.run_direct(None, &mut connection, false).await.expect("its tables");
    connection.close().await.expect("it ends");
    url.rsplit_once('/').expect("a URL with a database").1.to_owned()
}

async fn steps(dialect: &str) -> Migrator {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "crates/store/migrations", dialect].iter().collect();
    Migrator::new(folder).await.expect("the steps of the store's schema")
}
