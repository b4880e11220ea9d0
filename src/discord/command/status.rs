//! `/status`: one server as OVHcloud sees it now, or the fleet in one short card from memory.

use crate::{
    access::Capability,
    config::Locale,
    discord::{
        asking::Asking,
        handler::{Handler, Reply},
        refusal::Refusal,
        speak,
    },
    rescue::{
        fleet::Look,
        lease::Lease,
        server::{Boot, Server, Task},
    },
    say,
    text::{code, mention, since_epoch},
};

/// How many servers the fleet's card names at most.
const NAMED: usize = 15;

impl Handler {
    pub(super) async fn status_of(&self, asking: &Asking, typed: &str) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        let known = self.find(asking, typed, Capability::View).await?;
        let problem = |error| Refusal::from_plan(error, known.label());
        let server = self.fleet.read(&known).await.map_err(problem)?;
        let Look { boot, running } = self.fleet.look(&server).await.map_err(problem)?;
        let lease = self.store.lease(&server.name).await?;
        let mut lines = vec![headline(&server, boot.as_ref(), locale)];
        lines.push(say!(locale, "status-os", os = code(&server.os), power = power(&server)));
        lines.push(match &boot {
            Some(boot) => {
                say!(locale, "status-boots", kernel = code(&boot.kernel), description = code(&boot.description))
            }
            None => say!(locale, "status-boots-nothing"),
        });
        match running {
            Ok(tasks) => lines.extend(tasks.iter().map(|task| task_line(task, locale))),
            Err(error) => lines.push(say!(locale, "status-tasks-unreadable", said = code(&error))),
        }
        lines.extend(lease.as_ref().map(|lease| lease_line(lease, locale)));
        for operation in self.store.live_operations().await? {
            if operation.request.server == server.name {
                let (emoji, state) = speak::state(&operation, locale);
                lines.push(say!(
                    locale,
                    "status-operation",
                    emoji = emoji,
                    id = operation.id.to_string(),
                    state = state
                ));
            }
        }
        lines.push(match server.monitoring {
            true => say!(locale, "status-monitored"),
            false => say!(locale, "status-unmonitored"),
        });
        if server.no_intervention {
            lines.push(say!(locale, "status-no-intervention"));
        }
        Ok(Reply::text(lines.join("\n")))
    }

    pub(super) async fn status_of_fleet(&self, asking: &Asking) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        self.anywhere(asking, Capability::View)?;
        let servers = self.fleet.servers();
        let policy = self.policy.get();
        let visible: Vec<&Server> =
            policy.visible(&asking.requester, Capability::View, asking.place.0, servers.iter()).collect();
        let leases = self.store.leases().await?;
        let live = self.store.live_operations().await?;
        let mut lines = vec![say!(locale, "fleet-title", count = visible.len())];
        lines.extend(self.pause_line(asking).await?);
        let before = lines.len();
        for server in &visible {
            let lease = leases.iter().find(|lease| lease.server == server.name);
            let operation = live.iter().find(|operation| operation.request.server == server.name);
            let state = match (operation, lease) {
                (Some(operation), _) => {
                    let (emoji, state) = speak::state(operation, locale);
                    format!("{emoji} {state}")
                }
                (None, Some(_)) => format!("🛟 {}", say!(locale, "outcome-in-rescue")),
                (None, None) if server.state != "ok" => format!("⚠️ {}", code(&server.state)),
                (None, None) => continue,
            };
            lines.push(say!(locale, "fleet-line", server = code(server.label()), state = state));
            if lines.len() - before == NAMED {
                lines.push(say!(locale, "fleet-more"));
                break;
            }
        }
        if lines.len() == before {
            lines.push(say!(locale, "fleet-quiet"));
        }
        Ok(Reply::text(lines.join("\n")))
    }
}

fn headline(server: &Server, boot: Option<&Boot>, locale: Locale) -> String {
    let name = code(server.label());
    let service = code(server.name.as_str());
    match boot {
        Some(boot) if boot.is_rescue() => say!(locale, "status-rescue", server = name, service = service),
        _ if server.state == "ok" => say!(locale, "status-ok", server = name, service = service),
        _ => say!(locale, "status-trouble", server = name, service = service, state = code(&server.state)),
    }
}

fn power(server: &Server) -> String {
    code(server.power_state.as_deref().unwrap_or("?"))
}

fn task_line(task: &Task, locale: Locale) -> String {
    say!(
        locale,
        "status-task",
        task = task.id.to_string(),
        function = code(&task.function),
        status = code(task.status.as_str()),
    )
}

fn lease_line(lease: &Lease, locale: Locale) -> String {
    let who = mention(lease.owner);
    say!(locale, "status-lease", who = who, since = since_epoch(lease.started), until = since_epoch(lease.deadline))
}
