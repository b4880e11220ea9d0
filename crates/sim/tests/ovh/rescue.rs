//! A rescue's life, from the `PUT` to the secret, and back.

use serde_json::{Value, json};
use sim::{
    net::PATIENCE,
    ovh::{Delivery, Language, LinkStyle, Ovh, Running},
};
use tokio::time::{Duration, Instant};

use crate::caller::Caller;

async fn into(ovh: &Ovh, caller: &Caller, server: &str, change: Value) {
    let path = format!("/dedicated/server/{}", ovh.service_name(server));
    assert_eq!(caller.call("PUT", &path, &change.to_string()).await.status, 200);
    assert_eq!(caller.call("POST", &format!("{path}/reboot"), "").await.status, 200);
}

async fn secrets(ovh: &Ovh, caller: &Caller, server: &str) -> Vec<Value> {
    let path = format!("/dedicated/server/{}/authenticationSecret", ovh.service_name(server));
    let answer = caller.call("POST", &path, "").await;
    assert_eq!(answer.status, 200);
    answer.body.as_array().unwrap().clone()
}

async fn until_secrets(ovh: &Ovh, caller: &Caller, server: &str) -> Vec<Value> {
    let end = Instant::now() + PATIENCE;
    loop {
        let found = secrets(ovh, caller, server).await;
        if !found.is_empty() {
            return found;
        }
        assert!(Instant::now() < end, "no secret ever");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn of<'a>(secrets: &'a [Value], kind: &str, user: &str) -> Option<&'a str> {
    secrets.iter().find(|access| access["type"] == kind && access["user"] == user)?["password"].as_str()
}

#[tokio::test]
async fn a_windows_rescue_goes_dark_comes_up_and_then_has_a_secret_and_a_mail() {
    let ovh = Ovh::with_fleet().await;
    ovh.freeze();
    let caller = Caller::of(&ovh);
    let server = format!("/dedicated/server/{}", ovh.service_name("web-1"));
    let before = ovh.now();
    into(&ovh, &caller, "web-1", json!({"bootId": ovh.boot_id("web-1", "rescue-customer-windows")})).await;
    assert_eq!(ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
    assert_eq!(secrets(&ovh, &caller, "web-1").await, Vec::<Value>::new());

    // HURRIED: done after 80 ms, dark at 120, up at 180, the secret at 220, the mail at 240.
    let state = async |advanced: u64| {
        ovh.advance(Duration::from_millis(advanced));
        let id = caller.get(&format!("{server}/task")).await[0].clone();
        let status = caller.get(&format!("{server}/task/{id}")).await["status"].clone();
        (status, caller.get(&server).await["powerState"].clone(), ovh.running_system("web-1"))
    };
    assert_eq!(state(80).await, (json!("done"), json!("poweron"), Running::Installed));
    assert_eq!(state(40).await, (json!("done"), json!("poweroff"), Running::Dark));
    assert_eq!(state(60).await, (json!("done"), json!("poweron"), Running::WindowsRescue));
    assert_eq!(secrets(&ovh, &caller, "web-1").await, Vec::<Value>::new());
    ovh.advance(Duration::from_millis(40));
    assert_eq!(caller.get("/me/notification/email/history").await, json!([]));
    ovh.thaw();

    let first = until_secrets(&ovh, &caller, "web-1").await;
    let again = secrets(&ovh, &caller, "web-1").await;
    let link = of(&first, "RDP", "Administrator").unwrap();
    assert_ne!(Some(link), of(&again, "RDP", "Administrator"));
    assert!(of(&first, "PLESK_PANEL", "admin").is_some() && of(&first, "SSH", "root").is_none());
    assert!(ovh.secret_ids().contains(&link.to_owned()));

    let mails = caller.until("/me/notification/email/history", |ids| *ids != json!([])).await;
    let mail = caller.get(&format!("/me/notification/email/history/{}", mails[0])).await;
    assert!(mail["subject"].as_str().unwrap().contains("[ns1111111.ip-203-0-113.eu] Access settings for Windows"));
    let named = |id: &String| mail["body"].as_str().unwrap().contains(&format!("manager/secret/#?id={id}"));
    assert_eq!(ovh.secret_ids().iter().filter(|id| named(id)).count(), 1);
    let sent: jiff::Timestamp = mail["date"].as_str().unwrap().parse().unwrap();
    assert!(sent.as_second() >= before.as_second());
    assert_eq!(ovh.retrieved(), 0);

    into(&ovh, &caller, "web-1", json!({"bootId": 1})).await;
    ovh.until_running("web-1", &Running::Installed).await;
    assert_eq!(secrets(&ovh, &caller, "web-1").await, Vec::<Value>::new());
    assert_eq!((ovh.reboots("web-1"), ovh.mails().len()), (2, 1));
}

#[tokio::test]
async fn a_machine_boots_what_was_set_when_the_reboot_was_asked_for() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    into(&ovh, &caller, "db-1", json!({"bootId": 218_949})).await;
    ovh.netboot_by_somebody("db-1", Some(1));
    ovh.until_running("db-1", &Running::LinuxRescue).await;
    let found = until_secrets(&ovh, &caller, "db-1").await;
    assert!(of(&found, "SSH", "root").is_some());

    into(&ovh, &caller, "db-1", json!({"bootId": 95_644})).await;
    ovh.until_running("db-1", &Running::PoweredOff).await;
    into(&ovh, &caller, "db-1", json!({"bootId": 203_323})).await;
    ovh.until_running("db-1", &Running::IpxeShell).await;
    assert_eq!(secrets(&ovh, &caller, "db-1").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_linux_rescue_with_a_key_has_no_password_and_sends_no_link() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let key = "ssh-ed25519 AAAAfakefakefake ann@example.com";
    into(&ovh, &caller, "db-1", json!({"bootId": 218_949, "rescueSshKey": key})).await;
    let found = until_secrets(&ovh, &caller, "db-1").await;
    assert!(of(&found, "SSH", "root").is_none() && of(&found, "SSH", "debian").is_some());
    caller.until("/me/notification/email/history", |ids| *ids != json!([])).await;
    assert!(!ovh.mails()[0].body.contains("id="));

    // The Windows rescue takes no keys: it has its password all the same.
    into(&ovh, &caller, "web-1", json!({"bootId": 230_243, "rescueSshKey": key})).await;
    let found = until_secrets(&ovh, &caller, "web-1").await;
    assert!(of(&found, "RDP", "Administrator").is_some());
    caller.until("/me/notification/email/history", |ids| ids.as_array().is_some_and(|ids| ids.len() == 2)).await;
    assert!(ovh.mails()[1].body.contains("manager/secret/#?id="));
}

#[tokio::test]
async fn mails_follow_language_link_and_address_and_tell_when_they_bounced() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    let old = ovh.old_rescue_mail("web-1", Duration::from_secs(86_400));
    ovh.mail_language(Language::French);
    ovh.mail_link(LinkStyle::Older);
    ovh.mail_delivery(Delivery::Bounced);
    ovh.withhold_secret("web-1");
    into(&ovh, &caller, "web-1", json!({"bootId": 230_243, "rescueMail": "ann@example.com"})).await;
    caller.until("/me/notification/email/history", |ids| *ids == json!([1, 2])).await;
    let mails = ovh.mails();
    assert!(mails[0].body.contains(&old) && !mails[1].body.contains(&old));
    assert!(mails[1].subject.contains("Paramètres d'accès") && mails[1].body.contains("#!/secret-retrieve?id="));
    assert_eq!(secrets(&ovh, &caller, "web-1").await, Vec::<Value>::new());

    let v2 = Caller::of_version(&ovh, "/v2");
    let hour_ago = (ovh.now() - Duration::from_secs(3600)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let found = v2.get(&format!("/notification/history?createdAfter={hour_ago}&titleContains=ns1111111")).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(
        (&found[0]["contacts"][0]["to"], &found[0]["contacts"][0]["status"]),
        (&json!("ann@example.com"), &json!("BOUNCED"))
    );
    assert_eq!(v2.get("/notification/history?titleContains=nobody").await, json!([]));
}

#[tokio::test]
async fn redeeming_works_without_credentials_and_is_counted() {
    let ovh = Ovh::with_fleet().await;
    let secret = ovh.old_rescue_mail("web-1", Duration::from_secs(60));
    let redeem = async |id: &str| {
        let request = sim::net::client().post(format!("{}/secret/retrieve", ovh.url()));
        request.body(json!({"id": id}).to_string()).send().await.unwrap().status()
    };
    assert_eq!(redeem(&secret).await, 200);
    assert_eq!(redeem("unknown").await, 404);
    assert_eq!(ovh.retrieved(), 2);
}
