//! What is offered while a person types: from memory, only what they may act on, and at most what Discord shows.

use bernard_discord::{InteractionKey, fit::CHOICE};
use bernard_domain::{access::Capability, server::Server};
use bernard_untrusted::shown::{
    self,
    size::{length, shorten},
};
use serenity::{
    builder::{CreateAutocompleteResponse, CreateInteractionResponse},
    model::application::{CommandDataOption, CommandDataOptionValue, CommandInteraction},
};

use crate::{asker::Asker, command, context::Handler};

/// Discord's limit for suggestions.
const CHOICES: usize = 25;

impl Handler {
    /// Suggestions: whatever OVHcloud is doing, they come at once.
    pub(super) async fn autocomplete(&self, key: &InteractionKey, command: &CommandInteraction) {
        let mut response = CreateAutocompleteResponse::new();
        if let Ok(asking) = Asker::of_command(command, &self.settings.served_guild)
            && let Some(typed) = command.data.autocomplete()
        {
            let capability = command::capability_of(&command.data);
            let choices = match typed.name {
                "server" => self.suggest_servers(&asking, capability, typed.value),
                "system" => {
                    self.suggest_systems(&asking, capability, chosen_server(&command.data.options), typed.value)
                }
                _ => Vec::new(),
            };
            for (name, value) in choices.into_iter().take(CHOICES) {
                response = response.add_string_choice(name, value);
            }
        }
        self.acknowledged(key, &CreateInteractionResponse::Autocomplete(response)).await;
    }

    fn suggest_servers(&self, asking: &Asker, capability: Capability, typed: &str) -> Vec<(String, String)> {
        // A tag may be typed as the rules of the configuration have it.
        let typed = typed.trim_start();
        let typed = typed.strip_prefix("tag:").unwrap_or(typed);
        let policy = self.policy.get();
        let servers = self.fleet.servers();
        let recent = self.fleet.inventory().recent(asking.requester.user);
        let sees = policy.sight(&asking.requester, capability, asking.place.0);
        let may = |server: &Server| server.name.as_str().len() <= CHOICE && sees(server);
        servers.search(may, typed, &recent, CHOICES).into_iter().map(choice).collect()
    }

    /// The two families, and the kernels of the server that stands beside it, if that may be acted on.
    fn suggest_systems(
        &self,
        asking: &Asker,
        capability: Capability,
        server: Option<&str>,
        typed: &str,
    ) -> Vec<(String, String)> {
        let mut words = vec!["windows".to_owned(), "linux".to_owned()];
        if let Some(server) = server.and_then(|server| self.fleet.find_known(server).ok())
            && self.policy.get().check(&asking.requester, capability, &server, asking.place.0).is_ok()
        {
            words.extend(self.fleet.kernels(&server));
        }
        let typed = typed.trim().to_lowercase();
        words.retain(|word| word.to_lowercase().contains(&typed) && length(word) <= CHOICE);
        words.into_iter().map(|word| (shorten(&shown::visible(&word), CHOICE), word)).collect()
    }
}

/// What is shown, and what is sent when it is taken.
fn choice(server: &Server) -> (String, String) {
    let service = server.name.to_string();
    let label = match &server.display_name {
        // The service name tells two long names apart.
        Some(name) => {
            let room = CHOICE.saturating_sub(length(&service) + length(" · "));
            format!("{} · {service}", shorten(&shown::visible(name), room))
        }
        None => service.clone(),
    };
    (shorten(&label, CHOICE), service)
}

/// The `server` that was typed beside what is being typed, in the command or its subcommand.
fn chosen_server(options: &[CommandDataOption]) -> Option<&str> {
    options.iter().find_map(|option| match &option.value {
        CommandDataOptionValue::String(server) if option.name == "server" => Some(server.as_str()),
        CommandDataOptionValue::SubCommand(inner) => chosen_server(inner),
        _ => None,
    })
}
