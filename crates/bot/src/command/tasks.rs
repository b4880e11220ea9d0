//! `/tasks`: what OVHcloud did to a server lately, in its own words.

use bernard_domain::{
    access::Capability,
    locale::Locale,
    server::{Task, TaskStatus},
};
use bernard_text::{from_now, named, say};
use bernard_untrusted::shown::span::{code, code_within};

use crate::{asker::Asker, context::Handler, refusal::Refusal, reply::Reply};

/// How many tasks are shown: they fit one message, and cost as many requests.
const SHOWN: usize = 8;
/// How much of OVHcloud's comment is shown.
const COMMENT: usize = 100;

impl Handler {
    pub(super) async fn tasks(&self, asking: &Asker, typed: &str) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        let known = self.find(asking, typed, Capability::View).await?;
        let server = self.read_to_view(asking, &known).await?;
        let tasks = self.fleet.tasks(&server, SHOWN).await;
        let tasks = tasks.map_err(|error| Refusal::from_plan(error, server.label()))?;
        let mut lines = vec![say!(locale, "tasks-title", server = named(server.label()))];
        lines.extend(tasks.iter().map(|task| line(task, locale)));
        if tasks.is_empty() {
            lines.push(say!(locale, "tasks-none"));
        }
        Ok(Reply::text(lines.join("\n")))
    }
}

fn line(task: &Task, locale: Locale) -> String {
    let mut line = format!("{} {} {}", emoji(&task.status), code(&task.function), code(task.status.as_str()));
    line += &match (task.started, task.ended) {
        (_, Some(ended)) => format!(" · {}", say!(locale, "tasks-ended", when = from_now(ended))),
        (Some(started), None) => format!(" · {}", say!(locale, "tasks-began", when = from_now(started))),
        (None, None) => String::new(),
    };
    if let Some(comment) = &task.comment {
        line += &format!("\n-# {}", code_within(comment, COMMENT));
    }
    line
}

fn emoji(status: &TaskStatus) -> &'static str {
    match status {
        TaskStatus::Init | TaskStatus::Todo | TaskStatus::Doing => "⏳",
        TaskStatus::Done => "✅",
        TaskStatus::Cancelled => "✋",
        TaskStatus::CustomerError | TaskStatus::OvhError => "❌",
        TaskStatus::Other(_) => "❔",
    }
}
