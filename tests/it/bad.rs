//! One bad thing hides no good one, and is named where it matters; other people's text hides nothing.

use serde_json::{Value, json};
use sim::{
    discord::{Id, Message, OPS, ROLE},
    ovh::ServerSpec,
};

use crate::bot::{TestBot, TestConfig, db_1, eventually, rule, web_1};

/// A role that sees one server.
const VIEWER: Id = Id(400_000_000_000_000_002);

const NOT_GRANTED: &str =
    r#"{"errorCode": "NOT_GRANTED_CALL", "httpCode": "403 Forbidden", "message": "This call has not been granted"}"#;

async fn status(bot: &TestBot, server: &str) -> String {
    bot.ask(&bot.ann, "status", &[("server", server)]).await.content
}

/// `/doctor` and its file.
async fn doctor(bot: &TestBot) -> String {
    let answer = bot.ask(&bot.ann, "doctor", &[]).await;
    let file = answer.attachments.first().map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    format!("{}\n{}", answer.content, file.unwrap_or_default())
}

#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

/// The bot reads what is odd about `web-1`.
async fn with_odd_server(odd: Value) -> TestBot {
    let bot = TestBot::new().await;
    // Its name is known from then on.
    status(&bot, "web-1").await;
    let path = format!("/dedicated/server/{}$", bot.ovh.service_name("web-1"));
    bot.ovh.faults().always().odd("GET", &path, &odd);
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_cannot_be_read_is_named_and_hides_no_other() {
    let bot = with_odd_server(json!({
        "powerState": 7, "ip": ["203.0.113.100"], "reverse": false, "monitoring": "yes", "datacenter": 3,
    }))
    .await;
    let told = status(&bot, "web-1").await;
    holds(
        &told,
        &["Windows Server 2022", "`powerState`", "`ip`", "`reverse`", "`monitoring`", "`datacenter`", "Left out"],
    );
    assert!(!told.to_lowercase().contains("monitored"), "nobody knows: {told}");
    let plan = bot.ask(&bot.ann, "plan", &[("action", "rescue"), ("server", "web-1")]).await.content;
    holds(&plan, &["Left out", "`powerState`", "PUT /dedicated/server"]);
    holds(&doctor(&bot).await, &["Cannot be read, and is left out", "web-1", "`powerState`"]);
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_a_deed_decides_by_stops_it_and_is_named_with_its_server() {
    for odd in [json!({"bootId": "one"}), json!({"rescueMail": {"to": "x"}}), json!({"state": 7})] {
        let bot = with_odd_server(odd.clone()).await;
        let field = odd.as_object().and_then(|fields| fields.keys().next()).expect("a field");
        let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        let name = bot.ovh.service_name("web-1");
        assert!(answer.buttons().is_empty(), "{}", answer.content);
        holds(&answer.content, &["🚫", &name, &format!("`{field}`")]);
        assert_eq!(bot.ovh.reboots("web-1"), 0);
        holds(&status(&bot, "db-1").await, &["Debian"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_system_no_rescue_is_chosen_for_a_server() {
    let bot = with_odd_server(json!({"os": 7})).await;
    let answer = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    holds(&answer.content, &["🚫", "which system is installed"]);
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "web-1"), ("system", "windows")]).await;
    assert!(card.button("Confirm").is_some(), "{}", card.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_are_no_text_match_no_role_and_every_protection() {
    for iam in [json!("x"), json!({"displayName": "web-1", "tags": {"env": "prod", "x": 7}}), json!({"displayName": 7})]
    {
        let rules = rule(ROLE, &["view", "rescue"], &["*"])
            + &rule(VIEWER, &["view", "rescue"], &["tag:env=prod"])
            + &rule(VIEWER, &["approve"], &["*"])
            + "[[protect]]\nservers = [\"tag:env=secret\"]\nactions = [\"rescue\"]\n";
        let bot = TestBot::ruled_by(rules).await;
        let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
        holds(&bot.ask(&eve, "status", &[("server", "web-1")]).await.content, &["Windows Server 2022"]);
        let name = bot.ovh.service_name("web-1");
        bot.ovh.faults().always().odd("GET", &format!("/dedicated/server/{name}$"), &json!({"iam": iam}));
        let answer = bot.ask(&eve, "status", &[("server", &name)]).await;
        holds(&answer.content, &["🚫", "could not be read"]);
        let card = bot.ask(&bot.ann, "rescue enable", &[("server", &name)]).await;
        holds(&card.content, &["[[protect]] #1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_no_text_hides_no_server() {
    let bot = TestBot::new().await;
    let odd = json!([null, 7, "", "../etc", "a b", "ns\u{202e}9.example", ["ns1.example"], {"name": "x"}]);
    bot.ovh.faults().always().odd("GET", "/dedicated/server$", &odd);
    let told = doctor(&bot).await;
    holds(&told, &["2 servers", "Cannot be read, and is left out", "list the servers", "`[0]`"]);
    assert!(!told.contains('\u{202e}'), "{told}");
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_name_cannot_be_read_for_once_has_not_left() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.faults().always().status("GET", "/dedicated/server$", 200, &json!([null, bot.ovh.service_name("db-1")]));
    holds(&doctor(&bot).await, &["2 servers"]);
    holds(&bot.ask(&bot.ann, "rescue list", &[]).await.content, &["web-1", &bot.ann.mention()]);
    bot.restored(&bot.ann, "web-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_neighbour_hides_nobody_and_is_named() {
    for (code, body) in
        [(403, NOT_GRANTED), (404, r#"{"message": "This service does not exist"}"#), (200, r#"{"name": 7}"#)]
    {
        let bot = TestBot::beside(
            {
                let ovh = sim::ovh::Ovh::start().await;
                ovh.faults().always().answer("GET", "ns1111111.ip-203-0-113.eu", code, &[], body.as_bytes());
                ovh
            },
            TestConfig::default(),
            [web_1(), db_1()],
        )
        .await;
        for command in ["status", "tasks"] {
            let answer = bot.ask(&bot.ann, command, &[("server", "db-1")]).await.content;
            assert!(!answer.contains("🚫"), "{code} {command}: {answer}");
        }
        let unknown = bot.ask(&bot.ann, "status", &[("server", "web-9")]).await.content;
        holds(&unknown, &["No server goes by `web-9`"]);
        eventually("it is named", async || doctor(&bot).await.contains("does not describe it")).await;
        bot.rescued(&bot.ann, "db-1").await;
        assert_eq!(bot.ovh.reboots("db-1"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mail_that_cannot_be_read_hides_no_link() {
    let page = "<html>no</html>";
    for (code, body) in [
        (403, NOT_GRANTED),
        (404, r#"{"message": "The requested object (id = 1) does not exist"}"#),
        (500, r#"{"message": "Internal error"}"#),
        (502, page),
        (200, r#"{"id": "x", "date": 7, "subject": ["x"], "body": null}"#),
        (200, "[]"),
    ] {
        let config = TestConfig::with_rescue("probe = false\nsecret_from = [\"mail\"]\n");
        let bot = TestBot::with(config, [web_1(), db_1()]).await;
        let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
        bot.confirm(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
        reboot.reached().await;
        // Newer than everything, so it is looked at first.
        bot.ovh.faults().always().odd("GET", "/email/history$", &json!(["x", 999_999_999, null]));
        bot.ovh.faults().always().answer("GET", "/email/history/999999999", code, &[], body.as_bytes());
        reboot.release();
        let end = bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
        holds(&end.content, &["found in OVHcloud's mail"]);
        let tries = bot.ovh.journal().count("GET", "/email/history/999999999");
        assert!(tries < 40, "{code}: {tries} requests");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_far_too_large_hides_no_mail_that_comes_after_it() {
    let config = TestConfig::with_rescue("probe = false\nsecret_from = [\"mail\"]\n");
    let bot = TestBot::with(config, [web_1()]).await;
    bot.ovh.faults().always().odd("GET", "/email/history$", &json!([u64::MAX, 999_999_999]));
    let end = bot.rescued(&bot.ann, "web-1").await;
    holds(&end.content, &["found in OVHcloud's mail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_without_a_readable_date_counts_by_its_id() {
    let config = TestConfig::with_rescue("probe = false\nsecret_from = [\"mail\"]\n");
    let bot = TestBot::with(config, [web_1()]).await;
    bot.ovh.faults().always().odd("GET", "/email/history/", &json!({"date": "2026-01-01 10:00:00"}));
    let end = bot.rescued(&bot.ann, "web-1").await;
    holds(&end.content, &["found in OVHcloud's mail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_way_in_hides_no_other() {
    let bot =
        TestBot::with(TestConfig::with_rescue("probe = false\nsecret_from = [\"authentication-secret\"]\n"), [web_1()])
            .await;
    let odd = json!([null, 7, {"type": 7}, {"type": "RDP", "user": "Administrator", "password": ["fake"]}, {"type": "RDP", "user": 7}]);
    bot.ovh.faults().always().odd("POST", "/authenticationSecret", &odd);
    let end = bot.rescued(&bot.ann, "web-1").await;
    holds(&end.content, &["found in OVHcloud's authentication secret"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_task_that_cannot_be_read_hides_no_other() {
    let bot = TestBot::new().await;
    let bad = bot.ovh.task_by_somebody("web-1", "addVirtualMac");
    bot.ovh.task_by_somebody("web-1", "reinstallServer");
    bot.ovh.faults().always().status("GET", &format!("/task/{bad}"), 500, &json!({"message": "Internal error"}));
    let told = bot.ask(&bot.ann, "tasks", &[("server", "web-1")]).await.content;
    holds(&told, &["reinstallServer"]);
    let told = status(&bot, "web-1").await;
    holds(&told, &["Windows Server 2022", "Left out", &format!("task {bad}")]);
    for odd in [json!({"function": 7, "comment": ["x"], "startDate": "2026-01-01T00:00:00"}), json!({"status": null})] {
        bot.ovh.faults().clear();
        bot.ovh.faults().always().odd("GET", &format!("/task/{bad}"), &odd);
        holds(&bot.ask(&bot.ann, "tasks", &[("server", "web-1")]).await.content, &["reinstallServer"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_intervention_that_cannot_be_read_hides_neither_the_contract_nor_the_others() {
    let bot = TestBot::with(TestConfig::default(), [web_1().expiring_on("2027-01-31"), db_1()]).await;
    bot.ovh.plan_intervention("web-1", std::time::Duration::from_secs(7_200));
    bot.ovh.faults().always().odd("GET", "/plannedIntervention$", &json!([999, "x"]));
    bot.ovh.faults().always().status("GET", "/plannedIntervention/999", 500, &json!({"message": "Internal error"}));
    let told = status(&bot, "web-1").await;
    holds(&told, &["HARDWARE_UPGRADE_ON_ACTIVE_SERVER", "Paid", "Left out", "planned intervention"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_contract_hides_nothing_else() {
    let bot = TestBot::new().await;
    bot.ovh.faults().always().odd("GET", "/serviceInfos", &json!({"expiration": "soon", "renew": "x"}));
    bot.ovh.plan_intervention("web-1", std::time::Duration::from_secs(7_200));
    holds(&status(&bot, "web-1").await, &["HARDWARE_UPGRADE_ON_ACTIVE_SERVER", "`expiration`", "`renew`"]);
}

/// What a message shows, its buttons included.
fn all_of(message: &Message) -> String {
    let labels: Vec<String> = message.buttons().into_iter().map(|button| button.label).collect();
    format!("{}\n{}", message.content, labels.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hides_in_a_name_is_seen_wherever_it_is_shown() {
    let name = "web\u{202e}1-bd\u{200b}`@everyone`[x](https://example.com)<t:1:R>";
    let seen = "web<U+202E>1-bd<U+200B>";
    let spec = ServerSpec::windows("ns9.ip-203-0-113.eu").named(name);
    let bot = TestBot::with(TestConfig::default(), [spec, db_1()]).await;
    let hidden = |text: &str| text.contains(['\u{202e}']) || text.contains("bd\u{200b}");
    eventually("the name is known", async || {
        let offered = bot.ann.autocomplete(OPS, "status", "server", "ns9").await;
        offered.iter().any(|choice| choice.name.contains(seen) && !hidden(&choice.name))
    })
    .await;
    let reason = "disk\u{202e}\nfull ``` @everyone";
    let card = bot.ask(&bot.ann, "rescue enable", &[("server", "ns9.ip-203-0-113.eu"), ("reason", reason)]).await;
    holds(&card.content, &[seen]);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", seen]).await;
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
    let file = dm.attachments.first().expect("a file");
    assert!(
        file.filename.is_ascii() && file.filename.ends_with(".rdp") && !file.filename.contains(' '),
        "{}",
        file.filename
    );
    let mut shown = vec![all_of(&card), all_of(&dm)];
    for command in ["rescue list", "status", "doctor"] {
        shown.push(all_of(&bot.ask(&bot.ann, command, &[]).await));
    }
    for command in ["status", "tasks", "history"] {
        shown.push(all_of(&bot.ask(&bot.ann, command, &[("server", "ns9.ip-203-0-113.eu")]).await));
    }
    shown.extend(bot.discord.messages(OPS).iter().map(all_of));
    for text in &shown {
        assert!(!hidden(text), "{text:?}");
    }
    let history = bot.ask(&bot.ann, "history", &[]).await;
    let file = String::from_utf8_lossy(&history.attachments.first().expect("a file").bytes).into_owned();
    assert!(file.contains("disk<U+202E>") && !hidden(&file), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_stands_in_no_file_and_no_command() {
    for ip in ["203.0.113.9\r\nusername:s:eve", "-oProxyCommand=reboot", "web-1.example", "$(reboot)"] {
        let bot = with_odd_server(json!({"ip": ip})).await;
        bot.rescued(&bot.ann, "web-1").await;
        let dm = bot.ann.wait_for_dm(|dm| dm.content.contains("manager/secret")).await;
        assert!(dm.attachments.is_empty(), "{ip}");
        assert!(
            !dm.content.contains("reboot") && !dm.content.contains("ssh Admin") && !dm.content.contains("username"),
            "{}",
            dm.content
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_one_may_not_see_is_told_like_none() {
    let rules = rule(ROLE, &["view", "rescue", "restore", "reboot", "console", "audit", "admin"], &["*"])
        + &rule(VIEWER, &["view", "rescue", "restore", "reboot", "console", "audit"], &["ns2222222*"]);
    let secret = ServerSpec::linux("ns7.ip-203-0-113.eu").named("vault-1").tag("team", "x");
    let twin = ServerSpec::linux("ns8.ip-203-0-113.eu").named("db-1");
    let bot = TestBot::with(TestConfig { rules, ..TestConfig::default() }, [secret, db_1(), twin]).await;
    eventually("all are known", async || bot.ann.autocomplete(OPS, "status", "server", "").await.len() == 3).await;
    eventually("all are read", async || bot.ann.autocomplete(OPS, "status", "server", "vault-1").await.len() == 1)
        .await;
    let eve = bot.discord.person("eve", "en-GB", &[VIEWER]);
    let commands: [(&str, &[(&str, &str)]); 10] = [
        ("status", &[]),
        ("tasks", &[]),
        ("plan", &[("action", "reboot")]),
        ("why", &[("action", "reboot")]),
        ("history", &[]),
        ("rescue enable", &[]),
        ("rescue link", &[]),
        ("restore", &[]),
        ("reboot", &[]),
        ("console", &[]),
    ];
    for (command, more) in commands {
        let mut answers = Vec::new();
        // As long as each other, so that what comes near is the same.
        for server in ["vault-1", "vault-9", "ns7.ip-203-0-113.eu", "ns6.ip-203-0-113.eu"] {
            let answer = bot.ask(&eve, command, &[more, &[("server", server)]].concat()).await;
            answers.push(answer.content.replace(server, "X"));
        }
        assert_eq!(answers[0], answers[1], "{command}");
        assert_eq!(answers[2], answers[3], "{command}");
        holds(&answers[0], &["🚫", "No server goes by `X`"]);
    }
    for typed in ["vault", "ns7", "x"] {
        assert!(eve.autocomplete(OPS, "status", "server", typed).await.is_empty(), "{typed}");
    }
    let own = bot.ask(&eve, "status", &[("server", "db-1")]).await;
    holds(&own.content, &["Debian 12", "ns2222222"]);
    let audited = bot.ask(&bot.ann, "history", &[("server", "vault-1")]).await;
    holds(&audited.content, &["vault-1"]);
}
