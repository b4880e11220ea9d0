//! `[discord]` and `[digest]`: what Bernard needs of Discord.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Time;
use secrecy::SecretString;

use super::{
    problem::{At, Wrong},
    section::Section,
    source::{Form, Value},
    value,
};

/// `[discord]`
#[derive(Clone, Debug)]
pub struct Discord {
    /// The bot's token. Default: what the variable `DISCORD_TOKEN` holds.
    pub token: SecretString,
    /// The one guild served. No default.
    pub guild: u64,
    /// Where commands are taken; empty (the default): in all of the guild.
    pub channels: BTreeSet<u64>,
    /// The role that is told when a deadline passes. Default: none.
    pub oncall_role: Option<u64>,
    /// Discord's address, without `/api/v10` and without a slash at the end. Default: `https://discord.com`.
    pub api_url: String,
    /// How interactions arrive. Default: gateway.
    pub mode: Mode,
}

/// How interactions arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Over Discord's gateway.
    Gateway,
    /// As signed web requests to `/interactions`.
    Http {
        /// What they are signed with.
        public_key: PublicKey,
    },
}

/// The application's Ed25519 key: 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(String);

impl PublicKey {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `[digest]`: a daily summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The channel it goes to. No default.
    pub channel: u64,
    /// The time of day, in the configured time zone. Default: 09:00.
    pub at: Time,
}

/// The words for [`Mode`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum ModeWord {
    Gateway,
    Http,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Discord> {
    let token = token(section);
    if !section.has("guild") {
        section.missing("guild", "write the id of the guild, in quotes");
    }
    let guild = section.read_optional("guild", value::id);
    let channels = section.list("channels", value::id).unwrap_or_default().into_iter().collect();
    let oncall_role = section.read_optional("oncall_role", value::id);
    let at = section.at_of("api_url");
    let api_url = section.read("api_url", Form::Text, api_url).unwrap_or_else(|| "https://discord.com".to_owned());
    if value::is_in_the_clear(&api_url) {
        section.warn("api_url", at, Wrong::new("is http, so the token crosses the network unencrypted", "use https"));
    }
    let mode = mode(section);
    Some(Discord { token: token?, guild: guild?, channels, oncall_role, api_url, mode: mode? })
}

fn token(section: &mut Section<'_>) -> Option<SecretString> {
    if section.has("token") {
        return section.secret("token");
    }
    section.take("token", Form::Text);
    let token = section.reader.environment.referred("DISCORD_TOKEN").map(str::trim).filter(|text| !text.is_empty());
    let token = token.map(SecretString::from);
    match token {
        Some(_) => section.stands("token", At::Variable("DISCORD_TOKEN".to_owned())),
        None => section.missing("token", r#"set the environment variable DISCORD_TOKEN, or write { file = "/path" }"#),
    }
    token
}

fn api_url(value: &Value) -> Result<String, Wrong> {
    let url = value::base_url(value)?;
    if url.contains("/api") {
        return Err(Wrong::new("has /api in it", "leave away /api/v10: Bernard adds it"));
    }
    Ok(url)
}

fn mode(section: &mut Section<'_>) -> Option<Mode> {
    let words = [("gateway", ModeWord::Gateway), ("http", ModeWord::Http)];
    let word = section.read("mode", Form::Text, |value| value::word(value, &words)).unwrap_or(ModeWord::Gateway);
    if word == ModeWord::Gateway {
        section.take("public_key", Form::Text);
        return Some(Mode::Gateway);
    }
    if !section.has("public_key") {
        section.missing(
            "public_key",
            "mode \"http\" needs the public key of the application, from its general information",
        );
    }
    section.read_optional("public_key", public_key).map(|public_key| Mode::Http { public_key })
}

fn public_key(value: &Value) -> Result<PublicKey, Wrong> {
    let text = value::text(value)?;
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(PublicKey(text.to_ascii_lowercase()));
    }
    Err(Wrong::new(
        "is not an Ed25519 key in hex",
        "copy the 64 hexadecimal digits from the application's general information",
    ))
}

pub(super) fn read_digest(section: &mut Section<'_>) -> Option<Digest> {
    if !section.has("channel") {
        section.missing("channel", "write the id of the channel, in quotes");
    }
    let channel = section.read_optional("channel", value::id);
    let at = section.read("at", Form::Text, time_of_day).unwrap_or(Time::constant(9, 0, 0, 0));
    Some(Digest { channel: channel?, at })
}

fn time_of_day(value: &Value) -> Result<Time, Wrong> {
    let wrong = || Wrong::new("is not a time of day", r#"write hours and minutes in quotes, such as "08:30""#);
    let text = value::text(value).map_err(|_| wrong())?;
    Time::strptime("%H:%M", text).or_else(|_| Time::strptime("%H:%M:%S", text)).map_err(|_| wrong())
}
