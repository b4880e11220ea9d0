//! The channels that the configuration names: whether the guild has them, and whether the bot may do there what it must.

use bernard_config::{Config, Places};
use bernard_discord::rest::GuildChannel;
use serenity::model::Permissions;

use super::{
    finding::{Finding, Outcome},
    rights,
};

/// What is wrong with them, or that all is well; `may` says what the bot may do in one.
pub(super) fn named(
    config: &Config,
    places: &Places,
    there: &[GuildChannel],
    may: impl Fn(&GuildChannel) -> Permissions,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = 0;
    for (key, id) in keys(config) {
        let wrong = |what: String| Finding::new(Outcome::Wrong, what).key(places.of(&key));
        let Some(channel) = there.iter().find(|channel| channel.id.get() == id) else {
            findings.push(wrong(format!("the guild has no channel {id} (a thread counts as its channel)")));
            continue;
        };
        let lacks = bernard_bot::invite::lacking(may(channel));
        if lacks.is_empty() {
            seen += 1;
        } else {
            findings.push(wrong(format!("in the channel {:?} the bot may not: {}", channel.name, lacks.join(", "))));
        }
    }
    if seen > 0 && findings.is_empty() {
        findings
            .push(Finding::new(Outcome::Well, "Discord: the channels that are named are there, and the bot may write"));
    }
    findings
}

/// Each channel that is named, with the path of its key.
fn keys(config: &Config) -> Vec<(String, u64)> {
    let mut keys: Vec<(String, u64)> = Vec::new();
    keys.extend(config.discord.channels.iter().map(|id| ("discord.channels".to_owned(), *id)));
    for role in &config.roles {
        keys.extend(role.channels.iter().map(|id| (rights::key(role.place, "channels"), *id)));
    }
    for (index, source) in config.proposals.iter().enumerate() {
        keys.push((format!("proposals[{index}].channel"), source.about.channel.0));
    }
    keys.extend(config.digest.iter().map(|digest| ("digest.channel".to_owned(), digest.channel)));
    keys.extend(config.audit.anchor_channel.iter().map(|id| ("audit.anchor_channel".to_owned(), *id)));
    keys
}
