//! Who is on duty: rights, protections and rings that go by a schedule, and what is said where it cannot be gone by.

use std::path::PathBuf;

use bernard::check::{Finding, Outcome};
use jiff::{SignedDuration, Timestamp};
use sim::discord::{Id, Message, ONCALL, Person, ROLE};
use tempfile::TempDir;

use crate::{
    audit::lines,
    bot::{TestBot, TestConfig, db_1, eventually, rule, web_1},
    check::findings,
    folder::folder,
    passing::pass,
};

/// A role of those who may approve.
const LEADS: Id = Id(400_000_000_000_000_003);
/// What works on duty.
const WORK: &str = r#"["view", "reboot", "rescue", "restore", "console", "audit", "admin"]"#;

/// A schedule in a file, whose people are ann and bob.
struct Rota {
    path: PathBuf,
    _folder: TempDir,
}

/// From when to when somebody is on duty, in hours from now.
type Shift<'a> = (i64, i64, &'a str);

impl Rota {
    fn new(shifts: &[Shift<'_>]) -> Self {
        let folder = folder();
        let rota = Self { path: folder.path().join("rota.ics"), _folder: folder };
        rota.says(shifts);
        rota
    }

    /// From now on it says this: whole, as whoever writes such a file does it.
    fn says(&self, shifts: &[Shift<'_>]) {
        let stamp = |hours: &i64| {
            let at = Timestamp::now() + SignedDuration::from_hours(*hours);
            at.strftime("%Y%m%dT%H%M%SZ").to_string()
        };
        let event = |(start, end, who): &Shift<'_>| {
            let (start, end) = (stamp(start), stamp(end));
            format!("BEGIN:VEVENT\r\nDTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:On call - {who}\r\nEND:VEVENT\r\n")
        };
        let events: String = shifts.iter().map(event).collect();
        self.holds(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"));
    }

    fn holds(&self, text: &str) {
        let beside = self.path.with_extension("new");
        std::fs::write(&beside, text).expect("it can be written");
        std::fs::rename(beside, &self.path).expect("it can be put there");
    }

    /// The sections that name it and its people.
    fn sections(&self, times: &str) -> String {
        format!(
            "[oncall]\nfeed = \"{}\"\n{times}\n[[person]]\nuser = \"{}\"\nfeed = [\"Ann Martin\"]\n\
             [[person]]\nuser = \"{}\"\nfeed = [\"bob@example.org\", \"Bob\"]\n",
            self.path.display(),
            ANN,
            BOB
        )
    }
}

/// The ids that the simulated Discord gives the first two people of a story.
const ANN: Id = Id(200_000_000_000_000_001);
const BOB: Id = Id(200_000_000_000_000_002);
const OFTEN: &str = "refresh = \"50ms\"\nstale_after = \"1h\"";

/// A bot that goes by a schedule, with these rules; ann and bob have the role.
async fn on_duty(rota: &Rota, times: &str, rules: &str) -> (TestBot, Person) {
    let rules = format!("{rules}{}", rota.sections(times));
    let discord = format!("oncall_role = \"{ONCALL}\"\n");
    let bot = TestBot::with(TestConfig { rules, discord, ..TestConfig::default() }, [web_1(), db_1()]).await;
    let bob = bot.bob();
    assert_eq!((bot.ann.id(), bob.id()), (ANN, BOB), "the schedule's people are these");
    (bot, bob)
}

/// The right to work for who is on duty, and to look and to approve for others.
fn duty_rules() -> String {
    format!(
        "[[role]]\nid = \"{ROLE}\"\ncan = [\"view\"]\n[[role]]\nid = \"{ROLE}\"\ncan = {WORK}\nwhen = \"on-duty\"\n"
    )
}

/// What `/oncall` says first when this person has duty now; who is next is mentioned too.
fn has_duty(person: &Person) -> String {
    format!("On duty: {}", person.mention())
}

/// Asks for `/oncall` until it says all of these.
async fn oncall_says(bot: &TestBot, parts: &[&str]) -> Message {
    let mut answer = bot.ask(&bot.ann, "oncall", &[]).await;
    eventually(&format!("/oncall says {parts:?}"), async || {
        answer = bot.ask(&bot.ann, "oncall", &[]).await;
        parts.iter().all(|part| answer.content.contains(part))
    })
    .await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_on_duty_counts_at_the_press_and_again_when_it_is_done() {
    let rota = Rota::new(&[(-4, 4, "Ann Martin"), (4, 8, "Bob")]);
    let rules = duty_rules()
        + &rule(LEADS, &["view", "approve"], &["*"])
        + "[[protect]]\nservers = [\"web-1\"]\nactions = [\"reboot\"]\n";
    let (bot, bob) = on_duty(&rota, OFTEN, &rules).await;
    let lead = bot.discord.person("lead", "en-GB", &[LEADS]);
    oncall_says(&bot, &[&bot.ann.mention(), "until <t:", "Next: ", &bob.mention()]).await;

    let refused = bot.ask(&bob, "reboot", &[("server", "db-1")]).await;
    for part in ["on duty only", "schedule read at <t:", &bot.ann.mention()] {
        assert!(refused.content.contains(part), "{part} is not in: {}", refused.content);
    }
    bot.accepted(&bot.ann, "reboot", &[("server", "db-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "db-1"]).await;
    let opened = lines(&bot.database()).await.into_iter().find(|line| line.entry.contains("\"opened\""));
    let rule = opened.and_then(|line| line.text("rule")).expect("a rule");
    assert!(rule.starts_with("[[role]] #2") && rule.contains("on duty by the schedule "), "{rule}");

    // The handover comes while the other server's reboot waits for an approval.
    bot.confirm(&bot.ann, "reboot", &[("server", "web-1")]).await;
    let request = bot.sees(&["**Approval needed**", "web-1"]).await;
    rota.says(&[(-8, -1, "Ann Martin"), (-1, 4, "bob@example.org")]);
    oncall_says(&bot, &[&has_duty(&bob)]).await;
    bot.press(&lead, &request, "Approve").await;
    bot.rung(&bot.ann, &["web-1", "is not on duty any more"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_schedule_that_is_away_counts_until_it_is_stale_also_after_a_restart() {
    let rota = Rota::new(&[(-4, 4, "Ann Martin")]);
    let (mut bot, _) = on_duty(&rota, OFTEN, &duty_rules()).await;
    oncall_says(&bot, &[&has_duty(&bot.ann)]).await;
    // Cut off: not "nobody", but no reading.
    rota.holds("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026");
    oncall_says(&bot, &[&has_duty(&bot.ann), "cut off"]).await;
    std::fs::remove_file(&rota.path).expect("it is there");
    bot.stop().await;
    bot.start().await;
    oncall_says(&bot, &[&has_duty(&bot.ann), "cannot be read"]).await;
    let card = bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await;
    assert!(card.button("Confirm reboot").is_some(), "{}", card.content);
    eventually("it is among the figures", async || {
        let metrics = bot.metrics().await;
        metrics.contains("bernard_oncall_people 1") && !metrics.contains("bernard_oncall_failures_total 0\n")
    })
    .await;
    // The same configuration but for how old a reading may be.
    bot.config.rules = bot.config.rules.replace("stale_after = \"1h\"", "stale_after = \"60ms\"");
    let config = bot.loaded();
    let reloaded = bot.app().reload(&config).await.expect("it is taken");
    assert_eq!(reloaded.taken, ["[oncall], [[person]]"]);
    oncall_says(&bot, &["last read at <t:", "too long ago", "nobody is on duty"]).await;
    let refused = bot.press(&bot.ann, &card, "Confirm reboot").await;
    for part in ["on duty only", "was last read at <t:", "too long ago"] {
        assert!(refused.content.contains(part), "{part} is not in: {}", refused.content);
    }
    assert_eq!(bot.ovh.reboots("db-1"), 0);
    eventually("it is among the figures", async || bot.metrics().await.contains("bernard_oncall_people 0")).await;
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn who_is_on_duty_is_rung_instead_of_the_role_and_the_role_where_nobody_is() {
    let rota = Rota::new(&[(-4, 4, "Bob"), (-4, 4, "Carla Conti")]);
    let rules = format!("[[role]]\nid = \"{ROLE}\"\ncan = {WORK}\n");
    let (bot, bob) = on_duty(&rota, OFTEN, &rules).await;
    oncall_says(&bot, &[&has_duty(&bob), "Carla Conti"]).await;
    bot.rescued(&bot.ann, "web-1").await;
    pass(&bot, SignedDuration::from_mins(245)).await;
    let told = bot.sees(&["Time is up", "web-1"]).await;
    assert!(bob.was_rung_by(&told) && told.pinged_roles.is_empty(), "{}", told.content);
    let doctor = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(doctor.content.contains("without a `[[person]]`") && doctor.content.contains("Carla Conti"), "{doctor:?}");

    rota.says(&[]);
    oncall_says(&bot, &["is empty", "nobody is on duty"]).await;
    bot.rescued(&bot.ann, "db-1").await;
    pass(&bot, SignedDuration::from_mins(245)).await;
    let told = bot.sees(&["Time is up", "db-1"]).await;
    assert_eq!(told.pinged_roles, [ONCALL], "{}", told.content);
    assert!(!bob.was_rung_by(&told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_is_waived_on_duty_asks_nobody_and_the_audit_says_so() {
    let rota = Rota::new(&[(-4, 4, "Ann Martin")]);
    let rules = format!("[[role]]\nid = \"{ROLE}\"\ncan = {WORK}\n")
        + &rule(LEADS, &["view", "approve"], &["*"])
        + "[[protect]]\nservers = [\"*\"]\nactions = [\"reboot\"]\nwaived_on_duty = true\n";
    let (bot, bob) = on_duty(&rota, OFTEN, &rules).await;
    oncall_says(&bot, &[&has_duty(&bot.ann)]).await;
    let why = bot.ask(&bot.ann, "why", &[("action", "reboot"), ("server", "web-1")]).await;
    assert!(why.content.contains("nobody else has to approve") && why.content.contains("[[protect]] #1"), "{why:?}");
    bot.accepted(&bot.ann, "reboot", &[("server", "web-1")]).await;
    bot.rung(&bot.ann, &["**Rebooted**", "web-1"]).await;
    let opened = lines(&bot.database()).await.into_iter().find(|line| line.entry.contains("\"opened\""));
    let detail = opened.and_then(|line| line.text("detail")).expect("a detail");
    for part in ["WAIVED ON DUTY", "approvals (1) of [[protect]] #1", "by the schedule ", " read at 2"] {
        assert!(detail.contains(part), "{part} is not in: {detail}");
    }
    // Who is not on duty asks others, as ever.
    bot.confirm(&bob, "reboot", &[("server", "db-1")]).await;
    bot.sees(&["**Approval needed**", "db-1"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.reboots("db-1")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_right_in_other_hours_is_refused_with_them() {
    let now = Timestamp::now().in_tz("Europe/Paris").expect("it is known");
    // Three days from now, in whichever minute this is read.
    let day = (now + SignedDuration::from_hours(72)).strftime("%a").to_string().to_lowercase();
    let hours = format!("{day} 08:00-18:00");
    let rules = format!(
        "[[role]]\nid = \"{ROLE}\"\ncan = [\"view\", \"reboot\"]\nservers = [\"db-*\"]\nhours = \"00:00-24:00\"\n\
         [[role]]\nid = \"{ROLE}\"\ncan = {WORK}\nservers = [\"web-*\"]\nhours = \"{hours}\"\n"
    );
    let bot = TestBot::ruled_by(rules).await;
    let refused = bot.ask(&bot.ann, "reboot", &[("server", "web-1")]).await;
    assert!(refused.content.contains(&format!("holds in these hours: `{hours}`")), "{}", refused.content);
    let card = bot.ask(&bot.ann, "reboot", &[("server", "db-1")]).await;
    assert!(card.button("Confirm reboot").is_some(), "{}", card.content);
    let why = bot.ask(&bot.ann, "why", &[("action", "reboot"), ("server", "db-1")]).await;
    assert!(why.content.contains("✅"), "{}", why.content);
    assert_eq!(bot.ovh.reboots("web-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_online_reads_the_feed_and_says_whom_it_names() {
    let rota = Rota::new(&[(-4, 4, "Ann Martin"), (4, 8, "Carla Conti")]);
    let (mut bot, bob) = on_duty(&rota, OFTEN, &duty_rules()).await;
    bot.stop().await;
    let said = async || -> Vec<(Outcome, String)> {
        let about = |finding: &Finding| finding.what.contains("the schedule");
        findings(&bot).await.into_iter().filter(about).map(|finding| (finding.outcome, finding.what)).collect()
    };
    let found = said().await;
    let [now, never, unknown] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(*now, (Outcome::Well, format!("the schedule was read; on duty now: {}", bot.ann.id())));
    assert!(never.0 == Outcome::Odd && never.1.ends_with(&bob.id().to_string()), "{never:?}");
    assert!(unknown.0 == Outcome::Odd && unknown.1.contains("\"On call - Carla Conti\""), "{unknown:?}");
    rota.holds("<html>please log in</html>");
    let found = said().await;
    assert!(matches!(found.as_slice(), [(Outcome::Wrong, what)] if what.contains("no iCalendar")), "{found:#?}");
    std::fs::remove_file(&rota.path).expect("it is there");
    let found = said().await;
    assert!(
        matches!(found.as_slice(), [(Outcome::Unreachable, what)] if what.contains("cannot be read")),
        "{found:#?}"
    );
}
