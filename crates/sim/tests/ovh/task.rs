//! Reboots and their tasks, also when they go wrong.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use sim::ovh::{By, Ending, Ovh, Running, Tempo};

use crate::caller::Caller;

const REBOOT: &str = "/dedicated/server/ns1111111.ip-203-0-113.eu/reboot";
const TASKS: &str = "/dedicated/server/ns1111111.ip-203-0-113.eu/task";

async fn reboot(caller: &Caller) -> Value {
    caller.call("POST", REBOOT, "").await.body["taskId"].clone()
}

#[tokio::test]
async fn a_lost_answer_to_reboot_is_a_reboot_and_a_reset_is_none() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.freeze();
    ovh.faults().reset("POST", "/reboot");
    assert!(caller.send("POST", REBOOT, "").await.is_err());
    assert_eq!(ovh.reboots("web-1"), 0);
    ovh.faults().lose_answer("POST", "/reboot");
    assert!(caller.send("POST", REBOOT, "").await.is_err());
    assert_eq!(ovh.reboots("web-1"), 1);
    assert_eq!(caller.get(&format!("{TASKS}?function=hardReboot")).await.as_array().unwrap().len(), 1);
    ovh.advance(Duration::from_millis(120));
    assert_eq!(ovh.running_system("web-1"), Running::Dark);
    ovh.advance(Duration::from_millis(60));
    assert_eq!(ovh.running_system("web-1"), Running::Installed);
}

#[tokio::test]
async fn a_task_goes_from_init_to_done_with_whole_second_dates() {
    let ovh = Ovh::with_fleet().await;
    let step = Duration::from_secs(2);
    ovh.tempo(Tempo { todo: step, doing: step, done: step, ..Tempo::HURRIED });
    ovh.freeze();
    let caller = Caller::of(&ovh);
    let before = ovh.now();
    let first = caller.call("POST", REBOOT, "").await.body;
    assert_eq!((&first["status"], &first["function"]), (&json!("init"), &json!("hardReboot")));
    assert_eq!(first["doneDate"], Value::Null);
    let path = format!("{TASKS}/{}", first["taskId"]);
    for status in ["todo", "doing", "done"] {
        ovh.advance(step);
        assert_eq!(caller.get(&path).await["status"], status);
    }
    let last = caller.get(&path).await;
    for date in ["startDate", "lastUpdate", "doneDate"] {
        let text = last[date].as_str().unwrap();
        assert!(text.ends_with("+02:00") && text.len() == 25, "{text}");
        let at: Timestamp = text.parse().unwrap();
        assert!(at.as_second() >= before.as_second(), "{date}");
    }
    assert_ne!(last["startDate"], last["doneDate"]);
    assert_eq!(caller.get(&format!("{TASKS}?status=done")).await, json!([first["taskId"]]));
    assert_eq!(caller.get(&format!("{TASKS}?status=done&function=reinstallServer")).await, json!([]));
}

#[tokio::test]
async fn failed_and_cancelled_reboots_leave_the_machine_alone() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.netboot_by_somebody("web-1", Some(230_243));
    for (ending, word) in [
        (Ending::CustomerError, "customerError"),
        (Ending::OvhError, "ovhError"),
        (Ending::Cancelled, "cancelled"),
        (Ending::Stuck("paused".to_owned()), "paused"),
    ] {
        ovh.next_reboot_ends("web-1", ending);
        let id = reboot(&caller).await;
        caller.until(&format!("{TASKS}/{id}"), |task| task["status"] == word).await;
    }
    ovh.tempo(Tempo { todo: Duration::from_secs(3600), ..Tempo::HURRIED });
    let id = reboot(&caller).await;
    assert_eq!(caller.call("POST", &format!("{TASKS}/{id}/cancel"), "").await.status, 200);
    assert_eq!(caller.call("POST", &format!("{TASKS}/{id}/cancel"), "").await.status, 400);
    assert_eq!(caller.get(&format!("{TASKS}/{id}")).await["status"], "cancelled");
    assert_eq!(ovh.running_system("web-1"), Running::Installed);
    assert_eq!(ovh.reboots("web-1"), 5);

    ovh.tempo(Tempo::HURRIED);
    ovh.next_reboot_ends("web-1", Ending::DoneAfter("checking".to_owned()));
    reboot(&caller).await;
    ovh.until_running("web-1", &Running::WindowsRescue).await;
}

#[tokio::test]
async fn tasks_appear_late_vanish_and_are_purged() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.tempo(Tempo { readable: Duration::from_secs(3600), ..Tempo::HURRIED });
    let late = reboot(&caller).await;
    assert_eq!(caller.call("GET", &format!("{TASKS}/{late}"), "").await.status, 404);
    assert_eq!(caller.get(TASKS).await, json!([]));

    ovh.tempo(Tempo { purged: Some(Duration::ZERO), ..Tempo::HURRIED });
    reboot(&caller).await;
    caller.until(TASKS, |ids| *ids == json!([])).await;

    ovh.tempo(Tempo::HURRIED);
    let seen = reboot(&caller).await;
    assert_eq!(caller.get(TASKS).await, json!([seen]));
    ovh.vanish_tasks("web-1");
    assert_eq!(caller.get(TASKS).await, json!([]));
    assert_eq!(ovh.tasks("web-1").len(), 3);
}

#[tokio::test]
async fn somebody_elses_reboot_is_listed_and_not_counted() {
    let ovh = Ovh::with_fleet().await;
    let caller = Caller::of(&ovh);
    ovh.freeze();
    let id = ovh.reboot_by_somebody("web-1");
    assert_eq!(caller.get(&format!("{TASKS}?function=hardReboot")).await, json!([id]));
    assert_eq!((ovh.reboots("web-1"), ovh.tasks("web-1")[0].by), (0, By::Somebody));
    ovh.refuse_reboots_while_busy("web-1");
    ovh.task_by_somebody("web-1", "reinstallServer");
    assert_eq!(caller.call("POST", REBOOT, "").await.status, 409);
}
