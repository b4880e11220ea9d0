//! **Free stuck sessions**: where a console stays dark, asked for once, and looked for where its answer got lost.

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::{
    discord::{Id, Message, OPS, ROLE},
    ovh::Ending,
};

use crate::{
    aftermath::links_went_only_to,
    audit::lines,
    bot::{TestBot, TestConfig, custom_id, eventually, rule, web_1},
};

const FREE: &str = "Free stuck sessions";
const CONFIRM: &str = "Confirm, end the sessions";
const CALL: &str = "/features/ipmi/resetSessions";
const FREED: &str = "**Console sessions freed**";
const NOT_KNOWN: &str = "**Console sessions: not known**";
/// A role that may do everything but open a console.
const OTHERS: Id = Id(400_000_000_000_000_003);

/// A console of `web-1` that is not opened: its task fails.
async fn failed(bot: &TestBot) -> Message {
    bot.ovh.next_console_ends("web-1", Ending::OvhError);
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Console failed**", "R-1"]).await
}

async fn with_a_failure() -> TestBot {
    let bot = TestBot::new().await;
    failed(&bot).await;
    bot
}

fn offers(message: &Message, label: &str) -> bool {
    message.button(label).is_some()
}

/// What the audit has of an operation, in its order.
async fn audited(bot: &TestBot, id: &str) -> Vec<String> {
    let all = lines(&bot.database()).await;
    let of_it = all.iter().filter(|line| line.text("operation").as_deref() == Some(id));
    of_it.filter_map(|line| line.text("what")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stuck_is_freed_once_and_the_console_opens_again() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    bot.ask(&bob, "console", &[("server", "web-1")]).await;
    bot.rung(&bob, &["**Console open**", "R-1"]).await;
    assert_eq!(bot.ovh.open_sessions("web-1"), 1, "somebody else's");
    bot.ovh.sessions_stick("web-1");
    bot.ask(&bot.ann, "console", &[("server", "web-1"), ("minutes", "5"), ("ip", "203.0.113.7")]).await;
    let end = bot.rung(&bot.ann, &["**Console failed**", "R-2", "own test of the console failed"]).await;

    let card = bot.press(&bot.ann, &end, FREE).await;
    let name = bot.ovh.service_name("web-1");
    for part in ["**Free the stuck console sessions**", "`web-1`", &name, "other people's too", "Valid once"] {
        assert!(card.content.contains(part), "{part}: {}", card.content);
    }
    assert!(card.is_ephemeral() && offers(&card, CONFIRM) && offers(&card, "Cancel"));
    let calls = bot.press(&bot.ann, &card, "Show calls").await;
    assert!(calls.content.replace("\n    ", "").contains(&format!("POST /dedicated/server/{name}{CALL}")), "{calls:?}");
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.open_sessions("web-1")), (0, 1), "not before it is confirmed");

    bot.ann.press(&card, "Confirm").await;
    let freed = bot.rung(&bot.ann, &[FREED, "R-3", "have ended"]).await;
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.open_sessions("web-1")), (1, 0));
    assert!(!offers(&freed, FREE) && !offers(&freed, "Try again"), "{freed:?}");
    let told = audited(&bot, "R-3").await;
    let words = ["opened", "sessions_prepared", "sessions_intended", "sessions_accepted", "task_seen"];
    assert_eq!((&told[..4], told.last().map(String::as_str)), (&words.map(str::to_owned)[..4], Some("task_seen")));
    let history = bot.ask(&bot.ann, "history", &[("server", "web-1")]).await;
    assert!(history.content.contains("Console sessions freed"), "{}", history.content);

    let asked = bot.press(&bot.ann, &freed, "Console").await;
    assert!(asked.content.contains("Started"), "{}", asked.content);
    let open = bot.rung(&bot.ann, &["**Console open**", "R-4"]).await;
    assert!(!offers(&open, FREE), "{open:?}");
    let last = bot.ovh.journal().matching("POST", "/features/ipmi/access").pop().expect("it was asked for").json();
    assert_eq!(last, json!({ "type": "kvmipHtml5URL", "ttl": 5, "ipToAllow": "203.0.113.7" }), "as before");
    assert_eq!(links_of(&bot, "R-4"), 1);
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.reboots("web-1")), (1, 0));
}

/// How many DMs to Ann held the link of this operation.
fn links_of(bot: &TestBot, id: &str) -> usize {
    let links = bot.ovh.console_links();
    let holds = |dm: &Message| dm.content.contains(id) && links.iter().any(|link| dm.content.contains(link));
    bot.ann.dms().iter().filter(|dm| holds(dm)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_offered_where_the_test_failed_or_no_address_came_and_nowhere_else() {
    let bot = TestBot::new().await;
    bot.ovh.next_console_test_ends("web-1", Ending::OvhError);
    bot.accepts(Kind::Console).await;
    let doubtful = bot.rung(&bot.ann, &["**Console open**", "R-1"]).await;
    assert!(offers(&doubtful, FREE), "it may stay dark: {doubtful:?}");
    bot.accepts(Kind::Console).await;
    let well = bot.rung(&bot.ann, &["**Console open**", "R-2"]).await;
    assert!(!offers(&well, FREE), "{well:?}");
    bot.ovh.faults().next(1).status("POST", "/features/ipmi/access", 409, &json!({ "message": "a session is open" }));
    bot.accepts(Kind::Console).await;
    let refused = bot.rung(&bot.ann, &["**Not possible**", "a session is open", "R-3"]).await;
    assert!(offers(&refused, FREE), "{refused:?}");
    // A press that nobody was offered does nothing.
    let forged = bot.forge(&bot.ann, &bot.marked("free", 2).await, &well).await;
    assert!(forged.content.contains("no longer means anything"), "{}", forged.content);
    let forged = bot.forge(&bot.ann, &bot.marked("console", 2).await, &well).await;
    assert!(!forged.content.contains("Started"), "{}", forged.content);
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.console_links().len()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_for_in_ovhclouds_tasks_and_not_repeated() {
    for broken in ["lost", "reset", "500"] {
        let bot = with_a_failure().await;
        // One of somebody else's from before is not ours.
        bot.ovh.task_by_somebody("web-1", "resetIPMISession");
        let faults = bot.ovh.faults();
        match broken {
            "lost" => drop(faults.lose_answer("POST", CALL)),
            "500" => drop(faults.answer_instead("POST", CALL, 500, "{\"message\": \"Internal server error\"}")),
            _ => {
                let sent = faults.hold_answer("POST", CALL);
                bot.accepts(Kind::FreeSessions).await;
                sent.reached().await;
                bot.ovh.net().reset_all();
            }
        }
        if broken != "reset" {
            bot.accepts(Kind::FreeSessions).await;
        }
        bot.rung(&bot.ann, &[FREED, "R-2"]).await;
        bot.card_shows("R-2", "answer was lost").await;
        assert_eq!(bot.ovh.session_resets("web-1"), 1, "{broken}");
        assert_eq!(bot.ovh.journal().count("POST", CALL), 1, "{broken}: it is not sent again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_finds_is_not_sent_again_and_said_to_be_unknown() {
    let bot = with_a_failure().await;
    bot.ovh.faults().next(1).status("POST", CALL, 502, &json!({ "message": "Bad gateway" }));
    bot.accepts(Kind::FreeSessions).await;
    let end = bot.rung(&bot.ann, &[NOT_KNOWN, "R-2", "ended or not"]).await;
    assert!(offers(&end, "Console") && offers(&end, FREE), "{end:?}");
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.journal().count("POST", CALL)), (0, 1));
    // Two new ones are nobody's for certain.
    let sent = bot.ovh.faults().hold_answer("POST", CALL);
    let card = bot.press(&bot.ann, &end, FREE).await;
    bot.ann.press(&card, "Confirm").await;
    sent.reached().await;
    bot.ovh.task_by_somebody("web-1", "resetIPMISession");
    bot.ovh.net().reset_all();
    bot.rung(&bot.ann, &[NOT_KNOWN, "R-3"]).await;
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.journal().count("POST", CALL)), (1, 2));
    assert_eq!(audited(&bot, "R-3").await.last().map(String::as_str), Some("not_settled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ovhclouds_refusals_and_failures_are_its_own_words() {
    let bot = with_a_failure().await;
    bot.ovh.faults().next(1).status("POST", CALL, 403, &json!({ "message": "no IPMI for you" }));
    bot.accepts(Kind::FreeSessions).await;
    let end = bot.rung(&bot.ann, &["**Refused by OVHcloud**", "R-2", "no IPMI for you", "query id"]).await;
    assert!(end.content.contains("No session was ended") && !end.content.contains("rebooted"), "{}", end.content);
    assert!(!offers(&end, FREE) && !offers(&end, "Console"), "{end:?}");
    bot.ovh.next_session_reset_ends("web-1", Ending::OvhError);
    bot.accepts(Kind::FreeSessions).await;
    let end = bot.rung(&bot.ann, &["**Console sessions not freed**", "R-3", "`ovhError`"]).await;
    assert!(!end.content.contains("netboot"), "{}", end.content);
    // Once more, on a card of its own.
    let card = bot.press(&bot.ann, &end, "Try again").await;
    assert!(offers(&card, CONFIRM), "{card:?}");
    bot.ann.press(&card, "Confirm").await;
    bot.rung(&bot.ann, &[FREED, "R-4"]).await;
    assert_eq!(bot.ovh.session_resets("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_and_a_console_keep_each_other_waiting_and_a_card_serves_once() {
    let bot = with_a_failure().await;
    let bob = bot.bob();
    let (first, second) = (bot.sessions_card(&bot.ann).await, bot.sessions_card(&bob).await);
    let sent = bot.ovh.faults().hold_answer("POST", CALL);
    bot.ann.press(&first, "Confirm").await.wait_for(|message| message.content.contains("Started")).await;
    sent.reached().await;
    let again = bot.forge(&bot.ann, &custom_id(&first, CONFIRM), &first).await;
    assert!(again.content.contains("R-2") && again.content.contains("under way"), "{}", again.content);
    let beside = bot.press(&bob, &second, "Confirm").await;
    let console = bot.ask(&bob, "console", &[("server", "web-1")]).await;
    for answer in [beside, console] {
        let holder = answer.content.contains("R-2") && answer.content.contains(&bot.ann.mention());
        assert!(answer.content.contains("busy") && holder, "{}", answer.content);
    }
    sent.release();
    bot.rung(&bot.ann, &[FREED, "R-2"]).await;
    // While a console is being opened, nobody ends its session.
    let asked = bot.ovh.faults().hold_before("POST", "/features/ipmi/access");
    bot.ask(&bob, "console", &[("server", "web-1")]).await;
    asked.reached().await;
    let held = bot.forge(&bob, &custom_id(&second, CONFIRM), &second).await;
    assert!(held.content.contains("busy") && held.content.contains("R-3"), "{}", held.content);
    asked.release();
    bot.rung(&bob, &["**Console open**", "R-3"]).await;
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.open_sessions("web-1")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_stands_is_said_and_frees_the_next_console() {
    let pace = format!("{}task_patience = \"300ms\"\n", TestConfig::default().pace);
    let bot = TestBot::with(TestConfig { pace, ..TestConfig::default() }, [web_1()]).await;
    failed(&bot).await;
    bot.ovh.next_session_reset_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepts(Kind::FreeSessions).await;
    bot.rung(&bot.ann, &["OVHcloud takes long", "R-2", "may be asked for again"]).await;
    let next = bot.ask(&bot.ann, "console", &[("server", "web-1")]).await;
    assert!(next.content.contains("Started"), "{}", next.content);
    bot.rung(&bot.ann, &["**Console open**", "R-3"]).await;
    bot.sees(&["OVHcloud takes long", "R-2", "R-3 has taken over"]).await;
    assert_eq!(bot.ovh.session_resets("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_task_is_no_done() {
    let bot = with_a_failure().await;
    bot.ovh.next_session_reset_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepts(Kind::FreeSessions).await;
    bot.sees(&["Freeing the console sessions", "R-2", "`doing`"]).await;
    bot.ovh.vanish_tasks("web-1");
    let end = bot.rung(&bot.ann, &["**End not seen**", "R-2", "no longer lists the task"]).await;
    assert!(offers(&end, "Console") && !end.content.contains("have ended"), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_open_no_console_ends_nobodys_not_even_by_somebody_elses_card() {
    let others = ["view", "reboot", "rescue", "restore", "ticket", "approve", "audit", "admin"];
    let rules = rule(ROLE, &["view", "console"], &["*"]) + &rule(OTHERS, &others, &["*"]);
    let bot = TestBot::ruled_by(rules).await;
    let ben = bot.discord.person("ben", "en-GB", &[OTHERS]);
    let end = failed(&bot).await;
    let refused = bot.press(&ben, &end, FREE).await;
    assert!(refused.content.contains("🚫") && refused.content.contains("`console`"), "{}", refused.content);
    let card = bot.sessions_card(&bot.ann).await;
    let forged = bot.forge(&ben, &custom_id(&card, CONFIRM), &end).await;
    assert!(forged.content.contains("🚫"), "{}", forged.content);
    // After the press read it, before the first step does: whose right is gone when it is carried out ends none.
    let step = bot.hold_read(1);
    bot.ann.press(&card, "Confirm").await;
    step.reached().await;
    bot.ann.set_roles(&[OTHERS]);
    bot.ovh.set_tag("web-1", "moved", "yes");
    step.release();
    bot.rung(&bot.ann, &["R-2", "may not do this any more"]).await;
    assert_eq!((bot.ovh.session_resets("web-1"), bot.ovh.journal().count("POST", CALL)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_consoles_are_protected_a_second_person_agrees_and_a_pause_keeps_it_back() {
    const LEAD: Id = Id(400_000_000_000_000_004);
    let rules = rule(ROLE, &["view", "console", "admin"], &["*"])
        + &rule(LEAD, &["approve"], &["*"])
        + "[[protect]]\nservers = [\"tag:env=prod\"]\nactions = [\"console\"]\n";
    let bot = TestBot::ruled_by(rules).await;
    let lead = bot.discord.person("lou", "en-GB", &[LEAD]);
    bot.ovh.set_tag("web-1", "env", "none");
    let end = failed(&bot).await;
    bot.ovh.set_tag("web-1", "env", "prod");
    bot.ask(&bot.ann, "admin pause", &[("reason", "a move")]).await;
    let paused = bot.press(&bot.ann, &end, FREE).await;
    assert!(paused.content.contains("paused all new operations"), "{}", paused.content);
    bot.ask(&bot.ann, "admin resume", &[]).await;
    let card = bot.press(&bot.ann, &end, FREE).await;
    assert!(card.content.contains("[[protect]] #1"), "{}", card.content);
    bot.ann.press(&card, "Confirm").await;
    let asked = bot.sees(&["R-2", "wants to free its stuck console sessions"]).await;
    let calls = bot.press(&lead, &asked, "Show calls").await;
    assert!(calls.content.replace("\n    ", "").contains(CALL), "{}", calls.content);
    assert_eq!(bot.ovh.journal().count("POST", CALL), 0, "nothing before somebody has agreed");
    bot.press(&lead, &asked, "Approve").await;
    bot.rung(&bot.ann, &[FREED, "R-2"]).await;
    assert_eq!(bot.ovh.session_resets("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_begin_under_the_card_is_shown_before_it_is_done() {
    let bot = TestBot::new().await;
    let end = failed(&bot).await;
    let card = bot.sessions_card(&bot.ann).await;
    bot.ovh.standing_task_by_somebody("web-1", "reinstallServer", "doing");
    let instead = bot.press(&bot.ann, &card, "Confirm").await;
    let says = |part: &str| instead.content.contains(part);
    assert!(says("Meanwhile others have begun") && says("reinstallServer") && offers(&instead, CONFIRM), "{instead:?}");
    let old = bot.forge(&bot.ann, &custom_id(&card, CONFIRM), &end).await;
    assert!(old.content.contains("🚫") || old.content.contains(FREE), "{}", old.content);
    assert_eq!(bot.ovh.journal().count("POST", CALL), 0);
    bot.ann.press(&instead, "Confirm").await;
    bot.rung(&bot.ann, &[FREED, "R-2"]).await;
    assert_eq!(bot.ovh.session_resets("web-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_gets_a_console_that_opens_to_them_and_nobody_elses_address() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    bot.ovh.next_console_ends("web-1", Ending::OvhError);
    bot.ask(&bot.ann, "console", &[("server", "web-1"), ("minutes", "5"), ("ip", "203.0.113.7")]).await;
    let end = bot.rung(&bot.ann, &["**Console failed**", "R-1"]).await;
    bot.accepts(Kind::FreeSessions).await;
    let freed = bot.rung(&bot.ann, &[FREED, "R-2"]).await;
    for (message, label, id) in [(&end, "Try again", "R-3"), (&freed, "Console", "R-4")] {
        let asked = bot.press(&bob, message, label).await;
        assert!(asked.content.contains("Started"), "{label}: {}", asked.content);
        bot.rung(&bob, &["**Console open**", id]).await;
    }
    let theirs: Vec<_> =
        bot.ovh.journal().matching("POST", "/features/ipmi/access").iter().map(sim::net::Seen::json).collect();
    let open = json!({ "type": "kvmipHtml5URL", "ttl": 5 });
    assert_eq!(theirs[1..], [open.clone(), open]);
    assert!(bob.dms().iter().all(|dm| !dm.content.contains("203.0.113.7")), "{:?}", bob.dms());
    eventually("both links are there", async || bob.dms().len() == 2).await;
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bob, "R-4"), 1);
    assert!(bot.discord.messages(OPS).iter().all(|message| !message.content.contains("203.0.113.7")));
}
