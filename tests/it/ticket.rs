//! **Ask OVHcloud**: a ticket that is sent once, as it was shown, and looked for where its answer got lost.

use serde_json::json;
use sim::{
    discord::{Id, Message, OPS, Person, ROLE},
    ovh::Ending,
};

use crate::{
    audit::lines,
    bot::{TestBot, TestConfig, custom_id, db_1, eventually, rule, web_1},
};

const CREATE: &str = "/support/tickets/create";
/// A role that may do everything but ask OVHcloud.
const OTHERS: Id = Id(400_000_000_000_000_003);

/// A reboot of `web-1` fails, for a reason that is nobody's business but the team's.
async fn failed(bot: &TestBot) -> Message {
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1"), ("reason", "the auditors are coming")]).await;
    bot.rung(&bot.ann, &["**Reboot failed**", "R-1"]).await
}

async fn with_a_failure() -> TestBot {
    let bot = TestBot::new().await;
    failed(&bot).await;
    bot
}

/// The message that offers to ask OVHcloud.
async fn offer(bot: &TestBot) -> Message {
    bot.discord.wait_for_message(OPS, |message| message.button("Ask OVHcloud").is_some()).await
}

/// The subject and the body on a card.
#[track_caller]
fn shown(card: &Message) -> (String, String) {
    let block = card.content.split("```").nth(1).expect("a block").trim();
    let (subject, body) = block.split_once("\n\n").expect("both");
    (subject.to_owned(), body.to_owned())
}

/// What the audit has of an operation, in its order.
async fn audited(bot: &TestBot, id: &str) -> Vec<(String, String)> {
    let all = lines(&bot.database()).await;
    let of_it = all.iter().filter(|line| line.text("operation").as_deref() == Some(id));
    of_it.map(|line| (line.text("what").unwrap_or_default(), line.text("detail").unwrap_or_default())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_sent_once_and_its_number_stands_everywhere() {
    let bot = with_a_failure().await;
    let card = bot.ticket_card(&bot.ann).await;
    assert!(card.is_ephemeral());
    assert_eq!(card.button("Confirm").expect("it is there").label, "Confirm, send the ticket");
    assert_eq!(bot.ovh.tickets(), [], "nothing is sent before it is confirmed");
    let calls = bot.press(&bot.ann, &card, "Show calls").await;
    assert!(calls.content.contains("POST /support/tickets/create"), "{}", calls.content);
    bot.ann.press(&card, "Confirm").await;
    let end = bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;

    let tickets = bot.ovh.tickets();
    let [ticket] = tickets.as_slice() else { panic!("{tickets:#?}") };
    assert_eq!((ticket.subject.clone(), ticket.body.clone()), shown(&card), "word for word");
    let name = bot.ovh.service_name("web-1");
    assert_eq!(ticket.server.as_deref(), Some(name.as_str()));
    let task = bot.ovh.tasks("web-1")[0].id.to_string();
    for word in [task.as_str(), "\"ovhError\"", "Query ids: EU.sim-1.", "203.0.113.100", "State: ok", "Boot set:"] {
        assert!(ticket.body.contains(word), "{word} is not in {}", ticket.body);
    }
    for theirs in ["auditors", "`web-1`", "http", "@"] {
        assert!(!ticket.body.contains(theirs) && !ticket.subject.contains(theirs), "{theirs}: {}", ticket.body);
    }

    let number = ticket.number.to_string();
    assert!(end.content.contains(&number), "{}", end.content);
    let of_the_failure = bot.sees(&["**Reboot failed**", "R-1", &number, "R-2"]).await;
    assert!(of_the_failure.button("Ask OVHcloud").is_none() && of_the_failure.button("Try again").is_some());
    let told = audited(&bot, "R-2").await;
    let words: Vec<&str> = told.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(words, ["opened", "ticket_prepared", "ticket_intended", "ticket_opened"]);
    assert!(told[3].1.contains(&number), "{told:?}");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_serves_once_also_for_whoever_presses_twice_and_for_an_older_card() {
    let bot = with_a_failure().await;
    let (first, second) = (bot.ticket_card(&bot.ann).await, bot.ticket_card(&bot.ann).await);
    assert_ne!(shown(&first).0, shown(&second).0, "no two tickets have one subject");
    let sent = bot.ovh.faults().hold_answer("POST", CREATE);
    let confirm = custom_id(&first, "Confirm, send the ticket");
    bot.ann.press(&first, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
    sent.reached().await;
    let again = bot.forge(&bot.ann, &confirm, &first).await;
    assert!(again.content.contains("R-2") && again.content.contains("under way"), "{}", again.content);
    let confirm = custom_id(&second, "Confirm, send the ticket");
    let beside = bot.press(&bot.ann, &second, "Confirm").await;
    assert!(beside.content.contains("R-2"), "{}", beside.content);
    sent.release();
    bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;
    let late = bot.forge(&bot.ann, &confirm, &second).await;
    assert!(late.content.contains("has a ticket"), "{}", late.content);
    assert_eq!(bot.ovh.tickets().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_for_by_its_subject_and_adopted() {
    for broken in ["lost", "reset", "500"] {
        let bot = with_a_failure().await;
        let faults = bot.ovh.faults();
        match broken {
            "lost" => drop(faults.lose_answer("POST", CREATE)),
            "500" => drop(faults.answer_instead("POST", CREATE, 500, "{\"message\": \"Internal server error\"}")),
            _ => {
                let sent = faults.hold_answer("POST", CREATE);
                bot.accepts_ticket().await;
                sent.reached().await;
                bot.ovh.net().reset_all();
            }
        }
        if broken != "reset" {
            bot.accepts_ticket().await;
        }
        let end = bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;
        assert!(end.content.contains("7000001") && end.content.contains("found it"), "{broken}: {}", end.content);
        assert_eq!(bot.ovh.tickets().len(), 1, "{broken}");
        assert_eq!(bot.ovh.journal().count("POST", CREATE), 1, "{broken}: it is not sent again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_nobody_finds_is_not_sent_again_and_it_is_said_what_to_do() {
    let bot = with_a_failure().await;
    bot.ovh.faults().lose_answer("POST", CREATE);
    bot.ovh.hide_tickets();
    bot.accepts_ticket().await;
    let end = bot.rung(&bot.ann, &["**Ticket: not known**", "R-2"]).await;
    let subject = bot.ovh.tickets()[0].subject.clone();
    assert!(end.content.contains(&subject) && end.content.contains("*Support*"), "{}", end.content);
    assert_eq!((bot.ovh.tickets().len(), bot.ovh.journal().count("POST", CREATE)), (1, 1));
    // Whoever has looked there may ask once more, with another subject.
    let card = bot.ticket_card(&bot.ann).await;
    assert_ne!(shown(&card).0, subject);
    let told = audited(&bot, "R-2").await;
    assert_eq!(told.last().map(|(what, _)| what.as_str()), Some("ticket_not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_cannot_be_looked_for_is_not_known_either() {
    let bot = with_a_failure().await;
    bot.ovh.faults().lose_answer("POST", CREATE);
    bot.ovh.forbid("account:apiovh:support/tickets/get");
    bot.accepts_ticket().await;
    bot.rung(&bot.ann, &["**Ticket: not known**", "R-2"]).await;
    assert_eq!(bot.ovh.journal().count("POST", CREATE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_ovhclouds_own_with_its_query_id() {
    let bot = with_a_failure().await;
    bot.ovh.faults().status("POST", CREATE, 400, &json!({ "message": "Too many open tickets" }));
    bot.accepts_ticket().await;
    let end = bot.rung(&bot.ann, &["**Refused by OVHcloud**", "R-2"]).await;
    assert!(end.content.contains("Too many open tickets") && end.content.contains("query id"), "{}", end.content);
    assert!(end.content.contains("No ticket was opened") && !end.content.contains("rebooted"), "{}", end.content);
    assert_eq!(bot.ovh.tickets(), []);
    assert!(offer(&bot).await.content.contains("R-1"), "it can be asked again");
}

/// Who may do everything but ask OVHcloud, beside those who may.
async fn with_somebody_else() -> (TestBot, Person) {
    let others = ["view", "reboot", "rescue", "restore", "console", "approve", "audit", "admin"];
    let all = ["view", "reboot", "rescue", "restore", "console", "ticket"];
    let bot = TestBot::ruled_by(rule(ROLE, &all, &["*"]) + &rule(OTHERS, &others, &["*"])).await;
    let ben = bot.discord.person("ben", "en-GB", &[OTHERS]);
    (bot, ben)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_right_sends_none_not_even_by_somebody_elses_card() {
    let (bot, ben) = with_somebody_else().await;
    let end = failed(&bot).await;
    let refused = bot.press(&ben, &end, "Ask OVHcloud").await;
    assert!(refused.content.contains("🚫") && refused.content.contains("`ticket`"), "{}", refused.content);
    let card = bot.ticket_card(&bot.ann).await;
    let forged = bot.forge(&ben, &custom_id(&card, "Confirm, send the ticket"), &end).await;
    assert!(forged.content.contains("🚫"), "{}", forged.content);
    // Whose right is taken away after the card was shown.
    bot.ann.set_roles(&[OTHERS]);
    let late = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(late.content.contains("🚫") && late.content.contains("`ticket`"), "{}", late.content);
    assert_eq!(bot.ovh.tickets(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_right_is_gone_when_it_is_carried_out_sends_none() {
    let bot = with_a_failure().await;
    let card = bot.ticket_card(&bot.ann).await;
    // After the press read it, before the first step does.
    let step = bot.hold_read(1);
    bot.ann.press(&card, "Confirm").await;
    step.reached().await;
    bot.ann.set_roles(&[]);
    // What rules know the server by is new, so everybody's rights are looked at again.
    bot.ovh.set_tag("web-1", "moved", "yes");
    step.release();
    bot.rung(&bot.ann, &["R-2", "may not do this any more"]).await;
    assert_eq!(bot.ovh.tickets(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_anybody_who_may_ask_it_is_not_offered() {
    let all = ["view", "reboot", "rescue", "restore", "console", "approve", "audit", "admin"];
    let bot = TestBot::ruled_by(rule(ROLE, &all, &["*"])).await;
    let end = failed(&bot).await;
    assert!(end.button("Ask OVHcloud").is_none() && end.button("Try again").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_a_lost_store_asks_nothing_about_anybody_elses_operation() {
    let mut bot = with_a_failure().await;
    let old = offer(&bot).await;
    let card = bot.ticket_card(&bot.ann).await;
    bot.lose_store().await;
    bot.ovh.next_reboot_ends("db-1", Ending::OvhError);
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**Reboot failed**", "db-1", "R-1"]).await;
    let refused = bot.press(&bot.ann, &old, "Ask OVHcloud").await;
    assert!(refused.content.contains("🚫") && refused.content.contains("`/status"), "{}", refused.content);
    let refused = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(refused.content.contains("🚫"), "{}", refused.content);
    assert_eq!(bot.ovh.tickets(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_ovhclouds_own_words_is_never_in_a_ticket() {
    let bot = TestBot::new().await;
    let comment = "see https://www.ovh.com/manager/secret/#?id=00000000-fake-fake-fake-000000000000 `now`";
    bot.ovh.faults().always().odd("GET", "/task/", &json!({ "comment": comment }));
    failed(&bot).await;
    bot.accepts_ticket().await;
    bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;
    let ticket = bot.ovh.tickets().remove(0);
    assert!(ticket.body.contains("[link]") && !ticket.body.contains("fake-fake"), "{}", ticket.body);
    assert!(!ticket.body.contains('`'), "{}", ticket.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_stands_and_a_machine_that_does_not_come_back_are_asked_about() {
    let pace = format!("{}task_patience = \"300ms\"\n", TestConfig::default().pace);
    let bot = TestBot::with(TestConfig { pace, ..TestConfig::default() }, [web_1()]).await;
    bot.ovh.next_reboot_ends("web-1", Ending::Stands("doing".to_owned()));
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let late = bot.rung(&bot.ann, &["OVHcloud takes long", "R-1"]).await;
    assert!(late.button("Ask OVHcloud").is_some(), "{}", late.content);
    bot.accepts_ticket().await;
    bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;
    assert!(bot.ovh.tickets()[0].body.contains("does not end"), "{}", bot.ovh.tickets()[0].body);
    eventually("the number stands below the task that stands", async || {
        bot.count(&["OVHcloud takes long", "R-1", "7000001"]) > 0
    })
    .await;

    // Nothing listens there, so the port is seen closed and stays so.
    let probe = TestConfig { rescue: "probe = true\n".into(), ..TestConfig::default() };
    let bot = TestBot::with(probe, [web_1().at([127, 9, 9, 9].into())]).await;
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "R-1"]).await;
    bot.accepts_ticket().await;
    bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;
    assert!(bot.ovh.tickets()[0].subject.contains("not back"), "{}", bot.ovh.tickets()[0].subject);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ovhcloud_holds_is_asked_about_below_its_refusal() {
    let bot = TestBot::with(TestConfig::default(), [web_1(), db_1()]).await;
    bot.ovh.set_state("web-1", "hackedBlocked");
    let asked = bot.slash(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let below = asked.wait_for(|message| message.button("Ask OVHcloud").is_some()).await;
    let card = bot.press(&bot.ann, &below, "Ask OVHcloud").await;
    assert!(card.content.contains("hackedBlocked"), "{}", card.content);
    bot.ann.press(&card, "Confirm").await;
    let opened = |message: &Message| message.content.contains("**Ticket opened**");
    bot.discord.wait_for_message(OPS, opened).await;
    assert!(bot.ovh.tickets()[0].body.contains("\"hackedBlocked\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_french_the_ticket_is_french_too() {
    let bot = TestBot::new().await;
    bot.ann.set_locale("fr");
    failed_in_french(&bot).await;
    let card = bot.ticket_card(&bot.ann).await;
    let (subject, body) = shown(&card);
    assert!(subject.contains("une tâche a échoué") && body.contains("« ovhError »"), "{subject}\n{body}");
    bot.ann.press(&card, "Confirmer, envoyer le ticket").await;
    bot.rung(&bot.ann, &["**Ticket opened**", "R-2"]).await;
    assert_eq!((bot.ovh.tickets()[0].subject.clone(), bot.ovh.tickets()[0].body.clone()), (subject, body));
}

async fn failed_in_french(bot: &TestBot) {
    bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
    let asked = bot.slash(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let card = asked.wait_for(|message| message.button("Confirmer le redémarrage").is_some()).await;
    bot.ann.press(&card, "Confirmer le redémarrage").await;
    bot.rung(&bot.ann, &["**Reboot failed**", "R-1"]).await;
}
