//! `/report`: an operation's whole story as files, for a postmortem. It changes nothing, and never holds a link.
//!
//! Whoever may see the server here may have it. Who did what beyond the operation's own steps (a refused code, a wiped DM) is the
//! audit's, and for those who may read that.

use bernard_discord::fit::CHOICE;
use bernard_domain::{access::Capability, audit::Line, lease::past::Past, operation::Operation, server::Server};
use bernard_store::{AuditFilter, Recent};
use bernard_text::{named, say};
use bernard_untrusted::shown::{self, size::shorten};
use serenity::builder::CreateCommandOption;

use super::text;
use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::{
        card_links::CardLinks,
        past::Tense,
        report::{Afterwards, Story, number},
    },
    reply::Reply,
};

/// How many of the latest operations are looked through for what is offered while somebody types.
const LOOKED_THROUGH: u32 = 200;
/// Discord's smallest limit for the files of a message, in bytes, less what the rest of it needs. A story is far smaller, so a part of
/// it is more than enough for the audit's lines.
const AUDIT_BYTES: usize = 4 << 20;

/// The options as they are registered.
pub(super) fn options() -> Vec<CreateCommandOption> {
    vec![text("operation", |l| say!(l, "option-operation")).set_autocomplete(true).required(true)]
}

impl Handler {
    pub(super) async fn report(&self, asking: &Asker, typed: &str) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        self.anywhere(asking, Capability::View)?;
        let found = match number(typed) {
            Some(id) => self.store.operation(id).await?,
            None => None,
        };
        let operation = found.ok_or_else(|| Refusal::NoOperation(None, typed.to_owned()))?;
        let server = self.server_of(&operation).await;
        let (policy, place) = (self.policy.get(), asking.place.0);
        // To whom its server is not to be seen, there is no such operation.
        policy
            .check(&asking.requester, Capability::View, &server, place)
            .map_err(|denial| Refusal::NoOperation(Some(Box::new(denial)), typed.to_owned()))?;
        if !asking.bot_can_attach() {
            return Ok(Reply::text(say!(locale, "report-no-file")));
        }
        let lines = self.audit_of(&operation).await?;
        let audit = policy.check(&asking.requester, Capability::Audit, &server, place).is_ok();
        let events = self.store.events(operation.id).await?;
        let past = self.past_rescue(&operation).await?;
        let rescue = Afterwards { lines: &lines, past: past.as_ref() };
        let story = Story { operation: &operation, events: &events, rescue, audit: audit.then_some(&lines) };
        let links = CardLinks::default();
        let tense = Tense::of(&operation, past.as_ref(), &links);
        let (id, state) = (operation.id.to_string(), tense.state(&operation, locale).words);
        let title = say!(locale, "report-title", id = id, server = named(&operation.request.label), state = state);
        let words = [Some(title), tense.line(&operation, locale)].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let files = story.files(&self.settings.zone, locale);
        Ok(files.into_iter().fold(Reply::text(words), Reply::with_file))
    }

    /// The server of an operation as it is now. Of one that cannot be read, or is in no account any more, only the service name is
    /// known for certain.
    async fn server_of(&self, operation: &Operation) -> Server {
        let request = &operation.request;
        let only_named = || Server::only_named(request.server.clone(), &request.account);
        let known = self.fleet.servers().get(&request.server).map(|known| known.server.clone());
        let known = known.unwrap_or_else(only_named);
        let unread = || Server { tags: None, display_name: None, ..known.clone() };
        self.fleet.read(&known).await.unwrap_or_else(|_| unread())
    }

    /// The rescue that the operation began, once it is over.
    async fn past_rescue(&self, operation: &Operation) -> Result<Option<Past>, Refusal> {
        let past = self.store.past_of(operation).await?;
        Ok(past.filter(|past| past.lease.operation == operation.id))
    }

    async fn audit_of(&self, operation: &Operation) -> Result<Vec<Line>, Refusal> {
        let server = Some(operation.request.server.clone());
        let filter = AuditFilter { server, operation: Some(operation.id), ..AuditFilter::default() };
        Ok(self.store.audit_page(&filter, AUDIT_BYTES, |_| true).await?.lines)
    }

    /// The latest operations that the asker may see and what was typed fits: by number, server or kind.
    pub(crate) async fn suggest_operations(&self, asking: &Asker, typed: &str) -> Vec<(String, String)> {
        let typed = typed.trim().to_lowercase();
        let (policy, servers) = (self.policy.get(), self.fleet.servers());
        let sees = policy.sight(&asking.requester, Capability::View, asking.place.0);
        let recent = self.store.recent_operations(LOOKED_THROUGH).await.unwrap_or_default();
        let visible = |recent: &Recent| match servers.get(&recent.server) {
            Some(known) => sees(&known.server),
            None => sees(&Server { tags: None, ..Server::only_named(recent.server.clone(), &recent.account) }),
        };
        let choice = |recent: Recent| {
            let at = recent.opened.to_zoned(self.settings.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            let (id, label) = (recent.id.to_string(), shown::visible(&recent.label));
            (shorten(&format!("{id} · {label} · {} · {at}", recent.kind), CHOICE), id)
        };
        let found = recent.into_iter().filter(visible).map(choice);
        found.filter(|(name, _)| name.to_lowercase().contains(&typed)).collect()
    }
}
