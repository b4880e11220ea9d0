use std::sync::Arc;

use bernard_domain::{
    alert::{Offered, Signal},
    inventory::known::Known,
    operation::ChannelId,
    server::{Server, ServiceName},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn servers() -> Servers {
    let called = |name: &str, label: &str, ip: &str| {
        let name = ServiceName::try_from(name.to_owned()).expect("a name");
        let server = Server {
            display_name: Some(label.to_owned()),
            ip: Some(ip.to_owned()),
            ..Server::only_named(name, "main")
        };
        Arc::new(Known::new(server, None, None))
    };
    Servers::new(vec![
        called("ns1.example.net", "web-1", "203.0.113.1"),
        called("ns2.example.net", "web-2", "203.0.113.2"),
    ])
}

fn source(format: Format) -> Source {
    let about = AlertSource {
        name: "test".to_owned(),
        channel: ChannelId(1),
        offers: Offered::ALL.to_vec(),
        max_age: std::time::Duration::from_secs(3_600),
    };
    let auth = Auth::of("fake-token-of-a-test".into()).expect("a token");
    Source { about, format, auth, server_from: format.server_from() }
}

fn read(format: Format, body: &Value) -> Result<Received, Unusable> {
    source(format).read(body.to_string().as_bytes(), &servers())
}

fn alert(labels: &Value, status: &str, fingerprint: &str) -> Value {
    json!({
        "status": status, "labels": labels, "annotations": {"summary": "no answer for 2 minutes"},
        "startsAt": "2026-11-30T03:01:02.123456789+01:00", "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up", "fingerprint": fingerprint,
    })
}

fn group(alerts: &[Value]) -> Value {
    json!({
        "version": "4", "groupKey": "{}/{severity=\"critical\"}:{alertname=\"HostDown\"}", "truncatedAlerts": 0,
        "status": "firing", "receiver": "bernard", "groupLabels": {"alertname": "HostDown"},
        "commonLabels": {"alertname": "HostDown"}, "commonAnnotations": {}, "externalURL": "http://alertmanager.example:9093",
        "alerts": alerts,
    })
}

fn generic() -> Value {
    json!({"id": "backup-17", "server": "web-2", "summary": "no backup", "status": "firing",
           "began": "2026-11-30T02:00:00Z", "url": "https://jobs.example/17"})
}

#[test]
fn of_alertmanagers_group_each_alert_counts_with_its_own_status() {
    let down = |instance: &str| json!({"alertname": "HostDown", "instance": instance});
    let alerts = [alert(&down("203.0.113.1:9182"), "firing", "a1"), alert(&down("web-2:9100"), "resolved", "b2")];
    let received = read(Format::Alertmanager, &group(&alerts)).expect("alerts");
    let told: Vec<_> = received.alerts.iter().map(|placed| (placed.label.as_str(), placed.alert.signal)).collect();
    assert_eq!(told, [("web-1", Signal::Firing), ("web-2", Signal::Resolved)]);
    let first = &received.alerts[0].alert;
    assert_eq!(first.summary, "HostDown: no answer for 2 minutes");
    assert_eq!(first.began, "2026-11-30T02:01:02.123456789Z".parse().expect("a moment"));
    assert_eq!(first.link.as_deref(), Some("http://prometheus.example:9090/graph?g0.expr=up"));
    assert_ne!(first.episode, received.alerts[1].alert.episode);
    assert_eq!((received.unknown.len(), received.unreadable, received.left_out), (0, 0, 0));
}

#[test]
fn the_first_place_that_names_a_server_counts_and_the_group_stands_in() {
    let named = |alert_labels: Value| {
        let mut body = group(&[alert(&alert_labels, "firing", "a1")]);
        body["commonLabels"]["server"] = json!("web-2");
        let mut source = source(Format::Alertmanager);
        source.server_from.push("commonLabels.server".parse().expect("a path"));
        source.read(body.to_string().as_bytes(), &servers()).map(|received| received.alerts[0].label.clone())
    };
    assert_eq!(named(json!({"server": "web-1", "instance": "web-2"})).as_deref(), Ok("web-1"));
    assert_eq!(named(json!({"server": "nginx", "instance": "web-1:80"})).as_deref(), Ok("web-1"));
    assert_eq!(named(json!({"instance": "unknown"})).as_deref(), Ok("web-2"));
    let dotted = Source { server_from: vec!["labels.host.name".parse().expect("a path")], ..source(Format::Grafana) };
    let body = group(&[alert(&json!({"host.name": "web-1"}), "firing", "a1")]).to_string();
    assert_eq!(dotted.read(body.as_bytes(), &servers()).expect("it is found").alerts[0].label, "web-1");
    for wrong in ["", ".", "labels.", ".server", "labels..server", "labels. server", "a\nb"] {
        assert!(wrong.parse::<Path>().is_err(), "{wrong:?}");
    }
}

#[test]
fn one_alert_that_cannot_be_read_or_placed_hides_no_other() {
    let odd = [
        json!(7),
        json!({"status": "burning", "labels": {"instance": "web-1"}, "startsAt": "2026-11-30T02:00:00Z", "fingerprint": "x"}),
        alert(&json!({"instance": "mail.example:25"}), "firing", "c3"),
        alert(&json!({"instance": "mail.example:25"}), "firing", "d4"),
        alert(&json!({"instance": "web-1"}), "firing", "a1"),
    ];
    let received = read(Format::Alertmanager, &group(&odd)).expect("one of them");
    assert_eq!((received.alerts.len(), received.unreadable), (1, 2));
    assert_eq!(received.unknown, ["mail.example:25"]);
    assert_eq!(
        read(Format::Alertmanager, &group(&odd[2..4])),
        Err(Unusable::NoServer(vec!["mail.example:25".to_owned()]))
    );
    assert_eq!(read(Format::Alertmanager, &group(&odd[..2])), Err(Unusable::Malformed));
    assert_eq!(read(Format::Alertmanager, &group(&[])), Err(Unusable::Malformed));
}

#[test]
fn what_was_cut_from_a_group_is_counted() {
    let one = alert(&json!({"instance": "web-1"}), "firing", "a1");
    let mut body = group(&[one]);
    body["truncatedAlerts"] = json!(41);
    assert_eq!(read(Format::Alertmanager, &body).expect("one").left_out, 41);
    let brief = json!({"status": "firing", "labels": {"instance": "web-1"}, "startsAt": "2026-11-30T02:00:00Z", "fingerprint": "x"});
    let many = vec![brief; formats::MOST + 5];
    let received = read(Format::Alertmanager, &group(&many)).expect("most of them");
    assert_eq!((received.alerts.len(), received.left_out), (formats::MOST, 5));
}

#[test]
fn grafanas_are_read_as_alertmanagers_with_the_panel_as_link() {
    let mut one = alert(&json!({"alertname": "HostDown", "instance": "web-1"}), "firing", "a1");
    one["panelURL"] = json!("https://grafana.example/d/1?viewPanel=2");
    one["values"] = json!({"A": 1.5});
    let mut body = group(&[one]);
    (body["version"], body["orgId"], body["state"]) = (json!("1"), json!(1), json!("alerting"));
    let received = read(Format::Grafana, &body).expect("alerts");
    assert_eq!(received.alerts[0].alert.link.as_deref(), Some("https://grafana.example/d/1?viewPanel=2"));
}

#[test]
fn our_own_format_says_one_thing_of_one_server() {
    let received = read(Format::Generic, &generic()).expect("an alert");
    let PlacedAlert { alert, label, .. } = &received.alerts[0];
    assert_eq!((label.as_str(), alert.summary.as_str(), alert.signal), ("web-2", "no backup", Signal::Firing));
    for (key, value) in [
        ("status", json!("open")),
        ("status", Value::Null),
        ("began", json!("yesterday")),
        ("began", json!(7)),
        ("id", json!("")),
        ("summary", json!(["x"])),
    ] {
        let mut body = generic();
        body[key] = value;
        assert_eq!(read(Format::Generic, &body), Err(Unusable::Malformed), "{key}");
    }
    for key in ["id", "summary", "status", "began"] {
        let mut body = generic();
        body.as_object_mut().expect("an object").remove(key);
        assert_eq!(read(Format::Generic, &body), Err(Unusable::Malformed), "{key}");
    }
    let mut nowhere = generic();
    nowhere["server"] = json!("web");
    assert_eq!(read(Format::Generic, &nowhere), Err(Unusable::NoServer(vec!["web".to_owned()])));
    nowhere.as_object_mut().expect("an object").remove("server");
    assert_eq!(read(Format::Generic, &nowhere), Err(Unusable::NoServer(vec![String::new()])));
}

#[test]
fn a_repeat_is_the_same_episode_and_a_new_beginning_is_not() {
    let episode = |fingerprint: &str, began: &str| {
        let mut one = alert(&json!({"alertname": "HostDown", "instance": "web-1"}), "firing", fingerprint);
        one["startsAt"] = json!(began);
        read(Format::Alertmanager, &group(&[one])).expect("an alert").alerts[0].alert.episode.clone()
    };
    let first = episode("a1", "2026-11-30T02:00:00Z");
    assert_eq!(first, episode("a1", "2026-11-30T03:00:00+01:00"), "the same moment");
    assert_ne!(first, episode("a1", "2026-11-30T02:00:01Z"));
    assert_ne!(first, episode("a2", "2026-11-30T02:00:00Z"));
    assert_eq!(episode("", "2026-11-30T02:00:00Z"), episode("", "2026-11-30T02:00:00Z"), "by its labels");
}

#[test]
fn what_is_no_such_body_is_malformed() {
    for body in ["", "null", "[]", "7", "{", "{\"alerts\": {}}", "{\"alerts\": null}", "\u{feff}{}", "{}{}"] {
        for format in [Format::Alertmanager, Format::Grafana, Format::Generic] {
            assert_eq!(source(format).read(body.as_bytes(), &servers()), Err(Unusable::Malformed), "{body:?}");
        }
    }
}

#[test]
fn texts_are_bounded_and_in_sight() {
    let mut body = generic();
    body["summary"] = json!(format!("\u{202e}evil\n{}", "x".repeat(100_000)));
    body["url"] = json!(format!("https://evil.example/{}", "y".repeat(100_000)));
    let received = read(Format::Generic, &body).expect("an alert");
    let alert = &received.alerts[0].alert;
    assert!(alert.summary.starts_with("<U+202E>evil x"), "{}", alert.summary);
    assert!(
        alert.summary.chars().count() <= 200 && alert.link.as_ref().is_some_and(|link| link.chars().count() <= 200)
    );
}

/// JSON as nobody writes it, with the keys that are looked for.
fn wild() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        4 => prop::sample::select(vec![
            "alerts", "status", "labels", "annotations", "startsAt", "fingerprint", "server", "instance", "id", "began",
            "summary", "url", "truncatedAlerts", "generatorURL", "alertname", "commonLabels",
        ]).prop_map(str::to_owned),
        1 => ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        prop::sample::select(vec!["firing", "resolved", "web-1", "203.0.113.2:9100", "2026-11-30T02:00:00Z"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_comes_is_of_a_known_server_and_bounded(body in wild(), format in 0..3_usize) {
        let (_, format) = Format::ALL[format];
        if let Ok(received) = read(format, &body) {
            prop_assert!(!received.alerts.is_empty());
            for PlacedAlert { alert, server, label } in &received.alerts {
                prop_assert!(servers().get(server).is_some_and(|known| known.server.label() == label));
                prop_assert!(alert.summary.chars().count() <= 200);
                prop_assert!(!alert.summary.chars().any(char::is_control));
            }
            prop_assert!(received.unknown.iter().all(|name| name.chars().count() <= 64));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body: Vec<u8>, format in 0..3_usize) {
        let refused = source(Format::ALL[format].1).read(&body, &servers());
        prop_assert!(refused.is_err(), "no bytes by chance name a server");
    }
}
