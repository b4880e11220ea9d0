//! The story, and the search afterwards. Each takes a process of its own, because logging is set up once in each.

use std::{fs, num::NonZeroU32, time::Instant};

use bernard::logging;
use bernard_discord as discord;
use bernard_domain::{
    audit::Line,
    operation::{Operation, Source},
    server::ServiceName,
};
use bernard_ovh::{Account, Client, Credentials};
use serde_json::json;
use sim::{
    discord::{Audience, OPS, Person, ROLE},
    log::Page,
    ovh,
};
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, fmt::format::FmtSpan, layer::SubscriberExt, registry};

use super::{
    alone::is_alone,
    ledger::{interaction_tokens, keys, links, refused_feed, take_panics},
    search::Secrets,
};
use crate::{
    alerts,
    approvals::code::{KEY, enrolled, next, wrong},
    audit::{exported, lines},
    bot::{TestBot, TestConfig, db_1, web_1},
    sinks::{
        receiver::{Mood, Receiver},
        sink,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_leaves_with_the_logs_at_trace() {
    if !is_alone(module_path!(), "no_secret_leaves_with_the_logs_at_trace") {
        return;
    }
    let page = Page::default();
    let writer = page.clone();
    let subscriber = logging::subscriber(logging::Format::Text, Some("trace"), move || writer.clone());
    tell(page, subscriber.expect("a filter"), TestConfig::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_any_event_or_span_of_ours_with_oauth2_and_the_mail() {
    if !is_alone(module_path!(), "no_secret_stands_in_any_event_or_span_of_ours_with_oauth2_and_the_mail") {
        return;
    }
    let page = Page::default();
    let writer = page.clone();
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_span_events(FmtSpan::FULL);
    let ours = Targets::new().with_target("bernard", LevelFilter::TRACE);
    let subscriber = registry().with(lines.with_writer(move || writer.clone()).with_filter(ours));
    let config = TestConfig { rescue: "probe = false\nsecret_from = [\"mail\"]\n".to_owned(), ..TestConfig::oauth2() };
    tell(page, subscriber, config).await;
}

/// The people of the story.
struct People {
    ann: Person,
    /// Takes no DMs.
    bob: Person,
}

/// A rule that wants a code for what the story does nowhere else, and the key that second factors are kept with.
fn with_codes(config: TestConfig) -> TestConfig {
    let asks = "[[protect]]\nservers = [\"db-1\"]\nactions = [\"reboot\"]\nsecond_factor = true\n";
    TestConfig { rules: format!("{}{asks}[second_factor]\nkey = \"{KEY}\"\n", config.rules), ..config }
}

/// A glass that is broken by a code, after a wrong one; what there was to keep to itself: the secret, and what was typed.
async fn codes_are_given(bot: &TestBot, ann: &Person) -> Secrets {
    let secret = enrolled(bot, ann).await;
    let options = [("server", "db-1"), ("break_glass", "true"), ("reason", "the shop is down")];
    let card = bot.ask(ann, "reboot", &options).await;
    let mut kept = Secrets::default();
    for digits in [wrong(&secret), next(&secret)] {
        let typed = format!("{} {} {}", &digits[..1], &digits[1..2], &digits[2..]);
        kept.add("a code", &typed);
        let pressed = ann.press(&card, "Confirm").await;
        pressed.submit(&[("code", &typed)]).await.answer().await;
    }
    bot.rung(ann, &["Rebooted", "db-1"]).await;
    let written = secret.otpauth("ann");
    kept.add("a second factor", written.split("secret=").nth(1).and_then(|rest| rest.split('&').next()).expect("it"));
    kept.add("the key of second factors", KEY);
    let hex: String = secret.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    kept.add("a second factor in hexadecimal", &hex);
    kept
}

async fn tell(page: Page, subscriber: impl Subscriber + Send + Sync, config: TestConfig) {
    tracing::subscriber::set_global_default(subscriber).expect("the first of its process");
    take_panics(&page);
    // Somebody who gets the audit, and repeats the token that he does not like.
    let (receiver, url) = Receiver::start().await;
    receiver.is(Mood::Quotes);
    let more = [alerts::section("machine", "generic"), sink("siem", &url), refused_feed().await];
    let rules = config.rules.clone() + &more.concat();
    let mut bot = TestBot::with(with_codes(TestConfig { rules, ..config }), [web_1(), db_1()]).await;
    let bob = bot.discord.person("bob", "en-US", &[ROLE]);
    bot.discord.close_dms(&bob);
    let people = People { ann: bot.ann.clone(), bob };
    links_are_handed_out(&bot, &people).await;
    things_go_wrong(&bot, &people).await;
    assert!(receiver.requests() > 0 && receiver.numbers().is_empty());
    receiver.is(Mood::Takes);
    receiver.has_all_of(&bot).await;
    let codes = codes_are_given(&bot, &people.ann).await;
    let oncall = bot.ask(&bot.ann, "oncall", &[]).await;
    assert!(oncall.content.contains("answered 403"), "{}", oncall.content);
    alerts::are_heard_and_refused(&mut bot, "machine").await;
    let metrics = bot.metrics().await;
    let own = format!("{:?}", bot.app());
    let live = database(&bot);
    bot.stop().await;
    let operations: Vec<Operation> = bot.operations().await;

    let (keys, links) = (keys(&bot), links(&bot));
    assert!(links.len() >= 2 && keys.len() >= 5, "the story was too short: {} links, {} keys", links.len(), keys.len());
    assert_eq!(bot.ovh.retrieved(), 0, "the bot never redeems a secret");
    let audit = lines(&bot.database()).await.iter().map(Line::to_json).collect::<Vec<_>>().join("\n");
    let exports = ["jsonl", "csv"].map(|format| (format, exported(&bot.database(), format)));
    assert!(audit.contains("delivery_attempted") && exports.iter().all(|(_, export)| export.len() > 1_000));
    let (log, errors) = (page.text(), errors(&bot).await);
    let mut leaks = Vec::new();
    for secrets in [&keys, &links, &codes] {
        leaks.extend(secrets.found_in("the log", &log));
        leaks.extend(secrets.found_in("/metrics", &metrics));
        leaks.extend(secrets.found_in("the Debug of the program", &own));
        leaks.extend(secrets.found_in("the Debug of the operations", &format!("{operations:?}")));
        leaks.extend(secrets.found_in("errors", &errors));
        leaks.extend(secrets.found_in_bytes("the live database", &live));
        leaks.extend(secrets.found_in_bytes("the database", &database(&bot)));
        leaks.extend(secrets.found_in("the audit's lines", &audit));
        for (format, export) in &exports {
            leaks.extend(secrets.found_in_bytes(&format!("the audit exported as {format}"), export));
        }
    }
    for sighting in bot.discord.everything_ever_sent() {
        leaks.extend(codes.found_in("what somebody saw", &sighting.body));
    }
    leaks.extend(shown_to_others(&bot, &people, &keys, &links));
    leaks.extend(sent_to_the_wrong_end(&bot, &keys, &links));
    assert!(log.contains("an operation went on"), "the log was taken in");
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// A rescue with an open DM and one without, the link again, autocompletion, and back.
async fn links_are_handed_out(bot: &TestBot, people: &People) {
    let linked = |message: &sim::discord::Message| message.content.contains("manager/secret");
    bot.rescued(&people.ann, "web-1").await;
    people.ann.wait_for_dm(linked).await;
    bot.ask(&people.ann, "rescue link", &[("server", "web-1")]).await;
    bot.rung(&people.ann, &["Link sent", "web-1"]).await;
    let offered = people.ann.autocomplete(OPS, "rescue enable", "server", "web").await;
    assert!(!offered.is_empty());
    bot.ask(&people.ann, "rescue list", &[]).await;
    bot.ask(&people.ann, "status", &[("server", "web-1")]).await;

    bot.confirm(&people.bob, "rescue enable", &[("server", "db-1"), ("reason", "disk full")]).await;
    let waiting = bot.rung(&people.bob, &["**Reveal link**", "db-1"]).await;
    let refused = people.ann.press(&waiting, "Reveal link").await.answer().await;
    assert!(!linked(&refused), "{}", refused.content);
    let shown = people.bob.press(&waiting, "Reveal link").await.wait_for(linked).await;
    assert!(shown.is_ephemeral());
    bot.rung(&people.bob, &["In rescue", "db-1"]).await;

    screens_are_handed_out(bot, people).await;
    bot.confirm(&people.ann, "restore", &[("server", "web-1")]).await;
    bot.rung(&people.ann, &["Restored", "web-1"]).await;
    people.ann.wait_for_dm(|message| message.content.contains("wiped")).await;
}

/// A console with an open DM and one without.
async fn screens_are_handed_out(bot: &TestBot, people: &People) {
    let linked = |message: &sim::discord::Message| message.content.contains("kvm.example.invalid");
    bot.ask(&people.ann, "console", &[("server", "web-1"), ("ip", "203.0.113.7")]).await;
    bot.rung(&people.ann, &["**Console open**", "web-1"]).await;
    people.ann.wait_for_dm(linked).await;
    bot.ask(&people.bob, "console", &[("server", "db-1")]).await;
    let waiting = bot.rung(&people.bob, &["**Reveal link**", "db-1", "R-5"]).await;
    people.bob.press(&waiting, "Reveal link").await.wait_for(linked).await;
    bot.rung(&people.bob, &["**Console open**", "db-1"]).await;
    let id = bot.ovh.console_links().pop().expect("one");
    let loud = json!({ "message": format!("there is a session already: {id}") });
    bot.ovh.faults().next(1).status("POST", "/features/ipmi/access", 409, &loud);
    bot.ask(&people.ann, "console", &[("server", "web-1")]).await;
    bot.rung(&people.ann, &["**Not possible**", "web-1"]).await;
}

/// Refusals that quote a link, answers that are lost, refused commands.
async fn things_go_wrong(bot: &TestBot, people: &People) {
    let id = bot.ovh.secret_ids().pop().expect("one");
    let loud = json!({ "message": format!("denied, see https://www.ovh.com/manager/secret/#?id={id} or {id}"), "class": "Client::Forbidden" });
    bot.ovh.faults().next(1).status("POST", "/reboot", 403, &loud);
    bot.confirm(&people.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&people.ann, &["Refused by OVHcloud", "web-1"]).await;
    bot.ovh.faults().next(1).lose_answer("POST", "/reboot");
    bot.confirm(&people.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&people.ann, &["Rebooted", "web-1"]).await;
    bot.discord.faults().next(1).status("PATCH", "/channels/", 500, &json!({ "message": "fake weather" }));
    bot.discord.faults().next(1).lose_answer("POST", "/messages");
    bot.confirm(&people.ann, "restore", &[("server", "db-1")]).await;
    bot.rung(&people.ann, &["Restored", "db-1"]).await;
    let nobody = bot.discord.person("eve", "en-GB", &[]);
    bot.ask(&nobody, "rescue link", &[("server", "web-1")]).await;
    bot.ask(&people.ann, "rescue enable", &[("server", "no-such-server")]).await;
    let history = bot.ask(&people.ann, "history", &[]).await;
    assert_eq!(history.attachments.len(), 1);
    for operation in ["R-1", "R-2", "R-5"] {
        let report = bot.ask(&people.ann, "report", &[("operation", operation)]).await;
        assert_eq!(report.attachments.len(), 2, "{}", report.content);
        for file in &report.attachments {
            let leaks = links(bot).found_in_bytes(&file.filename, &file.bytes);
            assert!(leaks.is_empty(), "{}", leaks.join("\n"));
        }
    }
    people.ann.press_raw("reveal:999999", &bot.discord.messages(OPS)[0]).await;
    bot.discord.dispatch_spoilt(&people.ann, OPS, "status", |raw| raw["data"]["name"] = json!(null)).settled().await;
}

/// A client of the simulated account, as the program builds its own.
fn client(bot: &TestBot) -> Client {
    let credentials = Credentials::Keys {
        application_key: ovh::APPLICATION_KEY.to_owned(),
        application_secret: ovh::APPLICATION_SECRET.to_owned().into(),
        consumer_key: ovh::CONSUMER_KEY.to_owned().into(),
    };
    let endpoint = bot.ovh.url().parse().expect("an endpoint");
    let account = Account {
        name: "main".into(),
        endpoint,
        credentials,
        requests_per_minute: NonZeroU32::MAX.into(),
        api_log: bernard_ovh::ApiLog::Off,
    };
    Client::new(account).expect("a client")
}

/// The words and the inside of what fails in OVHcloud's and Discord's hands, and of what carries secrets through the program.
async fn errors(bot: &TestBot) -> String {
    let config = bot.loaded();
    let client = client(bot);
    let name = ServiceName::try_from(bot.ovh.service_name("web-1")).expect("a name");
    let id = bot.ovh.secret_ids().pop().expect("one");
    let mut texts = vec![format!("{config:?} {client:?}")];
    texts.push(format!("{:?}", client.authentication_secrets(&name).await));
    for mail in client.mail_ids().await.expect("the mails") {
        let mail = client.mail(mail).await.expect("a mail");
        texts.push(format!("{:?}", mail.id));
        texts.push(format!("{mail:?}"));
    }
    for body in [json!({ "message": format!("see https://www.ovh.com/x#?id={id}") }), json!([{ "password": id }])] {
        for status in [200, 403] {
            let trouble = bot.ovh.faults().always().status("GET", "/dedicated/server/", status, &body);
            let error = client.server(&name).await.expect_err("that was no server");
            trouble.clear();
            texts.push(format!("{error} {error:?}"));
        }
    }
    let token = interaction_tokens(bot).pop().expect("one");
    let sender = discord::sender::Sender::new(discord::sender::SenderSettings::new(
        bot.discord.url(),
        config.discord.token.clone(),
    ));
    let rest = discord::Rest::new(sender.expect("a sender").into());
    for body in [json!({ "id": "7", "type": 2, "token": token }), json!({ "id": token, "type": 2, "token": token })] {
        let raw = discord::RawInteraction::parse(body.to_string().as_bytes(), Instant::now());
        texts.push(format!("{raw:?}"));
        let Ok(raw) = raw else { continue };
        let edit = serenity::builder::EditInteractionResponse::new().content("hello");
        let error = rest.edit_original(7.into(), &raw.key().token, &edit, &[]).await.expect_err("nobody knows it");
        texts.push(format!("{:?} {error} {error:?} {rest:?}", raw.key()));
    }
    texts.push(format!("{:?}", Source::Mail));
    texts.join("\n")
}

/// The database's files as they are on disk.
fn database(bot: &TestBot) -> Vec<u8> {
    let folder = bot.database().parent().expect("a folder").to_owned();
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        bytes.extend(fs::read(entry.expect("a file").path()).expect("its bytes"));
    }
    assert!(bytes.starts_with(b"SQLite") || bytes.windows(6).any(|at| at == b"SQLite"));
    bytes
}

/// Keys that anybody saw, and links that anybody but their requester saw.
fn shown_to_others(bot: &TestBot, people: &People, keys: &Secrets, links: &Secrets) -> Vec<String> {
    let mut leaks = Vec::new();
    for sighting in bot.discord.everything_ever_sent() {
        let place = format!("what {:?} saw in {}", sighting.audience, sighting.channel);
        leaks.extend(keys.found_in(&place, &sighting.body));
        let in_own_dm = people.ann.dm_channel() == Some(sighting.channel);
        let to_bob_alone = sighting.audience == Audience::Only(people.bob.id());
        if !in_own_dm && !to_bob_alone {
            leaks.extend(links.found_in(&place, &sighting.body));
        }
    }
    leaks
}

/// One end's secrets in requests to the other, and keys in any body.
fn sent_to_the_wrong_end(bot: &TestBot, keys: &Secrets, links: &Secrets) -> Vec<String> {
    let mut leaks = Vec::new();
    for seen in bot.discord.journal().all() {
        leaks.extend(keys.found_in_bytes(&format!("the body of {}", seen.path), &seen.body));
        leaks.extend(links.found_in("a path at Discord", &seen.path));
    }
    for seen in bot.ovh.journal().all().iter().filter(|seen| !seen.path.contains("/auth/oauth2/token")) {
        leaks.extend(keys.found_in_bytes(&format!("the body of {}", seen.path), &seen.body));
        leaks.extend(keys.found_in("a path at OVHcloud", &seen.path));
        leaks.extend(links.found_in("a path at OVHcloud", &seen.path));
        leaks.extend(links.found_in_bytes("a body to OVHcloud", &seen.body));
        let headers = seen.headers.values().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join("\n");
        let mut theirs = Secrets::default();
        theirs.add("the bot's token", sim::discord::BOT_TOKEN);
        theirs.add("the application secret, which only signs", ovh::APPLICATION_SECRET);
        leaks.extend(theirs.found_in("headers to OVHcloud", &headers));
    }
    leaks
}
