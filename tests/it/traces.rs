//! Traces, as a collector gets them.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value,
    trace::v1::{Span, status::StatusCode as Outcome},
};
use prost::Message;

use crate::bot::{TestBot, TestConfig, eventually, web_1};

const TOKEN: &str = "collector-token-for-tests";

/// A collector on loopback: what it took, and whether it takes anything.
#[derive(Clone, Default)]
struct Collector {
    taken: Arc<Mutex<Vec<(HeaderMap, ExportTraceServiceRequest)>>>,
    is_away: Arc<Mutex<bool>>,
}

impl Collector {
    /// The address that it listens at.
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let this = self.clone();
        let take = async move |headers: HeaderMap, body: Bytes| {
            if *this.is_away.lock().expect("whole") {
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
            this.taken.lock().expect("whole").push((headers, request));
            StatusCode::OK
        };
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    /// The spans of the first trace whose root says this operation, the root first.
    fn trace(&self, operation: &str) -> Option<Vec<Span>> {
        let taken = self.taken.lock().expect("whole");
        let mut traces = taken.iter().map(|(_, request)| request.resource_spans[0].scope_spans[0].spans.clone());
        traces.find(|spans| attribute(&spans[0], "bernard.operation").as_deref() == Some(operation))
    }

    async fn waits_for(&self, operation: &str) -> Vec<Span> {
        eventually("the trace is sent", async || self.trace(operation).is_some()).await;
        self.trace(operation).expect("it was there")
    }

    /// How often the trace of this operation came.
    fn count(&self, operation: &str) -> usize {
        let taken = self.taken.lock().expect("whole");
        let roots = taken.iter().map(|(_, request)| &request.resource_spans[0].scope_spans[0].spans[0]);
        roots.filter(|root| attribute(root, "bernard.operation").as_deref() == Some(operation)).count()
    }
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        _ => None,
    }
}

fn traced_to(endpoint: &str) -> TestConfig {
    let usual = TestConfig::default();
    let rules = format!("{}[traces]\nendpoint = \"{endpoint}\"\ntoken = \"{TOKEN}\"\n", usual.rules);
    TestConfig { rules, ..usual }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_two_processes_carried_on_is_one_trace() {
    let collector = Collector::default();
    let mut bot = TestBot::with(traced_to(&collector.start().await), [web_1()]).await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", "words of a person")]).await;
    bot.die().await;
    assert!(bot.operations().await.iter().all(|operation| !operation.state.is_ended()), "it is killed on its way");
    bot.start().await;
    let spans = collector.waits_for("R-1").await;
    let (root, states) = spans.split_first().expect("a root");
    assert_eq!(root.name, "enable");
    assert_eq!(attribute(root, "bernard.server").as_deref(), Some("ns1111111.ip-203-0-113.eu"));
    assert_eq!(attribute(root, "bernard.outcome").as_deref(), Some("link_delivered"));
    assert_eq!(root.status.as_ref().map(|status| status.code), Some(Outcome::Ok.into()));
    assert!(root.parent_span_id.is_empty());
    let names: Vec<&str> = states.iter().map(|span| span.name.as_str()).collect();
    assert!(names.starts_with(&["opened", "prepared"]) && names.contains(&"rebooting"), "{names:?}");
    assert!(states.iter().all(|span| span.trace_id == root.trace_id && span.parent_span_id == root.span_id));
    let whole = states.windows(2).all(|pair| pair[0].end_time_unix_nano == pair[1].start_time_unix_nano);
    assert!(whole, "no moment is missing, not even that of the crash: {states:?}");
    assert_eq!(states[0].start_time_unix_nano, root.start_time_unix_nano);
    assert_eq!(states.last().expect("one").end_time_unix_nano, root.end_time_unix_nano);
    let taken = collector.taken.lock().expect("whole").clone();
    for (headers, request) in &taken {
        assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
        let text = format!("{request:?}");
        assert!(!text.contains("words of a person") && !text.contains("secret"), "{text}");
        assert!(!text.contains(&bot.ann.id().to_string()), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_collector_did_not_take_is_tried_again_and_a_restart_sends_the_same_trace() {
    let collector = Collector::default();
    let mut bot = TestBot::with(traced_to(&collector.start().await), [web_1()]).await;
    *collector.is_away.lock().expect("whole") = true;
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    assert!(collector.trace("R-1").is_none() && collector.trace("R-2").is_none());
    *collector.is_away.lock().expect("whole") = false;
    let first = collector.waits_for("R-1").await;
    collector.waits_for("R-2").await;
    assert_eq!((collector.count("R-1"), collector.count("R-2")), (1, 1));
    bot.stop().await;
    bot.start().await;
    eventually("it is sent again", async || collector.count("R-1") == 2).await;
    let last = {
        let taken = collector.taken.lock().expect("whole");
        let mut again = taken.iter().rev().map(|(_, request)| request.resource_spans[0].scope_spans[0].spans.clone());
        again.find(|spans| attribute(&spans[0], "bernard.operation").as_deref() == Some("R-1"))
    };
    assert_eq!(last, Some(first), "the same ids and moments");
}
