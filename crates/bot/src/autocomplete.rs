//! What is offered while a person types: only what they may act on, and at most what Discord shows. The names are in memory; what is
//! busy or in rescue is one small query of the store.

use bernard_discord::{InteractionKey, fit::CHOICE};
use bernard_domain::{
    access::Capability,
    authorization::{Deed, protection_of},
    locale::Locale,
    operation::Kind,
    server::{Server, ServiceName, System},
};
use bernard_text::say;
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
                "server" => self.suggest_servers(&asking, capability, typed.value).await,
                "system" => {
                    self.suggest_systems(&asking, capability, chosen_server(&command.data.options), typed.value)
                }
                "operation" => self.suggest_operations(&asking, typed.value).await,
                _ => Vec::new(),
            };
            for (name, value) in choices.into_iter().take(CHOICES) {
                response = response.add_string_choice(name, value);
            }
        }
        // This is all of the answer: whose it was matters to nobody.
        self.rest.acknowledge(key, &CreateInteractionResponse::Autocomplete(response)).await;
    }

    async fn suggest_servers(&self, asking: &Asker, capability: Capability, typed: &str) -> Vec<(String, String)> {
        // A tag may be typed as the rules of the configuration have it.
        let typed = typed.trim_start();
        let typed = typed.strip_prefix("tag:").unwrap_or(typed);
        let policy = self.policy.get();
        let servers = self.fleet.servers();
        let recent = self.fleet.inventory().recent(asking.requester.user);
        let sees = policy.sight(&asking.requester, capability, asking.place.0);
        let may = |server: &Server| server.name.as_str().len() <= CHOICE && sees(server);
        let found = servers.search(&may, typed, &recent, CHOICES);
        if found.is_empty() {
            return Vec::new();
        }
        // Without the store the names are still offered.
        let names: Vec<&ServiceName> = found.iter().map(|server| &server.name).collect();
        let occupied = self.store.occupied(&names).await.unwrap_or_default();
        let kind = kind_of(capability);
        let state = |server: &Server| State {
            in_rescue: occupied.in_rescue.contains(&server.name),
            busy: occupied.busy.contains(&server.name),
            protected: kind.is_some_and(|kind| {
                protection_of(&policy, Deed::Asked { kind, by: asking.requester.user }, server, None).is_some()
            }),
        };
        found.into_iter().map(|server| choice(server, state(server), asking.locale)).collect()
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

/// How a server stands, as far as memory knows.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    in_rescue: bool,
    busy: bool,
    protected: bool,
}

/// What is asked for with this capability, if that is something that can be protected.
fn kind_of(capability: Capability) -> Option<Kind> {
    match capability {
        Capability::Rescue => Some(Kind::Enable),
        Capability::Restore => Some(Kind::Restore),
        Capability::Reboot => Some(Kind::Reboot),
        Capability::Console => Some(Kind::Console),
        Capability::View | Capability::Ticket | Capability::Approve | Capability::Audit | Capability::Admin => None,
    }
}

/// What is shown, and what is sent when it is taken: the name, how it stands, its system, and the service name, which tells two long
/// names apart. What does not fit is taken from the name.
fn choice(server: &Server, state: State, locale: Locale) -> (String, String) {
    let service = server.name.to_string();
    let mut behind = Vec::new();
    behind.extend(state.busy.then(|| say!(locale, "choice-busy")));
    behind.extend(state.in_rescue.then(|| say!(locale, "choice-in-rescue")));
    behind.extend(state.protected.then(|| say!(locale, "choice-protected")));
    // What was never read has no system yet.
    behind.extend((!server.os.is_empty()).then(|| family(server.system()).to_owned()));
    let (name, behind) = match &server.display_name {
        Some(name) => {
            behind.push(service.clone());
            (shown::visible(name), behind)
        }
        None => (service.clone(), behind),
    };
    let behind: String = behind.iter().map(|part| format!(" · {part}")).collect();
    let room = CHOICE.saturating_sub(length(&behind));
    (shorten(&format!("{}{behind}", shorten(&name, room)), CHOICE), service)
}

/// What people call a family of systems.
fn family(system: System) -> &'static str {
    match system {
        System::Windows => "Windows",
        System::Linux => "Linux",
    }
}

/// The `server` that was typed beside what is being typed, in the command or its subcommand.
fn chosen_server(options: &[CommandDataOption]) -> Option<&str> {
    options.iter().find_map(|option| match &option.value {
        CommandDataOptionValue::String(server) if option.name == "server" => Some(server.as_str()),
        CommandDataOptionValue::SubCommand(inner) => chosen_server(inner),
        _ => None,
    })
}
