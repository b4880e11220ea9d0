//! What is asked of Discord: whose the token is, which guild, which roles and channels there are.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bernard_bot::invite;
use bernard_discord as discord;
use bernard_discord::{
    Rest,
    rest::Role,
    sender::{Sender, SenderSettings},
};
use bernard_domain::access::Capability;
use secrecy::SecretString;
use tokio::runtime::Runtime;

use super::{
    Flags, Stop,
    ask::{self, Asker, Unfit},
    draft::{Named, RoleDraft},
    parse_role, read_secret,
};
use crate::say;

/// How long an answer is waited for.
const WITHIN: Duration = Duration::from_secs(8);
/// The flags whose values everything here goes by.
const API_URL: &str = "--api-url";
const TOKEN_FILE: &str = "--discord-token-file";
/// What who is on call usually may.
const USUAL: [Capability; 5] =
    [Capability::View, Capability::Reboot, Capability::Rescue, Capability::Restore, Capability::Console];

/// A token that Discord takes.
pub(super) struct Token {
    pub(super) secret: SecretString,
    application: String,
    rest: Rest,
}

/// A Discord id, as *Copy ID* gives it.
pub(super) fn id(text: &str) -> Result<u64, String> {
    let id = text.trim().parse::<u64>().ok().filter(|id| *id > 0);
    id.ok_or_else(|| format!("{:?} is not an id: switch on developer mode in Discord, then \"Copy ID\"", text.trim()))
}

/// The bot's token, tried, and the invite that goes with it.
pub(super) fn token(flags: &Flags, asker: &Asker, runtime: &Runtime) -> Result<Token, Stop> {
    let told = flags.discord_token_file.as_deref().map(read_secret);
    let ask = || {
        let help = "Discord's developer portal, New Application, Bot, Reset Token; no privileged intents are needed";
        ask::secret("The bot's token?", help).map(Ok)
    };
    let token = asker.until_right(TOKEN_FILE, told, ask, |secret| try_token(flags, runtime, secret?))?;
    say::line(format!(
        "The bot's invite, for somebody who manages the guild:\n  {}",
        invite::address(&token.application)
    ));
    Ok(token)
}

fn try_token(flags: &Flags, runtime: &Runtime, secret: SecretString) -> Result<Token, Unfit> {
    let settings = SenderSettings::new(flags.api_url.trim_end_matches('/'), secret.clone());
    let sender = Sender::new(settings).map_err(|error| Unfit::malformed(API_URL, error.to_string()))?;
    let rest = Rest::new(Arc::new(sender)).within(WITHIN);
    let application = runtime.block_on(rest.application()).map_err(|error| said(flags, &error))?;
    say::line(format!("Discord knows the bot: {:?}.", application.name));
    Ok(Token { secret, application: application.id.to_string(), rest })
}

/// What an error says, and which flag is to blame for it.
fn said(flags: &Flags, error: &discord::Error) -> Unfit {
    match (error.fault(), error.is_transient()) {
        (Some(_), _) => Unfit::of(TOKEN_FILE, format!("Discord ({}) refuses this token", flags.api_url)),
        (None, true) => Unfit::elsewhere(API_URL, format!("Discord ({}) cannot be reached: {error}", flags.api_url)),
        (None, false) => Unfit::of(API_URL, format!("Discord ({}): {error}", flags.api_url)),
    }
}

/// The guild, which the bot is in.
pub(super) fn guild(flags: &Flags, asker: &Asker, runtime: &Runtime, token: &Token) -> Result<Named, Stop> {
    let ask = || choose_guild(flags, runtime, token);
    asker.until_right("--guild", flags.guild.clone(), ask, |text| {
        let guild = id(&text).map_err(|said| Unfit::malformed("--guild", said))?;
        let seen = runtime.block_on(token.rest.guild(guild.into()));
        let seen = seen.map_err(|error| match error.is_final() {
            true => format!("the bot is not in the guild {guild} (open its invite first): {error}").into(),
            false => said(flags, &error),
        })?;
        Ok(Named { id: seen.id.get(), name: seen.name })
    })
}

/// One of the guilds that the bot is in by now.
fn choose_guild(flags: &Flags, runtime: &Runtime, token: &Token) -> Result<String, Stop> {
    loop {
        let guilds = runtime.block_on(token.rest.guilds()).map_err(|error| said(flags, &error).stop(API_URL))?;
        let mut options: Vec<String> = guilds.iter().map(|guild| format!("{} ({})", guild.name, guild.id)).collect();
        options.push("none of these yet: I have opened the invite now, look again".to_owned());
        if let Some(guild) = guilds.get(ask::one("Which guild shall be served?", options)?) {
            return Ok(guild.id.to_string());
        }
    }
}

/// Who may do what.
pub(super) fn roles(
    flags: &Flags,
    asker: &Asker,
    runtime: &Runtime,
    token: &Token,
    guild: &Named,
) -> Result<Vec<RoleDraft>, Stop> {
    let there =
        runtime.block_on(token.rest.roles(guild.id.into())).map_err(|error| said(flags, &error).stop(API_URL))?;
    let there: Vec<Role> = there.into_iter().filter(|role| role.id.get() != guild.id && !role.managed).collect();
    if flags.role.is_empty() && !asker.may_ask() {
        say::error("bernard: no --role was given, so nobody may do anything until the configuration has a [[role]]");
        return Ok(Vec::new());
    }
    let told = (!flags.role.is_empty()).then(|| flags.role.clone());
    let told = told.map(|texts| texts.iter().map(|text| parse_role(text)).collect::<Result<Vec<_>, _>>());
    let ask = || choose_roles(&there).map(Ok);
    asker.until_right("--role", told, ask, |chosen: Result<Vec<(u64, BTreeSet<Capability>)>, String>| {
        let draft = |(id, can)| named_role(&there, id).map(|role| RoleDraft { role, can });
        let chosen = chosen.map_err(|said| Unfit::malformed("--role", said))?;
        Ok(chosen.into_iter().map(draft).collect::<Result<_, _>>()?)
    })
}

fn named_role(there: &[Role], id: u64) -> Result<Named, String> {
    let role = there.iter().find(|role| role.id.get() == id);
    let known = || there.iter().map(|role| format!("{} ({})", role.name, role.id)).collect::<Vec<_>>().join(", ");
    let role = role.ok_or_else(|| format!("the guild has no role {id}; it has: {}", known()))?;
    Ok(Named { id, name: role.name.clone() })
}

fn choose_roles(there: &[Role]) -> Result<Vec<(u64, BTreeSet<Capability>)>, Stop> {
    let names = there.iter().map(|role| format!("{} ({})", role.name, role.id)).collect();
    let help = "space chooses, Enter goes on; nobody else may do anything";
    let mut chosen = Vec::new();
    for place in ask::any("Which roles may do something?", help, names, &[])? {
        let Some(role) = there.get(place) else { continue };
        let can = choose_rights(&role.name)?;
        if !can.is_empty() {
            chosen.push((role.id.get(), can));
        }
    }
    Ok(chosen)
}

fn choose_rights(role: &str) -> Result<BTreeSet<Capability>, Stop> {
    let words = Capability::ALL.map(|capability| capability.as_str().to_owned()).to_vec();
    let usual: Vec<usize> =
        (0..Capability::ALL.len()).filter(|place| USUAL.contains(&Capability::ALL[*place])).collect();
    let help = "docs/rights.md says what each allows";
    let chosen = ask::any(&format!("What may {role} do?"), help, words, &usual)?;
    Ok(chosen.into_iter().filter_map(|place| Capability::ALL.get(place).copied()).collect())
}

/// Where commands are taken; none: all of the guild.
pub(super) fn channels(
    flags: &Flags,
    asker: &Asker,
    runtime: &Runtime,
    token: &Token,
    guild: &Named,
) -> Result<Vec<Named>, Stop> {
    if flags.channel.is_empty() && !asker.may_ask() {
        return Ok(Vec::new());
    }
    let there = runtime.block_on(token.rest.channels(guild.id.into()));
    let there = there.map_err(|error| said(flags, &error).stop(API_URL))?;
    let there: Vec<Named> = there
        .into_iter()
        .filter(|channel| channel.takes_commands())
        .map(|channel| Named { id: channel.id.get(), name: channel.name })
        .collect();
    let told = (!flags.channel.is_empty()).then(|| flags.channel.clone());
    let ask = || choose_channels(&there);
    asker.until_right("--channel", told, ask, |texts: Vec<String>| {
        let ids: Result<Vec<u64>, String> = texts.iter().map(|text| id(text)).collect();
        let ids = ids.map_err(|said| Unfit::malformed("--channel", said))?;
        Ok(ids.into_iter().map(|id| named_channel(&there, id)).collect::<Result<_, _>>()?)
    })
}

fn named_channel(there: &[Named], id: u64) -> Result<Named, String> {
    let known =
        || there.iter().map(|channel| format!("#{} ({})", channel.name, channel.id)).collect::<Vec<_>>().join(", ");
    let channel = there.iter().find(|channel| channel.id == id);
    channel.cloned().ok_or_else(|| format!("the guild has no text channel {id}; it has: {}", known()))
}

fn choose_channels(there: &[Named]) -> Result<Vec<String>, Stop> {
    let names = there.iter().map(|channel| format!("#{}", channel.name)).collect();
    let chosen = ask::any("In which channels are commands taken?", "none: in all of the guild", names, &[])?;
    Ok(chosen.into_iter().filter_map(|place| there.get(place)).map(|channel| channel.id.to_string()).collect())
}
