//! The program as a process of its own between both simulators, and what Linux says about it.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sim::{
    discord::{Discord, GUILD, ROLE},
    ovh::{self, Ovh},
};

/// Where the program keeps its store, and what else its configuration says differently.
pub(crate) struct Differs<'a> {
    /// The address of the store.
    pub(crate) store: &'a str,
    /// Where it serves its figures.
    pub(crate) listen: &'a str,
    /// OVHcloud's budget.
    pub(crate) requests_per_minute: u32,
    /// The lines of `[pace]`.
    pub(crate) pace: &'a str,
    /// What everybody may do.
    pub(crate) can: &'a [&'a str],
}

impl Differs<'_> {
    /// The configuration of a program between these two.
    pub(crate) fn configuration(&self, ovh: &Ovh, discord: &Discord) -> String {
        let Self { store, listen, requests_per_minute, pace, can } = self;
        format!(
            "[discord]\ntoken = \"{}\"\nguild = \"{GUILD}\"\napi_url = \"{}\"\n\
             [[ovh]]\nname = \"main\"\nendpoint = \"{}\"\nrequests_per_minute = {requests_per_minute}\n\
             application_key = \"{}\"\napplication_secret = \"{}\"\nconsumer_key = \"{}\"\n\
             [store]\n{store}\n[http]\nlisten = \"{listen}\"\n[rescue]\nprobe = false\n\
             [pace]\n{pace}\n\
             [limits]\nper_user_per_minute = 1000000\nper_server_per_hour = 1000000\n\
             [[role]]\nid = \"{ROLE}\"\ncan = {can:?}\nservers = [\"*\"]\n",
            sim::discord::BOT_TOKEN,
            discord.url(),
            ovh.url(),
            ovh::APPLICATION_KEY,
            ovh::APPLICATION_SECRET,
            ovh::CONSUMER_KEY,
        )
    }
}

/// The lines of `[store]` for a file in a folder.
pub(crate) fn file_in(folder: &Path) -> String {
    format!("url = \"sqlite://{}\"", folder.join("bernard.db").display())
}

/// The program of this build; the figures of the one that is shipped are asked for with `BERNARD=program cargo bench`.
pub(crate) fn ours() -> PathBuf {
    std::env::var_os("BERNARD").map_or_else(|| env!("CARGO_BIN_EXE_bernard").into(), PathBuf::from)
}

/// The running program; it ends with this.
pub(crate) struct Bot(Child);

impl Bot {
    /// Starts a program with this configuration.
    pub(crate) fn start(program: impl AsRef<Path>, configuration: &Path) -> Self {
        let mut program = Command::new(program.as_ref());
        program.args(["run", "--config"]).arg(configuration).stdout(Stdio::null()).stderr(Stdio::null());
        Self(program.spawn().expect("the program starts"))
    }

    /// Resident memory in MiB, as Linux counts it.
    pub(crate) fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        let kib: f64 = line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or(f64::NAN);
        kib / 1024.0
    }

    /// The processor time that it has used.
    pub(crate) fn worked(&self) -> Duration {
        worked(self.0.id())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processor time that a process' threads have used: what work costs, however busy the machine is.
pub(crate) fn worked(process: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let spent = |stat: String| stat.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path.join("schedstat")).ok().and_then(spent);
    Duration::from_nanos(threads.filter_map(|thread| read(thread.path())).sum())
}

/// The time that this share of sorted times stays within, in milliseconds; not a number if there are none.
pub(crate) fn within(sorted: &[Duration], share: f64) -> f64 {
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}
