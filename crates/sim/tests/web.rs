//! The page's server, without a browser: what it says of itself, and to whom it shows what.

use std::time::Duration;

use serde_json::{Value, json};
use sim::{
    discord::{BOT_TOKEN, Discord, OPS, Person},
    net::PATIENCE,
    ovh::{APPLICATION_KEY, CONSUMER_KEY, Ovh, Tempo},
    web::{Answers, Door, Life, Order, Stage, cast},
};
use tokio::sync::{mpsc, watch};

/// Longer than any task of [`Tempo::HURRIED`] takes.
const HOURS: Duration = Duration::from_secs(2 * 60 * 60);

/// A page with its cast, and no bot behind it.
struct Page {
    url: String,
    discord: Discord,
    ovh: Ovh,
    people: Vec<Person>,
    orders: mpsc::Receiver<Order>,
    _life: watch::Sender<Life>,
}

impl Page {
    async fn open() -> Self {
        let (ovh, discord) = (Ovh::start().await, Discord::start().await);
        cast::fleet(&ovh, 7);
        let members = cast::people(&discord);
        let people = members.iter().map(|member| member.person.clone()).collect();
        let door = Door::at(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let url = door.url();
        let (order_tx, orders) = mpsc::channel(1);
        let (life, life_rx) = watch::channel(Life::Running);
        let stage =
            Stage { discord: discord.clone(), ovh: ovh.clone(), cast: members, orders: order_tx, life: life_rx };
        tokio::spawn(door.serve(stage));
        Self { url, discord, ovh, people, orders, _life: life }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = sim::net::client().post(format!("{}{path}", self.url)).json(&body).send().await;
        let answer = answer.expect("the page answers");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// Asks for a trouble, or takes it back.
    async fn toggle(&self, trouble: &str) {
        assert_eq!(self.post("/api/trouble", json!({ "trouble": trouble })).await.0, 200, "{trouble}");
    }

    /// Whether a trouble is on, as the first of the people is told.
    async fn has(&self, trouble: &str) -> bool {
        self.told(&self.people[0], "cloud").await["troubles"][trouble] == true
    }

    /// A server, as the first of the people is shown it.
    async fn server(&self, name: &str) -> Value {
        let cloud = self.told(&self.people[0], "cloud").await;
        let servers = cloud["servers"].as_array().expect("the servers");
        servers.iter().find(|server| server["display_name"] == name).expect("a server of the fleet").clone()
    }

    /// The word of a server's task.
    async fn status_of(&self, server: &str, task: u64) -> Value {
        let server = self.server(server).await;
        let tasks = server["tasks"].as_array().expect("its tasks");
        tasks.iter().find(|known| known["id"] == task).expect("a task of the server")["status"].clone()
    }

    /// The first state of this kind that the stream tells this person.
    async fn told(&self, who: &Person, kind: &str) -> Value {
        let mut stream =
            sim::net::client().get(format!("{}/api/stream?who={}", self.url, who.id())).send().await.expect("a stream");
        let mut text = String::new();
        let reading = async {
            loop {
                if let Some(data) = event(&text, kind) {
                    return data;
                }
                let chunk = stream.chunk().await.expect("the stream goes on").expect("and does not end");
                text.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("it tells the state")
    }
}

fn event(text: &str, kind: &str) -> Option<Value> {
    let whole = text.split("\n\n").find(|event| event.starts_with(&format!("event: {kind}\n")))?;
    serde_json::from_str(whole.split_once("data: ")?.1).ok()
}

#[tokio::test]
async fn everything_that_the_page_names_comes_from_here_and_may_do_nothing_else() {
    let page = Page::open().await;
    let index = sim::net::client().get(&page.url).send().await.expect("the page");
    let policy = index.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let text = index.text().await.expect("text");
    let named: Vec<&str> = text.split('"').filter(|part| part.starts_with('/')).collect();
    assert!(named.len() >= 4, "{named:?}");
    for file in named {
        let answer = sim::net::client().get(format!("{}{file}", page.url)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{file}");
    }
    assert!(!text.contains("http"), "nothing is loaded from elsewhere");
}

#[tokio::test]
async fn somebody_unknown_can_do_nothing() {
    let page = Page::open().await;
    let command = json!({ "who": "1", "channel": "1", "command": "help" });
    assert_eq!(page.post("/api/slash", command).await.0, 404);
    assert_eq!(page.post("/api/dms", json!({ "who": "1", "dms": "closed" })).await.0, 404);
}

#[tokio::test]
async fn what_a_client_would_not_let_one_do_is_refused_with_a_reason() {
    let page = Page::open().await;
    let ann = &page.people[0];
    let (status, said) =
        page.post("/api/slash", json!({ "who": ann.id(), "channel": sim::discord::OPS, "command": "fly" })).await;
    assert_eq!(status, 422);
    assert!(said["error"].as_str().is_some_and(|why| why.contains("not registered")), "{said}");
}

#[tokio::test]
async fn a_dm_is_told_to_its_person_only() {
    let page = Page::open().await;
    let (ann, victor) = (&page.people[0], &page.people[1]);
    ann.says(ann.open_dms(), "only between us");
    assert!(page.told(ann, "chat").await.to_string().contains("only between us"));
    assert!(!page.told(victor, "chat").await.to_string().contains("only between us"));
}

#[tokio::test]
async fn a_trouble_is_on_until_it_happened_or_is_taken_back() {
    let page = Page::open().await;
    let ann = &page.people[0];
    for trouble in ["slow", "lose-next", "fail-task"] {
        page.toggle(trouble).await;
    }
    let troubles = page.told(ann, "cloud").await["troubles"].clone();
    let on = json!({
        "lose-reboot": false, "lose-next": true, "fail-task": true, "stuck-task": false, "slow": true, "unavailable": false,
        "expired-key": false, "set-script": false,
    });
    assert_eq!(troubles, on);
    assert!(
        sim::net::client().get(format!("{}/auth/time", page.ovh.url())).send().await.is_err(),
        "the next answer is lost"
    );
    page.toggle("slow").await;
    page.toggle("fail-task").await;
    let troubles = page.told(ann, "cloud").await["troubles"].clone();
    assert!(troubles.as_object().is_some_and(|all| all.values().all(|on| on == false)), "{troubles}");
}

#[tokio::test]
async fn a_stuck_task_stays_at_its_word_until_it_is_taken_back_and_then_ends_well() {
    let page = Page::open().await;
    page.ovh.tempo(Tempo::HURRIED);
    page.ovh.freeze();
    page.toggle("fail-task").await;
    page.toggle("stuck-task").await;
    page.toggle("fail-task").await;
    assert!(page.has("stuck-task").await && !page.has("fail-task").await, "each is taken back by itself");
    let task = page.ovh.reboot_by_somebody("db-1");
    page.ovh.advance(HOURS);
    assert_eq!(page.status_of("db-1", task).await, "doing");
    assert!(page.has("stuck-task").await, "it lasts though no further reboot meets it");
    let next = page.ovh.reboot_by_somebody("db-1");
    page.ovh.advance(HOURS);
    assert_eq!(page.status_of("db-1", next).await, "done", "only one is stuck");
    page.toggle("stuck-task").await;
    assert!(!page.has("stuck-task").await);
    assert_eq!(page.status_of("db-1", task).await, "done");
}

#[tokio::test]
async fn an_expired_key_is_refused_as_ovhcloud_refuses_one_until_it_is_taken_back() {
    let page = Page::open().await;
    let asked = async || {
        let call = sim::net::client().get(format!("{}/dedicated/server", page.ovh.url()));
        let keys = call.header("x-ovh-application", APPLICATION_KEY).header("x-ovh-consumer", CONSUMER_KEY);
        let answer = keys.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON")["errorCode"].clone())
    };
    page.toggle("expired-key").await;
    assert!(page.has("expired-key").await);
    assert_eq!(asked().await, (403, json!("INVALID_CREDENTIAL")));
    page.toggle("expired-key").await;
    assert!(!page.has("expired-key").await);
    assert_eq!(asked().await.1, "INVALID_SIGNATURE", "the key is known again, and this call is not signed by it");
}

#[tokio::test]
async fn a_boot_script_is_what_starts_next_until_it_is_taken_back_or_displaced() {
    let page = Page::open().await;
    let boots = async || page.server("web-1").await["boots"].clone();
    assert_eq!(boots().await, "hd");
    page.toggle("set-script").await;
    assert!(page.has("set-script").await);
    assert_eq!(boots().await, "boot-script");
    page.toggle("set-script").await;
    assert!(!page.has("set-script").await);
    assert_eq!(boots().await, "hd");
    page.toggle("set-script").await;
    page.ovh.netboot_by_somebody("web-1", Some(page.ovh.boot_id("web-1", "rescue12-customer")));
    assert!(!page.has("set-script").await, "a rescue has taken its place");
}

#[tokio::test]
async fn an_order_to_kill_reaches_whoever_runs_the_bot() {
    let mut page = Page::open().await;
    assert_eq!(page.post("/api/kill", json!({})).await.0, 200);
    let order = tokio::time::timeout(PATIENCE, page.orders.recv()).await;
    assert_eq!(order.ok().flatten(), Some(Order::KillAndRestart));
}

#[tokio::test]
async fn what_monitoring_sees_reaches_whoever_runs_the_bot() {
    let mut page = Page::open().await;
    for (word, answers) in [("no-more", Answers::NoMore), ("again", Answers::Again)] {
        assert_eq!(page.post("/api/monitoring", json!({ "answers": word })).await.0, 200);
        let order = tokio::time::timeout(PATIENCE, page.orders.recv()).await;
        assert_eq!(order.ok().flatten(), Some(Order::Monitoring(answers)));
    }
    assert_ne!(page.post("/api/monitoring", json!({ "answers": "perhaps" })).await.0, 200);
}

#[tokio::test]
async fn a_page_of_another_site_reads_nothing_and_changes_nothing() {
    let mut page = Page::open().await;
    let own = page.url.clone();
    let port = own.rsplit_once(':').expect("a port").1.to_owned();
    let client = sim::net::client();
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let method = method.parse().expect("a method");
        let request =
            client.request(method, format!("{own}{path}")).header("content-type", "application/json").body("{}");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.expect("an answer").status().as_u16()
    };
    let rebound = format!("evil.example:{port}");
    for path in ["/", "/app.js", "/secret/", "/api/stream?who=1"] {
        assert_eq!(ask("GET", path, &[("host", &rebound)]).await, 403, "{path}");
    }
    for headers in [
        &[("host", rebound.as_str())][..],
        &[("host", &rebound), ("origin", &format!("http://{rebound}")), ("sec-fetch-site", "same-origin")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
        &[("origin", &own.replace("http", "https"))],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", &own), ("sec-fetch-site", "cross-site")],
    ] {
        for path in ["/api/kill", "/api/monitoring", "/api/secret", "/api/trouble", "/api/slash"] {
            assert_eq!(ask("POST", path, headers).await, 403, "{path} {headers:?}");
        }
    }
    assert!(page.orders.try_recv().is_err(), "nobody was killed");
    let local = format!("localhost:{port}");
    let local_origin = format!("http://{local}");
    for headers in [
        &[][..],
        &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
        &[("host", &local), ("origin", &local_origin), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
    ] {
        assert_eq!(ask("POST", "/api/kill", headers).await, 200, "{headers:?}");
        assert_eq!(page.orders.recv().await, Some(Order::KillAndRestart));
    }
}

#[tokio::test]
async fn the_people_of_the_simulator_are_moved_by_nobody_elses_page() {
    let discord = Discord::start_at(([127, 0, 0, 1], 0).into(), sim::discord::control::routes).await.expect("a port");
    let state = format!("{}/_sim/state", discord.url());
    let typed = format!("{}/_sim/slash", discord.url());
    let client = sim::net::client();
    let rebound = client.get(&state).header("host", "evil.example").send().await.expect("an answer");
    assert_eq!(rebound.status(), 403);
    let foreign = client
        .post(&typed)
        .header("origin", "https://evil.example")
        .json(&json!({ "person": "eve", "command": "help" }));
    assert_eq!(foreign.send().await.expect("an answer").status(), 403);
    assert_eq!(sim::net::client().get(&state).send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_secret_is_read_by_people_without_counting_as_the_bots() {
    let page = Page::open().await;
    let id = page.ovh.old_rescue_mail("web-1", Duration::from_secs(60));
    let (status, said) = page.post("/api/secret", json!({ "id": id })).await;
    assert!(status == 200 && said["password"].as_str().is_some_and(|password| password.starts_with("fake-")));
    assert_eq!(page.ovh.retrieved(), 0);
    assert_eq!(page.post("/api/secret", json!({ "id": "unknown" })).await.0, 404);
    let ann = &page.people[0];
    assert!(!page.told(ann, "cloud").await.to_string().contains(&id), "OVHcloud's side shows no secret");
}

#[tokio::test]
async fn pictures_are_shown_where_they_stand_and_everything_else_is_only_saved() {
    let page = Page::open().await;
    let (ann, victor) = (&page.people[0], &page.people[1]);
    let file = |name: &'static str, kind: &str| {
        reqwest::multipart::Part::bytes(b"<script>".to_vec()).file_name(name).mime_str(kind).expect("a media type")
    };
    let message = reqwest::multipart::Form::new()
        .text("payload_json", json!({ "content": "two files" }).to_string())
        .part("files[0]", file("line.png", "image/png"))
        .part("files[1]", file("line.svg", "image/svg+xml"));
    let sent = sim::net::client()
        .post(format!("{}/api/v10/channels/{OPS}/messages", page.discord.url()))
        .header("Authorization", format!("Bot {BOT_TOKEN}"))
        .multipart(message)
        .send()
        .await
        .expect("an answer");
    let sent: Value = sent.json().await.expect("a message");
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    for (at, kind, place) in [(0, "image/png", "inline"), (1, "application/octet-stream", "attachment")] {
        let address = format!("{}/api/file/{}/{}?who={}", page.url, id(&sent), id(&sent["attachments"][at]), ann.id());
        let answer = sim::net::client().get(address).send().await.expect("an answer");
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), kind);
        assert!(header("content-disposition").starts_with(place));
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
    let private = ann.says(ann.open_dms(), "only between us").id;
    let address = format!("{}/api/file/{private}/1?who={}", page.url, victor.id());
    assert_eq!(sim::net::client().get(address).send().await.expect("an answer").status(), 404);
}
