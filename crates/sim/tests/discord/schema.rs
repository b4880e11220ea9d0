//! What is sent, held against Discord's own OpenAPI file. Skips aloud where the file is not at hand.

use std::{env, fs, path::PathBuf};

use serde_json::{Value, json};
use sim::discord::{APPLICATION, Discord, GUILD, OPS};

use crate::bot::{Rest, commands, text};

/// Discord's OpenAPI file: in the folder that `BERNARD_SHARED` names, or beside the checkout.
fn specification() -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = env::var_os("BERNARD_SHARED").map_or_else(beside, PathBuf::from);
    let Ok(file) = fs::read(folder.join("data/discord-openapi.json")) else {
        eprintln!("SKIPPED: no data/discord-openapi.json in {}", folder.display());
        return None;
    };
    Some(serde_json::from_slice(&file).unwrap())
}

/// What the answer to one operation breaks.
fn complaints(specification: &Value, path: &str, method: &str, status: &str, answer: &Value) -> Vec<String> {
    let at = path.replace('~', "~0").replace('/', "~1");
    let found =
        specification.pointer(&format!("/paths/{at}/{method}/responses/{status}/content/application~1json/schema"));
    let mut schema = found.unwrap_or_else(|| panic!("no {method} {path} {status}")).clone();
    schema["components"] = specification["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    validator.iter_errors(answer).map(|error| format!("{method} {path}: {} {error}", error.instance_path())).collect()
}

#[tokio::test]
async fn answers_have_the_shape_that_discord_publishes() {
    let Some(specification) = specification() else { return };
    let discord = Discord::start().await;
    let rest = Rest::of(&discord);
    let ann = discord.person("ann", "en-GB", &[sim::discord::ROLE]);
    let row = json!([{ "type": 1, "components": [{ "type": 2, "style": 1, "label": "Go", "custom_id": "go" }] }]);
    let sent =
        rest.say(OPS, json!({ "content": ann.mention(), "components": row, "embeds": [{ "title": "t" }] })).await;
    let message = text(&sent["id"]).to_owned();
    let button = json!({ "type": 2, "style": 2, "label": "Restore…", "custom_id": "restore" });
    let section = json!({ "type": 9, "components": [{ "type": 10, "content": "`web-1`" }], "accessory": button });
    let inside = json!([section, { "type": 14 }, { "type": 10, "content": "-# small" }, row[0]]);
    let layout =
        json!([{ "type": 17, "accent_color": 0x3b_a5_5d, "components": inside }, { "type": 10, "content": "below" }]);
    let laid_out = rest.say(OPS, json!({ "flags": 32768, "components": layout })).await;
    let mut broken = complaints(&specification, "/channels/{channel_id}/messages", "post", "200", &sent);
    broken.extend(complaints(&specification, "/channels/{channel_id}/messages", "post", "200", &laid_out));
    let registered = rest.register(commands()).await;
    let place = "/applications/{application_id}/guilds/{guild_id}/commands";
    broken.extend(complaints(&specification, place, "put", "200", &registered));
    let reads = [
        ("/users/@me", "/users/@me".to_owned()),
        ("/applications/@me", "/applications/@me".to_owned()),
        ("/gateway", "/gateway".to_owned()),
        ("/gateway/bot", "/gateway/bot".to_owned()),
        ("/users/@me/guilds", "/users/@me/guilds".to_owned()),
        ("/guilds/{guild_id}", format!("/guilds/{GUILD}")),
        ("/guilds/{guild_id}/roles", format!("/guilds/{GUILD}/roles")),
        ("/guilds/{guild_id}/channels", format!("/guilds/{GUILD}/channels")),
        ("/guilds/{guild_id}/members/{user_id}", format!("/guilds/{GUILD}/members/{}", ann.id())),
        ("/channels/{channel_id}", format!("/channels/{OPS}")),
        ("/channels/{channel_id}/messages", format!("/channels/{OPS}/messages")),
        ("/channels/{channel_id}/messages/{message_id}", format!("/channels/{OPS}/messages/{message}")),
        (place, format!("/applications/{APPLICATION}/guilds/{GUILD}/commands")),
    ];
    for (path, real) in reads {
        let (status, answer) = rest.get(&real).await;
        assert_eq!(status, 200, "{real}");
        broken.extend(complaints(&specification, path, "get", "200", &answer));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
