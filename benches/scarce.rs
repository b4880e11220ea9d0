//! A hundred rescues at once at sixty requests a minute: `cargo bench --bench scarce`. How long a link lies there until its DM, and how
//! long it would if everybody were asked in turn. Ends with a panic if it is more than a third of that.
//!
//! Both run in the same time, twenty times faster than the real one: the machines, the polls and the budget alike. The program is a
//! process of its own between both simulators, with its usual `[pace]` at that speed and without a look at ports. In turn asks the
//! program's own client, within the same budget, as often before the reboot as the program did, at the same pace after it.
//!
//! Not faster are a person's patience, and how long after its approval something may be begun (15 minutes): at the real speed a hundred
//! do not all begin.

#[expect(dead_code, reason = "what a process costs is measured elsewhere")]
mod program;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bernard_domain::server::{ServiceName, TaskId};
use bernard_ovh::{Account, ApiLog, Client, Credentials, Rate};
use futures_util::{StreamExt, future::join_all, stream};
use sim::{
    discord::{Discord, Id, OPS, Person, ROLE},
    ovh::{self, Ovh, Running, ServerSpec, Tempo},
};

use program::{Bot, Differs, file_in, ours};

/// How many rescues begin at once.
const CROWD: usize = 100;
/// How many people ask for them: Discord lets through a message a second to each.
const PEOPLE: usize = 20;
/// How much faster than the real one this time is.
const TIMES: u32 = 20;
const REQUESTS_PER_MINUTE: u32 = 60 * TIMES;
const TASK_POLL: Duration = Duration::from_millis(15_000 / TIMES as u64);
const SECRET_POLL: Duration = Duration::from_millis(5_000 / TIMES as u64);
/// How long all of it may take: generous, because nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(1_200);
/// How often it is looked whether something is there yet.
const LOOK: Duration = Duration::from_millis(10);
/// The simulated account's Linux rescue.
const LINUX_RESCUE: u64 = 218_949;

/// When each link was there.
type Links = Arc<Mutex<BTreeMap<String, Instant>>>;

fn service_name(n: usize) -> String {
    format!("ns44{n:05}.ip-203-0-113.eu")
}

fn tempo() -> Tempo {
    Tempo::REAL.faster(f64::from(TIMES))
}

#[tokio::main]
async fn main() {
    let (likely, before) = by_likelihood().await;
    println!("requests for each until its reboot         {before:8}");
    let in_turn = in_turn(before).await;
    let [likely, in_turn] = [("as likely", likely), ("in turn", in_turn)].map(|(name, mut delays)| {
        delays.sort_unstable();
        let mean = delays.iter().sum::<Duration>().as_secs_f64() / CROWD as f64 * f64::from(TIMES);
        let most = delays[CROWD - 1].as_secs_f64() * f64::from(TIMES);
        println!("link to DM, asked {name:9}                {mean:8.1} s in the mean, {most:.1} s at most");
        mean
    });
    println!("of asking in turn                          {:8.2}", likely / in_turn);
    assert!(likely * 3.0 <= in_turn, "a link waits for more than a third of what asking in turn takes");
}

async fn far_end() -> (Ovh, Links) {
    let ovh = Ovh::start().await;
    ovh.tempo(tempo());
    for n in 1..=CROWD {
        ovh.add(ServerSpec::linux(&service_name(n)).named(&format!("node-{n}")));
    }
    let links = Links::default();
    tokio::spawn(watch(ovh.clone(), Arc::clone(&links)));
    (ovh, links)
}

/// Notes when each rescue has its link.
async fn watch(ovh: Ovh, links: Links) {
    loop {
        for name in (1..=CROWD).map(service_name) {
            let is_new = !links.lock().expect("nobody panics").contains_key(&name);
            if is_new && ovh.running_system(&name) == Running::LinuxRescue {
                links.lock().expect("nobody panics").insert(name, Instant::now() + tempo().secret);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// How long each link lay there until its DM, and how many requests were sent for each until its reboot.
async fn by_likelihood() -> (Vec<Duration>, usize) {
    let ((ovh, links), discord) = (far_end().await, Discord::start().await);
    let people: Vec<Person> = (0..PEOPLE).map(|n| discord.person(&format!("ann{n}"), "en-GB", &[ROLE])).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let _bot = start(&ovh, &discord, folder.path());
    discord.gateway().wait_for_connected(1).await;
    discord.wait_for_command("help").await;

    let began = Instant::now();
    // A few at a time, so that Discord's three seconds are kept by whatever machine this runs on: all are confirmed long before the first ends.
    let asked = stream::iter(1..=CROWD).map(|n| {
        let person = people[n % PEOPLE].clone();
        async move {
            let name = service_name(n);
            let card = person.slash(OPS, "rescue enable", [("server", name.as_str())]).await.answer().await;
            person.press(&card, "Confirm").await.answer().await;
        }
    });
    asked.buffer_unordered(PEOPLE).collect::<()>().await;
    println!(
        "{CROWD} rescues confirmed                     {:8.1} s",
        began.elapsed().as_secs_f64() * f64::from(TIMES)
    );
    let dms: Vec<Id> = loop {
        let all: Vec<Id> = people.iter().filter_map(Person::dm_channel).collect();
        let count: usize = people.iter().map(|person| person.dms().len()).sum();
        assert!(began.elapsed() < PATIENCE, "{count} DMs of {CROWD}");
        if count >= CROWD {
            break all;
        }
        tokio::time::sleep(LOOK).await;
    };
    println!("the last DM                                {:8.1} s", began.elapsed().as_secs_f64() * f64::from(TIMES));
    for n in 1..=CROWD {
        assert_eq!(ovh.reboots(&format!("node-{n}")), 1, "node-{n} was rebooted once");
    }
    let seen = discord.journal().all();
    let links = links.lock().expect("nobody panics").clone();
    let delays = (1..=CROWD).map(|n| {
        let is_its_dm = |path: &str, body: &[u8]| {
            dms.iter().any(|dm| path.ends_with(&format!("/channels/{dm}/messages")))
                && String::from_utf8_lossy(body).contains(&format!("node-{n}`"))
        };
        let sent = seen.iter().find(|seen| seen.method == "POST" && is_its_dm(&seen.path, &seen.body));
        sent.expect("a DM").at.saturating_duration_since(links[&service_name(n)])
    });
    (delays.collect(), requests_before(&ovh))
}

/// How many requests were sent for each server until its reboot, in the mean.
fn requests_before(ovh: &Ovh) -> usize {
    let all = ovh.journal().all();
    let before = (1..=CROWD).map(service_name).map(|name| {
        let its = all.iter().filter(|seen| seen.path.contains(&name));
        its.take_while(|seen| !seen.path.ends_with("/reboot")).count()
    });
    before.sum::<usize>() / CROWD
}

/// The same where each has one request in the queue at a time, and they are sent in the order in which they come.
async fn in_turn(before: usize) -> Vec<Duration> {
    let (ovh, links) = far_end().await;
    let client = Client::new(Account {
        name: "main".to_owned(),
        endpoint: ovh.url().parse().expect("an endpoint"),
        credentials: Credentials::Keys {
            application_key: ovh::APPLICATION_KEY.to_owned(),
            application_secret: ovh::APPLICATION_SECRET.into(),
            consumer_key: ovh::CONSUMER_KEY.into(),
        },
        requests_per_minute: Rate::per_minute(f64::from(REQUESTS_PER_MINUTE)),
        api_log: ApiLog::Off,
    });
    let client = client.expect("a client");
    join_all((1..=CROWD).map(|n| one_of_many(&ovh, &client, &links, service_name(n), before))).await
}

async fn one_of_many(ovh: &Ovh, client: &Client, links: &Links, name: String, before: usize) -> Duration {
    let server = ServiceName::try_from(name.clone()).expect("a name");
    for _ in 0..=before {
        client.server(&server).await.expect("a server");
    }
    ovh.netboot_by_somebody(&name, Some(LINUX_RESCUE));
    let task = TaskId(ovh.reboot_by_somebody(&name));
    while !client.task(&server, task).await.expect("a task").is_some_and(|task| task.status.is_final()) {
        tokio::time::sleep(TASK_POLL).await;
    }
    let found = async || {
        let listed = client.authentication_secrets(&server).await.expect("a list").value;
        listed.iter().any(|access| access.kind == "SSH" && access.secret.is_some())
    };
    while !found().await {
        tokio::time::sleep(SECRET_POLL).await;
    }
    client.server(&server).await.expect("a server");
    let link = links.lock().expect("nobody panics")[&name];
    Instant::now().saturating_duration_since(link)
}

fn start(ovh: &Ovh, discord: &Discord, folder: &Path) -> Bot {
    let (task_poll, secret_poll) = (TASK_POLL.as_millis(), SECRET_POLL.as_millis());
    let differs = Differs {
        store: &file_in(folder),
        listen: "127.0.0.1:0",
        requests_per_minute: REQUESTS_PER_MINUTE,
        pace: &format!("task_poll = \"{task_poll}ms\"\nsecret_poll = \"{secret_poll}ms\""),
        can: &["view", "rescue"],
    };
    let path = folder.join("bernard.toml");
    std::fs::write(&path, differs.configuration(ovh, discord)).expect("the configuration is written");
    Bot::start(ours(), &path)
}
