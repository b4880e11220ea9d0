//! What is offered while a person types: from memory, only what they may act on, and at most what Discord shows.

use serenity::{
    builder::{CreateAutocompleteResponse, CreateInteractionResponse},
    model::application::CommandInteraction,
};

use super::{InteractionKey, asking::Asking, command, handler::Handler};
use crate::{access::Capability, rescue::server::Server};

/// Discord's limit for suggestions.
const CHOICES: usize = 25;
/// Discord's limit for a suggestion's text.
const CHOICE_LENGTH: usize = 100;

impl Handler {
    /// Suggestions: whatever OVHcloud is doing, they come at once.
    pub(super) async fn autocomplete(&self, key: &InteractionKey, command: &CommandInteraction) {
        let mut response = CreateAutocompleteResponse::new();
        if let Ok(asking) = Asking::of_command(command, &self.settings.realm)
            && let Some(typed) = command.data.autocomplete()
        {
            let capability = command::capability_of(&command.data);
            let choices = match typed.name {
                "server" => self.suggest_servers(&asking, capability, typed.value),
                "system" => suggest_systems(typed.value),
                _ => Vec::new(),
            };
            for (name, value) in choices.into_iter().take(CHOICES) {
                response = response.add_string_choice(name, value);
            }
        }
        self.acknowledged(key, &CreateInteractionResponse::Autocomplete(response)).await;
    }

    fn suggest_servers(&self, asking: &Asking, capability: Capability, typed: &str) -> Vec<(String, String)> {
        let policy = self.policy.get();
        let servers = self.fleet.servers();
        let typed = typed.trim().to_lowercase();
        let visible: Vec<&Server> =
            policy.visible(&asking.requester, capability, asking.place.0, servers.iter()).collect();
        let mut fitting: Vec<&Server> = visible.iter().copied().filter(|server| holds(server, &typed)).collect();
        if fitting.is_empty() {
            fitting = visible.into_iter().filter(|server| resembles(server, &typed)).collect();
        }
        fitting
            .into_iter()
            .filter(|server| server.name.as_str().len() <= CHOICE_LENGTH)
            .take(CHOICES)
            .map(choice)
            .collect()
    }
}

/// What is shown, and what is sent when it is taken.
fn choice(server: &Server) -> (String, String) {
    let label = match &server.display_name {
        Some(name) => format!("{name} · {}", server.name),
        None => server.name.to_string(),
    };
    (label.chars().take(CHOICE_LENGTH).collect(), server.name.to_string())
}

/// Whether anything that the server goes by, or a tag of it, holds what was typed.
fn holds(server: &Server, typed: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(typed);
    holds(server.name.as_str())
        || server.display_name.as_deref().is_some_and(holds)
        || server.ip.as_deref().is_some_and(holds)
        || server.reverse.as_deref().is_some_and(holds)
        || server.tags.iter().flatten().any(|(key, value)| holds(&format!("{key}={value}")))
}

/// Whether one of the server's names has the typed characters in their order: `web1` for `web-1`.
fn resembles(server: &Server, typed: &str) -> bool {
    let has_in_order = |text: &str| {
        let text = text.to_lowercase();
        let mut left = text.chars();
        typed.chars().all(|wanted| left.any(|c| c == wanted))
    };
    has_in_order(server.name.as_str()) || server.display_name.as_deref().is_some_and(has_in_order)
}

fn suggest_systems(typed: &str) -> Vec<(String, String)> {
    let typed = typed.trim().to_lowercase();
    let words = ["windows", "linux"].into_iter().filter(|word| word.contains(&typed));
    words.map(|word| (word.to_owned(), word.to_owned())).collect()
}
