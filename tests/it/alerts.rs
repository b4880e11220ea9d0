//! What machines propose: at most a card, whose buttons are commands of whoever presses.

mod alertmanager;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sim::discord::{Id, Message, OPS, ROLE};

use crate::bot::{ALL, TestBot, TestConfig, custom_id, db_1, eventually, rule, web_1};

/// May look, and nothing else.
const VIEWER: Id = Id(400_000_000_000_000_002);
pub(crate) const TOKEN: &str = "fake-secret-of-an-alertmanager";
/// What a hostile sender puts into everything.
const HOSTILE: &str = "@everyone <@&400000000000000001> [tap](https://evil.example/x) ``` ` **down** \u{202e}\n# big";

/// A `[[proposals]]` of a machine that shows [`TOKEN`].
pub(crate) fn section(name: &str, format: &str) -> String {
    format!("[[proposals]]\nname = \"{name}\"\nformat = \"{format}\"\nsecret = \"{TOKEN}\"\nchannel = \"{OPS}\"\n")
}

/// A machine shows its token, with something to say and with nothing that can be read; somebody else shows nearly that token.
pub(crate) async fn are_heard_and_refused(bot: &mut TestBot, name: &str) {
    assert_eq!(bot.told(name, &alert("a", "db-1", "firing")).await, (202, json!({"card": true})));
    assert_eq!(bot.told(name, &json!({"id": TOKEN, "server": TOKEN, "status": TOKEN})).await.0, 422);
    let url = bot.endpoint(&format!("/proposals/{name}"));
    let answer = sim::net::client().post(url).bearer_auth(&TOKEN[..TOKEN.len() - 1]).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
    bot.sees(&["`db-1`", "no answer"]).await;
}

/// A bot that hears an Alertmanager and a script, and asks OVHcloud nothing by itself once it knows its servers.
async fn hearing(locale: &'static str) -> TestBot {
    let rules = [
        format!("[[role]]\nid = \"{ROLE}\"\ncan = {ALL}\nservers = [\"*\"]\n"),
        rule(VIEWER, &["view"], &["*"]),
        section("alertmanager", "alertmanager"),
        section("script", "generic"),
    ];
    TestBot::with(TestConfig { locale, rules: rules.concat(), ..TestConfig::default() }, [web_1(), db_1()]).await
}

impl TestBot {
    /// What a machine says; whether that made a card.
    async fn told(&mut self, name: &str, body: &Value) -> (u16, Value) {
        let request = sim::net::client().post(self.endpoint(&format!("/proposals/{name}"))).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn alert(&mut self, id: &str, server: &str, status: &str) -> bool {
        let (code, answer) = self.told("script", &alert(id, server, status)).await;
        assert_eq!(code, 202, "{answer}");
        answer["card"].as_bool().expect("true or false")
    }

    /// Waits until the only card of the server says all of these.
    async fn card(&self, parts: &[&str]) -> Message {
        let card = self.sees(parts).await;
        assert!(!card.is_silent() && !self.ann.was_rung_by(&card), "it is heard, and mentions nobody");
        card
    }

    /// How often OVHcloud was asked anything about `web-1`.
    fn asked_about_web_1(&self) -> usize {
        self.ovh.journal().count("*", "/ns1111111")
    }

    /// How often OVHcloud was asked to change something.
    fn deeds(&self) -> usize {
        self.ovh.journal().all().iter().filter(|seen| seen.method != "GET").count()
    }
}

fn alert(id: &str, server: &str, status: &str) -> Value {
    json!({"id": id, "server": server, "summary": "no answer", "status": status, "began": began()})
}

/// The same moment for every alert of this run.
fn began() -> String {
    static BEGAN: std::sync::OnceLock<Timestamp> = std::sync::OnceLock::new();
    BEGAN.get_or_init(|| Timestamp::now() - SignedDuration::from_secs(60)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_one_card_that_counts_and_its_end_takes_the_buttons() {
    let mut bot = hearing("en").await;
    assert!(bot.alert("first", "web-1", "firing").await);
    for number in 0..40 {
        assert!(!bot.alert(&format!("more-{}", number % 4), "203.0.113.100:9182", "firing").await);
    }
    let card = bot.card(&["🔔 **Alert** · `web-1` · `no answer`", "From `script`", "5 alerts", "heard 41 times"]).await;
    for label in ["Reboot…", "Rescue…", "Console…", "Status", "Not now"] {
        assert!(card.button(label).is_some(), "{label}: {}", card.text());
    }
    for id in ["first", "more-0", "more-1", "more-2", "more-3"] {
        bot.alert(id, "web-1", "resolved").await;
    }
    let over = bot.sees(&["✅ **Over** · `web-1`"]).await;
    assert!(over.id == card.id && over.buttons().is_empty(), "{}", over.text());
    assert!(bot.alert("again", "web-1", "firing").await, "what fires anew rings anew");
    bot.card(&["🔔 **Alert** · `web-1`"]).await;
    assert_eq!(bot.count(&["`web-1`"]), 2);
    let metrics = bot.metrics().await;
    assert!(metrics.contains("bernard_proposals_total{proposals=\"script\",outcome=\"card\"} "), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_machine_says_it_is_a_card_and_no_request_to_ovhcloud() {
    let mut bot = hearing("en").await;
    eventually("it knows its servers", async || bot.ask(&bot.ann, "status", &[]).await.content.contains("2 servers"))
        .await;
    for server in ["web-1", "db-1"] {
        bot.ask(&bot.ann, "status", &[("server", server)]).await;
    }
    let before = (bot.asked_about_web_1(), bot.deeds());
    let hostile = |name: &str, instance: &str| {
        json!({
            "status": "firing", "startsAt": began(), "fingerprint": format!("{HOSTILE}{name}"),
            "labels": {"alertname": HOSTILE, "instance": instance, "server": HOSTILE, "action": "/reboot web-1"},
            "annotations": {"summary": HOSTILE, "runbook_url": "https://evil.example/run", "command": "POST /dedicated/server/x/reboot"},
            "generatorURL": "https://evil.example/?q=1#secret",
        })
    };
    let alerts: Vec<Value> = (0..30).map(|number| hostile(&number.to_string(), "https://web-1:9182/x")).collect();
    let group =
        json!({"version": "4", "status": "firing", "alerts": alerts, "groupKey": HOSTILE, "externalURL": HOSTILE});
    assert_eq!(bot.told("alertmanager", &group).await, (202, json!({"card": true})));
    let card = bot.card(&["🔔 **Alert** · `web-1`", "30 alerts"]).await;
    assert!(card.links_fetched().is_empty() && card.shown_embeds().is_empty(), "{}", card.text());
    let outside: String = card.content.replace("``", "`").split('`').step_by(2).collect();
    assert!(!["evil", "everyone", "@&", "**down"].iter().any(|part| outside.contains(part)), "{outside}");
    assert!(card.content.contains("<U+202E>") && card.content.lines().count() == 4, "{}", card.content);
    let nobody = json!({"version": "4", "alerts": [hostile("x", "https://evil.example/web-1")]});
    assert_eq!(bot.told("alertmanager", &nobody).await.0, 422);
    assert_eq!((bot.asked_about_web_1(), bot.deeds()), before, "OVHcloud was asked nothing for it");
    assert_eq!(bot.ovh.reboots("web-1"), 0);
    let doctor = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(doctor.text().contains("Alerts of servers I do not know"), "{}", doctor.text());
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_cards_buttons_are_commands_of_whoever_presses_also_after_a_restart() {
    let mut bot = hearing("en").await;
    bot.alert("a", "web-1", "firing").await;
    let card = bot.card(&["🔔 **Alert** · `web-1`"]).await;
    bot.die().await;
    bot.start().await;
    let vic = bot.discord.person("vic", "fr", &[VIEWER]);
    let deeds = bot.deeds();
    for label in ["Reboot…", "Rescue…", "Console…"] {
        let refused = bot.press(&vic, &card, label).await;
        assert!(refused.is_ephemeral() && refused.content.contains("🚫"), "{label}: {}", refused.content);
    }
    let status = bot.press(&vic, &card, "Status").await;
    assert!(status.is_ephemeral() && status.text().contains("web-1"), "{}", status.text());
    let rescue = bot.press(&bot.ann, &card, "Rescue…").await;
    assert!(rescue.is_ephemeral() && rescue.button("Confirm").is_some(), "{}", rescue.text());
    let reboot = bot.press(&bot.ann, &card, "Reboot…").await;
    assert_eq!((bot.deeds(), bot.ovh.reboots("web-1")), (deeds, 0), "nothing reboots on one tap");
    bot.press(&bot.ann, &reboot, "Confirm").await;
    bot.rung(&bot.ann, &["web-1", "R-1"]).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_now_is_quiet_for_an_hour_says_who_and_then_makes_a_new_card() {
    let mut bot = hearing("fr").await;
    bot.alert("a", "web-1", "firing").await;
    let card = bot.card(&["🔔 **Alerte** · `web-1`"]).await;
    let eve = bot.discord.person("eve", "en-GB", &[]);
    let refused = bot.press(&eve, &card, "Pas maintenant").await;
    assert!(refused.content.contains("🚫"), "{}", refused.content);
    let old = custom_id(&card, "Redémarrer…");
    let quiet = bot.press(&bot.ann, &card, "Pas maintenant").await;
    assert!(quiet.is_ephemeral() && quiet.content.contains("Quiet until"), "{}", quiet.content);
    let said = bot.sees(&["🔕 **Pas maintenant** · `web-1`", &bot.ann.mention()]).await;
    assert!(said.id == card.id && said.buttons().is_empty());
    let late = bot.forge(&bot.ann, &old, &said).await;
    assert!(late.content.contains("/reboot server:web-1") && late.buttons().is_empty(), "{}", late.content);
    assert!(!bot.alert("a", "web-1", "firing").await && !bot.alert("b", "web-1", "firing").await);
    let pool = crate::passing::database(&bot).await;
    sqlx::query("UPDATE alert_cards SET quieted_at = quieted_at - 3600000")
        .execute(&pool)
        .await
        .expect("an hour passes");
    assert!(bot.alert("b", "web-1", "firing").await, "it still fires");
    bot.card(&["🔔 **Alerte** · `web-1`"]).await;
    assert_eq!((bot.count(&["`web-1`"]), bot.ovh.reboots("web-1")), (2, 0));
    let lines = crate::audit::lines_of(&bot).await;
    assert_eq!(lines.iter().filter(|line| line.entry.contains("\"alerts_quieted\"")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_paused_nothing_is_heard_and_what_discord_does_not_take_is_shown_later_once() {
    let mut bot = hearing("en").await;
    bot.ask(&bot.ann, "admin pause", &[("reason", "maintenance")]).await;
    assert_eq!(bot.told("script", &alert("a", "web-1", "firing")).await.0, 503);
    bot.ask(&bot.ann, "admin resume", &[]).await;
    bot.discord.faults().next(3).lose_answer("POST", "/messages");
    assert!(bot.alert("a", "web-1", "firing").await);
    bot.alert("b", "web-1", "firing").await;
    bot.card(&["🔔 **Alert** · `web-1`", "2 alerts"]).await;
    bot.die().await;
    bot.start().await;
    assert!(!bot.alert("b", "web-1", "firing").await);
    bot.sees(&["`web-1`", "heard 3 times"]).await;
    assert_eq!(bot.count(&["**Alert** · `web-1`"]), 1);
}
