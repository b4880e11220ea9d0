//! A hundred rescues at once in a few channels, at Discord's own pace: `cargo bench --bench crowd`. Ends with a panic if Discord had to
//! say 429 once.
//!
//! The program runs as a process of its own between both simulators, on loopback, with the configuration's own `[pace]` towards Discord.

#[expect(dead_code, reason = "what a process costs is measured elsewhere")]
mod program;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use sim::{
    discord::{Discord, Id, OPS, Person, ROLE},
    net::Seen,
    ovh::{Ovh, ServerSpec},
};

use program::{Bot, Differs, file_in, ours};

/// How many rescues begin at once.
const CROWD: usize = 100;
/// In how many channels.
const CHANNELS: usize = 4;
/// How long all of it may take: generous, because nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often it is looked whether something is there yet.
const LOOK: Duration = Duration::from_millis(50);

fn service_name(n: usize) -> String {
    format!("ns44{n:05}.ip-203-0-113.eu")
}

#[tokio::main]
async fn main() {
    let (ovh, discord) = (Ovh::start().await, Discord::start().await);
    for n in 1..=CROWD {
        ovh.add(ServerSpec::windows(&service_name(n)).named(&format!("node-{n}")));
    }
    let ann = discord.person("ann", "en-GB", &[ROLE]);
    let channels: Vec<Id> = (1..CHANNELS).map(|n| discord.channel(&format!("ops-{n}"))).chain([OPS]).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let _bot = start(&ovh, &discord, folder.path());
    discord.gateway().wait_for_connected(1).await;
    discord.wait_for_command("help").await;

    let began = Instant::now();
    join_all((1..=CROWD).map(|n| {
        let (ann, channel) = (ann.clone(), channels[n % CHANNELS]);
        async move {
            let card = ann.slash(channel, "rescue enable", [("server", service_name(n).as_str())]).await.answer().await;
            ann.press(&card, "Confirm").await.answer().await;
        }
    }))
    .await;
    println!("{CROWD} rescues confirmed                     {:8.1} s", began.elapsed().as_secs_f64());
    wait_for_ends(&discord, &ann, &channels, began).await;
    report(&discord.journal().all(), &discord, &ann, &channels);
    for n in 1..=CROWD {
        assert_eq!(ovh.reboots(&format!("node-{n}")), 1, "node-{n} was rebooted once");
    }
}

/// Waits until every card has its end, and every end has rung.
async fn wait_for_ends(discord: &Discord, ann: &Person, channels: &[Id], began: Instant) {
    let count = |rang: bool| {
        let all = channels.iter().flat_map(|channel| discord.messages(*channel));
        all.filter(|message| ann.was_rung_by(message) == rang && message.content.contains("**In rescue**")).count()
    };
    for (what, rang) in [("the last end has rung", true), ("the last card has its end", false)] {
        while count(rang) < CROWD {
            assert!(began.elapsed() < PATIENCE, "{what}: {} of {CROWD}", count(rang));
            tokio::time::sleep(LOOK).await;
        }
        println!("{what:42} {:8.1} s", began.elapsed().as_secs_f64());
    }
}

fn report(all: &[Seen], discord: &Discord, ann: &Person, channels: &[Id]) {
    let is_edit = |seen: &&Seen| {
        seen.method == "PATCH"
            && channels.iter().any(|channel| seen.path.contains(&format!("/channels/{channel}/messages/")))
    };
    let edits: Vec<&Seen> = all.iter().filter(is_edit).collect();
    println!("edits of cards per operation               {:8.2}", edits.len() as f64 / CROWD as f64);
    let busiest = channels.iter().map(|channel| most_within(&edits, &format!("/channels/{channel}/"))).max();
    println!("edits of one channel within 5 s, at most   {:8}", busiest.unwrap_or_default());
    let posts =
        |channel: Id| all.iter().filter(move |seen| seen.path.ends_with(&format!("/channels/{channel}/messages")));
    let dm = ann.dm_channel().expect("a DM");
    let mut waits = Vec::new();
    for n in 1..=CROWD {
        let id = format!("R-{n}");
        let holds = |seen: &&Seen, part: &str| String::from_utf8_lossy(&seen.body).contains(part);
        let sent = posts(dm).find(|seen| holds(seen, &format!("({id})"))).expect("a DM");
        let rang = channels
            .iter()
            .flat_map(|channel| posts(*channel))
            .find(|seen| holds(seen, &format!("· {id}\\n")) && holds(seen, "**In rescue**"))
            .expect("an end that rings");
        waits.push(rang.at.saturating_duration_since(sent.at));
    }
    waits.sort_unstable();
    println!("from a DM to the message that rings, p50   {:8.1} ms", waits[CROWD / 2].as_secs_f64() * 1_000.0);
    println!("                                     max   {:8.1} ms", waits[CROWD - 1].as_secs_f64() * 1_000.0);
    let mut routes: BTreeMap<String, usize> = BTreeMap::new();
    for seen in all {
        *routes.entry(format!("{} {}", seen.method, template(&seen.path))).or_default() += 1;
    }
    for (route, count) in routes {
        println!("requests                                   {count:8}  {route}");
    }
    let too_fast = discord.journal().with_status(429).len();
    println!("429                                        {too_fast:8}");
    assert_eq!((too_fast, discord.invalid_requests()), (0, 0), "Discord never had to say so");
}

/// The most edits of a channel that arrived within five seconds.
fn most_within(edits: &[&Seen], channel: &str) -> usize {
    let at: Vec<Instant> = edits.iter().filter(|seen| seen.path.contains(channel)).map(|seen| seen.at).collect();
    let within =
        |from: &Instant| at.iter().filter(|one| *one >= from && one.duration_since(*from).as_secs_f64() < 5.0).count();
    at.iter().map(within).max().unwrap_or_default()
}

/// A path with its ids and tokens left out.
fn template(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let is_id = |part: &str| part.len() > 15 && part != "interactions";
    path.split('/').map(|part| if is_id(part) { "…" } else { part }).collect::<Vec<_>>().join("/")
}

fn start(ovh: &Ovh, discord: &Discord, folder: &std::path::Path) -> Bot {
    let differs = Differs {
        store: &file_in(folder),
        listen: "127.0.0.1:0",
        requests_per_minute: 1_000_000,
        pace: "task_poll = \"1s\"\nsecret_poll = \"1s\"",
        can: &["view", "rescue"],
    };
    let path = folder.join("bernard.toml");
    std::fs::write(&path, differs.configuration(ovh, discord)).expect("the configuration is written");
    Bot::start(ours(), &path)
}
