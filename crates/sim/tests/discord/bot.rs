//! A bot without a mind: tests say each of its requests.

use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sim::{
    discord::{APPLICATION, BOT_TOKEN, Discord, GUILD, Id},
    net::PATIENCE,
};
use twilight_gateway::{ConfigBuilder, Intents, Message, Shard, ShardId};

/// A client of REST with the bot's token.
#[derive(Clone)]
pub(crate) struct Rest {
    base: String,
    client: reqwest::Client,
}

/// A status and a body.
pub(crate) type Answer = (u16, Value);

impl Rest {
    pub(crate) fn of(discord: &Discord) -> Self {
        Self { base: format!("{}/api/v10", discord.url()), client: sim::net::client() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.client.request(method, url).header("Authorization", format!("Bot {BOT_TOKEN}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        read(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        read(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        read(self.request(Method::PATCH, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        read(self.request(Method::PUT, path).json(&body)).await
    }

    /// Sends a message and gives back its JSON.
    pub(crate) async fn say(&self, channel: Id, body: Value) -> Value {
        let (status, message) = self.post(&format!("/channels/{channel}/messages"), body).await;
        assert_eq!(status, 200, "{message}");
        message
    }

    /// Registers commands in the guild.
    pub(crate) async fn register(&self, commands: Value) -> Value {
        let (status, registered) =
            self.put(&format!("/applications/{APPLICATION}/guilds/{GUILD}/commands"), commands).await;
        assert_eq!(status, 200, "{registered}");
        registered
    }

    /// The bot's first answer to an interaction.
    pub(crate) async fn call_back(&self, interaction: &Value, answer: Value) -> Answer {
        let (id, token) = (text(&interaction["id"]), text(&interaction["token"]));
        self.post(&format!("/interactions/{id}/{token}/callback"), answer).await
    }

    /// `/webhooks/{application}/{token}` of an interaction, and what follows.
    pub(crate) fn hook(&self, interaction: &Value, rest: &str) -> String {
        format!("/webhooks/{APPLICATION}/{}{rest}", text(&interaction["token"]))
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Sends a request and reads status and JSON (null if there is none).
pub(crate) async fn read(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// The bot's way in: twilight's gateway.
pub(crate) struct Ear {
    pub(crate) shard: Shard,
}

impl Ear {
    pub(crate) fn of(discord: &Discord) -> Self {
        let url = discord.url().replacen("http", "ws", 1);
        let config = ConfigBuilder::new(BOT_TOKEN.to_owned(), Intents::GUILDS).proxy_url(url).build();
        Self { shard: Shard::with_config(ShardId::ONE, config) }
    }

    /// The data of the next event of that name.
    pub(crate) async fn next(&mut self, event: &str) -> Value {
        let hearing = async {
            loop {
                if let Some(Ok(Message::Text(text))) = self.shard.next().await {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["t"] == event {
                        return frame["d"].clone();
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, hearing).await.unwrap_or_else(|_| panic!("{event} never came"))
    }

    /// Keeps the connection going until `done` happens.
    pub(crate) async fn until<T>(&mut self, done: impl Future<Output = T>) -> T {
        tokio::pin!(done);
        loop {
            tokio::select! {
                result = &mut done => return result,
                _ = self.shard.next() => {}
            }
        }
    }
}

/// A simulator with two commands, a client of it, and somebody on the gateway.
pub(crate) async fn stage() -> (Discord, Rest, Ear) {
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    rest.register(commands()).await;
    let mut ear = Ear::of(&discord);
    ear.next("GUILD_CREATE").await;
    (discord, rest, ear)
}

pub(crate) fn commands() -> Value {
    let server = json!({ "type": 3, "name": "server", "description": "Which", "required": true, "autocomplete": true });
    let minutes = json!({ "type": 4, "name": "minutes", "description": "How long" });
    let user = json!({ "type": 6, "name": "user", "description": "Whose" });
    let enable =
        json!({ "type": 1, "name": "enable", "description": "Rescue a server", "options": [server, minutes, user] });
    json!([
        { "name": "rescue", "description": "Rescue", "options": [enable] },
        { "name": "help", "description": "Help", "description_localizations": { "fr": "Aide" } },
    ])
}
