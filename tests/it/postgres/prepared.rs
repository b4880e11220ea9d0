//! Databases with the program's tables in them: a copy of a database takes a fraction of what it takes to make them.

use std::path::Path;

use sqlx::{Connection, PgConnection, migrate::Migrator};
use tokio::sync::OnceCell;

use super::cluster;

/// A URL of a new one for one test, on the one server that this process has; `None`: there is none, which is said.
pub(crate) async fn database() -> Option<String> {
    static MODEL: OnceCell<String> = OnceCell::const_new();
    let server = cluster::server()?;
    let model = MODEL.get_or_init(async || model(&server).await).await;
    Some(cluster::new_database(&server, model).await)
}

/// The name of a database that has the tables and that nobody uses.
async fn model(server: &str) -> String {
    let url = cluster::new_database(server, cluster::EMPTY).await;
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/store/migrations/postgres");
    let migrator = Migrator::new(steps).await.expect("the steps of the store's schema");
    let mut connection = PgConnection::connect(&url).await.expect("a session");
    migrator.run_direct(None, &mut connection, false).await.expect("its tables");
    connection.close().await.expect("it ends");
    url.rsplit_once('/').expect("a URL with a database").1.to_owned()
}
