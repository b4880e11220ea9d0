//! serenity's own requests, as the bot will send them: every builder it uses must be taken.

use ::serenity::all::{
    ButtonStyle, ChannelId, Colour, CommandOptionType, CreateActionRow, CreateAllowedMentions, CreateAttachment,
    CreateAutocompleteResponse, CreateButton, CreateCommand, CreateCommandOption, CreateEmbed,
    CreateInteractionResponse, CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage,
    EditInteractionResponse, EditMessage, GuildId, Http, HttpBuilder, HttpError, Interaction, MessageFlags, Nonce,
    UserId,
};
use sim::discord::{APPLICATION, BOT_TOKEN, Discord, GUILD, OPS};

use crate::bot::{Ear, stage};

fn http(discord: &Discord) -> Http {
    let builder = HttpBuilder::new(BOT_TOKEN).proxy(discord.url()).ratelimiter_disabled(true);
    builder.application_id(APPLICATION.0.into()).build()
}

fn card() -> CreateEmbed {
    CreateEmbed::new().title("web-1").description("in rescue").field("since", "now", true).colour(Colour::RED)
}

fn buttons() -> Vec<CreateActionRow> {
    let confirm = CreateButton::new("confirm:1").label("Confirm").style(ButtonStyle::Danger);
    vec![CreateActionRow::Buttons(vec![confirm, CreateButton::new_link("https://example.org/").label("Open")])]
}

async fn heard(ear: &mut Ear) -> Interaction {
    serde_json::from_value(ear.next("INTERACTION_CREATE").await).unwrap()
}

#[tokio::test]
async fn messages_with_everything_are_sent_edited_and_deleted() {
    let discord = Discord::start().await;
    let http = http(&discord);
    let ann = discord.person("ann", "en-GB", &[]);
    let message = CreateMessage::new()
        .content(format!("for {}", ann.mention()))
        .embed(card())
        .components(buttons())
        .add_file(CreateAttachment::bytes(b"full address".to_vec(), "web-1.rdp"))
        .allowed_mentions(CreateAllowedMentions::new().users([UserId::new(ann.id().0)]))
        .flags(MessageFlags::SUPPRESS_NOTIFICATIONS)
        .nonce(Nonce::String("R-1".to_owned()))
        .enforce_nonce(true);
    let channel = ChannelId::new(OPS.0);
    let mut sent = channel.send_message(&http, message).await.unwrap();
    assert_eq!((sent.attachments.len(), sent.embeds.len(), sent.components.len()), (1, 1, 1));
    assert_eq!(discord.messages(OPS)[0].pinged_users, [ann.id()]);
    sent.edit(&http, EditMessage::new().content("later").components(Vec::new()).suppress_embeds(true)).await.unwrap();
    assert_eq!(discord.messages(OPS)[0].text(), "later\nweb-1.rdp");
    let listed = channel.messages(&http, ::serenity::all::GetMessages::new().limit(10)).await.unwrap();
    assert_eq!(listed.len(), 1);
    sent.delete(&http).await.unwrap();
    assert!(discord.messages(OPS).is_empty());
}

#[tokio::test]
async fn errors_come_with_their_code() {
    let discord = Discord::start().await;
    let http = http(&discord);
    let ann = discord.person("ann", "en-GB", &[]);
    let dm = UserId::new(ann.id().0).create_dm_channel(&http).await.unwrap();
    dm.id.say(&http, "psst").await.unwrap();
    discord.close_dms(&ann);
    let Err(::serenity::Error::Http(HttpError::UnsuccessfulRequest(refused))) = dm.id.say(&http, "psst").await else {
        panic!("not refused")
    };
    assert_eq!((refused.status_code.as_u16(), refused.error.code), (403, 50007));
    let Err(::serenity::Error::Http(HttpError::UnsuccessfulRequest(refused))) = dm.id.say(&http, "").await else {
        panic!("not refused")
    };
    assert_eq!(refused.error.code, 50006);
}

#[tokio::test]
async fn interactions_are_answered_edited_and_followed_up() {
    let (discord, _, mut ear) = stage().await;
    let http = http(&discord);
    let server = CreateCommandOption::new(CommandOptionType::String, "server", "Which")
        .description_localized("fr", "Lequel")
        .required(true)
        .set_autocomplete(true);
    let status = CreateCommand::new("status").description("State").add_option(server);
    GuildId::new(GUILD.0).set_commands(&http, vec![status]).await.unwrap();
    let ann = discord.person("ann", "fr", &[]);

    let typing = ann.try_autocomplete(OPS, "status", &().into(), "server", "we").unwrap();
    let Interaction::Autocomplete(typed) = heard(&mut ear).await else { panic!("not autocomplete") };
    let choices = CreateAutocompleteResponse::new().add_string_choice("web-1 (prod)", "web-1");
    typed.create_response(&http, CreateInteractionResponse::Autocomplete(choices)).await.unwrap();
    assert_eq!(typing.choices()[0].value, "web-1");

    let asked = ann.try_slash(OPS, "status", [("server", "web-1")]).unwrap();
    let Interaction::Command(command) = heard(&mut ear).await else { panic!("not a command") };
    command.defer_ephemeral(&http).await.unwrap();
    let answer = EditInteractionResponse::new().content("here").embed(card()).components(buttons());
    command.edit_response(&http, answer).await.unwrap();
    let more = CreateInteractionResponseFollowup::new().content("more").ephemeral(true);
    command.create_followup(&http, more.add_file(CreateAttachment::bytes(b"log".to_vec(), "log.txt"))).await.unwrap();
    assert_eq!(asked.messages().len(), 2);
    assert!(asked.messages().iter().all(|message| message.is_ephemeral()));

    let pressed = ann.try_press(asked.answer().await.id, "Confirm").unwrap();
    let Interaction::Component(press) = heard(&mut ear).await else { panic!("not a press") };
    let update = CreateInteractionResponseMessage::new().content("confirmed").components(Vec::new());
    press.create_response(&http, CreateInteractionResponse::UpdateMessage(update)).await.unwrap();
    assert_eq!(pressed.answer().await.content, "confirmed");
    command.delete_response(&http).await.unwrap();
    assert_eq!(ann.sees(OPS).len(), 1);
}
