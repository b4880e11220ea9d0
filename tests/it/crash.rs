//! Stopped dead at every step of every kind of operation, before its effect, after it, and after its record.
//!
//! Generated from [`Step::ALL`]: a new step does not compile before it says which request makes its effect.

mod late;
mod mark;
mod point;

use std::{
    panic::catch_unwind,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bernard_domain::{
    authorization::action,
    operation::{Kind, step::Step},
};
use mark::Mark;
use point::Crash;
pub(crate) use point::{Guard, Moment};
use sim::{
    discord::{BOT_TOKEN, OPS, Person, ROLE},
    ovh::Ending,
};

use crate::{
    aftermath::{links_went_only_to, no_file_holds_a_link, no_message_is_doubled},
    approvals::LEADS,
    bot::{TestBot, TestConfig, rule, web_1},
    passing::lease,
    postgres::Base,
};

/// The simulated account's Linux rescue.
const LINUX_RESCUE: u64 = 230_242;
/// What a notice of another owner says.
const NEWS: &str = "**Handed over** · the rescue of";

/// The world right before the operation is asked for.
async fn world_for(crash: Crash, base: Base) -> TestBot {
    let probe = matches!(crash.kind, Kind::Restore | Kind::Reboot);
    let rescue = format!("probe = {probe}\n");
    let mut config = TestConfig { rescue, postgres: base.database().await, ..TestConfig::default() };
    if crash.guard == Guard::Approval {
        // What changes hands was no protected server's rescue when it began.
        let servers = if crash.kind == Kind::HandOver { "tag:frozen=yes" } else { "*" };
        let action = action(crash.kind).expect("what a protection can name");
        let protect = format!("[[protect]]\nservers = [\"{servers}\"]\nactions = [\"{action}\"]\n");
        config.rules = config.rules.replace(", \"approve\"", "");
        config.rules += &(rule(LEADS, &["approve"], &["*"]) + &protect);
    }
    if base == Base::Replicas {
        config.lease_seconds = "4";
    }
    if crash.step == Step::Outlast {
        config.pace += "task_patience = \"300ms\"\n";
    }
    if probe && matches!(crash.step, Step::Settle | Step::Follow | Step::Outlast | Step::Watch) {
        // Watching ends after twenty looks: on a busy machine that must be long enough to be caught at it.
        config.pace = config.pace.replace("task_poll = \"30ms\"", "task_poll = \"250ms\"");
    }
    // Nothing listens there, so the machine is watched until patience ends.
    let server = web_1().at([127, 9, 9, 9].into());
    // Somebody else took it there.
    let server = if crash.kind == Kind::Adopt { server.booting(Some(LINUX_RESCUE)) } else { server };
    let mut bot = TestBot::with(config, [server]).await;
    // The inventory's read of the server is none of those that are counted here.
    bot.ovh.journal().wait_for("GET", "/dedicated/server/ns1111111", 1).await;
    if crash.kind == Kind::Adopt {
        bot.learns_boot("web-1", LINUX_RESCUE).await;
    }
    if matches!(crash.kind, Kind::Restore | Kind::Link | Kind::HandOver) {
        bot.rescued(&bot.ann, "web-1").await;
    }
    if crash.kind == Kind::HandOver {
        bot.discord.person("ben", "en-GB", &[ROLE]);
        bot.ovh.set_tag("web-1", "frozen", "yes");
    }
    if crash.step != Step::TestConsole {
        // Then no task of a test is followed before that of the session.
        bot.ovh.console_is_untestable("web-1");
    }
    if crash.kind == Kind::Ticket {
        bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
        bot.accepts(Kind::Reboot).await;
        assert!(bot.last_word("R-1").await.contains("**Reboot failed**"));
    }
    if crash.kind == Kind::FreeSessions {
        bot.ovh.next_console_ends("web-1", Ending::OvhError);
        bot.accepts(Kind::Console).await;
        assert!(bot.last_word("R-1").await.contains("**Console failed**"));
    }
    if crash.kind == Kind::PutBack {
        bot.ovh.next_reboot_ends("web-1", Ending::OvhError);
        bot.accepts(Kind::Enable).await;
        assert!(bot.last_word("R-1").await.contains("**Reboot failed**"));
    }
    bot
}

/// Ann's DM channel, opened as the bot would.
async fn dm_channel(bot: &TestBot) -> String {
    let asked = sim::net::client()
        .post(format!("{}/api/v10/users/@me/channels", bot.discord.url()))
        .header("Authorization", format!("Bot {BOT_TOKEN}"))
        .header("Content-Type", "application/json")
        .body(format!("{{\"recipient_id\": \"{}\"}}", bot.ann.id()))
        .send();
    asked.await.expect("an answer");
    bot.ann.dm_channel().expect("it is open").to_string()
}

/// Asks for the operation, and has it approved if need be. The press may be held up, so nobody waits for its answer.
async fn ask(bot: &TestBot, crash: Crash) {
    bot.accepts(crash.kind).await;
    if crash.guard == Guard::Approval {
        bot.approve(&lead(bot), crash.id()).await;
    }
}

fn lead(bot: &TestBot) -> Person {
    bot.discord.find_person("paula").unwrap_or_else(|| bot.discord.person("paula", "en-GB", &[LEADS]))
}

/// Brings the operation to its step and stops dead there.
async fn die_at(bot: &mut TestBot, crash: Crash, base: Base) {
    let dm = dm_channel(bot).await;
    match crash.step {
        Step::Settle => {
            let (deed, card) = match crash.kind {
                Kind::FreeSessions => ("/features/ipmi/resetSessions", "Freeing the console sessions"),
                _ => ("/reboot", ""),
            };
            let sent = bot.ovh.faults().hold_answer("POST", deed);
            ask(bot, crash).await;
            sent.reached().await;
            bot.sees(&[crash.id(), card]).await;
            let gate = crash.hold(bot, &dm);
            bot.ovh.net().reset_all();
            gate.reached().await;
        }
        Step::FindTicket => {
            let sent = bot.ovh.faults().hold_answer("POST", "/support/tickets/create");
            ask(bot, crash).await;
            sent.reached().await;
            bot.sees(&[crash.id(), "About **R-1**"]).await;
            let gate = crash.hold(bot, &dm);
            bot.ovh.net().reset_all();
            gate.reached().await;
        }
        Step::Deliver => {
            let sending = Mark::discord("POST", format!("/channels/{dm}/messages")).hold(bot, Moment::Before);
            ask(bot, crash).await;
            sending.reached().await;
            bot.sees(&[crash.id()]).await;
            die(bot, base).await;
            let gate = crash.hold(bot, &dm);
            start(bot, base).await;
            gate.reached().await;
        }
        Step::AwaitReveal => {
            bot.discord.close_dms(&bot.ann);
            ask(bot, crash).await;
            let message = bot.sees(&[crash.id(), "your DMs are closed to me"]).await;
            let gate = crash.hold(bot, &dm);
            bot.ann.try_press(message.id, "Reveal link").expect("the button");
            gate.reached().await;
        }
        Step::PutBack => {
            let refusal = serde_json::json!({ "message": "not now" });
            let deed = if crash.kind == Kind::PutBack { ("PUT", "/dedicated/server/") } else { ("POST", "/reboot") };
            bot.ovh.faults().status(deed.0, deed.1, 403, &refusal);
            let gate = crash.hold(bot, &dm);
            ask(bot, crash).await;
            gate.reached().await;
        }
        Step::Outlast => {
            stands(bot, crash.kind);
            ask(bot, crash).await;
            bot.sees(&[crash.id(), "OVHcloud takes long", "well after its time"]).await;
            let gate = crash.hold(bot, &dm);
            if crash.moment == Moment::Recorded {
                goes_on(bot, crash.kind);
            }
            gate.reached().await;
        }
        Step::AwaitApproval
        | Step::Prepare
        | Step::Set
        | Step::Reboot
        | Step::TestConsole
        | Step::AskConsole
        | Step::SendTicket
        | Step::FreeSessions
        | Step::Follow
        | Step::Search
        | Step::Watch => {
            let gate = crash.hold(bot, &dm);
            ask(bot, crash).await;
            gate.reached().await;
        }
    }
    die(bot, base).await;
    if base == Base::Replicas {
        return;
    }
    let number = crash.id().trim_start_matches("R-").parse().expect("a number");
    let phase = bot.operation(number).await.state.phase;
    let within = Step::of(&phase) == Some(crash.due_after());
    assert_eq!(within, crash.moment != Moment::Recorded, "{crash:?} was to die elsewhere than while {}", phase.word());
}

/// Starts anew, unless another replica carries on by itself.
async fn start(bot: &mut TestBot, base: Base) {
    if base != Base::Replicas {
        bot.start().await;
    }
}

/// The next task does not end, and nobody finds a link.
fn stands(bot: &TestBot, kind: Kind) {
    let ending = Ending::Stands("doing".to_owned());
    match kind {
        Kind::Console => bot.ovh.next_console_ends("web-1", ending),
        Kind::FreeSessions => bot.ovh.next_session_reset_ends("web-1", ending),
        _ => bot.ovh.next_reboot_ends("web-1", ending),
    }
    bot.ovh.withhold_secret("web-1");
    bot.ovh.withhold_mail("web-1");
}

/// The link turns up beside the task; where there is none, the task ends.
fn goes_on(bot: &TestBot, kind: Kind) {
    match kind {
        Kind::Enable => bot.ovh.hand_out("web-1"),
        _ => bot.ovh.tasks_go_on("web-1", &Ending::Done),
    }
}

/// Stops dead; what was held never happens.
async fn die(bot: &mut TestBot, base: Base) {
    match base {
        Base::File | Base::Postgres => bot.die().await,
        // What this one has in its hands stays there until its lease has run out.
        Base::Replicas => {
            let another = bot.another().await;
            bot.die_beside(another);
        }
    }
    bot.ovh.faults().clear();
    bot.discord.faults().clear();
}

async fn survives(crash: Crash, base: Base) {
    let mut bot = world_for(crash, base).await;
    let disk = bot.ovh.boot_id("web-1", "hd");
    let rescue = bot.ovh.boot_id("web-1", "rescue-customer-windows");
    let before = (bot.ovh.reboots("web-1"), bot.ovh.boot_of("web-1"));
    die_at(&mut bot, crash, base).await;
    if crash.step == Step::Outlast {
        goes_on(&bot, crash.kind);
    }
    // It was caught watching; from here on nobody has to be.
    bot.config.pace = bot.config.pace.replace("task_poll = \"250ms\"", "task_poll = \"30ms\"");
    start(&mut bot, base).await;
    if crash.step == Step::AwaitApproval && crash.moment != Moment::Recorded {
        bot.approve(&lead(&bot), crash.id()).await;
    }

    let end = bot.last_word(crash.id()).await;
    assert!(end.contains(crash.outcome()), "{crash:?} ended as {end}");
    assert_eq!(bot.ovh.reboots("web-1") - before.0, crash.reboots(), "{crash:?}");
    let boot = match (crash.step, crash.kind) {
        (Step::PutBack, _) => before.1,
        (_, Kind::Enable) => Some(rescue),
        (_, Kind::Restore | Kind::PutBack) => Some(disk),
        _ => before.1,
    };
    assert_eq!(bot.ovh.boot_of("web-1"), boot, "{crash:?}");
    assert_eq!(bot.ovh.tickets().len(), crash.tickets(), "{crash:?}");
    assert_eq!(bot.ovh.session_resets("web-1"), crash.session_resets(), "{crash:?}");
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, crash.id()), crash.links(), "{crash:?}");
    no_message_is_doubled(&bot.discord, &bot.ann, crash.id());
    bot.card_shows(crash.id(), crash.outcome()).await;
    if crash.kind == Kind::HandOver {
        it_changed_hands_once(&bot).await;
    }
    the_server_is_free(&bot, crash).await;
    bot.stop().await;
    no_file_holds_a_link(&bot.ovh, bot.database().parent().expect("its folder"));
}

/// The rescue is Ben's, and that was told once.
async fn it_changed_hands_once(bot: &TestBot) {
    let ben = bot.discord.find_person("ben").expect("he is there");
    assert_eq!(lease(bot, "web-1").await.map(|lease| lease.owner.0), Some(ben.id().0));
    bot.sees(&[NEWS]).await;
    let told = bot.discord.messages(OPS).into_iter().filter(|message| message.content.contains(NEWS)).count();
    assert_eq!(told, 1, "it was told so often");
}

/// The next operation is accepted, and comes to its end.
async fn the_server_is_free(bot: &TestBot, crash: Crash) {
    let in_rescue = bot.ovh.kernel_of("web-1").is_some_and(|kernel| kernel.contains("rescue"));
    let next = if in_rescue { Kind::Restore } else { Kind::Reboot };
    let id = if crash.id() == "R-1" { "R-2" } else { "R-3" };
    let reboots = bot.ovh.reboots("web-1");
    bot.accepts(next).await;
    if crash.guard == Guard::Approval && next == crash.kind {
        bot.approve(&lead(bot), id).await;
    }
    let end = bot.last_word(id).await;
    assert!(end.contains("**Restored**") || end.contains("**Rebooted**"), "after {crash:?}: {end}");
    assert_eq!(bot.ovh.reboots("web-1"), reboots + 1, "after {crash:?}");
}

/// Every step of one kind, a few side by side, each in a world and a runtime of its own.
pub(crate) fn every_step(kind: Kind, moment: Moment, guard: Guard, base: Base) {
    let crashes = Step::ALL.map(|step| Crash { kind, step, moment, guard }).into_iter().filter(|crash| crash.exists());
    let crashes: Vec<Crash> = crashes.collect();
    let (next, broken) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let one_after_another = || {
        while let Some(&crash) = crashes.get(next.fetch_add(1, Ordering::Relaxed)) {
            if catch_unwind(|| in_a_world(crash, base)).is_err() {
                broken.lock().expect("no panic").push(crash);
            }
        }
    };
    std::thread::scope(|scope| (0..at_once(base)).for_each(|_| drop(scope.spawn(one_after_another))));
    let broken = broken.into_inner().expect("no panic");
    assert!(broken.is_empty(), "not survived, see above: {broken:#?}");
    println!("figure: {} crash points", crashes.len());
}

/// How many worlds of a story there are at once: all of them would take the machine from whoever runs beside it. With replicas most
/// of a world is waiting for the lease of the one that died.
fn at_once(base: Base) -> usize {
    match base {
        Base::File | Base::Postgres => 3,
        Base::Replicas => 6,
    }
}

fn in_a_world(crash: Crash, base: Base) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(survives(crash, base));
}

/// One story for each kind and moment.
macro_rules! crash_stories {
    ($($name:ident: $kind:ident $moment:ident $guard:ident;)*) => {$(
        #[test]
        fn $name() {
            every_step(Kind::$kind, Moment::$moment, Guard::$guard, Base::File);
        }
    )*};
}

crash_stories! {
    a_rescue_survives_a_crash_before_the_effect_of_every_step: Enable Before None;
    a_rescue_survives_a_crash_after_the_effect_of_every_step: Enable After None;
    a_rescue_survives_a_crash_after_the_record_of_every_step: Enable Recorded None;
    a_restore_survives_a_crash_before_the_effect_of_every_step: Restore Before None;
    a_restore_survives_a_crash_after_the_effect_of_every_step: Restore After None;
    a_restore_survives_a_crash_after_the_record_of_every_step: Restore Recorded None;
    a_reboot_survives_a_crash_before_the_effect_of_every_step: Reboot Before None;
    a_reboot_survives_a_crash_after_the_effect_of_every_step: Reboot After None;
    a_reboot_survives_a_crash_after_the_record_of_every_step: Reboot Recorded None;
    putting_back_survives_a_crash_before_the_effect_of_every_step: PutBack Before None;
    putting_back_survives_a_crash_after_the_effect_of_every_step: PutBack After None;
    putting_back_survives_a_crash_after_the_record_of_every_step: PutBack Recorded None;
    a_look_for_the_link_survives_a_crash_before_the_effect_of_every_step: Link Before None;
    a_look_for_the_link_survives_a_crash_after_the_effect_of_every_step: Link After None;
    a_look_for_the_link_survives_a_crash_after_the_record_of_every_step: Link Recorded None;
    a_protected_rescue_survives_a_crash_before_the_effect_of_every_step: Enable Before Approval;
    a_protected_rescue_survives_a_crash_after_the_effect_of_every_step: Enable After Approval;
    a_protected_rescue_survives_a_crash_after_the_record_of_every_step: Enable Recorded Approval;
    a_protected_restore_survives_a_crash_before_the_effect_of_every_step: Restore Before Approval;
    a_protected_restore_survives_a_crash_after_the_effect_of_every_step: Restore After Approval;
    a_protected_restore_survives_a_crash_after_the_record_of_every_step: Restore Recorded Approval;
    a_protected_reboot_survives_a_crash_before_the_effect_of_every_step: Reboot Before Approval;
    a_protected_reboot_survives_a_crash_after_the_effect_of_every_step: Reboot After Approval;
    a_protected_reboot_survives_a_crash_after_the_record_of_every_step: Reboot Recorded Approval;
    an_adoption_survives_a_crash_before_the_effect_of_every_step: Adopt Before None;
    an_adoption_survives_a_crash_after_the_effect_of_every_step: Adopt After None;
    an_adoption_survives_a_crash_after_the_record_of_every_step: Adopt Recorded None;
    a_hand_over_survives_a_crash_before_the_effect_of_every_step: HandOver Before Approval;
    a_hand_over_survives_a_crash_after_the_effect_of_every_step: HandOver After Approval;
    a_hand_over_survives_a_crash_after_the_record_of_every_step: HandOver Recorded Approval;
    a_ticket_survives_a_crash_before_the_effect_of_every_step: Ticket Before None;
    a_ticket_survives_a_crash_after_the_effect_of_every_step: Ticket After None;
    a_ticket_survives_a_crash_after_the_record_of_every_step: Ticket Recorded None;
    a_console_survives_a_crash_before_the_effect_of_every_step: Console Before None;
    a_console_survives_a_crash_after_the_effect_of_every_step: Console After None;
    a_console_survives_a_crash_after_the_record_of_every_step: Console Recorded None;
    freeing_sessions_survives_a_crash_before_the_effect_of_every_step: FreeSessions Before None;
    freeing_sessions_survives_a_crash_after_the_effect_of_every_step: FreeSessions After None;
    freeing_sessions_survives_a_crash_after_the_record_of_every_step: FreeSessions Recorded None;
}
