//! **Rescue the server named here…**, in the menu of a message: finds the servers that somebody's message names, and opens the card of
//! `/rescue enable`. What the message says decides nothing but what is asked.

use bernard_discord::fit::LABEL;
use bernard_domain::{access::Capability, inventory::mentioned::mentioned, locale::Locale, server::Server};
use bernard_text::say;
use bernard_untrusted::shown::{self, size::shorten};
use serenity::{
    builder::CreateCommand,
    model::{
        application::{CommandData, CommandType, InstallationContext, InteractionContext},
        channel::Message,
    },
};

use super::{Command, EnableOptions};
use crate::{asker::Asker, context::Handler, refusal::Refusal, reply::Reply, ways::Way};

/// More servers than these are not offered: they fit a screen.
const MOST: usize = 5;

/// The command as it is registered: its name is what people read in the menu.
pub(super) fn registered() -> CreateCommand {
    let name = |locale| say!(locale, "command-named-here");
    CreateCommand::new(name(Locale::En))
        .name_localized("fr", name(Locale::Fr))
        .kind(CommandType::Message)
        .contexts(vec![InteractionContext::Guild])
        .integration_types(vec![InstallationContext::Guild])
}

/// What the message says that it was chosen for.
pub(super) fn parse(data: &CommandData) -> Result<Command, Refusal> {
    let target = data.target_id.map(|target| target.to_message_id()).ok_or(Refusal::Unknown)?;
    let message = data.resolved.messages.get(&target).ok_or(Refusal::Unknown)?;
    Ok(Command::NamedHere(words(message)))
}

/// Its text, and what a monitoring system embeds.
fn words(message: &Message) -> String {
    let mut words = vec![message.content.as_str()];
    for embed in &message.embeds {
        words.extend([&embed.title, &embed.description].into_iter().flatten().map(String::as_str));
        words.extend(embed.fields.iter().flat_map(|field| [field.name.as_str(), field.value.as_str()]));
    }
    words.join("\n")
}

/// How many characters of a message are shown where it could not be looked into.
const SHOWN: usize = 60;

impl Handler {
    pub(super) async fn named_here(&self, asking: &Asker, text: &str) -> Result<Reply, Refusal> {
        self.anywhere(asking, Capability::Rescue)?;
        let mut named = self.named_in(asking, text);
        let mut trouble = None;
        if named.is_empty() {
            trouble = self.fleet.read_rest().await.err();
            named = self.named_in(asking, text);
        }
        match (named.as_slice(), trouble) {
            ([], Some(trouble)) => {
                Err(Refusal::NoServer(shorten(text.lines().next().unwrap_or_default(), SHOWN), trouble))
            }
            ([], None) => Ok(Reply::text(say!(asking.locale, "named-here-none"))),
            ([one], _) => Box::pin(self.execute(asking, enable(one))).await,
            (several, _) => Ok(self.which(asking, several).await),
        }
    }

    /// What a command comes to: one that was chosen for a message which names one server is `/rescue enable` for that.
    pub(crate) fn meant(&self, asking: &Asker, typed: &Command) -> Command {
        let Command::NamedHere(text) = typed else { return typed.clone() };
        match self.named_in(asking, text).as_slice() {
            [one] => enable(one),
            _ => typed.clone(),
        }
    }

    /// The servers that a message names and its reader may take into rescue; if there is none, the first that they see, so that they are
    /// told why they may not.
    fn named_in(&self, asking: &Asker, text: &str) -> Vec<Server> {
        let servers = self.fleet.servers();
        let policy = self.policy.get();
        let sight = |capability| policy.sight(&asking.requester, capability, asking.place.0);
        let (acts, views) = (sight(Capability::Rescue), sight(Capability::View));
        let named = mentioned(servers.iter(), text);
        let may: Vec<Server> = named.iter().copied().filter(|server| acts(server)).cloned().collect();
        match may.is_empty() {
            true => named.into_iter().find(|server| views(server)).cloned().into_iter().collect(),
            false => may,
        }
    }

    /// Asks which of several is meant.
    async fn which(&self, asking: &Asker, several: &[Server]) -> Reply {
        let label = |server: &Server| shorten(&shown::visible(server.label()), LABEL);
        let way = |server: &Server| (label(server), Way::Command(Box::new(enable(server))));
        let buttons = self.way_buttons(asking, several.iter().take(MOST).map(way).collect()).await;
        let words = match several.len() > MOST {
            true => say!(asking.locale, "named-here-many", count = several.len()),
            false => say!(asking.locale, "named-here-several"),
        };
        Reply::with_buttons(words, buttons)
    }
}

fn enable(server: &Server) -> Command {
    Command::Enable(EnableOptions { server: server.name.to_string(), ..EnableOptions::default() })
}
