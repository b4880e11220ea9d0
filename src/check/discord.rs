//! What the bot needs of Discord: its token, its guild, the roles that are named, and the permissions to write.

use bernard_config::{Config, Places};
use bernard_discord as discord;
use bernard_discord::{
    Rest,
    rest::{self, GuildChannel},
};
use bernard_domain::access::Who;
use serenity::model::Permissions;

use super::{
    channels,
    finding::{Finding, Outcome, Report},
    reach::{self, READ_WITHIN},
    rights,
};

/// What is looked at, and with what.
pub(super) struct Look<'a> {
    pub(super) config: &'a Config,
    pub(super) places: &'a Places,
    pub(super) rest: Rest,
    pub(super) report: &'a Report<'a>,
}

/// There is nothing more to be asked: what follows would fail the same way.
struct Enough;

impl Look<'_> {
    /// Looks at all of it; whether Discord answered.
    pub(super) async fn all(&self) -> bool {
        self.look().await.is_ok()
    }

    async fn look(&self) -> Result<(), Enough> {
        let config = self.config;
        let guild = config.discord.guild;
        let asked = async |within| {
            self.rest.within(within).application().await.map_err(|error| reach::of_discord(config, &error))
        };
        let application = match reach::first(self.report, "Discord", asked).await {
            Ok(application) => application,
            Err(trouble) => {
                self.report.add(trouble.finding("Discord: the bot's token", self.places));
                return Err(Enough);
            }
        };
        self.well(format!("Discord: the token is of the application {:?}", application.name));
        let rest = self.rest.within(READ_WITHIN);
        let seen = self.read("Discord: the guild (is the bot in it?)", rest.guild(guild.into()).await)?;
        self.well(format!("Discord: the bot is in the guild {:?}", seen.name));
        let commands = rest.commands(application.id, guild.into()).await;
        self.read("Discord: the scope applications.commands", commands)?;
        let roles = self.read("Discord: the guild's roles", rest.roles(guild.into()).await)?;
        self.named_roles(&roles);
        let bot = application.bot.map_or(application.id.get(), |bot| bot.id.get());
        let member = self.read("Discord: the bot's own roles", rest.member(guild.into(), bot.into()).await)?;
        let held = self.permissions(&roles, &member);
        let channels = self.read("Discord: the guild's channels", rest.channels(guild.into()).await)?;
        for finding in channels::named(config, self.places, &channels, |channel: &GuildChannel| {
            channel.permissions(guild.into(), bot.into(), &member.roles, held)
        }) {
            self.report.add(finding);
        }
        Ok(())
    }

    fn well(&self, what: String) {
        self.report.add(Finding::new(Outcome::Well, what));
    }

    /// What was read, or the finding that it could not be.
    fn read<T>(&self, what: &str, read: Result<T, discord::Error>) -> Result<T, Enough> {
        read.map_err(|error| {
            self.report.add(reach::of_discord(self.config, &error).finding(what, self.places));
            Enough
        })
    }

    fn named_roles(&self, roles: &[rest::Role]) {
        for (index, role) in self.config.roles.iter().enumerate() {
            let Who::Role(id) = role.who else { continue };
            if !roles.iter().any(|known| known.id.get() == id) {
                let what = format!("{}: the guild has no role {id}", role.place);
                self.report.add(Finding::new(Outcome::Wrong, what).rule(self.places.of(&format!("role[{index}].id"))));
            }
        }
    }

    /// Whether the bot may do in the guild what it must; what it may.
    fn permissions(&self, roles: &[rest::Role], member: &rest::Member) -> Permissions {
        let guild = self.config.discord.guild;
        let held = roles
            .iter()
            .filter(|role| role.id.get() == guild || member.roles.contains(&role.id))
            .map(|role| role.permissions)
            .reduce(|all, permissions| all | permissions)
            .unwrap_or_default();
        let lacks = bernard_bot::invite::lacking(held);
        match lacks.is_empty() {
            true => self.well("Discord: the bot's roles give it the permissions it needs".to_owned()),
            false => self.report.add(
                Finding::new(Outcome::Wrong, format!("Discord: the bot's roles lack: {}", lacks.join(", ")))
                    .key(self.places.of("discord.guild"))
                    .address(self.config.discord.api_url.clone()),
            ),
        }
        for (id, place) in rights::mentioned(self.config) {
            self.rings(id, &place, roles, held.mention_everyone() || held.administrator());
        }
        held
    }

    /// Whether a role that is mentioned can be rung.
    fn rings(&self, id: u64, place: &rights::Mentioned, roles: &[rest::Role], may_ring_all: bool) {
        let key = self.places.of(&place.key);
        let Some(role) = roles.iter().find(|role| role.id.get() == id) else {
            // What a [[role]] names was looked at above.
            if place.rule.is_none() {
                self.report.add(Finding::new(Outcome::Wrong, format!("the guild has no role {id}")).key(key));
            }
            return;
        };
        if role.mentionable || may_ring_all {
            return self.well(format!("Discord: the role {:?} can be rung", role.name));
        }
        let what = format!(
            "{:?} does not ring when mentioned: make it mentionable, or let the bot mention everyone",
            role.name
        );
        self.report.add(match place.rule {
            Some(rule) => Finding::new(Outcome::Wrong, format!("{rule}: {what}")).rule(key),
            None => Finding::new(Outcome::Wrong, what).key(key),
        });
    }
}
