//! serenity's builders, as the bot sends them, must be taken; what comes back must be serenity's models.

use ::serenity::all::{
    ButtonStyle, Colour, CommandOptionType, CreateActionRow, CreateAllowedMentions, CreateAutocompleteResponse,
    CreateButton, CreateCommand, CreateCommandOption, CreateEmbed, CreateInteractionResponse,
    CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage, EditInteractionResponse,
    EditMessage, Interaction, Message, MessageFlags, Nonce, UserId,
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sim::discord::{Discord, OPS};

use crate::bot::{Answer, Ear, Rest, read, stage};

fn card() -> CreateEmbed {
    CreateEmbed::new().title("web-1").description("in rescue").field("since", "now", true).colour(Colour::RED)
}

fn buttons() -> Vec<CreateActionRow> {
    let confirm = CreateButton::new("confirm:1").label("Confirm").style(ButtonStyle::Danger);
    vec![CreateActionRow::Buttons(vec![confirm, CreateButton::new_link("https://example.org/").label("Open")])]
}

fn body(builder: &impl Serialize) -> Value {
    serde_json::to_value(builder).unwrap()
}

/// The builder's body beside one file.
async fn with_file(
    rest: &Rest,
    path: &str,
    builder: &impl Serialize,
    name: &'static str,
    bytes: &'static [u8],
) -> Answer {
    let mut body = body(builder);
    body["attachments"] = json!([{ "id": 0, "filename": name }]);
    let form = Form::new().text("payload_json", body.to_string());
    let form = form.part("files[0]", Part::bytes(bytes).file_name(name));
    read(rest.request(Method::POST, path).multipart(form)).await
}

/// What came back, as serenity reads it.
#[track_caller]
fn model<T: DeserializeOwned>((status, body): Answer) -> T {
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).unwrap()
}

async fn heard(ear: &mut Ear) -> (Value, Interaction) {
    let raw = ear.next("INTERACTION_CREATE").await;
    (raw.clone(), serde_json::from_value(raw).unwrap())
}

#[tokio::test]
async fn messages_with_everything_are_sent_edited_and_deleted() {
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    let ann = discord.person("ann", "en-GB", &[]);
    let message = CreateMessage::new()
        .content(format!("for {}", ann.mention()))
        .embed(card())
        .components(buttons())
        .allowed_mentions(CreateAllowedMentions::new().users([UserId::new(ann.id().0)]))
        .flags(MessageFlags::SUPPRESS_NOTIFICATIONS)
        .nonce(Nonce::String("R-1".to_owned()))
        .enforce_nonce(true);
    let channel = format!("/channels/{OPS}/messages");
    let sent: Message = model(with_file(&rest, &channel, &message, "web-1.rdp", b"full address").await);
    assert_eq!((sent.attachments.len(), sent.embeds.len(), sent.components.len()), (1, 1, 1));
    assert_eq!(discord.messages(OPS)[0].pinged_users, [ann.id()]);
    let edit = EditMessage::new().content("later").components(Vec::new()).suppress_embeds(true);
    let _: Message = model(rest.patch(&format!("{channel}/{}", sent.id), body(&edit)).await);
    assert_eq!(discord.messages(OPS)[0].text(), "later\nweb-1.rdp");
    let listed: Vec<Message> = model(rest.get(&format!("{channel}?limit=10")).await);
    assert_eq!(listed.len(), 1);
    assert_eq!(rest.delete(&format!("{channel}/{}", sent.id)).await.0, 204);
    assert!(discord.messages(OPS).is_empty());
}

#[tokio::test]
async fn interactions_are_answered_edited_and_followed_up() {
    let (discord, rest, mut ear) = stage().await;
    let server = CreateCommandOption::new(CommandOptionType::String, "server", "Which")
        .description_localized("fr", "Lequel")
        .required(true)
        .set_autocomplete(true);
    let status = CreateCommand::new("status").description("State").add_option(server);
    rest.register(body(&vec![status])).await;
    let ann = discord.person("ann", "fr", &[]);

    let typing = ann.try_autocomplete(OPS, "status", &().into(), "server", "we").unwrap();
    let (raw, Interaction::Autocomplete(_)) = heard(&mut ear).await else { panic!("not autocomplete") };
    let choices = CreateAutocompleteResponse::new().add_string_choice("web-1 (prod)", "web-1");
    rest.call_back(&raw, body(&CreateInteractionResponse::Autocomplete(choices))).await;
    assert_eq!(typing.choices()[0].value, "web-1");

    let asked = ann.try_slash(OPS, "status", [("server", "web-1")]).unwrap();
    let (command, Interaction::Command(_)) = heard(&mut ear).await else { panic!("not a command") };
    let defer = CreateInteractionResponseMessage::new().ephemeral(true);
    rest.call_back(&command, body(&CreateInteractionResponse::Defer(defer))).await;
    let answer = EditInteractionResponse::new().content("here").embed(card()).components(buttons());
    let _: Message = model(rest.patch(&rest.hook(&command, "/messages/@original"), body(&answer)).await);
    let more = CreateInteractionResponseFollowup::new().content("more").ephemeral(true);
    let _: Message = model(with_file(&rest, &rest.hook(&command, ""), &more, "log.txt", b"log").await);
    assert_eq!(asked.messages().len(), 2);
    assert!(asked.messages().iter().all(|message| message.is_ephemeral()));

    let pressed = ann.try_press(asked.answer().await.id, "Confirm").unwrap();
    let (press, Interaction::Component(_)) = heard(&mut ear).await else { panic!("not a press") };
    let update = CreateInteractionResponseMessage::new().content("confirmed").components(Vec::new());
    rest.call_back(&press, body(&CreateInteractionResponse::UpdateMessage(update))).await;
    assert_eq!(pressed.answer().await.content, "confirmed");
    assert_eq!(rest.delete(&rest.hook(&command, "/messages/@original")).await.0, 204);
    assert_eq!(ann.sees(OPS).len(), 1);
}
