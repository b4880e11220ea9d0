use serde_json::{Value, from_value, json};

use super::*;
use crate::service::Service;

fn name() -> ServiceName {
    ServiceName::try_from("ns1111111.ip-203-0-113.eu".to_owned()).unwrap()
}

fn server(with: Value) -> server::Server {
    let mut body = json!({
        "name": "ns1111111.ip-203-0-113.eu", "state": "ok", "os": "win2022-std_64", "bootId": 1,
        "powerState": "poweron", "ip": "203.0.113.100", "reverse": "web.example.", "monitoring": true,
        "noIntervention": false, "datacenter": "gra3", "rescueMail": null, "rescueSshKey": null,
        "aFieldOfTheFuture": {"a": [1]},
        "iam": {"displayName": "web-01", "tags": {"env": "prod"}, "id": "x", "urn": "y"},
    });
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    from_value::<Server>(body).unwrap().into_domain(name(), "main")
}

#[test]
fn a_server_is_read_whole() {
    let server = server(json!({}));
    assert_eq!(server.display_name.as_deref(), Some("web-01"));
    assert_eq!(server.reverse.as_deref(), Some("web.example"), "without the final dot");
    assert_eq!(server.tags.unwrap()["env"], "prod");
    assert_eq!(server.boot, Some(BootId(1)));
    assert!(server.monitoring == Some(true) && !server.no_intervention);
}

#[test]
fn what_may_be_null_may_be_null() {
    let server = server(json!({
        "bootId": null, "reverse": null, "ip": null, "os": null, "powerState": null, "monitoring": null,
        "datacenter": null, "iam": {"displayName": "ns1111111.ip-203-0-113.eu", "tags": null},
    }));
    assert_eq!((server.boot, server.reverse, server.display_name), (None, None, None));
    assert_eq!(server.tags, Some(BTreeMap::new()), "known to have none");
}

#[test]
fn without_iam_nobody_knows_the_tags() {
    assert_eq!(server(json!({"iam": null})).tags, None);
}

#[test]
fn a_task_is_read_with_its_offset_and_its_unknown_word() {
    let task: server::Task = from_value::<Task>(json!({
        "taskId": 123_456_789, "function": "hardReboot", "status": "paused", "comment": "Reboot asked",
        "startDate": "2024-01-26T17:57:10+01:00", "doneDate": null, "tags": null, "needSchedule": false,
    }))
    .unwrap()
    .into();
    assert_eq!(task.started, Some("2024-01-26T16:57:10Z".parse().unwrap()));
    assert_eq!(task.status.as_str(), "paused");
    let bare = from_value::<Task>(json!({"taskId": 1, "status": "done", "startDate": "yesterday"})).unwrap();
    assert_eq!(server::Task::from(bare).started, None);
}

#[test]
fn a_tasks_comment_carries_no_link() {
    let comment = "done, see https://www.ovh.com/manager/secret/#?id=fake";
    let task = from_value::<Task>(json!({"taskId": 1, "status": "done", "comment": comment})).unwrap();
    assert_eq!(server::Task::from(task).comment.as_deref(), Some("done, see [link]"));
}

#[test]
fn memory_is_counted_in_megabytes() {
    let size = |unit: &str, value| Size { unit: unit.to_owned(), value }.megabytes();
    assert_eq!(size("MB", 32_768), Some(32_768));
    assert_eq!(size("GB", 16), Some(16_384));
    assert_eq!(size("pages", 16), None);
}

/// The same server as it is known, and what of it is odd.
fn partly(with: Value) -> (server::Server, Vec<String>) {
    let mut body = json!({
        "name": "ns1111111.ip-203-0-113.eu", "state": "ok", "os": "win2022-std_64", "bootId": 1, "ip": "203.0.113.100",
        "iam": {"displayName": "web-01", "tags": {"env": "prod"}},
    });
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    let read = from_value::<Server>(body).unwrap();
    let odd = read.odd();
    (read.into_domain(name(), "main"), odd)
}

#[test]
fn an_odd_field_hides_no_other_and_counts_as_not_read() {
    for (field, value) in [
        ("powerState", json!(7)),
        ("os", json!(["debian12_64"])),
        ("ip", json!({"v4": "203.0.113.100"})),
        ("ip", json!("203.0.113.100\r\nusername:s:eve")),
        ("ip", json!("-oProxyCommand=reboot")),
        ("reverse", json!(false)),
        ("monitoring", json!("yes")),
        ("noIntervention", json!("no")),
        ("datacenter", json!(3)),
        ("iam", json!("x")),
    ] {
        let (server, odd) = partly(json!({field: value}));
        assert_eq!(odd, [field], "{value}");
        assert_eq!((server.state.as_str(), server.boot), ("ok", Some(BootId(1))), "the rest counts");
        assert!(field != "ip" || server.ip.is_none());
        assert!(
            field != "monitoring" || server.monitoring.is_none(),
            "nobody says that it is watched, nor that it is not"
        );
    }
    assert_eq!(partly(json!({})).1, Vec::<String>::new());
}

#[test]
fn what_rules_speak_of_is_known_whole_or_not_at_all() {
    for (field, iam) in [
        ("iam", json!("x")),
        ("iam.tags", json!({"displayName": "web-01", "tags": {"env": "prod", "team": 7}})),
        ("iam.tags", json!({"displayName": "web-01", "tags": ["env"]})),
        ("iam.displayName", json!({"displayName": 7, "tags": {"env": "prod"}})),
    ] {
        let (server, odd) = partly(json!({"iam": iam}));
        assert_eq!((server.tags, odd), (None, vec![field.to_owned()]), "{iam}");
    }
}

#[test]
fn what_a_deed_decides_by_is_required() {
    for (field, value) in [
        ("state", json!(7)),
        ("bootId", json!("1")),
        ("rescueMail", json!({"to": "ops"})),
        ("rescueSshKey", json!(["ssh-ed25519 AAAA"])),
        ("name", json!(null)),
    ] {
        let mut body = json!({"name": "ns1111111.ip-203-0-113.eu", "state": "ok"});
        body.as_object_mut().unwrap().insert(field.to_owned(), value);
        assert!(from_value::<Server>(body).is_err(), "{field}");
    }
}

#[test]
fn a_date_without_a_zone_is_not_read() {
    let task = from_value::<Task>(json!({"taskId": 1, "status": "done", "startDate": "2024-01-26T17:57:10"})).unwrap();
    assert_eq!(task.odd(), ["startDate"]);
    let mail = from_value::<Mail>(json!({"id": 1, "date": "2024-01-26 17:57", "subject": "x", "body": null})).unwrap();
    assert_eq!((mail.odd(), mail.date.read()), (vec!["date".to_owned()], None));
    let infos = from_value::<ServiceInfos>(json!({"expiration": "soon", "renew": {"automatic": true}})).unwrap();
    assert_eq!(infos.odd(), ["expiration"]);
    assert_eq!(Service::from(infos), Service { expires: None, renewed: Some(true), contradicts: false });
}
