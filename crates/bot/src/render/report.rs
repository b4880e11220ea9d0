//! An operation's whole story as two files, for a postmortem: Markdown for people, JSON for what reads it next. Neither ever holds a
//! link: both are made of the request and of events, which hold none.
//!
//! The steps say what the channel showed, to the end of the rescue that it began. The lines of the audit stand below them only for those who may read the audit.

mod rescue;
mod words;

use bernard_domain::{
    access::UserId,
    audit::{self, Entry, Line},
    locale::Locale,
    operation::{
        Operation, OperationId,
        approval::{Approval, Guard, Round, RoundEnd, Waiver},
        event::Event,
    },
};
use bernard_text::{mention, say};
use bernard_untrusted::shown::{self, span::code};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{card_links::CardLinks, message::File, past::Tense};

pub use rescue::Afterwards;

/// What a story is told from.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    /// The operation as it is.
    pub operation: &'a Operation,
    /// What happened to it, in its order.
    pub events: &'a [(Timestamp, Event)],
    /// What became of the rescue that it began.
    pub rescue: Afterwards<'a>,
    /// The audit's lines about it; `None` for who may not read them.
    pub audit: Option<&'a [Line]>,
}

/// One thing that happened.
struct Step {
    at: Timestamp,
    words: String,
    entry: Entry,
}

impl Story<'_> {
    /// Both files, named by the operation's number.
    pub fn files(&self, zone: &TimeZone, locale: Locale) -> [File; 2] {
        let id = self.operation.id;
        let json = serde_json::to_string_pretty(&self.json()).unwrap_or_default() + "\n";
        [File::new(format!("{id}.md"), self.markdown(zone, locale)), File::new(format!("{id}.json"), json)]
    }

    /// How it stands, or that its rescue is over.
    fn state(&self, locale: Locale) -> String {
        Tense::of(self.operation, self.rescue.past, &CardLinks::default()).state(self.operation, locale).words
    }

    /// What happened, from the request on, to the end of its rescue. What cannot be followed is told without what came of it.
    fn steps(&self, locale: Locale) -> Vec<Step> {
        let of = self.operation;
        let mut now = Operation::open(of.id, of.mark, of.request.clone(), of.opened);
        // How it was asked for is in the request; the audit's own line of it names the card.
        let mut opened = audit::opened(&now, "", of.opened);
        opened.detail = None;
        let mut steps = vec![Step { at: of.opened, words: say!(locale, "report-opened"), entry: opened }];
        for (at, event) in self.events {
            now = now.record(event, *at).unwrap_or(now);
            let entry = audit::of_event(&now, event, *at);
            steps.push(Step { at: *at, words: words::of(event, locale), entry });
        }
        for later in self.rescue.steps(locale) {
            let place = steps.iter().rposition(|step| step.at <= later.at).map_or(0, |before| before + 1);
            steps.insert(place, later);
        }
        steps
    }

    fn markdown(&self, zone: &TimeZone, locale: Locale) -> String {
        let (operation, request) = (self.operation, &self.operation.request);
        let state = self.state(locale);
        let mut lines = vec![format!("# {} · {} · {state}", operation.id, code(&request.label)), String::new()];
        let mut fact = |name: String, value: String| lines.push(format!("- {name} {value}"));
        fact(say!(locale, "report-server"), format!("{} ({})", code(request.server.as_str()), code(&request.account)));
        fact(say!(locale, "report-asked-by"), mention(request.requester));
        fact(say!(locale, "report-asked-at"), moment(operation.opened, zone));
        if let Some(reason) = &request.reason {
            fact(say!(locale, "report-reason"), code(reason));
        }
        fact(say!(locale, "report-allowed-by"), code(&request.rule));
        if let Some(protected) = protected(&request.guard, locale) {
            fact(say!(locale, "report-protected"), protected);
        }
        lines.extend([String::new(), format!("## {}", say!(locale, "report-steps")), String::new()]);
        lines.extend(self.steps(locale).iter().map(|step| line(step, operation.opened, zone, locale)));
        if let Some(audit) = self.audit {
            lines.extend([String::new(), format!("## {}", say!(locale, "report-audit")), String::new()]);
            lines.extend(audit.iter().map(audited));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn json(&self) -> Value {
        let (operation, request) = (self.operation, &self.operation.request);
        let steps = self.steps(Locale::En);
        let outcome = steps.iter().rev().find_map(|step| step.entry.outcome.clone());
        let steps: Vec<Value> = steps.iter().map(|step| step_json(&step.entry)).collect();
        let rounds: Vec<Value> = operation.state.facts.rounds.iter().map(round_json).collect();
        let mut story = json!({
            "operation": operation.id.to_string(),
            "kind": request.kind().as_str(),
            "server": request.server.as_str(),
            "label": request.label,
            "account": request.account,
            "channel": request.channel.0.to_string(),
            "asked_by": request.requester.0.to_string(),
            "asked_at": exact(operation.opened),
            "reason": request.reason,
            "rule": request.rule,
            "protection": protection_json(&request.guard),
            "approvals": rounds,
            "phase": operation.state.phase.word(),
            "outcome": outcome,
            "rescue": self.rescue.json(),
            "steps": steps,
        });
        if let Some(audit) = self.audit {
            let lines = audit.iter().filter_map(|line| serde_json::from_str::<Value>(&line.to_json()).ok());
            story["audit"] = lines.collect();
        }
        story
    }
}

/// Where it stands in the audit, so that it can be looked up and verified.
fn audited(line: &Line) -> String {
    let text = |key: &str| line.text(key).unwrap_or_default();
    let who = text("who").parse().map_or_else(|_| String::new(), |id| format!(" {}", mention(UserId(id))));
    format!("- {} {}{who} `{}`", line.number, code(&text("what")), line.hash)
}

fn line(step: &Step, began: Timestamp, zone: &TimeZone, locale: Locale) -> String {
    let Step { at, words, entry } = step;
    let mut parts = vec![format!("{} (+{}) {words}", moment(*at, zone), since(at.duration_since(began)))];
    if entry.kind == audit::Kind::Decision {
        parts.extend(entry.who.map(mention));
    }
    parts.extend(entry.task.map(|task| say!(locale, "report-task", id = code(&task.to_string()))));
    parts.extend(entry.queries.iter().map(|query| say!(locale, "report-query", id = code(query.as_str()))));
    parts.extend(entry.reason.as_ref().map(|reason| code(reason)));
    parts.extend(entry.detail.as_ref().map(|detail| code(detail)));
    format!("- {}", parts.join(" · "))
}

fn protected(guard: &Guard, locale: Locale) -> Option<String> {
    match guard {
        Guard::Unprotected => None,
        Guard::Approval(approval) => {
            Some(say!(locale, "report-approval", rule = code(&approval.rule), count = approval.count))
        }
        Guard::BrokenGlass { passed, .. } => {
            Some(say!(locale, "report-glass", rule = code(&passed.rule), count = passed.count))
        }
        Guard::Waived(waiver) => {
            let (rule, reading) = (code(&waiver.rule), code(&waiver.by));
            Some(say!(locale, "report-waived", rule = rule, count = waiver.count, reading = reading))
        }
    }
}

fn protection_json(guard: &Guard) -> Value {
    let of = |rule: &str, count: u32, broken: bool, waived: Option<&str>| json!({ "rule": rule, "approvals": count, "break_glass": broken, "waived_on_duty_by": waived });
    match guard {
        Guard::Unprotected => Value::Null,
        Guard::Approval(Approval { rule, count, .. }) => of(rule, *count, false, None),
        Guard::BrokenGlass { passed: Approval { rule, count, .. }, .. } => of(rule, *count, true, None),
        Guard::Waived(Waiver { rule, count, by }) => of(rule, *count, false, Some(by)),
    }
}

fn round_json(round: &Round) -> Value {
    let approvers: Vec<String> = round.approvers.iter().map(|person| person.0.to_string()).collect();
    let (end, by, reason) = match &round.end {
        RoundEnd::Open => ("open", None, None),
        RoundEnd::Approved => ("approved", None, None),
        RoundEnd::Denied { by, reason } => ("denied", Some(*by), reason.clone()),
        RoundEnd::Withdrawn(by) => ("withdrawn", Some(*by), None),
        RoundEnd::Expired => ("expired", None, None),
        RoundEnd::Overtaken => ("overtaken", None, None),
    };
    json!({
        "asked_by": round.asked_by.0.to_string(),
        "asked_at": round.asked_at.map(exact),
        "rule": round.approval.rule,
        "needed": round.approval.count,
        "approved_by": approvers,
        "end": end,
        "by": by.map(|by| by.0.to_string()),
        "reason": reason,
    })
}

/// The fields of the audit's entry that are about this step; what is about the whole operation stands above.
fn step_json(entry: &Entry) -> Value {
    let mut step = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            step.insert(key.to_owned(), Value::String(shown::visible(&value)));
        }
    };
    put("at", Some(exact(entry.at)));
    put("kind", Some(entry.kind.as_str().to_owned()));
    put("what", Some(entry.what.clone()));
    put("who", entry.who.filter(|_| entry.kind == audit::Kind::Decision).map(|who| who.0.to_string()));
    put("task", entry.task.map(|task| task.to_string()));
    put("reason", entry.reason.clone());
    put("outcome", entry.outcome.clone());
    put("detail", entry.detail.clone());
    let queries: Vec<&str> = entry.queries.iter().map(|query| query.as_str()).collect();
    if !queries.is_empty() {
        step.insert("queries".to_owned(), json!(queries));
    }
    Value::Object(step)
}

/// To the second, as people compare it with other logs, with the zone it is in.
fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// As the audit writes it.
fn exact(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// `0:07`, `12:30`, `1:05:00`.
fn since(after: SignedDuration) -> String {
    let all = after.as_secs().max(0);
    let (hours, minutes, seconds) = (all / 3_600, all / 60 % 60, all % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// The number that somebody typed: `R-142`, `r-142` or `142`.
pub fn number(typed: &str) -> Option<OperationId> {
    let typed = typed.trim();
    let digits = typed.strip_prefix(['R', 'r']).map_or(typed, |rest| rest.strip_prefix('-').unwrap_or(rest));
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| plain && *number > 0).map(OperationId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for typed in ["R-142", "r-142", " R142 ", "142"] {
            assert_eq!(number(typed), Some(OperationId(142)), "{typed}");
        }
        for bad in ["", "R-", "R--1", "-1", "0", "R-0", "+5", "R-1.5", "web-1", "99999999999999999999", "R-١"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn how_long_after_is_said_with_hours_only_where_there_are_some() {
        let said = [7, 750, 3_900, -5].map(|seconds| since(SignedDuration::from_secs(seconds)));
        assert_eq!(said, ["0:07", "12:30", "1:05:00", "0:00"]);
    }
}
