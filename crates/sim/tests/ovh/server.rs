//! Servers, their netboots and settings.

use serde_json::{Value, json};
use sim::ovh::{Ovh, ServerSpec};

use crate::caller::Caller;

const NAME: &str = "ns1111111.ip-203-0-113.eu";

#[tokio::test]
async fn a_server_is_described_with_its_name_its_tags_and_a_reverse_with_a_final_dot() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let names = caller.get("/dedicated/server").await;
    assert_eq!(names.as_array().unwrap().len(), 4);
    let body = caller.get(&format!("/dedicated/server/{NAME}")).await;
    assert_eq!(body["iam"]["displayName"], "web-1");
    assert_eq!(body["iam"]["tags"]["env"], "prod");
    assert_eq!(body["reverse"], "ns1111111.ip-203-0-113.eu.");
    assert_eq!(body["bootId"], 1);
    ovh.hide_iam("web-1");
    assert_eq!(caller.get(&format!("/dedicated/server/{NAME}")).await.get("iam"), None);
}

#[tokio::test]
async fn the_rescue_list_begins_with_a_shell_that_nobody_can_reach() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let path = format!("/dedicated/server/{NAME}/boot");
    let rescues = caller.get(&format!("{path}?bootType=rescue")).await;
    let mut kernels = Vec::new();
    for id in rescues.as_array().unwrap() {
        kernels.push(caller.get(&format!("{path}/{id}")).await["kernel"].as_str().unwrap().to_owned());
    }
    assert_eq!(kernels, ["ipxe-shell", "rescue12-customer", "rescue-customer-windows"]);
    assert_eq!(caller.get(&format!("{path}?bootType=harddisk")).await, json!([1]));
    assert_eq!(caller.call("GET", &format!("{path}?bootType=floppy"), "").await.status, 400);
    assert_eq!(caller.call("GET", &format!("{path}/999"), "").await.status, 404);

    ovh.empty_boots("web-1");
    assert_eq!(caller.get(&path).await, json!([]));
    ovh.add(ServerSpec::windows("ns9999999.ip-203-0-113.eu").named("small").without_windows_rescue());
    assert_eq!(ovh.boot_id("small", "rescue12-customer"), 230_242);
    assert_eq!(
        caller.get("/dedicated/server/ns9999999.ip-203-0-113.eu/boot?bootType=rescue").await,
        json!([203_323, 230_242])
    );
}

#[tokio::test]
async fn a_put_writes_what_it_names_and_all_of_it_or_nothing() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let path = format!("/dedicated/server/{NAME}");
    let put = async |body: Value| {
        let answer = caller.call("PUT", &path, &body.to_string()).await;
        assert!(answer.status != 200 || answer.body.is_null(), "{answer:?}");
        answer.status
    };
    assert_eq!(put(json!({"bootId": 230_243, "rescueMail": "ops@example.com"})).await, 200);
    let set = ovh.server("web-1");
    assert_eq!((set.boot_id, set.rescue_mail.as_deref()), (Some(230_243), Some("ops@example.com")));
    assert!(set.monitoring);

    for bad in [
        json!({"rescueMail": null, "bootId": 999}),
        json!({"rescueMail": null, "bootID": 1}),
        json!({"monitoring": "no"}),
        json!({"state": "fine"}),
        json!([]),
    ] {
        assert_eq!(put(bad.clone()).await, 400, "{bad}");
    }
    assert_eq!(ovh.server("web-1"), set);

    ovh.forget_rescue_mail("web-1", 1);
    assert_eq!(put(json!({"rescueMail": null, "bootId": 1})).await, 200);
    assert_eq!(ovh.server("web-1").rescue_mail.as_deref(), Some("ops@example.com"));
    assert_eq!(ovh.boot_of("web-1"), Some(1));
    assert_eq!(put(json!({"rescueMail": null, "bootId": null})).await, 200);
    assert_eq!((ovh.server("web-1").rescue_mail, ovh.boot_of("web-1")), (None, None));
}

#[tokio::test]
async fn what_is_not_there_is_a_404_and_what_has_expired_a_460() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let path = format!("/dedicated/server/{NAME}");
    for unknown in ["/dedicated/server/ns0.example", "/dedicated/server/ns0.example/task", "/dedicated/unknown"] {
        let answer = caller.call("GET", unknown, "").await;
        assert_eq!((answer.status, &answer.body["class"]), (404, &json!("Client::NotFound")), "{unknown}");
    }
    ovh.expire_service("web-1");
    assert_eq!(caller.call("GET", &path, "").await.status, 460);
    ovh.remove("web-1");
    assert_eq!(caller.call("GET", &path, "").await.status, 404);
    assert_eq!(caller.get("/dedicated/server").await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_console_is_a_task_and_then_a_link_until_it_expires() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let path = format!("/dedicated/server/{NAME}/features/ipmi");
    assert_eq!(caller.get(&path).await["supportedFeatures"]["kvmipHtml5URL"], true);
    let access = format!("{path}/access");
    let wanted = json!({"type": "kvmipHtml5URL", "ttl": 5, "ipToAllow": "198.51.100.7"}).to_string();
    let task = caller.call("POST", &access, &wanted).await.body;
    assert_eq!(task["function"], "requestAccessIPMI");
    for bad in [json!({"type": "kvmipHtml5URL", "ttl": 4}), json!({"type": "kvm", "ttl": 5}), json!({"ttl": 5})] {
        assert_eq!(caller.call("POST", &access, &bad.to_string()).await.status, 400, "{bad}");
    }
    let task = format!("/dedicated/server/{NAME}/task/{}", task["taskId"]);
    caller.until(&task, |task| task["status"] == "done").await;
    let session = caller.get(&format!("{access}?type=kvmipHtml5URL")).await;
    assert_eq!(json!(ovh.console_links()), json!([session["value"]]));
    ovh.skew(600);
    let later = Caller { drift: 600, ..Caller::of(&ovh) };
    assert_eq!(later.call("GET", &format!("{access}?type=kvmipHtml5URL"), "").await.status, 404);
}

#[tokio::test]
async fn freeing_sessions_ends_those_that_were_open_and_what_was_stuck_opens_again() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let base = format!("/dedicated/server/{NAME}");
    let access = format!("{base}/features/ipmi/access");
    let wanted = json!({"type": "kvmipHtml5URL", "ttl": 5}).to_string();
    let ends = async |path: &str, body: &str, end: &str| {
        let begun = caller.call("POST", path, body).await.body;
        caller.until(&format!("{base}/task/{}", begun["taskId"]), |task| task["status"] == end).await;
        begun
    };
    ends(&access, &wanted, "done").await;
    assert_eq!(ovh.open_sessions("web-1"), 1);
    ovh.sessions_stick("web-1");
    ends(&access, &wanted, "ovhError").await;
    let test = json!({"type": "http", "ttl": 5}).to_string();
    ends(&format!("{base}/features/ipmi/test"), &test, "ovhError").await;
    assert_eq!(ovh.open_sessions("web-1"), 1);

    let freed = ends(&format!("{base}/features/ipmi/resetSessions"), "", "done").await;
    assert_eq!(freed["function"], "resetIPMISession");
    assert_eq!((ovh.open_sessions("web-1"), ovh.session_resets("web-1")), (0, 1));
    assert_eq!(caller.call("GET", &format!("{access}?type=kvmipHtml5URL"), "").await.status, 404);
    ends(&access, &wanted, "done").await;
    assert_eq!(ovh.open_sessions("web-1"), 1);

    ovh.consoles_of("web-1", &[]);
    let nothing = caller.call("POST", &format!("{base}/features/ipmi/resetSessions"), "").await;
    assert_eq!(nothing.status, 400);
    ovh.forbid("dedicatedServer:apiovh:features/ipmi/resetSessions");
    assert_eq!(caller.call("POST", &format!("{base}/features/ipmi/resetSessions"), "").await.status, 403);
    assert_eq!(ovh.session_resets("web-1"), 1);
}
