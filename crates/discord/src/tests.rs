//! Both directions at once, against the simulated Discord, whose rule book refuses what Discord refuses.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use serenity::{
    builder::{
        CreateActionRow, CreateAttachment, CreateButton, CreateCommand, CreateCommandOption, CreateEmbed,
        CreateInteractionResponse, CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage,
        EditInteractionResponse, EditMessage,
    },
    model::{
        application::CommandOptionType,
        id::{ApplicationId, ChannelId, GuildId, MessageId, UserId},
    },
};
use sim::discord::{APPLICATION, BOT_TOKEN, Discord, GUILD, OPS, Person, ROLE, Resumable};
use tokio::{sync::mpsc, time::timeout};

use super::{
    gateway::{Gateway, GatewaySettings, Handle, Health, Stopped},
    interaction::RawInteraction,
    rest::{Nonce, Rest},
    sender::{Ack, Sender, SenderSettings},
};
use crate::fake_discord::LIMIT;

const APP: ApplicationId = ApplicationId::new(APPLICATION.0);
const CHANNEL: ChannelId = ChannelId::new(OPS.0);

struct Bot {
    discord: Discord,
    gateway: Handle,
    rest: Rest,
    rx: mpsc::Receiver<RawInteraction>,
    ada: Person,
}

impl Bot {
    async fn start() -> Self {
        let discord = Discord::start().await;
        let sender = SenderSettings::new(discord.url(), BOT_TOKEN.to_owned().into());
        let rest = Rest::new(Arc::new(Sender::new(sender.clone()).unwrap())).within(LIMIT);
        let (tx, rx) = mpsc::channel(64);
        let settings = GatewaySettings {
            retry_min: Duration::from_millis(10),
            identify_every: Duration::from_millis(10),
            handshake: Duration::from_secs(2),
            ..GatewaySettings::new(sender)
        };
        let gateway = Gateway::start(settings, tx).unwrap();
        let server =
            CreateCommandOption::new(CommandOptionType::String, "server", "Which server").set_autocomplete(true);
        let status = CreateCommand::new("status").description("How a server is").add_option(server);
        rest.set_commands(APP, GuildId::new(GUILD.0), &[status]).await.unwrap();
        timeout(LIMIT, gateway.connected()).await.unwrap();
        let ada = discord.person("ada", "en-GB", &[]);
        Self { discord, gateway, rest, rx, ada }
    }

    async fn interaction(&mut self) -> RawInteraction {
        timeout(LIMIT, self.rx.recv()).await.expect("an interaction").unwrap()
    }

    /// Defers the next interaction and answers it.
    async fn answer(&mut self, text: &str) {
        let key = self.interaction().await.key();
        let defer = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true));
        assert_eq!(self.rest.acknowledge(&key, &defer).await, Ack::Acknowledged);
        let edit = EditInteractionResponse::new().content(text);
        self.rest.edit_original(APP, &key.token, &edit, &[]).await.unwrap();
    }
}

fn nonce(text: &str) -> Nonce {
    Nonce::try_from(text.to_owned()).unwrap()
}

#[tokio::test]
async fn a_command_is_answered_from_end_to_end() {
    let mut bot = Bot::start().await;
    assert_eq!(bot.gateway.application_id(), Some(APP));
    let asked = bot.ada.try_slash(OPS, "status", json!({ "server": "web-1" })).unwrap();
    let raw = bot.interaction().await;
    let key = raw.key();
    let defer = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true));
    assert_eq!(bot.rest.acknowledge(&key, &defer).await, Ack::Acknowledged);
    assert_eq!(bot.rest.acknowledge(&key, &defer).await, Ack::Taken);
    let button = CreateActionRow::Buttons(vec![CreateButton::new("confirm:1").label("Confirm")]);
    let edit = EditInteractionResponse::new().embed(CreateEmbed::new().title("web-1")).components(vec![button]);
    let file = CreateAttachment::bytes("all of it", "history.txt");
    bot.rest.edit_original(APP, &key.token, &edit, &[file]).await.unwrap();
    let message = asked.answer().await;
    assert!(message.is_ephemeral() && message.button("Confirm").is_some() && message.text().contains("web-1"));
    let more = CreateInteractionResponseFollowup::new().content("and more").ephemeral(true);
    bot.rest.follow_up(APP, &key.token, &more, &[]).await.unwrap();
    asked.wait_for(|message| message.content == "and more").await;
    let pressed = bot.ada.try_press(message.id, "Confirm").unwrap();
    let key = bot.interaction().await.key();
    assert_eq!(bot.rest.acknowledge(&key, &CreateInteractionResponse::Acknowledge).await, Ack::Acknowledged);
    assert!(pressed.is_acknowledged());
}

#[tokio::test]
async fn an_interaction_that_cannot_be_read_still_gets_its_apology() {
    let mut bot = Bot::start().await;
    bot.discord.dispatch_spoilt(&bot.ada, OPS, "status", |event| event["data"]["name"] = json!(null));
    let raw = bot.interaction().await;
    assert!(matches!(raw, RawInteraction::Unreadable { .. }), "{raw:?}");
    let sorry = CreateInteractionResponse::Message(CreateInteractionResponseMessage::new().content("Sorry."));
    assert_eq!(bot.rest.acknowledge(&raw.key(), &sorry).await, Ack::Acknowledged);
}

#[tokio::test]
async fn a_burst_of_posts_edits_and_dms_never_meets_a_429_of_ours() {
    let bot = Bot::start().await;
    let card = bot.rest.post(CHANNEL, &CreateMessage::new().content("card"), &nonce("R-1"), &[]).await.unwrap();
    let again = bot.rest.post(CHANNEL, &CreateMessage::new().content("card"), &nonce("R-1"), &[]).await.unwrap();
    assert_eq!(card, again, "the nonce holds");
    for n in 0..7 {
        bot.rest.edit(CHANNEL, card.id, &EditMessage::new().content(format!("card {n}"))).await.unwrap();
    }
    let dm = bot.rest.open_dm(UserId::new(bot.ada.id().0)).await.unwrap();
    let link = CreateMessage::new().content("the link");
    let file = || CreateAttachment::bytes("full address:s:192.0.2.1", "web-1.rdp");
    let sent = bot.rest.post(dm.id, &link, &nonce("R-1:dm"), &[file()]).await.unwrap();
    let history = bot.rest.messages_after(dm.id, MessageId::new(1), 50).await.unwrap();
    assert!(history.iter().any(|message| message.id == sent.id && message.content == "the link"));
    bot.rest.delete(dm.id, sent.id).await.unwrap();
    bot.rest.delete(dm.id, sent.id).await.unwrap();
    bot.discord.close_dms(&bot.ada);
    let refused = bot.rest.post(dm.id, &link, &nonce("R-1:dm2"), &[]).await.unwrap_err();
    assert!(matches!(refused.code(), Some(50007 | 50278)), "{refused}");
    assert_eq!(bot.discord.invalid_requests(), 1, "the closed DMs, and no 429");
}

#[tokio::test]
async fn reads_understand_what_discord_answers() {
    let bot = Bot::start().await;
    let guild = GuildId::new(GUILD.0);
    assert_eq!(bot.rest.application().await.unwrap().id, APP);
    assert_eq!(bot.rest.guild(guild).await.unwrap().id, guild);
    assert!(bot.rest.roles(guild).await.unwrap().iter().any(|role| role.mentionable));
    let bea = bot.discord.person("bea", "en-GB", &[ROLE]);
    let roles = bot.rest.member(guild, UserId::new(bea.id().0)).await.unwrap().roles;
    assert_eq!(roles.iter().map(|role| role.get()).collect::<Vec<_>>(), [ROLE.0]);
    assert_eq!(bot.rest.commands(APP, guild).await.unwrap()[0].name, "status");
    let nobody = bot.rest.member(guild, UserId::new(1)).await.unwrap_err();
    assert!(matches!(nobody.code(), Some(10007 | 10013)), "{nobody}");
}

#[tokio::test]
async fn commands_are_answered_after_every_kind_of_loss() {
    let mut bot = Bot::start().await;
    let gate = bot.discord.gateway();
    let losses: [&dyn Fn(); 6] = [
        &|| gate.close_all(4000),
        &|| gate.ask_to_reconnect(),
        &|| gate.reset_all(),
        &|| gate.invalidate(Resumable::Yes),
        &|| gate.invalidate(Resumable::No),
        &|| gate.close_all(4009),
    ];
    for (n, lose) in losses.into_iter().enumerate() {
        let before = gate.identifies() + gate.resumes();
        lose();
        bot.discord.gateway().wait_for_connected(1).await;
        let begun = async {
            while gate.identifies() + gate.resumes() == before || bot.gateway.health() != Health::Connected {
                tokio::task::yield_now().await;
            }
        };
        timeout(LIMIT, begun).await.expect("another connection");
        let text = format!("after loss {n}");
        let asked = bot.ada.try_slash(OPS, "status", json!({ "server": "web-1" })).unwrap();
        bot.answer(&text).await;
        assert_eq!(asked.answer().await.content, text);
    }
    assert!(gate.resumes() >= 4 && gate.identifies() >= 3, "{} {}", gate.resumes(), gate.identifies());
    assert_eq!(bot.gateway.stop(LIMIT).await, Stopped::Cleanly);
}
