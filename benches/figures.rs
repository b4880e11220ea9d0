//! The figures that README quotes: `cargo bench`; `cargo bench --bench figures -- fleet`: those of the large fleet alone. The program runs
//! as a process of its own between both simulators.
//!
//! Everything is measured on loopback, by the simulators' clocks: an acknowledgement counts from the moment the interaction was
//! dispatched to the moment the callback arrived.

mod program;

use std::time::{Duration, Instant};

use sim::{
    discord::{Discord, OPS, Person, ROLE, people::Outcome},
    ovh::{Lists, Ovh, ServerSpec},
};
use tempfile::TempDir;

use program::{Bot, Differs, file_in, ours, within};

/// How many commands are sent one after the other.
const ONE_AT_A_TIME: usize = 1_000;
/// How many commands are sent at once, and how often.
const AT_ONCE: usize = 200;
const ROUNDS: usize = 10;
/// How often the program is started.
const STARTS: usize = 20;
/// How large the large fleet is.
const FLEET: usize = 10_000;
/// In how many datacentres it stands.
const DATACENTRES: usize = 12;
/// Every so many servers of it, one is in a rescue that nobody answers for.
const FORGOTTEN: usize = 1_000;
/// The simulated account's Linux rescue.
const LINUX_RESCUE: u64 = 218_949;
/// What an account has if its configuration says nothing.
const USUAL_BUDGET: u32 = 60;
/// How many letters are typed there.
const LETTERS: usize = 2_000;
/// How many rescues are followed to their DM.
const RESCUES: usize = 10;
/// The pace at which the link is looked for here.
const SECRET_POLL: Duration = Duration::from_millis(500);

/// How often it is looked whether something is there yet.
const LOOK: Duration = Duration::from_millis(50);

struct World {
    ovh: Ovh,
    discord: Discord,
    ann: Person,
    folder: TempDir,
    requests_per_minute: u32,
}

impl World {
    async fn new() -> Self {
        Self::around(Ovh::with_fleet().await).await
    }

    /// So many servers, and an account that gives whole lists of them, within an ordinary budget.
    async fn with_servers(count: usize) -> Self {
        let ovh = Ovh::start().await;
        ovh.lists(Lists::given());
        for n in 1..=count {
            let team = format!("team-{}", n % 40);
            let name = format!("ns{n:07}.ip-198-51-100.eu");
            let spec = ServerSpec::linux(&name).named(&format!("node-{n}")).tag("env", "prod").tag("team", &team);
            let spec = spec.standing_in(&format!("dc{}", n % DATACENTRES));
            ovh.add(if n.is_multiple_of(FORGOTTEN) { spec.booting(Some(LINUX_RESCUE)) } else { spec });
        }
        Self { requests_per_minute: USUAL_BUDGET, ..Self::around(ovh).await }.configured()
    }

    async fn around(ovh: Ovh) -> Self {
        let discord = Discord::start().await;
        let ann = discord.person("ann", "en-GB", &[ROLE]);
        let folder = tempfile::tempdir().expect("a folder");
        Self { ovh, discord, ann, folder, requests_per_minute: 1_000_000 }.configured()
    }

    fn configured(self) -> Self {
        let world = self;
        std::fs::write(world.path(), world.config()).expect("the configuration is written");
        world
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("bernard.toml")
    }

    fn config(&self) -> String {
        let secret_poll = SECRET_POLL.as_millis();
        let differs = Differs {
            store: &file_in(self.folder.path()),
            listen: "127.0.0.1:0",
            requests_per_minute: self.requests_per_minute,
            pace: &format!("task_poll = \"50ms\"\nsecret_poll = \"{secret_poll}ms\""),
            can: &["view", "reboot", "rescue", "restore"],
        };
        differs.configuration(&self.ovh, &self.discord)
    }

    fn start(&self) -> Bot {
        Bot::start(ours(), &self.path())
    }
}

#[tokio::main]
async fn main() {
    println!("figure                                             p50        p99        max");
    if std::env::args().any(|argument| argument == "fleet") {
        return large_fleet().await;
    }
    start_up().await;
    let world = World::new().await;
    let bot = world.start();
    world.discord.gateway().wait_for_connected(1).await;
    world.discord.wait_for_command("help").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("resident memory, idle                       {:8.1} MiB", bot.resident());
    one_at_a_time(&world).await;
    at_once(&world).await;
    link_to_dm(&world).await;
    println!("resident memory, after all this             {:8.1} MiB", bot.resident());
    drop(bot);
    large_fleet().await;
}

/// What people type while ten thousand servers are in the inventory, from the interaction to the suggestions.
async fn large_fleet() {
    let world = World::with_servers(FLEET).await;
    let began = Instant::now();
    let bot = world.start();
    world.discord.wait_for_command("help").await;
    let offered = async |partial: &str| world.ann.autocomplete(OPS, "status", "server", partial).await.len();
    for last in [FLEET / 2, FLEET] {
        while offered(&format!("node-{last} ")).await == 0 {
            tokio::time::sleep(LOOK).await;
        }
    }
    let asked = world.ovh.journal().all().len();
    println!("start to any name offered, {FLEET} servers    {:8.1} s, {asked} requests", began.elapsed().as_secs_f64());
    println!("resident memory, {FLEET} servers just listed  {:8.1} MiB", bot.resident());
    loop {
        let list = world.ann.slash(OPS, "rescue list", ()).await.answer().await.text();
        let named = list.matches("not started by me").count() + not_named(&list);
        if named == FLEET / FORGOTTEN && !list.contains("not looked at") {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    let asked = world.ovh.journal().all().len();
    println!("start to forgotten rescues listed           {:8.1} s, {asked} requests", began.elapsed().as_secs_f64());
    let (before, worked) = (world.discord.timeline().len(), bot.worked());
    let typed = ["", "n", "node-7", "node-77 prod", "team-13", "198.51", "ns0004", "od42", "ndoe-77", "web-1"];
    for n in 0..LETTERS {
        offered(typed[n % typed.len()]).await;
    }
    let worked = (bot.worked() - worked) / LETTERS as u32;
    print(&format!("autocompletion, {FLEET} servers"), &mut acknowledgements(&world, before));
    println!("processor time for each letter              {:8.2} ms", worked.as_secs_f64() * 1_000.0);
    println!("resident memory, {FLEET} servers              {:8.1} MiB", bot.resident());
}

/// How many more rescues there are than a list has room for.
fn not_named(list: &str) -> usize {
    let words: Vec<&str> = list.split_whitespace().collect();
    words.windows(2).find_map(|pair| if pair[1].starts_with("more") { pair[0].parse().ok() } else { None }).unwrap_or(0)
}

/// From the start of the process to registered commands, on a store of its own each time.
async fn start_up() {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let world = World::new().await;
        let began = Instant::now();
        let _bot = world.start();
        world.discord.wait_for_command("help").await;
        times.push(began.elapsed());
    }
    print("process start to registered commands", &mut times);
}

async fn one_at_a_time(world: &World) {
    let before = world.discord.timeline().len();
    for _ in 0..ONE_AT_A_TIME {
        world.ann.slash(OPS, "help", ()).await.answer().await;
    }
    print("acknowledgement, one at a time", &mut acknowledgements(world, before));
}

async fn at_once(world: &World) {
    let before = world.discord.timeline().len();
    for _ in 0..ROUNDS {
        let asked: Vec<_> =
            (0..AT_ONCE).map(|_| world.ann.try_slash(OPS, "help", ()).expect("it is registered")).collect();
        for asked in asked {
            asked.answer().await;
        }
    }
    print("acknowledgement, 200 at once", &mut acknowledgements(world, before));
}

fn acknowledgements(world: &World, since: usize) -> Vec<Duration> {
    let timeline = world.discord.timeline();
    let times: Vec<Duration> = timeline[since..]
        .iter()
        .filter_map(|timed| match timed.outcome {
            Outcome::Acknowledged { after } => Some(after),
            _ => None,
        })
        .collect();
    assert_eq!(times.len(), timeline.len() - since, "every command was acknowledged");
    times
}

/// From the moment that the link exists at OVHcloud to the DM.
async fn link_to_dm(world: &World) {
    let mut times = Vec::new();
    for round in 0..RESCUES {
        world.ovh.withhold_secret("web-1");
        world.ovh.withhold_mail("web-1");
        let card = world.ann.slash(OPS, "rescue enable", [("server", "web-1")]).await.answer().await;
        world.ann.press(&card, "Confirm").await;
        let id = format!("R-{}", 2 * round + 1);
        world
            .discord
            .wait_for_message(OPS, |message| {
                message.content.contains("Looking for the link") && message.content.contains(&id)
            })
            .await;
        // Not in step with the program's looks.
        tokio::time::sleep(SECRET_POLL.mul_f64(0.37 + 0.061 * round as f64)).await;
        let dms = world.ann.dms().len();
        let began = Instant::now();
        world.ovh.hand_out("web-1");
        loop {
            if world.ann.dms().len() > dms {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(began.elapsed());
        let card = world.ann.slash(OPS, "restore", [("server", "web-1")]).await.answer().await;
        world.ann.press(&card, "Confirm").await;
        world
            .discord
            .wait_for_message(OPS, |message| {
                message.content.contains("**Restored**")
                    && world.ann.was_rung_by(message)
                    && message.content.contains(&format!("R-{}", 2 * round + 2))
            })
            .await;
    }
    print(&format!("link exists to DM (secret_poll {} ms)", SECRET_POLL.as_millis()), &mut times);
}

fn print(figure: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share| within(times, share);
    println!("{figure:44} {:7.2} ms {:7.2} ms {:7.2} ms", at(0.5), at(0.99), at(1.0));
}
