//! A real Alertmanager tells the bot: Debian's `prometheus-alertmanager`.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use serde_json::json;
use sim::net::client;
use tempfile::TempDir;

use super::{TOKEN, began, hearing};
use crate::bot::{TestBot, eventually};

/// An Alertmanager that runs until it is dropped.
struct Alertmanager {
    process: Child,
    url: String,
    _folder: TempDir,
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Alertmanager {
    /// One that tells the bot; `None`: there is none on this machine.
    async fn telling(bot: &mut TestBot) -> Option<Self> {
        let mut asked = Command::new("prometheus-alertmanager");
        if !asked
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
        {
            println!("skipped: prometheus-alertmanager is not installed");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "route:\n  receiver: bernard\n  group_by: [alertname]\n  group_wait: 10ms\n  group_interval: 100ms\n  repeat_interval: 1h\n\
             receivers:\n  - name: bernard\n    webhook_configs:\n      - url: {}\n        send_resolved: true\n        http_config:\n          \
             authorization:\n            credentials: {TOKEN}\n",
            bot.endpoint("/proposals/alertmanager")
        );
        fs::write(folder.path().join("alertmanager.yml"), config).expect("it is written");
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let process = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", folder.path().join("alertmanager.yml").display()))
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let alertmanager = Self { process, url: format!("http://127.0.0.1:{port}"), _folder: folder };
        eventually("Alertmanager is ready", async || {
            let ready = client().get(format!("{}/-/ready", alertmanager.url)).send().await;
            ready.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        Some(alertmanager)
    }

    /// What Prometheus would tell it.
    async fn hears(&self, instances: &[&str], ended: bool) {
        let alert = |instance: &&str| {
            let mut alert = json!({
                "labels": {"alertname": "HostDown", "instance": instance, "severity": "critical"},
                "annotations": {"summary": "no answer for 2 minutes"},
                "startsAt": began(), "generatorURL": "http://prometheus.example:9090/graph",
            });
            if ended {
                alert["endsAt"] = json!(jiff::Timestamp::now().to_string());
            }
            alert
        };
        let body = json!(instances.iter().map(alert).collect::<Vec<_>>());
        let request = client().post(format!("{}/api/v2/alerts", self.url)).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_real_alertmanager_says_is_a_card_and_over_when_it_says_so() {
    let mut bot = hearing("en").await;
    let Some(alertmanager) = Alertmanager::telling(&mut bot).await else { return };
    alertmanager.hears(&["203.0.113.100:9182", "https://db-1/health", "mail.example:25"], false).await;
    let web = bot.card(&["🔔 **Alert** · `web-1` · `HostDown: no answer for 2 minutes`", "From `alertmanager`"]).await;
    let db = bot.card(&["🔔 **Alert** · `db-1`"]).await;
    alertmanager.hears(&["203.0.113.100:9182"], true).await;
    let over = bot.sees(&["✅ **Over** · `web-1`"]).await;
    assert_eq!((over.id, over.buttons().len()), (web.id, 0));
    assert!(bot.discord.message(db.id).expect("it stands").button("Reboot…").is_some(), "the other one goes on");
    assert_eq!((bot.count(&["`web-1`"]), bot.count(&["`db-1`"])), (1, 1));
}
