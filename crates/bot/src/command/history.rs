//! `/history`: who did what. A few short lines for the phone, and all of it in a file that can be verified.
//!
//! A person sees the lines of the servers for which they have `audit` here. Lines without a server (a start, a new policy, a
//! refusal that named none) hold nothing of any server, so whoever has `audit` at all here sees them.

use std::collections::BTreeMap;

use bernard_domain::{
    access::{Capability, UserId},
    audit::Line,
    locale::Locale,
    server::{Server, ServiceName},
};
use bernard_engine::fleet::NotFound;
use bernard_store::{AuditFilter, AuditPage};
use bernard_text::{from_now, named, say};
use bernard_untrusted::shown::span::code_within;
use serenity::{builder::CreateCommandOption, model::application::CommandOptionType};

use super::{option, text};
use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::{audit_line, card_links::CardLinks, message::File},
    reply::Reply,
};

/// How many lines are shown: what fits on a phone without much scrolling.
const SHOWN: usize = 10;
/// How much of a reason is shown.
const REASON: usize = 60;
/// Discord's smallest limit for a file, in bytes; an interaction says if it is larger.
const SMALLEST_LIMIT: usize = 10 << 20;
/// What is left free of the limit for the rest of the message.
const MARGIN: usize = 64 << 10;

/// The options as they are registered.
pub(super) fn options() -> Vec<CreateCommandOption> {
    vec![
        text("server", |l| say!(l, "option-history-server")).set_autocomplete(true),
        option(CommandOptionType::User, "user", |l| say!(l, "option-history-user")),
    ]
}

impl Handler {
    pub(super) async fn history(
        &self,
        asking: &Asker,
        server: Option<&str>,
        user: Option<UserId>,
    ) -> Result<Reply, Refusal> {
        self.anywhere(asking, Capability::Audit)?;
        let server = match server {
            Some(typed) => Some(self.find_in_history(asking, typed).await?),
            None => None,
        };
        let limit = asking.file_limit().unwrap_or(SMALLEST_LIMIT).saturating_sub(MARGIN);
        let filter = AuditFilter { server, user: user.map(|user| user.0), ..AuditFilter::default() };
        let page = self.store.audit_page(&filter, limit, self.sees(asking)).await?;
        let locale = asking.locale;
        let mut lines = vec![say!(locale, "history-title", count = page.lines.len())];
        let told: Vec<&Line> = page.lines.iter().rev().filter(|line| is_for_people(line)).take(SHOWN).collect();
        let links = self.card_links(told.iter().filter_map(|line| audit_line::operation(line))).await?;
        lines.extend(told.into_iter().map(|line| self.told(line, &links, locale)));
        if page.lines.is_empty() {
            lines.push(say!(locale, "history-none"));
            return Ok(Reply::text(lines.join("\n")));
        }
        if !asking.bot_can_attach() {
            lines.push(say!(locale, "history-no-file"));
            return Ok(Reply::text(lines.join("\n")));
        }
        lines.push(file_note(&page, locale));
        Ok(Reply::text(lines.join("\n")).with_file(file(&page)))
    }

    /// The server that was typed; one that has left the fleet goes by its service name.
    async fn find_in_history(&self, asking: &Asker, typed: &str) -> Result<ServiceName, Refusal> {
        match self.find(asking, typed, Capability::Audit).await {
            Ok(server) => Ok(server.name),
            Err(Refusal::NoServer(typed, NotFound::Unknown(near))) => {
                let gone = ServiceName::try_from(typed.trim().to_owned()).ok();
                let known = gone.filter(|name| self.sees(asking)(Some(name.as_str())));
                match known {
                    Some(name) if self.is_in_history(&name).await? => Ok(name),
                    _ => Err(Refusal::NoServer(typed, NotFound::Unknown(near))),
                }
            }
            Err(refusal) => Err(refusal),
        }
    }

    async fn is_in_history(&self, name: &ServiceName) -> Result<bool, Refusal> {
        let filter = AuditFilter { server: Some(name.clone()), ..AuditFilter::default() };
        Ok(self.store.audit_page(&filter, 0, |_| true).await?.more > 0)
    }

    /// Whether the asker may see lines about a server. What is not known of one that has left the fleet counts against them.
    fn sees(&self, asking: &Asker) -> impl FnMut(Option<&str>) -> bool + Send + use<> {
        let (policy, servers) = (self.policy.get(), self.fleet.servers());
        let (requester, place) = (asking.requester.clone(), asking.place.0);
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        move |server| {
            let Some(name) = server else { return true };
            *known.entry(name.to_owned()).or_insert_with(|| {
                let Ok(name) = ServiceName::try_from(name.to_owned()) else { return false };
                let gone = || Server::only_named(name.clone(), "");
                let server = servers.iter().find(|server| server.name == name).cloned().unwrap_or_else(gone);
                policy.check(&requester, Capability::Audit, &server, place).is_ok()
            })
        }
    }

    fn told(&self, line: &Line, links: &CardLinks, locale: Locale) -> String {
        let when = line.text("at").and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let when = when.map(from_now).unwrap_or_default();
        let server = line.text("server").map_or_else(String::new, |name| self.label_of(&name));
        let what = audit_line::sentence(line, server, links, locale);
        let why = line.text("reason").map(|reason| format!(": {}", code_within(&reason, REASON)));
        format!("{when} {what}{}", why.unwrap_or_default())
    }

    fn label_of(&self, name: &str) -> String {
        let servers = self.fleet.servers();
        let known = servers.iter().find(|server| server.name.as_str() == name);
        named(known.map_or(name, Server::label))
    }
}

/// Whether a line is about somebody who decided, or about an end; the rest is in the file.
fn is_for_people(line: &Line) -> bool {
    let kind = line.text("kind").unwrap_or_default();
    matches!(kind.as_str(), "decision" | "refusal" | "policy" | "process") || line.text("outcome").is_some()
}

fn file(page: &AuditPage) -> File {
    let mut text = String::new();
    for line in &page.lines {
        text.push_str(&line.to_json());
        text.push('\n');
    }
    File::new("history.jsonl", text)
}

fn file_note(page: &AuditPage, locale: Locale) -> String {
    if page.more == 0 {
        say!(locale, "history-file", count = page.lines.len())
    } else {
        say!(locale, "history-file-cut", count = page.lines.len(), more = page.more)
    }
}
