//! TLS with a real server: it is entered when its certificate is for its name and of an authority that is trusted, and otherwise
//! refused in words that say what is wrong.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bernard_store::{Address, Error, Place, Store, Tls};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{cluster::Cluster, writes};

/// An authority of one's own: its certificate, and what it vouches for.
struct Authority {
    file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// All have the same name, as it happens with authorities that are made by a recipe.
    fn new(file: PathBuf) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        std::fs::write(&file, params.self_signed(&key).expect("a certificate").pem()).expect("it is written");
        Self { file, issuer: Issuer::new(params, key) }
    }

    /// A certificate for this name, and its key.
    fn vouches_for(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        (params.signed_by(&key, &self.issuer).expect("a certificate").pem(), key.serialize_pem())
    }
}

/// From now on the server speaks TLS with this certificate.
async fn speaks_tls(cluster: &Cluster, (certificate, key): (String, String)) {
    let mut administrator = PgConnection::connect(&cluster.url("postgres")).await.expect("it opens");
    let folder: String =
        sqlx::query_scalar("SHOW data_directory").fetch_one(&mut administrator).await.expect("it says");
    for (name, text) in [("server.crt", certificate), ("server.key", key)] {
        // The server itself writes it, so that it is its own; a line of PEM has nothing in it that would be escaped.
        let sql = format!(
            "COPY (SELECT unnest(string_to_array('{}', E'\\n'))) TO PROGRAM 'umask 077; cat >{folder}/{name}'",
            text.trim()
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut administrator).await.expect("it is written");
    }
    for statement in ["ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"] {
        sqlx::raw_sql(statement).execute(&mut administrator).await.expect("it may");
    }
    let on = "SELECT current_setting('ssl') = 'on'";
    while !sqlx::query_scalar::<_, bool>(on).fetch_one(&mut administrator).await.expect("it says") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The address of the server by this name, which must prove itself by this file.
fn address(cluster: &Cluster, host: &str, roots: &Path) -> Address {
    let (port, tls) = (cluster.port(), Tls::Verified(Some(roots.to_owned())));
    let (user, password, database) = ("bot".to_owned(), "fake-password".to_owned(), "postgres".to_owned());
    Address { place: Place::Host(host.to_owned()), port, user, password, database, tls }
}

/// Why the server at this address is not entered.
async fn refusal(address: &Address, folder: &Path) -> String {
    let refused = Store::connect(address, &folder.join("witness"), crate::LONG).await;
    let Err(error @ Error::Unproved { .. }) = refused else { panic!("{address}: {refused:?}") };
    let said = error.to_string();
    assert!(!said.contains("fake-password"), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_server_that_proves_its_name_is_entered() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let (ours, others) = (Authority::new(file("ours.pem")), Authority::new(file("others.pem")));
    let right = address(&cluster, "localhost", &ours.file);
    let plain = refusal(&right, folder.path()).await;
    assert!(plain.contains("it speaks no TLS"), "{plain}");
    speaks_tls(&cluster, ours.vouches_for("localhost")).await;

    let name = refusal(&address(&cluster, "127.0.0.1", &ours.file), folder.path()).await;
    assert!(name.contains("another name") && name.contains("localhost"), "{name}");
    let authority = refusal(&address(&cluster, "localhost", &others.file), folder.path()).await;
    assert!(authority.contains("signed by nobody") && authority.contains("sslrootcert"), "{authority}");
    let nothing = refusal(&address(&cluster, "localhost", &file("nothing.pem")), folder.path()).await;
    assert!(nothing.contains("nothing.pem cannot be read"), "{nothing}");
    std::fs::write(file("key.pem"), "fake").expect("it is written");
    let no_certificate = refusal(&address(&cluster, "localhost", &file("key.pem")), folder.path()).await;
    assert!(no_certificate.contains("holds no certificate"), "{no_certificate}");

    let store = Store::connect(&right, &folder.path().join("witness"), crate::LONG).await.expect("it is entered");
    writes(&store).await.expect("it works");
    let mut administrator = PgConnection::connect(&cluster.url("postgres")).await.expect("it opens");
    let encrypted: Vec<bool> = sqlx::query_scalar(
        "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a ON a.pid = s.pid WHERE a.application_name = 'bernard'",
    )
    .fetch_all(&mut administrator)
    .await
    .expect("it says");
    assert!(!encrypted.is_empty() && encrypted.iter().all(|is| *is), "{encrypted:?}");
}
