//! What happens in a run, one stage after the other: nothing, operations that begin, operations alone, people beside them, operations that end.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use sim::discord::{BOT, Message, people::Outcome};
use tokio::time::MissedTickBehavior;

use crate::{
    Size,
    meters::{Meters, Spent},
    program::within,
    world::{World, service_name, until},
};

/// How many people confirm at once.
const CONFIRM_AT_ONCE: usize = 20;
/// How often a link is there at last: so seldom that Discord's limit of requests is not what is measured.
const LINK_EVERY: Duration = Duration::from_millis(200);
/// For how long it is looked at most what takes as much each second: nothing at all, and operations alone.
const EVEN: Duration = Duration::from_secs(60);
/// A rescue as others measured it: four minutes from the reboot to the link.
const RESCUE_SECONDS: f64 = 240.0;
/// What somebody types into an option.
const TYPED: [&str; 6] = ["n", "node-7", "team-13", "198.51", "ns0004", "od42"];

/// One number that a run comes to.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    value: f64,
}

impl Figure {
    /// As it is read: what is large without a fraction.
    pub(crate) fn shown(&self) -> String {
        match self.value {
            value if value.is_nan() => "-".to_owned(),
            value if value.abs() >= 100.0 => format!("{value:.0}"),
            value if value.abs() >= 10.0 => format!("{value:.1}"),
            value => format!("{value:.2}"),
        }
    }
}

/// What a run has come to so far.
#[derive(Default)]
struct Figures(Vec<Figure>);

impl Figures {
    fn add(&mut self, name: &'static str, value: f64) {
        let figure = Figure { name, value };
        println!("{:62}{:>10}", figure.name, figure.shown());
        self.0.push(figure);
    }
}

/// What operations took that began or ended, and what they took beside that.
struct Course {
    spent: Spent,
    /// For how long they looked for their links meanwhile, all together, in seconds.
    searched: f64,
}

impl Course {
    /// What beginning or ending alone took, if nothing and searching take so much.
    fn alone(&self, idle: Spent, live: Spent, size: Size) -> Spent {
        let for_each_second = self.searched / (live.seconds * size.operations as f64);
        self.spent.beyond(idle).without(live, for_each_second)
    }
}

/// All stages.
pub(crate) async fn all(world: &World, size: Size) -> Vec<Figure> {
    let mut figures = Figures::default();
    figures.add("from the start until all of the fleet is offered, s", world.known_after.as_secs_f64());
    let idle = idle(world, size, &mut figures).await;
    let began = begin(world, size).await;
    let with_operations = during(world, size.window().min(EVEN)).await;
    let live = with_operations.beyond(idle);
    searching(size, live, &mut figures);
    figures.add("resident memory with the operations, MiB a replica", resident(world));
    let begun = began.alone(idle, live, size);
    of_each(BEGUN, begun, size, &mut figures);
    people(world, size, with_operations, &mut figures).await;
    let ended = end(world, size, &mut figures).await;
    let ends = ended.alone(idle, live, size);
    of_each(ENDED, ends, size, &mut figures);
    let looks = live.ovh / live.seconds * RESCUE_SECONDS;
    let calls = (begun.ovh + looks + ends.ovh) / size.operations as f64;
    figures.add("OVHcloud calls of a rescue that looks for its link for 4 min", calls);
    figures.add("resident memory in the end, MiB a replica", resident(world));
    all_is_well(world, size);
    figures.0
}

fn resident(world: &World) -> f64 {
    let all: f64 = world.replicas.iter().map(|replica| replica.bot.resident()).sum();
    all / world.replicas.len() as f64
}

/// What so long takes.
async fn during(world: &World, long: Duration) -> Spent {
    let before = Meters::read(world).await;
    tokio::time::sleep(long).await;
    before.since(world).await
}

async fn idle(world: &World, size: Size, figures: &mut Figures) -> Spent {
    let idle = during(world, size.window().min(EVEN)).await;
    figures.add("idle: processor, ms a second", idle.bots / idle.seconds * 1_000.0);
    figures.add("idle: the database's processor, ms a second", idle.database / idle.seconds * 1_000.0);
    figures.add("idle: transactions of the database a second", idle.commits.unwrap_or(f64::NAN) / idle.seconds);
    figures.add("resident memory with the fleet, MiB a replica", resident(world));
    idle
}

/// Everybody has their server taken into rescue, whose link OVHcloud withholds; until each looks for it and its card says so.
async fn begin(world: &World, size: Size) -> Course {
    for n in 1..=size.operations {
        world.ovh.withhold_secret(&service_name(n));
        world.ovh.withhold_mail(&service_name(n));
    }
    let before = Meters::read(world).await;
    stream::iter(1..=size.operations)
        .for_each_concurrent(CONFIRM_AT_ONCE, async |n| {
            let (who, server) = (&world.people[n - 1], service_name(n));
            let asked = who.slash(world.channel(n), "rescue enable", [("server", server.as_str())]).await;
            let card = asked.answer().await;
            who.press(&card, "Confirm").await.answer().await;
        })
        .await;
    until("each card says so", async || cards(world, "Looking for the link") == size.operations).await;
    until("each has looked for its link", async || first_looks(world).len() == size.operations).await;
    let spent = before.since(world).await;
    Course { spent, searched: first_looks(world).values().map(|since| since.elapsed().as_secs_f64()).sum() }
}

/// When each operation first looked for its link.
fn first_looks(world: &World) -> BTreeMap<String, Instant> {
    let mut since = BTreeMap::new();
    for look in world.ovh.journal().matching("POST", "/authenticationSecret") {
        since.entry(look.path).or_insert(look.at);
    }
    since
}

/// How many messages in the channels say this.
fn cards(world: &World, says: &str) -> usize {
    let all = world.channels.iter().flat_map(|channel| world.discord.messages(*channel));
    all.filter(|message: &Message| message.author == BOT && message.content.contains(says)).count()
}

/// What operations take while they look for their links.
fn searching(size: Size, live: Spent, figures: &mut Figures) {
    let seconds = live.seconds * size.operations as f64;
    figures.add("an operation's second: processor, ms", live.bots / seconds * 1_000.0);
    figures.add("an operation's second: the database's processor, ms", live.database / seconds * 1_000.0);
    figures.add("an operation's second: transactions that write", live.writes / seconds);
    figures.add("an operation's second: transactions of the database", live.commits.unwrap_or(f64::NAN) / seconds);
    figures.add("an operation's minute: OVHcloud calls", live.ovh / seconds * 60.0);
    figures.add("an operation's minute: requests to Discord", live.discord / seconds * 60.0);
    figures.add("machine idle meanwhile, %", live.idle * 100.0);
}

/// What `of_each` says.
type Names = [&'static str; 6];

const BEGUN: Names = [
    "an operation's begin: processor, ms",
    "an operation's begin: the database's processor, ms",
    "an operation's begin: transactions that write",
    "an operation's begin: transactions of the database",
    "an operation's begin: OVHcloud calls",
    "an operation's begin: requests to Discord",
];
const ENDED: Names = [
    "an operation's end: processor, ms",
    "an operation's end: the database's processor, ms",
    "an operation's end: transactions that write",
    "an operation's end: transactions of the database",
    "an operation's end: OVHcloud calls",
    "an operation's end: requests to Discord",
];

fn of_each(names: Names, all: Spent, size: Size, figures: &mut Figures) {
    let each = |all: f64| all / size.operations as f64;
    let commits = all.commits.unwrap_or(f64::NAN);
    let values = [all.bots * 1_000.0, all.database * 1_000.0, all.writes, commits, all.ovh, all.discord];
    names.iter().zip(values).for_each(|(name, value)| figures.add(name, each(value)));
}

/// People type, whatever becomes of it, and the operations go on: six of ten are letters typed into an option, two `/help`, one
/// `/rescue list` and one `/status` of a server.
async fn people(world: &World, size: Size, with_operations: Spent, figures: &mut Figures) {
    let sent = size.interactions * usize::try_from(size.seconds).unwrap_or(usize::MAX);
    let mut clock =
        tokio::time::interval(Duration::from_secs(1) / u32::try_from(size.interactions).unwrap_or(u32::MAX));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let before_them = world.discord.timeline().len();
    let before = Meters::read(world).await;
    for n in 0..sent {
        clock.tick().await;
        interact(world, size, n);
    }
    let waits = || world.discord.timeline()[before_them..].iter().any(|timed| timed.outcome == Outcome::Waiting);
    until("each is acknowledged or has failed", async || !waits()).await;
    let spent = before.since(world).await;
    let more = spent.beyond(with_operations);
    let each = |all: f64| all / sent as f64;
    let letters = acknowledged(world, before_them, |what| what == "autocomplete");
    let commands = acknowledged(world, before_them, |what| what != "autocomplete");
    for (name, share) in
        [("acknowledgement p50, ms", 0.5), ("acknowledgement p99, ms", 0.99), ("acknowledgement p99.9, ms", 0.999)]
    {
        figures.add(name, within(&commands, share));
    }
    figures.add("suggestions p50, ms", within(&letters, 0.5));
    figures.add("suggestions p99, ms", within(&letters, 0.99));
    figures.add("interactions without an answer in time", (sent - letters.len() - commands.len()) as f64);
    figures.add("an interaction: processor, ms", each(more.bots) * 1_000.0);
    figures.add("an interaction: the database's processor, ms", each(more.database) * 1_000.0);
    figures.add("an interaction: transactions that write", each(more.writes));
    figures.add("an interaction: transactions of the database", each(more.commits.unwrap_or(f64::NAN)));
    figures.add("an interaction: OVHcloud calls", each(more.ovh));
    figures.add("an interaction: requests to Discord", each(more.discord));
    figures.add("the simulators' processor meanwhile, ms a second", spent.simulators / spent.seconds * 1_000.0);
    figures.add("machine idle meanwhile, %", spent.idle * 100.0);
}

/// The n-th thing that somebody does.
fn interact(world: &World, size: Size, n: usize) {
    let (who, channel) = (&world.people[n % world.people.len()], world.channel(n));
    let asked = match n % 10 {
        letter @ 0..=5 => who.try_autocomplete(channel, "status", &().into(), "server", TYPED[letter]),
        6 | 7 => who.try_slash(channel, "help", ()),
        8 => who.try_slash(channel, "rescue list", ()),
        _ => who.try_slash(channel, "status", [("server", service_name(n % size.servers + 1).as_str())]),
    };
    asked.expect("it is registered");
}

/// From sending to acknowledgement, sorted.
fn acknowledged(world: &World, since: usize, of: impl Fn(&str) -> bool) -> Vec<Duration> {
    let after = |outcome| if let Outcome::Acknowledged { after } = outcome { Some(after) } else { None };
    let timeline = world.discord.timeline();
    let wanted = timeline[since..].iter().filter(|timed| of(&timed.what));
    let mut all: Vec<Duration> = wanted.filter_map(|timed| after(timed.outcome)).collect();
    all.sort_unstable();
    all
}

/// The links are there, one after the other, and each is sent; until every card says so.
async fn end(world: &World, size: Size, figures: &mut Figures) -> Course {
    let before = Meters::read(world).await;
    let began = Timestamp::now();
    let mut clock = tokio::time::interval(LINK_EVERY);
    let mut there = Vec::new();
    for n in 1..=size.operations {
        clock.tick().await;
        world.ovh.hand_out(&service_name(n));
        there.push(Timestamp::now());
    }
    until("each card says so", async || cards(world, "**In rescue**") >= size.operations * 2).await;
    let spent = before.since(world).await;
    let sent = dms(world);
    let seconds = |from: &Timestamp, to: &Timestamp| to.duration_since(*from).as_secs_f64().max(0.0);
    let mut late: Vec<Duration> =
        there.iter().zip(&sent).map(|(there, sent)| Duration::from_secs_f64(seconds(there, sent))).collect();
    late.sort_unstable();
    figures.add("from the link to the DM (secret_poll 5 s) p50, ms", within(&late, 0.5));
    figures.add("from the link to the DM (secret_poll 5 s) p99, ms", within(&late, 0.99));
    Course { spent, searched: sent.iter().map(|sent| seconds(&began, sent)).sum() }
}

/// When the first DM came to each.
fn dms(world: &World) -> Vec<Timestamp> {
    let mut first = BTreeMap::new();
    for message in world.discord.every_message() {
        first.entry(message.channel).or_insert(message.created);
    }
    world.people.iter().map(|who| first[&who.dm_channel().expect("a DM")]).collect()
}

/// Nothing was done twice, and Discord never had to say that it was too fast.
fn all_is_well(world: &World, size: Size) {
    for n in 1..=size.operations {
        assert_eq!(world.ovh.reboots(&service_name(n)), 1, "node-{n} was rebooted once");
    }
    assert_eq!(too_fast(world), BTreeMap::new(), "Discord never had to say so");
    assert_eq!(world.discord.invalid_requests(), 0);
}

/// How often Discord said so, by method and the path without its ids.
fn too_fast(world: &World) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for seen in world.discord.journal().with_status(429) {
        let path = seen.path.split('/').filter(|part| !part.contains(|c: char| c.is_ascii_digit()));
        *kinds.entry(format!("{} {}", seen.method, path.collect::<Vec<_>>().join("/"))).or_default() += 1;
    }
    kinds
}
