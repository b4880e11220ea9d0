//! A second person: nothing protected is done before enough others have approved it, and it is done once.

mod again;
pub(crate) mod code;
pub(crate) mod asking;
mod denial;
mod glass;
mod holding;
mod owners;
mod rights;
mod time;

use sim::discord::{Id, Message, OPS, Person, ROLE};

use crate::{
    aftermath::is_about,
    bot::{TestBot, TestConfig, db_1, rule, web_1},
};

/// The Discord role of those who approve.
pub(crate) const LEADS: Id = Id(400_000_000_000_000_007);

/// A bot whose `web-1` is protected, and the people around it.
struct Council {
    bot: TestBot,
    /// May do everything but approve, as Ann may.
    bob: Person,
    /// May approve.
    paula: Person,
    /// May approve.
    quinn: Person,
}

impl std::ops::Deref for Council {
    type Target = TestBot;

    fn deref(&self) -> &TestBot {
        &self.bot
    }
}

/// The rules of a council: protected are these actions, and these lines say how.
fn rules(actions: &[&str], lines: &str) -> String {
    let workers = ["view", "reboot", "rescue", "restore", "console", "audit", "admin"];
    rule(ROLE, &workers, &["*"])
        + &rule(LEADS, &["view", "approve"], &["*"])
        + &format!("[[protect]]\nservers = [\"web-1\"]\nactions = {actions:?}\n{lines}\n")
}

impl Council {
    async fn new(actions: &[&str], lines: &str) -> Self {
        Self::with(TestConfig { rules: rules(actions, lines), ..TestConfig::default() }).await
    }

    async fn with(config: TestConfig) -> Self {
        let bot = TestBot::with(config, [web_1(), db_1()]).await;
        let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
        let paula = bot.discord.person("paula", "en-GB", &[LEADS]);
        let quinn = bot.discord.person("quinn", "en-GB", &[LEADS]);
        Self { bot, bob, paula, quinn }
    }

    /// Ann asks for `web-1` into rescue; the message that asks the others.
    async fn rescue_asked(&self) -> Message {
        self.accepted(&self.ann, "rescue enable", &[("server", "web-1"), ("reason", "disk full")]).await;
        self.request("R-1").await
    }

    /// The message that asks others to approve.
    async fn request(&self, id: &'static str) -> Message {
        self.bot.asks_others(id).await
    }

    /// What the requests of an operation have become.
    async fn request_shows(&self, id: &'static str, parts: &[&str]) -> Message {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        let shows = move |message: &Message| {
            is_about(message, id)
                && parts.iter().all(|part| message.content.contains(part))
                && message.buttons().is_empty()
        };
        self.discord.wait_for_message(OPS, shows).await
    }

    /// `web-1` was neither changed nor rebooted.
    #[track_caller]
    fn nothing_was_done(&self) {
        assert_eq!(self.ovh.journal().count("POST", "/reboot"), 0);
        assert_eq!(self.ovh.journal().count("PUT", "/dedicated/server/"), 0);
        assert_eq!(self.ovh.reboots("web-1"), 0);
    }
}

impl TestBot {
    /// The message that asks others to approve this operation, while it does.
    pub(crate) async fn asks_others(&self, id: &'static str) -> Message {
        let asks = move |message: &Message| is_about(message, id) && message.button("Approve").is_some();
        self.discord.wait_for_message(OPS, asks).await
    }

    /// Presses **Approve** on it; its answer is not waited for.
    pub(crate) async fn approve(&self, who: &Person, id: &'static str) {
        let message = self.asks_others(id).await;
        who.press(&message, "Approve").await;
    }
}
