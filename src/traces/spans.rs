//! An operation and what happened to it as spans.

use bernard_domain::{
    audit,
    operation::{
        Operation,
        event::Event,
        state::{IllegalEvent, Link, Outcome, Phase},
    },
};
use jiff::Timestamp;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span, status::StatusCode},
};
use sha1::{Digest, Sha1};

/// The whole of one operation that has ended.
///
/// # Errors
/// When its events do not follow one another: the store was tampered with.
pub(super) fn of(
    operation: &Operation,
    events: &[(Timestamp, Event)],
) -> Result<ExportTraceServiceRequest, IllegalEvent> {
    let states = states(operation, events)?;
    let trace = Trace(operation);
    let mut spans = vec![trace.root(events.last(), states.last().map_or(operation.opened, |state| state.until))];
    spans.extend(states.iter().zip(1..).map(|(state, number)| trace.span(state, number)));
    let scope = InstrumentationScope { name: "bernard".to_owned(), ..InstrumentationScope::default() };
    let scope_spans = vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }];
    let attributes = vec![text("service.name", "bernard"), text("service.version", env!("CARGO_PKG_VERSION"))];
    let resource = Resource { attributes, ..Resource::default() };
    let spans = ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() };
    Ok(ExportTraceServiceRequest { resource_spans: vec![spans] })
}

/// A state that the operation was in.
struct State {
    name: &'static str,
    from: Timestamp,
    until: Timestamp,
    events: Vec<(Timestamp, String)>,
}

/// The states one after the other; the end is none, as nothing lasts in it.
fn states(operation: &Operation, events: &[(Timestamp, Event)]) -> Result<Vec<State>, IllegalEvent> {
    let mut now = Operation::open(operation.id, operation.mark, operation.request.clone(), operation.opened);
    let begun = |operation: &Operation, at| State {
        name: operation.state.phase.word(),
        from: at,
        until: at,
        events: Vec::new(),
    };
    let mut states = Vec::new();
    let mut state = begun(&now, now.opened);
    for (at, event) in events {
        now = now.record(event, *at)?;
        // Our clock may have been set back.
        state.until = (*at).max(state.from);
        state.events.push((state.until, event.word()));
        if now.state.phase.word() != state.name {
            let next = begun(&now, state.until);
            states.push(std::mem::replace(&mut state, next));
        }
    }
    Ok(states)
}

/// What all spans of an operation have in common.
struct Trace<'a>(&'a Operation);

impl Trace<'_> {
    /// The whole of it; `end` is what ended it.
    fn root(&self, end: Option<&(Timestamp, Event)>, until: Timestamp) -> Span {
        let operation = self.0;
        let mut attributes = vec![
            text("bernard.operation", &operation.id.to_string()),
            text("bernard.server", operation.request.server.as_str()),
            text("bernard.account", &operation.request.account),
        ];
        let outcome = end.and_then(|(at, event)| audit::of_event(operation, event, *at).outcome);
        attributes.extend(outcome.map(|outcome| text("bernard.outcome", &outcome)));
        let whole = self.bare(0, operation.request.kind().as_str(), (operation.opened, until));
        Span { attributes, parent_span_id: Vec::new(), status: Some(status(&operation.state.phase)), ..whole }
    }

    fn span(&self, state: &State, number: u32) -> Span {
        let event = |(at, word): &(Timestamp, String)| span::Event {
            time_unix_nano: nanoseconds(*at),
            name: word.clone(),
            ..span::Event::default()
        };
        let events = state.events.iter().map(event).collect();
        Span { events, ..self.bare(number, state.name, (state.from, state.until)) }
    }

    fn bare(&self, number: u32, name: &str, (from, until): (Timestamp, Timestamp)) -> Span {
        Span {
            trace_id: self.id("trace", 16),
            span_id: self.id(&number.to_string(), 8),
            parent_span_id: self.id("0", 8),
            name: name.to_owned(),
            kind: span::SpanKind::Internal.into(),
            start_time_unix_nano: nanoseconds(from),
            end_time_unix_nano: nanoseconds(until),
            ..Span::default()
        }
    }

    /// So many bytes that nothing else has.
    fn id(&self, of: &str, length: usize) -> Vec<u8> {
        Sha1::digest(format!("{} {} {of}", self.0.id, self.0.mark)).iter().copied().take(length).collect()
    }
}

/// Whether it came to what was asked for; what people decided otherwise is no error.
fn status(phase: &Phase) -> Status {
    let code = match phase {
        Phase::Ended(
            Outcome::Impossible(_)
            | Outcome::NotDone(..)
            | Outcome::TaskFailed { .. }
            | Outcome::InDoubt
            | Outcome::InRescue(Link::NotFound | Link::NotTaken)
            | Outcome::ConsoleOpen(Link::NotFound | Link::NotTaken),
        ) => StatusCode::Error,
        Phase::Ended(
            Outcome::InRescue(_)
            | Outcome::ConsoleOpen(_)
            | Outcome::Adopted
            | Outcome::HandedOver(_)
            | Outcome::TicketOpened(_)
            | Outcome::SessionsFreed
            | Outcome::Restored
            | Outcome::Rebooted
            | Outcome::NetbootBack,
        ) => StatusCode::Ok,
        _ => StatusCode::Unset,
    };
    Status { code: code.into(), message: String::new() }
}

fn text(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn nanoseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_nanosecond()).unwrap_or_default()
}
