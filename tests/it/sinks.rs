//! The audit leaves the house: whoever gets it has every line, in order, whatever happens to either end, and nothing waits for it.

pub(crate) mod receiver;
mod syslog;

use bernard::{
    app,
    check::{Heard, Outcome, Report},
};
use sim::discord::OPS;

use self::receiver::{Mood, Receiver, TOKEN};
use crate::{
    audit::lines_of,
    bot::{TestBot, TestConfig, eventually, web_1},
    monitoring::value,
    postgres::{Base, cluster},
};

/// The entry of a sink, with the token.
pub(crate) fn sink(name: &str, url: &str) -> String {
    format!("[[audit.sink]]\nname = \"{name}\"\nurl = \"{url}\"\ntoken = \"{TOKEN}\"\n")
}

/// The usual configuration with more at its end, and one channel, where Bernard speaks.
fn with(more: &str) -> TestConfig {
    let usual = TestConfig::default();
    TestConfig { rules: format!("{}{more}", usual.rules), discord: format!("channels = [\"{OPS}\"]\n"), ..usual }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_is_away_stops_nothing_and_gets_every_line_in_order_after_days_and_kills() {
    let (receiver, url) = Receiver::start().await;
    receiver.is(Mood::Away);
    let mut bot = TestBot::with(with(&sink("siem", &url)), [web_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    eventually("it was tried again and again", async || receiver.requests() > 2).await;
    assert!(receiver.numbers().is_empty());
    // It has the lines, and its acknowledgement is lost with the process.
    bot.die().await;
    receiver.is(Mood::Hangs);
    bot.start().await;
    eventually("it has something", async || !receiver.numbers().is_empty()).await;
    bot.die().await;
    receiver.is(Mood::Takes);
    bot.start().await;
    receiver.has_all_of(&bot).await;
    let first = receiver.numbers().iter().filter(|number| **number == 1).count();
    assert_eq!(first, 2, "what nobody acknowledged was sent again, as the same line");
    // What is acknowledged is never sent again.
    bot.restored(&bot.ann, "web-1").await;
    receiver.has_all_of(&bot).await;
    bot.stop().await;
    bot.start().await;
    receiver.has_all_of(&bot).await;
    assert_eq!(receiver.numbers().iter().filter(|number| **number == 1).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_refused_for_good_stops_its_sink_alone_and_that_is_said_until_it_is_mended() {
    let ((picky, picky_url), (other, other_url)) = (Receiver::start().await, Receiver::start().await);
    picky.is(Mood::Refuses(6));
    let sinks = sink("picky", &picky_url) + &sink("other", &other_url);
    let mut bot = TestBot::with(with(&sinks), [web_1()]).await;
    bot.rescued(&bot.ann, "web-1").await;
    let told = bot.rung(&bot.ann, &["stands still", "`picky`", "line 6", "HTTP 400", "bernard reload"]).await;
    assert!(!told.content.contains("too long"), "what a receiver says may hold anything: {}", told.content);
    other.has_all_of(&bot).await;
    assert_eq!(picky.numbers(), [1, 2, 3, 4, 5], "in order up to it, and nothing beyond");
    let requests = picky.requests();
    eventually("it is examined with all that it lacks", async || {
        let behind = lines_of(&bot).await.len() - 5;
        let examined = bot.ask(&bot.ann, "doctor", &[]).await.content;
        assert!(examined.contains("gets no more lines") && !examined.contains("`other`"), "{examined}");
        examined.contains(&format!("`picky` ({behind} lines since")) && examined.contains("refuses line 6")
    })
    .await;
    eventually("the figures say so", async || {
        let page = bot.metrics().await;
        let figure = |name: &str, sink: &str| value(&page, &format!("bernard_audit_sink_{name}{{sink=\"{sink}\"}}"));
        figure("stopped", "picky") == Some(1.0) && figure("behind_lines", "picky").is_some_and(|lines| lines > 0.0)
    })
    .await;
    assert_eq!(picky.requests(), requests, "it is left alone");
    // Mended at the receiver; a reload tries again.
    picky.is(Mood::Takes);
    let config = bot.loaded();
    bot.app().reload(&config).await.expect("it is taken");
    picky.has_all_of(&bot).await;
    // The receiver has it a moment before the store knows that.
    eventually("nothing is found with it", async || !bot.ask(&bot.ann, "doctor", &[]).await.content.contains("picky"))
        .await;
    assert_eq!(bot.count(&["stands still"]), 1, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_does_not_go_on_from_what_was_sent_is_not_sent_and_that_is_said() {
    let (receiver, url) = Receiver::start().await;
    let mut bot = TestBot::with(with(&sink("siem", &url)), [web_1()]).await;
    receiver.has_all_of(&bot).await;
    bot.stop().await;
    receiver.has_all_of(&bot).await;
    let sent = receiver.numbers();
    // The sink has a line that this store does not have: somebody cut the audit.
    let pool = crate::passing::database(&bot).await;
    let ahead = "UPDATE audit_sinks SET number = number + 5";
    sqlx::query(ahead).execute(&pool).await.expect("it is written");
    pool.close().await;
    bot.start().await;
    bot.rung(&bot.ann, &["stands still", "`siem`", "does not go on", "bernard audit verify"]).await;
    bot.rescued(&bot.ann, "web-1").await;
    assert_eq!(receiver.numbers(), sent, "nothing that would pass for a continuation");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_sends_and_the_other_goes_on_where_it_was() {
    if cluster::server().is_none() {
        return;
    }
    let (receiver, url) = Receiver::start().await;
    let config = TestConfig { postgres: Base::Replicas.database().await, ..with(&sink("siem", &url)) };
    let mut bot = TestBot::with(config, [web_1()]).await;
    let another = bot.another().await;
    bot.rescued(&bot.ann, "web-1").await;
    receiver.has_all_of(&bot).await;
    let numbers = receiver.numbers();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "side by side each line is sent once");
    bot.die_beside(another);
    bot.restored(&bot.ann, "web-1").await;
    receiver.has_all_of(&bot).await;
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_that_a_sink_is_not_there_and_sends_nothing_to_one_that_is() {
    let (receiver, url) = Receiver::start().await;
    let mut bot = TestBot::with(TestConfig::default(), [web_1()]).await;
    bot.stop().await;
    // Nobody listens there: the port was somebody's a moment ago.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    bot.config.rules += &sink("siem", &url);
    bot.config.rules += &sink("gone", &format!("http://{gone}/fake-secret-path"));
    bot.config.rules += &format!("[[audit.sink]]\nname = \"syslog\"\nurl = \"syslog+tcp://{gone}\"\n");
    let loaded = bot.read();
    let report = Report::new(&|_: Heard<'_>| {});
    app::check::online(&loaded.config, &loaded.places, &report).await;
    let found = report.into_findings();
    let of =
        |name: &str| found.iter().find(|one| one.what.contains(&format!("sink {name}: "))).expect("it was looked at");
    assert_eq!(
        [of("siem"), of("gone"), of("syslog")].map(|one| one.outcome),
        [Outcome::Unproved, Outcome::Unreachable, Outcome::Unreachable]
    );
    let said = format!("{found:?}");
    assert!(
        said.contains("audit.sink[1].url") && !said.contains("fake-secret-path") && !said.contains(TOKEN),
        "{said}"
    );
    assert_eq!(receiver.requests(), 0, "no line was sent");
}
