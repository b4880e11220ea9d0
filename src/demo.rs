//! `bernard demo`: the unchanged program between a simulated OVHcloud and a simulated Discord, and a page to see it with.
//!
//! The bot is a process of its own, started as an operator would start it, so that killing it here is a real `kill -9`: what
//! it knows afterwards is what it had written. Configuration and store stand in a temporary folder that goes at the end.
//! The bot is on a [`leash`]: when the demo itself is killed, bot and folder go with it.
//! Only wiring is here; what is simulated, and the page, are the crate `sim`.

pub mod leash;
mod monitoring;

use std::{
    fs,
    io::{self, Write as _},
    net::SocketAddr,
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};
use bernard_platform::clock;
use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use sim::{
    discord::{BOT_TOKEN, Discord, GUILD, ONCALL, OPS},
    ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY, Ovh, Tempo},
    web::{
        Door, Life, Order, Stage,
        cast::{self, ENGINEERS, LEADS, ON_DUTY, PROTECTED, VIEWERS},
    },
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
    time::{Instant, interval, sleep},
};

use self::monitoring::Monitoring;
use crate::say;

/// How long a killed bot stays dead: long enough to be seen.
const DEAD_FOR: Duration = Duration::from_secs(2);
/// The schedule's file in the demo's folder.
const ROTA: &str = "rota.ics";
/// How often the bot's process is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long the bot has to stop; a little more than it allows itself.
const STOP: Duration = Duration::from_secs(11);
/// The exit code of a bot that does not like its configuration: starting it again would not help.
const WRONG_CONFIGURATION: i32 = 2;
/// How long a task of OVHcloud's may take in life before the bot says so: not the usual half hour, because nobody watches one.
const TASK_PATIENCE: f64 = 5.0 * 60.0;
/// The shortest such patience here, in seconds: a slow machine is not taken for a task that stands.
const TASK_PATIENCE_AT_LEAST: f64 = 5.0;
/// What the bot may ask of OVHcloud in a minute: enough to know a large fleet within seconds, because nobody waits gladly.
const REQUESTS_PER_MINUTE: u32 = 6_000;

/// What `bernard demo` can be told.
#[derive(Debug, clap::Args)]
pub struct Flags {
    /// Where the page is served; 0.0.0.0:8400 lets a phone in the same network have it.
    #[arg(long, default_value = "127.0.0.1:8400")]
    pub listen: SocketAddr,
    /// How much faster than life servers reboot (0.1 to 1000). At 12 a rescue takes about 20 seconds.
    #[arg(long, default_value_t = 12.0, value_parser = speed)]
    pub speed: f64,
    /// How many servers there are; the first seven have a story each.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub fleet: u16,
}

fn speed(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.1..=1000.0).contains(&number) { Ok(number) } else { Err("not between 0.1 and 1000".to_owned()) }
}

/// Shows the bot until SIGINT or SIGTERM; then nothing is left behind, neither a process nor a file.
///
/// # Errors
/// When the address is taken, or the bot does not start.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    let ended = runtime.block_on(show(flags));
    runtime.shutdown_background();
    ended.map(|()| ExitCode::SUCCESS)
}

async fn show(flags: &Flags) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let door = Door::at(flags.listen).await.with_context(|| format!("--listen: cannot listen on {}", flags.listen))?;
    let (ovh, discord) = (Ovh::start().await, Discord::start().await);
    cast::fleet(&ovh, flags.fleet);
    ovh.tempo(Tempo::REAL.faster(flags.speed));
    ovh.console_base(&format!("{}#screen=", door.secret_base()));
    let people = cast::people(&discord);
    let folder = tempfile::Builder::new().prefix(leash::FOLDER).tempdir().context("no temporary folder")?;
    write_for_owner(&folder.path().join(ROTA), &rota(clock::now())).context("the rota cannot be written")?;
    let monitoring = Monitoring::new().context("no free port for the bot")?;
    let text = configuration(&discord, &ovh, &door.secret_base(), folder.path(), flags.speed, &monitoring);
    let config = folder.path().join("bernard.toml");
    write_for_owner(&config, &text).context("the configuration cannot be written")?;

    let (order_tx, orders) = mpsc::channel(1);
    let (life, life_rx) = watch::channel(Life::Running);
    let mut bot = Bot { program: own_program()?, config, child: None, start_at: Instant::now(), life, monitoring };
    bot.start()?;
    say::line(door.url());
    let stage = Stage { discord, ovh, cast: people, orders: order_tx, life: life_rx };
    let ended = tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        ended = bot.keep(orders) => ended,
        served = door.serve(stage) => served.context("the page broke"),
    };
    bot.stop().await;
    folder.close().context("the temporary folder cannot be removed")?;
    ended
}

/// Writes a file that nobody else on this machine can read: the bot warns of secrets in others.
fn write_for_owner(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

/// The bot's process.
struct Bot {
    program: PathBuf,
    config: PathBuf,
    child: Option<Child>,
    /// When it is started again, while it is dead.
    start_at: Instant,
    life: watch::Sender<Life>,
    monitoring: Monitoring,
}

impl Bot {
    fn start(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        // Nothing of the environment: a real token or a real account's keys must not get in here.
        // The open end of its standard input is the leash: only this process holds it.
        command.env_clear().env("RUST_LOG", "warn").stdin(Stdio::piped()).stdout(Stdio::null());
        // A group of its own: Ctrl-C is for the demo, which then stops the bot.
        command.process_group(0);
        command.arg("demo-bot").arg("--config").arg(&self.config);
        self.child = Some(command.spawn().context("the bot cannot be started")?);
        self.life.send_replace(Life::Running);
        Ok(())
    }

    /// Keeps it running, and kills it when that is asked for. Ends only when it cannot be kept.
    async fn keep(&mut self, mut orders: mpsc::Receiver<Order>) -> anyhow::Result<()> {
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                _ = look.tick() => self.look()?,
                Some(order) = orders.recv() => match order {
                    Order::KillAndRestart => self.kill()?,
                    Order::Monitoring(answers) => self.monitoring.tell(answers),
                },
            }
        }
    }

    fn look(&mut self) -> anyhow::Result<()> {
        let Some(child) = &mut self.child else {
            return if Instant::now() >= self.start_at { self.start() } else { Ok(()) };
        };
        if let Some(status) = child.try_wait().context("the bot's process is lost")? {
            self.gone(status)?;
        }
        Ok(())
    }

    fn kill(&mut self) -> anyhow::Result<()> {
        let Some(child) = &mut self.child else { return Ok(()) };
        child.kill().context("the bot cannot be killed")?;
        let status = child.wait().context("the bot's process is lost")?;
        self.gone(status)
    }

    fn gone(&mut self, status: ExitStatus) -> anyhow::Result<()> {
        if status.code() == Some(WRONG_CONFIGURATION) {
            bail!("the bot does not take the demo's configuration");
        }
        eprintln!("the bot has died ({status}); it is started again in {} s", DEAD_FOR.as_secs());
        self.child = None;
        self.start_at = Instant::now() + DEAD_FOR;
        self.life.send_replace(Life::Dead);
        Ok(())
    }

    /// Asks it to stop, and kills it if it does not.
    async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let asked = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let stopping = asked.is_some_and(|process| kill_process(process, Signal::TERM).is_ok());
        let end = Instant::now() + STOP;
        while stopping && Instant::now() < end {
            match child.try_wait() {
                Ok(None) => sleep(LOOK).await,
                Ok(Some(_)) | Err(_) => return,
            }
        }
        // Fails only if it is gone already.
        child.kill().ok();
        child.wait().ok();
    }
}

/// The schedule of who is on duty: Ann for the next hours, then Camille.
fn rota(now: Timestamp) -> String {
    const SHIFT: i64 = 12;
    let stamp = |hours: i64| (now + SignedDuration::from_hours(hours)).strftime("%Y%m%dT%H0000Z").to_string();
    let shift = |(start, [name, _]): (i64, [&str; 2])| {
        let (start, end) = (stamp(start), stamp(start + SHIFT));
        format!("BEGIN:VEVENT\r\nDTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:On call - {name}\r\nEND:VEVENT\r\n")
    };
    let shifts: String = [-1, SHIFT - 1].into_iter().zip(ON_DUTY).map(shift).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{shifts}END:VCALENDAR\r\n")
}

/// What an operator would have written, with everybody's fakes and life's waiting times at the demo's speed.
fn configuration(
    discord: &Discord,
    ovh: &Ovh,
    secret_base: &str,
    folder: &Path,
    speed: f64,
    monitoring: &Monitoring,
) -> String {
    let faster = |seconds: f64| format!("{}ms", ((seconds / speed) * 1000.0).clamp(50.0, 3_600_000.0).round());
    let (key, value) = PROTECTED;
    format!(
        r#"time_zone = "Europe/Paris"
[discord]
token = "{BOT_TOKEN}"
guild = "{GUILD}"
channels = ["{OPS}"]
oncall_role = "{ONCALL}"
api_url = "{api}"
[[ovh]]
name = "demo"
endpoint = "{endpoint}"
application_key = "{APPLICATION_KEY}"
application_secret = "{APPLICATION_SECRET}"
consumer_key = "{CONSUMER_KEY}"
requests_per_minute = {REQUESTS_PER_MINUTE}
[store]
url = "sqlite://{store}"
[http]
listen = "{listen}"
[rescue]
probe = false
secret_link = "{secret_base}#?id={{id}}"
secret_timeout = "{secret_timeout}"
[pace]
task_poll = "{task_poll}"
secret_poll = "{secret_poll}"
reboot_settle = "{reboot_settle}"
task_patience = "{task_patience}"
inventory_refresh = "{inventory_refresh}"
reminder_tick = "1s"
[[role]]
id = "{ENGINEERS}"
can = ["view", "reboot", "rescue", "restore", "console", "ticket", "audit", "admin"]
[[role]]
id = "{VIEWERS}"
can = ["view"]
[[role]]
id = "{LEADS}"
can = ["view", "approve", "audit"]
[[protect]]
servers = ["tag:{key}={value}"]
actions = ["rescue", "reboot", "restore"]
[[runbook]]
servers = ["tag:{key}={value}"]
url = "https://wiki.example.org/restore"
text = "Ask the DBA before a restore"
[oncall]
feed = "{rota}"
refresh = "5s"
{people}{proposals}"#,
        rota = folder.join(ROTA).display(),
        people = ON_DUTY.map(|[name, user]| format!("[[person]]\nuser = \"{user}\"\nfeed = [\"{name}\"]\n")).concat(),
        listen = monitoring.listen,
        proposals = monitoring.section(),
        api = discord.url(),
        endpoint = ovh.url(),
        store = folder.join("bernard.db").display(),
        secret_timeout = faster(20.0 * 60.0),
        task_poll = faster(15.0),
        secret_poll = faster(5.0),
        reboot_settle = faster(90.0),
        task_patience = faster(TASK_PATIENCE.max(TASK_PATIENCE_AT_LEAST * speed)),
        inventory_refresh = faster(10.0 * 60.0),
    )
}

/// The file that this process is running, to start it once more.
fn own_program() -> std::io::Result<std::path::PathBuf> {
    std::env::current_exe()
}

#[cfg(test)]
mod tests {
    use bernard_config::Config;

    use super::*;

    #[tokio::test]
    async fn its_configuration_is_in_order_at_every_speed() {
        let (ovh, discord) = (Ovh::start().await, Discord::start().await);
        for speed in [0.1, 12.0, 1000.0] {
            let base = "http://127.0.0.1:8400/secret/";
            let monitoring = Monitoring::new().expect("a free port");
            let text = configuration(&discord, &ovh, base, Path::new("/tmp/bernard-demo"), speed, &monitoring);
            let loaded = Config::from_text(&text, Vec::<(String, String)>::new());
            let loaded = loaded.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
            assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings.first().map(ToString::to_string));
        }
    }

    #[test]
    fn a_speed_is_a_number_within_reason() {
        assert_eq!(speed("12"), Ok(12.0));
        assert!(speed("0").is_err() && speed("inf").is_err() && speed("fast").is_err());
    }
}
