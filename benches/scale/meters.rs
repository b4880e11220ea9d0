//! What is read before and after something: processor time, what was asked of OVHcloud and Discord, what the database did.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::{program::worked, world::World};

/// How it stood at a moment.
pub(crate) struct Meters {
    at: Instant,
    bots: Duration,
    simulators: Duration,
    database: Duration,
    idle: Duration,
    ovh: f64,
    discord: usize,
    writes: f64,
    commits: Option<f64>,
}

/// What something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// How long it lasted, in seconds.
    pub(crate) seconds: f64,
    /// Processor time of all replicas, in seconds.
    pub(crate) bots: f64,
    /// Processor time of both simulators and of whoever measures, in seconds.
    pub(crate) simulators: f64,
    /// Processor time of the database server, in seconds.
    pub(crate) database: f64,
    /// The share of the machine that nobody used, from 0 to 1.
    pub(crate) idle: f64,
    /// Requests to OVHcloud for people and operations, without the slow round over the fleet.
    pub(crate) ovh: f64,
    /// Requests to Discord.
    pub(crate) discord: f64,
    /// Transactions that wrote, as the replicas count them.
    pub(crate) writes: f64,
    /// Transactions of the database, reading ones too; of a file nobody counts them.
    pub(crate) commits: Option<f64>,
}

impl Meters {
    /// Reads them.
    pub(crate) async fn read(world: &World) -> Self {
        let (mut writes, mut ovh) = (0.0, 0.0);
        for replica in &world.replicas {
            let page = sim::net::client().get(&replica.metrics).send().await.expect("an answer");
            let page = page.text().await.expect("a text");
            writes += sum(&page, "bernard_store_write_seconds_count", |_| true);
            ovh += sum(&page, "bernard_ovh_quota_wait_seconds_count", |labels| !labels.contains("background"));
        }
        Self {
            writes,
            ovh,
            commits: commits(world).await,
            bots: world.replicas.iter().map(|replica| replica.bot.worked()).sum(),
            simulators: worked(std::process::id()),
            database: world.base.cluster.as_ref().map_or(Duration::ZERO, |cluster| of_database(cluster.port())),
            idle: idle(),
            discord: world.discord.journal().count("*", ""),
            at: Instant::now(),
        }
    }

    /// What it took from then until now.
    pub(crate) async fn since(&self, world: &World) -> Spent {
        let now = Self::read(world).await;
        let between = |before: Duration, after: Duration| after.saturating_sub(before).as_secs_f64();
        let seconds = (now.at - self.at).as_secs_f64();
        Spent {
            seconds,
            bots: between(self.bots, now.bots),
            simulators: between(self.simulators, now.simulators),
            database: between(self.database, now.database),
            idle: between(self.idle, now.idle) / seconds / processors(),
            ovh: now.ovh - self.ovh,
            discord: (now.discord - self.discord) as f64,
            writes: now.writes - self.writes,
            commits: now.commits.zip(self.commits).map(|(now, before)| now - before),
        }
    }
}

impl Spent {
    /// What of it is more than something else took in as long.
    pub(crate) fn beyond(self, other: Self) -> Self {
        self.without(other, self.seconds / other.seconds)
    }

    /// What is left without something else, so many times.
    pub(crate) fn without(self, other: Self, times: f64) -> Self {
        let less = |all: f64, of_it: f64| all - of_it * times;
        Self {
            bots: less(self.bots, other.bots),
            simulators: less(self.simulators, other.simulators),
            database: less(self.database, other.database),
            ovh: less(self.ovh, other.ovh),
            discord: less(self.discord, other.discord),
            writes: less(self.writes, other.writes),
            commits: self.commits.zip(other.commits).map(|(all, of_it)| less(all, of_it)),
            ..self
        }
    }
}

/// The values of a figure, all those whose labels fit together.
fn sum(page: &str, figure: &str, fits: impl Fn(&str) -> bool) -> f64 {
    let rows = page.lines().filter_map(|line| line.strip_prefix(figure)?.rsplit_once(' '));
    rows.filter(|(labels, _)| fits(labels)).filter_map(|(_, value)| value.parse::<f64>().ok()).sum()
}

async fn commits(world: &World) -> Option<f64> {
    let mut connection = world.base.cluster.as_ref()?.connect().await;
    let sql = "SELECT CAST(xact_commit AS FLOAT8) FROM pg_stat_database WHERE datname = current_database()";
    Some(sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("it counts them"))
}

/// The processor time of the server at this port and of all who work for it.
fn of_database(port: u16) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let process: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((process, fs::read(entry.path().join("cmdline")).ok()?, parent(&entry.path())?))
    });
    let all: Vec<(u32, Vec<u8>, u32)> = processes.collect();
    let wanted = format!("\0-p\0{port}\0").into_bytes();
    let is_server = |line: &[u8]| {
        let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
        program.ends_with(b"/postgres") && line.windows(wanted.len()).any(|part| part == wanted)
    };
    let Some((server, ..)) = all.iter().find(|(_, line, _)| is_server(line)) else { return Duration::ZERO };
    let of_it = all.iter().filter(|(process, _, parent)| process == server || parent == server);
    of_it.map(|(process, ..)| worked(*process)).sum()
}

fn parent(process: &std::path::Path) -> Option<u32> {
    let status = fs::read_to_string(PathBuf::from(process).join("status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// How long the machine's processors had nothing to do, all together.
fn idle() -> Duration {
    let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = uptime.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
    Duration::from_secs_f64(seconds)
}

fn processors() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64)
}
