//! The bot of a story: the real program, in process, between a simulated OVHcloud and a simulated Discord.

use std::{path::PathBuf, time::Duration};

use bernard::app::App;
use bernard_config::{Config, Loaded};
use sim::{
    discord::{Asked, Discord, GUILD, Id, Message, OPS, Person, ROLE},
    net::{Hold, PATIENCE},
    ovh::{self, Ovh, ServerSpec},
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::{audit::Whole, folder::folder, prepared, recorder, spec::AtTheEnd};

/// Everything a rule can give.
pub(crate) const ALL: &str =
    r#"["view", "reboot", "rescue", "restore", "console", "ticket", "approve", "audit", "admin"]"#;

/// A running bot and its world.
pub(crate) struct TestBot {
    pub(crate) ovh: Ovh,
    pub(crate) discord: Discord,
    /// On call: may do everything.
    pub(crate) ann: Person,
    pub(crate) config: TestConfig,
    running: Option<Running>,
    audit: Whole,
    _folder: TempDir,
    _requests: AtTheEnd,
}

/// The program in a runtime of its own: shut down, it stops dead.
pub(crate) struct Running {
    app: Option<App>,
    runtime: Option<Runtime>,
}

impl Running {
    async fn start(config: Config) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let mut started = None;
        eventually("its store is let go", async || {
            let start = runtime.spawn(App::start(config.clone(), recorder::handle())).await.expect("no panic");
            // A program that another story begins just now has our files too, until it is itself.
            let in_use = start.as_ref().is_err_and(|error| error.to_string().contains("its lock file is held"));
            started = Some(start);
            !in_use
        })
        .await;
        let app = started.expect("it was tried").expect("the program starts");
        Self { app: Some(app), runtime: Some(runtime) }
    }

    fn app(&mut self) -> &mut App {
        self.app.as_mut().expect("until it stops")
    }

    /// The address of one of its web endpoints.
    pub(crate) fn endpoint(&mut self, path: &str) -> String {
        format!("http://{}{path}", self.app().address())
    }

    /// Waits until it takes commands.
    pub(crate) async fn ready(&mut self) {
        let (readyz, client) = (self.endpoint("/readyz"), sim::net::client());
        eventually("the bot is ready", async || {
            client.get(&readyz).send().await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// As SIGTERM does.
    async fn stop(mut self) {
        let app = self.app.take().expect("it runs");
        let runtime = self.runtime.as_ref().expect("until it is dropped");
        runtime.spawn(app.stop()).await.expect("no panic");
    }
}

impl Drop for Running {
    /// Nothing that is under way finishes: every task is dropped where it waits.
    fn drop(&mut self) {
        self.runtime.take().expect("dropped once").shutdown_background();
    }
}

/// What a story may say differently in the configuration.
#[derive(Clone)]
pub(crate) struct TestConfig {
    /// The language of messages that everybody sees.
    pub(crate) locale: &'static str,
    /// `[[role]]` and `[[protect]]` entries.
    pub(crate) rules: String,
    /// More lines of `[rescue]`.
    pub(crate) rescue: String,
    /// More lines of `[discord]`.
    pub(crate) discord: String,
    /// The name of the account.
    pub(crate) account: String,
    /// The credentials of `[[ovh]]`; `TOKEN_URL` in it becomes the simulated one.
    pub(crate) credentials: String,
    /// The lines of `[pace]`.
    pub(crate) pace: String,
    /// OVHcloud's budget.
    pub(crate) requests_per_minute: u32,
    /// The lines of `[limits]`.
    pub(crate) limits: String,
    /// The URL of a PostgreSQL database; `None`: the store is a file.
    pub(crate) postgres: Option<String>,
    /// The lease of a replica, in seconds: who died is followed after that.
    pub(crate) lease_seconds: &'static str,
}

impl Default for TestConfig {
    fn default() -> Self {
        Self {
            locale: "en",
            rules: format!("[[role]]\nid = \"{ROLE}\"\ncan = {ALL}\nservers = [\"*\"]\n"),
            rescue: "probe = false\n".to_owned(),
            discord: String::new(),
            account: "main".to_owned(),
            credentials: format!(
                "application_key = \"{}\"\napplication_secret = \"{}\"\nconsumer_key = \"{}\"\n",
                ovh::APPLICATION_KEY,
                ovh::APPLICATION_SECRET,
                ovh::CONSUMER_KEY
            ),
            pace: "task_poll = \"30ms\"\nsecret_poll = \"20ms\"\nreboot_settle = \"600ms\"\ndrain = \"5s\"\n\
                   reminder_tick = \"150ms\"\nretry_pause = \"10ms\"\n"
                .to_owned(),
            requests_per_minute: 1_000_000,
            limits: "per_user_per_minute = 100000\nper_server_per_hour = 100000\n".to_owned(),
            postgres: None,
            lease_seconds: "2",
        }
    }
}

/// The fleet of most stories.
pub(crate) fn web_1() -> ServerSpec {
    ServerSpec::windows("ns1111111.ip-203-0-113.eu").named("web-1").tag("env", "prod").at([203, 0, 113, 100].into())
}

/// A server with Linux on it.
pub(crate) fn db_1() -> ServerSpec {
    ServerSpec::linux("ns2222222.ip-203-0-113.eu").named("db-1").tag("env", "test").at([203, 0, 113, 101].into())
}

/// A `[[role]]`: who has this Discord role may do this to these servers.
pub(crate) fn rule(role: Id, can: &[&str], servers: &[&str]) -> String {
    format!("[[role]]\nid = \"{role}\"\ncan = {can:?}\nservers = {servers:?}\n")
}

/// The id behind a button, as a forger would copy it.
#[track_caller]
pub(crate) fn custom_id(message: &Message, label: &str) -> String {
    let button = message.button(label).unwrap_or_else(|| panic!("no {label} on {}", message.text()));
    button.custom_id.expect("no link")
}

impl TestConfig {
    /// The usual one, but as an OAuth2 client.
    pub(crate) fn oauth2() -> Self {
        let credentials = format!(
            "client_id = \"{}\"\nclient_secret = \"{}\"\ntoken_url = \"TOKEN_URL\"\n",
            ovh::CLIENT_ID,
            ovh::CLIENT_SECRET
        );
        Self { credentials, ..Self::default() }
    }

    /// The usual one, with these lines in `[rescue]` instead.
    pub(crate) fn with_rescue(lines: &str) -> Self {
        Self { rescue: format!("{lines}\n"), ..Self::default() }
    }
}

impl TestBot {
    /// A bot with these rules for `web-1` and `db-1`.
    pub(crate) async fn ruled_by(rules: String) -> Self {
        Self::with(TestConfig { rules, ..TestConfig::default() }, [web_1(), db_1()]).await
    }

    /// A bot for `web-1` (Windows) and `db-1` (Linux).
    pub(crate) async fn new() -> Self {
        Self::with(TestConfig::default(), [web_1(), db_1()]).await
    }

    /// A bot for `web-1` and `db-1`, with OVHcloud's clock so many seconds ahead of ours.
    pub(crate) async fn with_skew(seconds: i64) -> Self {
        let ovh = Ovh::start().await;
        ovh.skew(seconds);
        Self::beside(ovh, TestConfig::default(), [web_1(), db_1()]).await
    }

    /// The same with so many requests a minute for OVHcloud.
    pub(crate) async fn with_budget(
        config: TestConfig,
        servers: impl IntoIterator<Item = ServerSpec>,
        requests_per_minute: u32,
    ) -> Self {
        Self::with(TestConfig { requests_per_minute, ..config }, servers).await
    }

    /// A bot with this configuration for these servers.
    pub(crate) async fn with(config: TestConfig, servers: impl IntoIterator<Item = ServerSpec>) -> Self {
        Self::beside(Ovh::start().await, config, servers).await
    }

    pub(crate) async fn beside(ovh: Ovh, config: TestConfig, servers: impl IntoIterator<Item = ServerSpec>) -> Self {
        for server in servers {
            ovh.add(server);
        }
        let config = config.kept_where_the_story_is().await;
        let discord = Discord::start().await;
        // Discord gives three seconds. On a busy machine the two ends of a story together may need more.
        discord.set_tempo(|tempo| tempo.acknowledge = Duration::from_secs(30));
        let ann = discord.person("ann", "en-GB", &[ROLE]);
        let folder = folder();
        let audit = Whole::of(folder.path().join("bernard.db"), config.postgres.as_deref());
        if config.postgres.is_none() {
            prepared::file(&audit.file).await;
        }
        let requests = AtTheEnd { discord: discord.journal(), ovh: ovh.journal() };
        let mut bot = Self { ovh, discord, ann, config, running: None, audit, _folder: folder, _requests: requests };
        bot.start().await;
        bot
    }

    /// Starts the program, on the store of last time, and waits until it takes commands.
    pub(crate) async fn start(&mut self) {
        self.start_without_waiting().await;
        self.ready().await;
    }

    /// Starts the program, which may find Discord away.
    pub(crate) async fn start_without_waiting(&mut self) {
        self.running = Some(Running::start(self.loaded()).await);
    }

    /// Waits until the program takes commands.
    pub(crate) async fn ready(&mut self) {
        self.running.as_mut().expect("it runs").ready().await;
    }

    /// One more replica on the same store, which takes commands; dropped, it stops dead.
    pub(crate) async fn another(&self) -> Running {
        let mut another = Running::start(self.loaded()).await;
        another.ready().await;
        another
    }

    /// Stops the program dead, beside which another replica runs: from now on that is the program.
    pub(crate) fn die_beside(&mut self, another: Running) {
        drop(self.running.replace(another));
    }

    /// The address of one of the program's web endpoints.
    pub(crate) fn endpoint(&mut self, path: &str) -> String {
        self.running.as_mut().expect("it runs").endpoint(path)
    }

    /// The program, for what a process does with it: reload, wait for its end.
    pub(crate) fn app(&mut self) -> &mut App {
        self.running.as_mut().expect("it runs").app()
    }

    /// The configuration as the program reads it now.
    pub(crate) fn loaded(&self) -> Config {
        self.read().config
    }

    /// The same, with where its keys stand.
    pub(crate) fn read(&self) -> Loaded {
        let text = self.config_text();
        Config::from_text(&text, Vec::<(String, String)>::new()).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
    }

    /// What `/metrics` says.
    pub(crate) async fn metrics(&mut self) -> String {
        let answer = sim::net::client().get(self.endpoint("/metrics")).send().await.expect("an answer");
        answer.text().await.expect("a text")
    }

    /// Stops the program as SIGTERM does.
    pub(crate) async fn stop(&mut self) {
        self.running.take().expect("it runs").stop().await;
        self.store_is_free().await;
    }

    /// Stops the program dead: nothing that is under way finishes.
    pub(crate) async fn die(&mut self) {
        drop(self.running.take().expect("it runs"));
        self.store_is_free().await;
    }

    /// The store's file.
    pub(crate) fn database(&self) -> PathBuf {
        self.audit.file.clone()
    }

    /// The configuration as the program reads it.
    pub(crate) fn config_text(&self) -> String {
        let TestConfig {
            rules, rescue, discord, account, credentials, pace, requests_per_minute, limits, locale, ..
        } = &self.config;
        format!(
            "locale = \"{locale}\"\ntime_zone = \"Europe/Paris\"\n\
             [discord]\ntoken = \"{token}\"\nguild = \"{GUILD}\"\napi_url = \"{api}\"\n{discord}\n\
             [[ovh]]\nname = \"{account}\"\nendpoint = \"{ovh}\"\nrequests_per_minute = {requests_per_minute}\n{credentials}\n\
             [store]\n{store}\n\
             [http]\nlisten = \"127.0.0.1:0\"\n\
             [rescue]\n{rescue}\n[pace]\n{pace}\n\
             [limits]\n{limits}{rules}",
            token = sim::discord::BOT_TOKEN,
            api = self.discord.url(),
            ovh = self.ovh.url(),
            credentials = credentials.replace("TOKEN_URL", &self.ovh.token_url()),
            store = self.store_lines(),
        )
    }

    /// Types a command in the ops channel and waits for its answer. Of one that is made of parts, all that is read stands in its content.
    pub(crate) async fn ask(&self, who: &Person, command: &str, options: &[(&str, &str)]) -> Message {
        let answer = self.slash(who, command, options).await.answer().await;
        match answer.is_layout() {
            true => Message { content: answer.text(), ..answer },
            false => answer,
        }
    }

    /// Types a command in the ops channel.
    pub(crate) async fn slash(&self, who: &Person, command: &str, options: &[(&str, &str)]) -> Asked {
        who.slash(OPS, command, options).await
    }

    /// Types a command and presses **Confirm**; the answer to the press.
    pub(crate) async fn confirm(&self, who: &Person, command: &str, options: &[(&str, &str)]) -> Message {
        let card = self.ask(who, command, options).await;
        assert!(card.button("Confirm").is_some(), "{command}: {}", card.text());
        self.press(who, &card, "Confirm").await
    }

    /// Presses a button and waits for what it shows to its presser, be it a new message or a changed card.
    pub(crate) async fn press(&self, who: &Person, message: &Message, label: &str) -> Message {
        let before = message.content.clone();
        let id = message.id;
        who.press(message, label).await.wait_for(move |seen| seen.id != id || seen.content != before).await
    }

    /// Presses what no client would offer: any custom id on any message; the answer to it.
    pub(crate) async fn forge(&self, who: &Person, custom_id: &str, message: &Message) -> Message {
        // An earlier press may have changed it since.
        let before = self.discord.message(message.id).map_or_else(|| message.content.clone(), |now| now.content);
        who.press_raw(custom_id, message).await.wait_for(|seen| seen.id != message.id || seen.content != before).await
    }

    /// Waits for a message in the ops channel that holds all of these.
    pub(crate) async fn sees(&self, parts: &[&str]) -> Message {
        self.sees_in(OPS, parts).await
    }

    /// Waits for a message in a channel that holds all of these.
    pub(crate) async fn sees_in(&self, channel: Id, parts: &[&str]) -> Message {
        self.discord.wait_for_message(channel, |message| holds(message, parts)).await
    }

    /// Asks for `/rescue list` until it holds all of these.
    pub(crate) async fn lists(&self, who: &Person, parts: &[&str]) -> Message {
        let mut list = self.ask(who, "rescue list", &[]).await;
        eventually("it is listed", async || {
            list = self.ask(who, "rescue list", &[]).await;
            holds(&list, parts)
        })
        .await;
        list
    }

    /// Takes a server into rescue and waits for the end of it.
    pub(crate) async fn rescued(&self, who: &Person, server: &str) -> Message {
        self.rescued_as(who, server, server).await
    }

    /// The same for somebody whose client is French; the channel's language is another matter.
    pub(crate) async fn rescued_in_french(&self, who: &Person, server: &str) -> Message {
        let card = self.ask(who, "rescue enable", &[("server", server)]).await;
        self.press(who, &card, "Confirmer").await;
        self.rung(who, &["**In rescue**", server]).await
    }

    /// The same for a server that is shown by another name than it is asked for.
    pub(crate) async fn rescued_as(&self, who: &Person, server: &str, shown: &str) -> Message {
        self.accepted(who, "rescue enable", &[("server", server)]).await;
        self.rung(who, &["**In rescue**", shown]).await
    }

    /// Types a command, presses **Confirm**, and has it accepted.
    pub(crate) async fn accepted(&self, who: &Person, command: &str, options: &[(&str, &str)]) -> Message {
        let accepted = self.confirm(who, command, options).await;
        assert!(["Started", "Accepted"].iter().any(|said| accepted.content.contains(said)), "{}", accepted.content);
        accepted
    }

    /// Takes a server out of rescue and waits for the end of it.
    pub(crate) async fn restored(&self, who: &Person, server: &str) -> Message {
        self.accepted(who, "restore", &[("server", server)]).await;
        self.rung(who, &["**Restored**", server]).await
    }

    /// Waits for a message in the ops channel that rang this person and holds all of these.
    pub(crate) async fn rung(&self, who: &Person, parts: &[&str]) -> Message {
        self.discord.wait_for_message(OPS, |message| holds(message, parts) && who.was_rung_by(message)).await
    }

    /// Bob, who may do everything too.
    pub(crate) fn bob(&self) -> Person {
        self.discord.person("bob", "en-GB", &self.ann.roles())
    }

    /// The read of `web-1` itself waits that comes after so many others.
    pub(crate) fn hold_read(&self, after: usize) -> Hold {
        let (faults, path) = (self.ovh.faults(), "/dedicated/server/ns1111111");
        for other in ["/boot", "/task", "/intervention", "/plannedIntervention"] {
            faults.always().slow("GET", other, Duration::ZERO);
        }
        faults.next(after).slow("GET", path, Duration::ZERO);
        faults.hold_before("GET", path)
    }

    /// How many messages of the ops channel hold all of these.
    pub(crate) fn count(&self, parts: &[&str]) -> usize {
        self.discord.messages(OPS).iter().filter(|message| holds(message, parts)).count()
    }
}

fn holds(message: &Message, parts: &[&str]) -> bool {
    parts.iter().all(|part| message.content.contains(part))
}

/// Waits until something is so.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "it never came to this: {what}");
}
