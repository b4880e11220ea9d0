//! What logs and metrics show of all this, and what they never show.

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use sim::log::Page;
use tracing_subscriber::EnvFilter;

use super::{CLIENT_SECRET, CONSUMER, FarEnd, NAME, SECRET, intent, name};
use crate::Priority;

#[tokio::test]
async fn logs_say_what_was_tried_and_hold_no_secret() {
    // While there is only one subscriber, tracing asks whichever thread first comes by a line whether that line is wanted, for all
    // threads: another test's would say no.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let page = Page::default();
    let log = page.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new("bernard=trace"))
        .with_writer(move || log.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let far_end = FarEnd::start().await;
    let faults = far_end.server.faults();
    for client in [far_end.client(), far_end.oauth2()] {
        faults.answer("GET", "/boot", 500, &[("x-ovh-queryid", "FR.ws-2.fake")], b"fake-secret https://x/#?id=1");
        faults.answer("GET", "/boot", 429, &[("retry-after", "0")], b"");
        client.boot_ids(&name(), None).await.unwrap();
        client.authentication_secrets(&name()).await.unwrap();
        faults.lose_answer("POST", "/reboot");
        client.prepare_reboot(&name()).await.unwrap().send(intent()).await;
        client.servers().await.unwrap();
    }

    let written = page.text();
    for expected in
        [NAME, r#""server.name""#, r#""ovh.query_id":"FR.ws-2.fake""#, "asks for fewer requests", "left out"]
    {
        assert!(written.contains(expected), "{expected} in {written}");
    }
    for hidden in [SECRET, CONSUMER, CLIENT_SECRET, "fake-token", "fake-secret", "http:", "https:", "$1$", "Bearer"] {
        assert!(!written.contains(hidden), "{hidden} in {written}");
    }
}

#[tokio::test]
async fn metrics_count_requests_by_outcome() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    bernard_platform::metrics::describe();

    let far_end = FarEnd::start().await;
    let client = far_end.client();
    client.with_priority(Priority::Background).server(&name()).await.unwrap();
    far_end.server.faults().status("GET", "/task", 403, &json!({"class": "Client::Forbidden", "message": "no"}));
    client.task_ids(&name(), None, None).await.unwrap_err();
    far_end.server.faults().lose_answer("POST", "/authenticationSecret");
    client.authentication_secrets(&name()).await.unwrap_err();

    let text = page.render();
    for line in [
        r#"{account="main",method="GET",route="/dedicated/server/{}",status="200",outcome="ok"} 1"#,
        r#"{account="main",method="GET",route="/auth/time",status="200",outcome="ok"} 1"#,
        r#"{account="main",method="GET",route="/dedicated/server/{}/task",status="403",outcome="refused"} 1"#,
        r#"{account="main",method="POST",route="/dedicated/server/{}/authenticationSecret",status="none",outcome="unknown"} 1"#,
        r#"bernard_ovh_quota_left_requests{account="main"} "#,
        r#"bernard_ovh_request_seconds_count{account="main",method="GET"} 3"#,
        r#"bernard_ovh_quota_wait_seconds_count{account="main",priority="background"} 1"#,
        "# HELP bernard_ovh_request_seconds ",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}
