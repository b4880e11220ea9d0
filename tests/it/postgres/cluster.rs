//! A throwaway PostgreSQL: made from the machine's binaries as a user that is not root, gone with the process that made it.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::Connection;

/// How long anything of it may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The role that may do everything.
const ROLE: &str = "bot";
/// A database that has nothing in it.
pub(crate) const EMPTY: &str = "template1";

const INITDB: [&str; 7] = ["-U", ROLE, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"];

/// Linux has its files in memory there.
pub(crate) const MEMORY: &str = "/dev/shm";
/// What must be free there: twice what the databases of all stories take.
const ROOM: u64 = 4 << 30;

/// A server with its files.
pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
    server: Option<Child>,
}

/// A URL of a new database for one test, on the one server that this process has; `None`: there is none, which is said.
pub(crate) async fn database() -> Option<String> {
    Some(new_database(&server()?, EMPTY).await)
}

/// The URL of that server.
pub(crate) fn server() -> Option<String> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    std::env::var("BERNARD_TEST_POSTGRES").ok().or_else(|| {
        // Making it takes a second or two, in which nobody else of this process has anything to do.
        SHARED.get_or_init(Cluster::of_this_process).as_ref().map(|cluster| cluster.url("postgres"))
    })
}

/// A new database on this server, a copy of that one, which nobody may be using.
pub(crate) async fn new_database(server: &str, model: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the server of the tests answers");
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {model}"));
    sqlx::query(sql).execute(&mut connection).await.expect("a database");
    connection.close().await.expect("it ends");
    let (front, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{front}/{name}")
}

impl Cluster {
    /// A new one, which runs; `None`: this machine has no PostgreSQL, which is said.
    pub(crate) fn start() -> Option<Self> {
        let mut cluster = Self::empty()?;
        cluster.tool("initdb", &INITDB);
        cluster.run();
        Some(cluster)
    }

    /// The one that ends with this process, and whose files go then.
    fn of_this_process() -> Option<Self> {
        let mut cluster = Self::empty()?;
        cluster.tool("initdb", &INITDB);
        cluster.run_and_leave("rm -rf \"$FOLDER\"", cluster.port);
        Some(cluster)
    }

    fn empty() -> Option<Self> {
        if binaries().is_none() {
            println!(
                "skipped: there is no PostgreSQL on this machine (Debian: postgresql), and no BERNARD_TEST_POSTGRES"
            );
            return None;
        }
        let folder = tempfile::Builder::new().prefix("bernard-postgres").tempdir_in(place()).expect("a folder");
        if is_root() {
            let owned = Command::new("chown").arg("postgres:").arg(folder.path()).status().expect("chown runs");
            assert!(owned.success());
        }
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        Some(Self { folder, port, server: None })
    }

    /// The URL of a database on it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port, at which another one may take its place.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs it, and waits until it answers.
    pub(crate) fn run(&mut self) {
        self.run_at(self.port);
    }

    /// Runs it at this port, and waits until it answers.
    pub(crate) fn run_at(&mut self, port: u16) {
        self.run_and_leave("true", port);
    }

    fn run_and_leave(&mut self, afterwards: &str, port: u16) {
        self.port = port;
        let socket = self.folder.path().display().to_string();
        // Whoever reads from us learns when we are gone; then the server goes too.
        let keeper =
            r#""$@" >>"$LOG" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server; "#;
        let keeper = format!("{keeper}{afterwards}");
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command.args(["sh", "-c", &keeper, "keeper"]).arg(binary("postgres")).arg("-D").arg(self.data());
        command.args(["-p", &port.to_string(), "-k", &socket, "-c", "max_connections=800"]);
        // Only the machine's own end would lose what is not written through, and no story ends that.
        command.args(["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]).current_dir("/").stdin(Stdio::piped());
        command.env("FOLDER", self.folder.path()).env("LOG", self.folder.path().join("log"));
        self.server = Some(command.spawn().expect("setpriv runs"));
        let since = Instant::now();
        while !self.answers() {
            assert!(since.elapsed() < PATIENCE, "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        let port = self.port.to_string();
        let mut asked = Command::new(binary("pg_isready"));
        asked.args(["-q", "-h", "127.0.0.1", "-p", &port, "-U", ROLE]).current_dir("/");
        asked.status().is_ok_and(|status| status.success())
    }

    /// Another one that follows this one, at a port of its own.
    pub(crate) fn standby(&self) -> Self {
        let mut standby = Self::empty().expect("there was one");
        let (data, port) = (standby.data().display().to_string(), self.port.to_string());
        let arguments = ["-h", "127.0.0.1", "-p", &port, "-U", ROLE, "-D", &data, "-R", "-X", "stream", "-c", "fast"];
        standby.as_its_user("pg_basebackup", &arguments);
        standby.run();
        standby
    }

    /// A standby that follows nobody any more: what is committed elsewhere from now on it lacks.
    pub(crate) async fn stop_following(&self) {
        let mut connection = self.connect().await;
        for statement in ["ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"] {
            sqlx::query(statement).execute(&mut connection).await.expect("it may");
        }
        loop {
            let receiving: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_stat_wal_receiver")
                .fetch_one(&mut connection)
                .await
                .expect("it says");
            if receiving == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// From now on a commit waits for this standby; for none, if that is empty.
    pub(crate) async fn wait_for_standby(&self, name: &str) {
        let mut connection = self.connect().await;
        let setting = sqlx::AssertSqlSafe(format!("ALTER SYSTEM SET synchronous_standby_names = '{name}'"));
        sqlx::query(setting).execute(&mut connection).await.expect("it may");
        sqlx::query("SELECT pg_reload_conf()").execute(&mut connection).await.expect("it may");
        loop {
            // A session reads it anew before each statement.
            let now: String = sqlx::query_scalar("SELECT current_setting('synchronous_standby_names')")
                .fetch_one(&mut connection)
                .await
                .expect("it says");
            if now == name {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Whether commits wait at all is the checkpointer's to say, which reads the setting before it begins a checkpoint. It may hear
        // of it a moment after this session: the second one certainly begins later.
        for _ in 0..2 {
            sqlx::query("CHECKPOINT").execute(&mut connection).await.expect("it may");
        }
    }

    /// From now on it takes what is written.
    pub(crate) fn promote(&self) {
        self.tool("pg_ctl", &["promote", "-w"]);
    }

    /// As a power cut ends it.
    pub(crate) fn kill(&mut self) {
        self.tool("pg_ctl", &["stop", "-m", "immediate"]);
        self.ended();
    }

    /// As an administrator ends it.
    pub(crate) fn stop(&mut self) {
        self.tool("pg_ctl", &["stop", "-m", "fast"]);
        self.ended();
    }

    fn ended(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.stdin.take());
            server.wait().expect("it ends");
        }
    }

    /// Copies its files beside it, while it is stopped.
    pub(crate) fn keep_snapshot(&self) {
        copy(&self.data(), &self.folder.path().join("snapshot"));
    }

    /// Puts that copy in their place, while it is stopped.
    pub(crate) fn put_snapshot_back(&self) {
        fs::remove_dir_all(self.data()).expect("it is stopped");
        copy(&self.folder.path().join("snapshot"), &self.data());
    }

    /// A session of an administrator.
    pub(crate) async fn connect(&self) -> sqlx::PgConnection {
        sqlx::PgConnection::connect(&self.url("postgres")).await.expect("it answers")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn tool(&self, name: &str, arguments: &[&str]) {
        let data = self.data().display().to_string();
        self.as_its_user(name, &[&["-D", &data], arguments].concat());
    }

    fn as_its_user(&self, name: &str, arguments: &[&str]) {
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        let done = command.arg(binary(name)).args(arguments).current_dir("/").output().expect("setpriv runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{name}: {said}\n{}", self.log());
    }
}

/// Where the files are: in memory if there is room, because copying a database makes some three hundred files.
fn place() -> &'static str {
    let free = rustix::fs::statvfs(MEMORY).map_or(0, |place| place.f_bavail * place.f_frsize);
    if free >= ROOM { MEMORY } else { "/tmp" }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.ended();
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp runs");
    assert!(copied.success());
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

fn binary(name: &str) -> PathBuf {
    binaries().expect("looked for before").join(name)
}

/// The newest version's.
fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest =
        versions.map(|version| version.path()).filter(|path| path.join("bin/initdb").exists()).max_by_key(number)?;
    Some(newest.join("bin"))
}
