//! `/status` of all servers that somebody may see: those with which something is the matter, and how much is unknown.

use std::collections::{HashMap, HashSet};

use bernard_domain::{
    access::Capability,
    lease::Lease,
    locale::Locale,
    operation::Operation,
    server::{Server, ServiceName},
};
use bernard_platform::clock;
use bernard_text::{named, say};
use bernard_untrusted::shown::span::code;

use crate::{
    admission::visible_rescues::{in_rescue, not_looked_at, only_listed},
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::{
        layout::{Accent, Block},
        message::Message,
        wording::{self, Headline},
    },
    reply::Reply,
};

/// How many servers are named at most.
const NAMED: usize = 15;

/// What Bernard knows of a server beside OVHcloud's own words.
struct Known<'a> {
    operation: Option<&'a Operation>,
    lease: Option<&'a Lease>,
    is_foreign: bool,
    is_dead_end: bool,
}

impl Handler {
    pub(super) async fn status_of_fleet(&self, asking: &Asker) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        self.anywhere(asking, Capability::View)?;
        let servers = self.fleet.servers();
        let policy = self.policy.get();
        let sees = policy.sight(&asking.requester, Capability::View, asking.place.0);
        let (leases, foreign) = in_rescue(&self.store, &servers, &sees).await?;
        let live = self.store.live_operations().await?;
        let dead_ends = self.fleet.inventory().dead_ends();
        let visible: Vec<&Server> =
            policy.visible(&asking.requester, Capability::View, asking.place.0, servers.iter()).collect();
        let owned: HashMap<&ServiceName, &Lease> = leases.iter().map(|lease| (&lease.server, lease)).collect();
        let foreign: HashSet<&ServiceName> = foreign.iter().map(|foreign| &foreign.found.server).collect();
        let mut at_work: HashMap<&ServiceName, Vec<&Operation>> = HashMap::new();
        for operation in &live {
            at_work.entry(&operation.request.server).or_default().push(operation);
        }
        let standings = visible.iter().filter_map(|server| {
            let lease = owned.get(&server.name).copied();
            let mut operations = at_work.get(&server.name).into_iter().flatten().copied();
            // What only waits to begin says least about a server.
            let under_way = operations.clone().find(|operation| !operation.state.waits_to_begin());
            let known = Known {
                operation: under_way.or_else(|| operations.next().filter(|_| lease.is_none())),
                lease,
                is_foreign: foreign.contains(&server.name),
                is_dead_end: dead_ends.contains(&server.name),
            };
            let (accent, state) = standing(server, &known, locale)?;
            Some((accent, say!(locale, "fleet-line", server = named(server.label()), state = state)))
        });
        let (accents, mut rows): (Vec<Accent>, Vec<String>) = standings.take(NAMED + 1).unzip();
        if rows.len() > NAMED {
            rows.truncate(NAMED);
            rows.push(say!(locale, "fleet-more"));
        }

        let unlisted = |server: &Server| sees(server) && !owned.contains_key(&server.name);
        let unread = not_looked_at(&self.fleet, unlisted, locale);
        let (quiet, all_quiet) = match unread {
            None => (Accent::Good, say!(locale, "fleet-quiet")),
            Some(_) => (Accent::Quiet, say!(locale, "fleet-quiet-so-far")),
        };
        if rows.is_empty() {
            rows.push(all_quiet);
        }
        let mut lines = vec![say!(locale, "fleet-title", count = visible.len())];
        lines.extend(self.pause_line(asking).await?);
        lines.extend(rows);
        lines.extend(unread);
        lines.extend(only_listed(&servers, &sees, locale));
        let worst = accents.into_iter().max().unwrap_or(quiet);
        Ok(Message::framed(worst, vec![Block::Text(lines.join("\n"))]).into())
    }
}

/// How it stands with a server, if anything is the matter with it.
fn standing(server: &Server, known: &Known<'_>, locale: Locale) -> Option<(Accent, String)> {
    let warning = |words: String| (Accent::Warning, format!("⚠️ {words}"));
    Some(match (known.operation, known.lease) {
        (Some(operation), _) => {
            let Headline { emoji, words } = wording::state(operation, locale);
            (Accent::Live, format!("{emoji} {words}"))
        }
        (None, Some(lease)) if lease.seen.has_left() => (Accent::Live, format!("🏁 {}", say!(locale, "fleet-left"))),
        (None, Some(lease)) => {
            let accent = if lease.deadline <= clock::now() { Accent::Bad } else { Accent::Live };
            (accent, format!("🛟 {}", say!(locale, "outcome-in-rescue")))
        }
        (None, None) if known.is_foreign => warning(say!(locale, "fleet-foreign")),
        (None, None) if known.is_dead_end => warning(say!(locale, "fleet-dead-end")),
        (None, None) if !matches!(server.state.as_str(), "ok" | "") => warning(code(&server.state)),
        (None, None) => return None,
    })
}
