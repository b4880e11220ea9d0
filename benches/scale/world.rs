//! What a run stands in: both simulators, the store, and the replicas between them.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sim::{
    discord::{Discord, Id, OPS, Person, ROLE},
    ovh::{Lists, Ovh, ServerSpec},
};
use tempfile::TempDir;

use crate::{
    Size,
    cluster::Cluster,
    program::{Bot, Differs, file_in},
};

/// How long anything may take: generous, because nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// How often it is looked whether something is there yet.
const LOOK: Duration = Duration::from_millis(500);
/// In how many datacentres the fleet stands.
const DATACENTRES: usize = 12;
/// The budget, which is to be in nobody's way: what is asked is what is measured.
const REQUESTS_PER_MINUTE: u32 = 60_000;
/// The configuration's own, but for the slow round over the fleet, which is not what is measured here.
const PACE: &str = "inventory_refresh = \"30d\"";
/// In how many answers in a row the last server must be offered, for each replica, until all of them know it.
const OFFERED: usize = 10;

/// Where the store is, and how many replicas share it.
pub(crate) struct Base {
    pub(crate) cluster: Option<Cluster>,
    replicas: usize,
    /// What is measured.
    program: PathBuf,
}

impl Base {
    /// A file, and one replica.
    pub(crate) fn file(program: &Path) -> Self {
        Self { cluster: None, replicas: 1, program: program.to_owned() }
    }

    /// A throwaway database from the machine's binaries; `None`: it has none, which is said.
    pub(crate) fn database(program: &Path, replicas: usize) -> Option<Self> {
        Some(Self { cluster: Some(Cluster::start()?), replicas, program: program.to_owned() })
    }
}

/// A replica, and where it serves its figures.
pub(crate) struct Replica {
    pub(crate) bot: Bot,
    pub(crate) metrics: String,
}

/// Everything that a run needs.
pub(crate) struct World {
    pub(crate) ovh: Ovh,
    pub(crate) discord: Discord,
    /// One for each operation.
    pub(crate) people: Vec<Person>,
    pub(crate) channels: Vec<Id>,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) base: Base,
    /// From the start of the first process until each one offers every server.
    pub(crate) known_after: Duration,
    _folder: TempDir,
}

impl World {
    /// Starts it, and waits until every replica knows the fleet.
    pub(crate) async fn start(size: Size, base: Base) -> Self {
        let (ovh, discord) = (fleet(size).await, Discord::start().await);
        let people = (1..=size.operations).map(|n| discord.person(&format!("person-{n}"), "en-GB", &[ROLE])).collect();
        let more = (1..size.channels).map(|n| discord.channel(&format!("ops-{n}")));
        let channels = more.chain([OPS]).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = Self {
            ovh,
            discord,
            people,
            channels,
            replicas: Vec::new(),
            base,
            known_after: Duration::ZERO,
            _folder: folder,
        };
        let began = Instant::now();
        world.replicas = (0..world.base.replicas).map(|n| world.replica(n)).collect();
        world.discord.gateway().wait_for_connected(world.replicas.len()).await;
        world.discord.wait_for_command("help").await;
        world.fleet_is_known(size.servers).await;
        world.known_after = began.elapsed();
        let mut asked = 0;
        until("what is read at a start is read", async || {
            let before = std::mem::replace(&mut asked, world.ovh.journal().count("*", ""));
            asked == before
        })
        .await;
        world
    }

    fn replica(&self, n: usize) -> Replica {
        let folder = self._folder.path().join(format!("replica-{n}"));
        std::fs::create_dir(&folder).expect("a folder");
        let store = match &self.base.cluster {
            None => file_in(&folder),
            Some(cluster) => format!(
                "url = \"{}\"\nwitness = \"{}\"",
                cluster.url("postgres"),
                folder.join("postgres.witness").display()
            ),
        };
        let listen = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
        let differs = Differs {
            store: &store,
            listen: &listen,
            requests_per_minute: REQUESTS_PER_MINUTE,
            pace: PACE,
            can: &["view", "rescue", "restore"],
        };
        let path = folder.join("bernard.toml");
        std::fs::write(&path, differs.configuration(&self.ovh, &self.discord)).expect("the configuration is written");
        Replica { bot: Bot::start(&self.base.program, &path), metrics: format!("http://{listen}/metrics") }
    }

    async fn fleet_is_known(&self, servers: usize) {
        let (asks, last) = (&self.people[0], format!("node-{servers} "));
        let mut in_a_row = 0;
        until("every replica knows the fleet", async || {
            let offered = asks.autocomplete(OPS, "status", "server", &last).await.len();
            in_a_row = if offered > 0 { in_a_row + 1 } else { 0 };
            in_a_row >= OFFERED * self.replicas.len()
        })
        .await;
    }

    /// Where the n-th operation is asked for.
    pub(crate) fn channel(&self, n: usize) -> Id {
        self.channels[n % self.channels.len()]
    }
}

async fn fleet(size: Size) -> Ovh {
    let ovh = Ovh::start().await;
    ovh.lists(Lists::given());
    for n in 1..=size.servers.max(size.operations) {
        let team = format!("team-{}", n % 40);
        let spec =
            ServerSpec::linux(&service_name(n)).named(&format!("node-{n}")).tag("env", "prod").tag("team", &team);
        ovh.add(spec.standing_in(&format!("dc{}", n % DATACENTRES)));
    }
    ovh
}

/// What OVHcloud calls the n-th server.
pub(crate) fn service_name(n: usize) -> String {
    format!("ns{n:07}.ip-198-51-100.eu")
}

/// Waits until that is so.
pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(LOOK).await;
    }
}
