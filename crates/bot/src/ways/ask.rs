//! **Ask @role**: who may not do something asks those who may, where everybody sees it.

use std::{collections::BTreeMap, time::Duration};

use bernard_domain::{
    access::Who,
    audit::{Act, Entry},
    notice::{Letter, Notice, Owed, To},
};
use bernard_platform::clock;
use bernard_text::say;
use serenity::model::id::GuildId;

use super::Help;
use crate::{asker::Asker, context::Handler, refusal::Refusal, render::wording, reply::Reply};

/// How often one person may ring the same role or person, whatever it is about.
const EVERY_SECONDS: i64 = 600;
/// How long Discord may take to say what a role is called, while somebody waits.
const NAMES_WITHIN: Duration = Duration::from_secs(2);

impl Handler {
    /// Posts that somebody asks for help, once in ten minutes to the same role or person.
    pub(crate) async fn ask_for_help(&self, asking: &Asker, help: Help) -> Result<Reply, Refusal> {
        asking.bot_can_report()?;
        self.press_counted(asking).await?;
        let (now, person) = (clock::now(), asking.requester.user);
        let Help { of, capability, label } = help;
        let who = match of {
            Who::Role(role) => format!("role {role}"),
            Who::User(user) => format!("user {}", user.0),
        };
        let about = label.as_ref().map(|label| format!(", for {label}")).unwrap_or_default();
        let entry = Entry::act(Act::HelpAsked, now).by(person).at_place(asking.channel).asking(capability.as_str());
        let entry = entry.saying(format!("{who}{about}"));
        let to = To::Channel { channel: asking.channel, or_to: None };
        let letter = Letter { to, notice: Notice::HelpAsked { person, of, capability, label } };
        let origin = format!("help:{}:{who}:{}", person.0, now.as_second().div_euclid(EVERY_SECONDS));
        let asked = wording::each(&[of]);
        Ok(Reply::text(match self.store.ask_for_help(&Owed { origin, letter }, &entry, now).await? {
            true => say!(asking.locale, "help-asked", who = asked),
            false => say!(asking.locale, "help-asked-before", who = asked),
        }))
    }

    /// What a role is called; `None` for a person, and when Discord does not say in time.
    pub(super) async fn name_of(&self, who: Who) -> Option<String> {
        let Who::Role(role) = who else { return None };
        let now = clock::now();
        if let Some(names) = self.role_names.fresh(now) {
            return names.get(&role).cloned();
        }
        let guild = GuildId::new(self.settings.served_guild.guild);
        // Where Discord does not say, it is not asked again for a while.
        let roles = self.rest.within(NAMES_WITHIN).roles(guild).await.unwrap_or_default();
        let names: BTreeMap<u64, String> = roles.into_iter().map(|role| (role.id.get(), role.name)).collect();
        self.role_names.learn(now, &names);
        names.get(&role).cloned()
    }
}
