//! Discord's REST interface as typed calls: what goes out is serenity's builders, what comes back is only what we need.
//!
//! Every message goes out with `allowed_mentions`: whoever names none pings nobody. Posting carries an enforced nonce, so a
//! repetition after a lost answer returns the first message instead of making a second one.

mod answers;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bernard_untrusted::lenient::List;
use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use serenity::{
    builder::{
        CreateAttachment, CreateCommand, CreateInteractionResponse, CreateInteractionResponseFollowup, CreateMessage,
    },
    model::id::{ApplicationId, ChannelId, GuildId, MessageId, RoleId, UserId},
};
use tokio::time::Instant;

use super::{
    clickable::CommandIds,
    error::{Cause, Error, kind_of},
    fit,
    interaction::InteractionKey,
    route::Route,
    sender::{Ack, Body, Call, Method, Repeat, Sender},
};

pub use self::answers::{
    Application, Channel, GatewayBot, Guild, GuildChannel, Member, Posted, RegisteredCommand, Role, SeenMessage,
    SessionStartLimit, User,
};

/// How long a call may take with its repetitions, unless its caller says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// What makes a repeated post the same post: 1 to 25 characters of our choosing.
///
/// Discord remembers it for a few minutes, per channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Nonce(String);

/// The text is no nonce: empty, or longer than Discord's 25 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a nonce of 1 to 25 characters: {0:?}")]
pub struct NotANonce(pub String);

impl TryFrom<String> for Nonce {
    type Error = NotANonce;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if (1..=25).contains(&text.chars().count()) { Ok(Self(text)) } else { Err(NotANonce(text)) }
    }
}

/// Typed calls on the one [`Sender`]. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rest {
    sender: Arc<Sender>,
    patience: Duration,
    /// Our own user id, once Discord has told it.
    me: Arc<OnceLock<UserId>>,
    commands: CommandIds,
}

impl Rest {
    /// Calls through `sender`, each with 30 s for itself and its repetitions.
    pub fn new(sender: Arc<Sender>) -> Self {
        Self { sender, patience: PATIENCE, me: Arc::default(), commands: CommandIds::default() }
    }

    /// The same, with `patience` for a call and its repetitions instead.
    pub fn within(&self, patience: Duration) -> Self {
        Self { patience, ..self.clone() }
    }

    /// The ids of our commands: what is sent links to those that it names, once they are set.
    pub fn command_ids(&self) -> &CommandIds {
        &self.commands
    }

    /// The same for a DM, where Discord knows no command of the guild: those that a text names stay code there.
    pub fn in_a_dm(&self) -> Self {
        Self { commands: CommandIds::default(), ..self.clone() }
    }

    /// The sender below, for its fault.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Gives an interaction its first answer, within Discord's three seconds whatever `within` says.
    ///
    /// `response` must hold no attachments: add them with [`Rest::edit_original`].
    pub async fn acknowledge(&self, key: &InteractionKey, response: &CreateInteractionResponse) -> Ack {
        let json = to_value(response).map(|mut body| {
            tidy(response, &mut body["data"]);
            self.commands.link(&mut body["data"]);
            fit::body(&mut body["data"]);
            body.to_string().into_bytes()
        });
        match json {
            Ok(json) => self.sender.acknowledge(key, Body::Json(json)).await,
            Err(cause) => Ack::Failed(Call::get(Route::Callback(key.id, &key.token)).error(cause)),
        }
    }

    /// Changes the message that the first answer made; until fifteen minutes after the interaction. `edit` is one of serenity's, or a
    /// message of parts, which serenity has no builder for.
    ///
    /// # Errors
    ///
    /// Among others code 50027 when the token has expired.
    pub async fn edit_original(
        &self,
        app: ApplicationId,
        token: &SecretString,
        edit: &(impl Serialize + Sync),
        files: &[CreateAttachment],
    ) -> Result<(), Error> {
        let route = Route::Original(app, token);
        let call = self.message(Method::PATCH, route, Repeat::Freely, to_value(edit), files)?;
        self.sender.send(&call, self.deadline()).await.map(drop)
    }

    /// Answers once more; until fifteen minutes after the interaction.
    ///
    /// Goes out at most once if its answer is lost: Discord takes no nonce here.
    ///
    /// # Errors
    ///
    /// Among others code 50027 when the token has expired.
    pub async fn follow_up(
        &self,
        app: ApplicationId,
        token: &SecretString,
        message: &CreateInteractionResponseFollowup,
        files: &[CreateAttachment],
    ) -> Result<Posted, Error> {
        let route = Route::FollowUps(app, token);
        self.read(self.message(Method::POST, route, Repeat::OnlyIfUndone, to_value(message), files)?).await
    }

    /// Posts a message, once even if the answer is lost: a repetition with the same nonce returns the first one.
    ///
    /// `files` are attached; the builder itself must hold none.
    ///
    /// # Errors
    ///
    /// Among others codes 50007 and 50278 when a person's DMs are closed.
    pub async fn post(
        &self,
        channel: ChannelId,
        message: &CreateMessage,
        nonce: &Nonce,
        files: &[CreateAttachment],
    ) -> Result<Posted, Error> {
        let body = to_value(message).map(|mut body| {
            body["nonce"] = json!(nonce);
            body["enforce_nonce"] = json!(true);
            body
        });
        self.read(self.message(Method::POST, Route::Messages(channel), Repeat::Freely, body, files)?).await
    }

    /// Changes a message of the bot's, at most five times per five seconds in its channel: waits for its turn. `edit` is one of
    /// serenity's, or a message of parts, which serenity has no builder for.
    ///
    /// Dropping the call while it waits changes nothing and costs no turn.
    ///
    /// # Errors
    ///
    /// Among others code 10008 when the message is gone, and 30046 when an old one was edited too often.
    pub async fn edit(
        &self,
        channel: ChannelId,
        message: MessageId,
        edit: &(impl Serialize + Sync),
    ) -> Result<(), Error> {
        let route = Route::Message(channel, message);
        let call = self.message(Method::PATCH, route, Repeat::Freely, to_value(edit), &[])?;
        self.sender.send(&call, self.deadline()).await.map(drop)
    }

    /// Opens an archived thread again. Needs no right but to write there, unless it is locked.
    ///
    /// # Errors
    ///
    /// Among others 50013 when the thread is locked and the bot may not manage threads.
    pub async fn unarchive(&self, thread: ChannelId) -> Result<(), Error> {
        let body = Body::Json(br#"{"archived":false}"#.to_vec());
        let call = Call::new(Method::PATCH, Route::Channel(thread), body, Repeat::Freely);
        self.sender.send(&call, self.deadline()).await.map(drop)
    }

    /// Removes a message. One that is gone already is fine.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn delete(&self, channel: ChannelId, message: MessageId) -> Result<(), Error> {
        self.delete_at(Route::Message(channel, message)).await
    }

    /// At most `limit` (1 to 100) messages after the message or moment `after`, the newest first, as Discord gives them; the commands
    /// that they name are spelt as we do.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn messages_after(
        &self,
        channel: ChannelId,
        after: MessageId,
        limit: u8,
    ) -> Result<Vec<SeenMessage>, Error> {
        let mut call = Call::get(Route::Messages(channel));
        call.query = vec![("after", after.to_string()), ("limit", limit.clamp(1, 100).to_string())];
        let mut seen: Vec<SeenMessage> = self.read::<List<_>>(call).await?.said("a message of a channel");
        seen.iter_mut().for_each(|message| message.content = self.commands.unlink(&message.content));
        Ok(seen)
    }

    /// The DM channel with `user`, opened if need be; opening it again returns the same one.
    ///
    /// # Errors
    ///
    /// As Discord gives them; closed DMs usually show only at the first post.
    pub async fn open_dm(&self, user: UserId) -> Result<Channel, Error> {
        let body = Body::Json(json!({ "recipient_id": user.to_string() }).to_string().into_bytes());
        self.read(Call::new(Method::POST, Route::DirectMessages, body, Repeat::Freely)).await
    }

    /// A guild's member with their role ids.
    ///
    /// # Errors
    ///
    /// Among others code 10007 when the user is no member.
    pub async fn member(&self, guild: GuildId, user: UserId) -> Result<Member, Error> {
        self.read(Call::get(Route::Member(guild, user))).await
    }

    /// The guilds that the bot is in: the first two hundred, which is more than any that Bernard is for.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn guilds(&self) -> Result<Vec<Guild>, Error> {
        self.read::<List<_>>(Call::get(Route::Guilds)).await.map(|guilds| guilds.said("a guild of the bot"))
    }

    /// A guild's channels, threads apart.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn channels(&self, guild: GuildId) -> Result<Vec<GuildChannel>, Error> {
        self.read::<List<_>>(Call::get(Route::Channels(guild))).await.map(|list| list.said("a channel of the guild"))
    }

    /// A guild's roles.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn roles(&self, guild: GuildId) -> Result<Vec<Role>, Error> {
        self.read::<List<_>>(Call::get(Route::Roles(guild))).await.map(|roles| roles.said("a role of the guild"))
    }

    /// How many members have each role of a guild; `@everyone` is not among them.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn role_counts(&self, guild: GuildId) -> Result<BTreeMap<RoleId, u64>, Error> {
        self.read(Call::get(Route::RoleCounts(guild))).await
    }

    /// A guild.
    ///
    /// # Errors
    ///
    /// Among others code 10004 when the bot is not in it.
    pub async fn guild(&self, guild: GuildId) -> Result<Guild, Error> {
        self.read(Call::get(Route::Guild(guild))).await
    }

    /// The application that the bot's token belongs to.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn application(&self) -> Result<Application, Error> {
        self.read(Call::get(Route::Application)).await
    }

    /// Our own user id, to know our messages in a channel's history. Asked for once.
    ///
    /// # Errors
    ///
    /// As Discord gives them, until it has told it.
    pub async fn me(&self) -> Result<UserId, Error> {
        if let Some(me) = self.me.get() {
            return Ok(*me);
        }
        let application = self.application().await?;
        // An application's bot has its own id, but for the oldest ones.
        let me = application.bot.map_or(UserId::new(application.id.get()), |bot| bot.id);
        Ok(*self.me.get_or_init(|| me))
    }

    /// The commands registered in a guild.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn commands(&self, app: ApplicationId, guild: GuildId) -> Result<Vec<RegisteredCommand>, Error> {
        let mut call = Call::get(Route::Commands(app, guild));
        call.query = vec![("with_localizations", "true".to_owned())];
        self.read::<List<_>>(call).await.map(|known| known.said("a command of the guild"))
    }

    /// Makes `commands` the only ones registered in a guild. At once, and the same when repeated.
    ///
    /// # Errors
    ///
    /// As Discord gives them: a 400 names the field.
    pub async fn set_commands(
        &self,
        app: ApplicationId,
        guild: GuildId,
        commands: &[CreateCommand],
    ) -> Result<Vec<RegisteredCommand>, Error> {
        let call = Call::new(Method::PUT, Route::Commands(app, guild), Body::Empty, Repeat::Freely);
        let json = serde_json::to_vec(commands).map_err(|e| call.error(Cause::Unbuildable(e.to_string())))?;
        let set = self.read::<List<_>>(Call { body: Body::Json(json), ..call });
        set.await.map(|known| known.said("a command of the guild"))
    }

    /// Where the gateway is, and how often it may be identified with.
    ///
    /// # Errors
    ///
    /// As Discord gives them.
    pub async fn gateway_bot(&self) -> Result<GatewayBot, Error> {
        self.read(Call::get(Route::GatewayBot)).await
    }

    async fn delete_at(&self, route: Route<'_>) -> Result<(), Error> {
        let call = Call::new(Method::DELETE, route, Body::Empty, Repeat::Freely);
        match self.sender.send(&call, self.deadline()).await {
            Err(error) if error.code() == Some(10008) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Error> {
        let body = self.sender.send(&call, self.deadline()).await?;
        serde_json::from_slice(&body).map_err(|e| {
            let place = format!("{} error at line {} column {}", kind_of(&e), e.line(), e.column());
            call.error(Cause::Unreadable(place))
        })
    }

    /// A call that makes or changes a message.
    fn message<'a>(
        &self,
        method: Method,
        route: Route<'a>,
        repeat: Repeat,
        json: Result<Value, Cause>,
        files: &[CreateAttachment],
    ) -> Result<Call<'a>, Error> {
        let call = Call::new(method, route, Body::Empty, repeat);
        let mut json = json.map_err(|cause| call.error(cause))?;
        quieten(&mut json);
        self.commands.link(&mut json);
        fit::body(&mut json);
        Ok(Call { body: attach(json, files), ..call })
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.patience
    }
}

fn to_value(builder: &impl Serialize) -> Result<Value, Cause> {
    serde_json::to_value(builder).map_err(|e| Cause::Unbuildable(e.to_string()))
}

/// What serenity's builder leaves to be done about the data of a first answer.
fn tidy(response: &CreateInteractionResponse, data: &mut Value) {
    use CreateInteractionResponse as Response;
    match (response, data) {
        (Response::Message(_) | Response::UpdateMessage(_), data) => quieten(data),
        // A deferral has flags and nothing else.
        (Response::Defer(_), Value::Object(fields)) => fields.retain(|name, _| name == "flags"),
        _ => {}
    }
}

/// A message that names nobody pings nobody.
fn quieten(message: &mut Value) {
    if let Value::Object(fields) = message {
        fields.entry("allowed_mentions").or_insert_with(|| json!({ "parse": [] }));
    }
}

/// The message with its files, numbered as Discord wants them.
fn attach(mut message: Value, files: &[CreateAttachment]) -> Body {
    if files.is_empty() {
        return Body::Json(message.to_string().into_bytes());
    }
    let described = files.iter().enumerate().map(|(n, file)| {
        let mut entry = json!({ "id": n.to_string(), "filename": file.filename });
        if let Some(description) = &file.description {
            entry["description"] = json!(description);
        }
        entry
    });
    message["attachments"] = described.collect();
    Body::WithFiles(message.to_string().into_bytes(), files.to_vec())
}
