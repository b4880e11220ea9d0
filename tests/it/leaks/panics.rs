//! A panic right after any request: no operation is lost, nothing is done twice, and what it says is nowhere, whatever it says.
//!
//! The figures are what the program tells of each request while its answer is in its hands, and who counts them is ours here:
//! so a counter that panics is a panic in the middle of any step, with a link in memory.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use bernard::logging;
use bernard_platform::metrics::DISCORD_REQUESTS;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use sim::{
    discord::{BOT_TOKEN, Message, OPS},
    log::Page,
    ovh::{CONSUMER_KEY, Ovh, ServerSpec},
};

use super::{
    alone::is_alone,
    ledger::{keys, links},
};
use crate::{
    aftermath::{is_about, links_went_only_to, no_message_is_doubled},
    bot::{TestBot, TestConfig},
    monitoring::value,
    recorder::RECORDER,
};

/// How many panics there are at each end.
const PANICS: usize = 12;
/// How many panics there are while somebody is answered.
const ASKED: usize = 5;
/// How many rescues run at once.
const RESCUES: usize = 6;

/// An end's trap: how many panics are left, and how many requests were counted.
struct End {
    figure: &'static str,
    /// Every so many requests there is a panic.
    every: usize,
    left: AtomicUsize,
    counted: AtomicUsize,
}

static ENDS: [End; 2] = [End::at("bernard_ovh_requests_total", 5), End::at(DISCORD_REQUESTS, 3)];
/// Whose links a panic quotes.
static QUOTED: OnceLock<Ovh> = OnceLock::new();

/// The usual recorder, which panics at requests now and then.
struct Trap(PrometheusRecorder);

impl Recorder for Trap {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, words: SharedString) {
        self.0.describe_counter(key, unit, words);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, words: SharedString) {
        self.0.describe_gauge(key, unit, words);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, words: SharedString) {
        self.0.describe_histogram(key, unit, words);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        ENDS.iter().filter(|end| end.figure == key.name()).for_each(End::spring);
        self.0.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.0.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        self.0.register_histogram(key, metadata)
    }
}

impl End {
    const fn at(figure: &'static str, every: usize) -> Self {
        Self { figure, every, left: AtomicUsize::new(0), counted: AtomicUsize::new(0) }
    }

    /// Panics if it is time, and says the worst that there is to say.
    fn spring(&self) {
        let ordering = Ordering::SeqCst;
        if self.left.load(ordering) == 0 || !self.counted.fetch_add(1, ordering).is_multiple_of(self.every) {
            return;
        }
        if self.left.fetch_update(ordering, ordering, |left| left.checked_sub(1)).is_ok() {
            let links = QUOTED.get().map(Ovh::secret_ids).unwrap_or_default();
            panic!("{BOT_TOKEN} {CONSUMER_KEY} {links:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_at_any_request_loses_no_operation_and_says_nothing_of_what_it_quotes() {
    if !is_alone(module_path!(), "a_panic_at_any_request_loses_no_operation_and_says_nothing_of_what_it_quotes") {
        return;
    }
    let page = Page::default();
    let writer = page.clone();
    let subscriber = logging::subscriber(logging::Format::Text, Some("trace"), move || writer.clone());
    let recorder = PrometheusBuilder::new().build_recorder();
    assert!(RECORDER.set(recorder.handle()).is_ok(), "the first of its process");
    tracing::subscriber::set_global_default(subscriber.expect("a filter")).expect("the first of its process");
    metrics::set_global_recorder(Trap(recorder)).map_err(|_| ()).expect("the first recorder");
    logging::withhold_panics();

    let names: Vec<String> = (1..=RESCUES).map(|n| format!("web-{n}")).collect();
    let server = |name: &String| ServerSpec::windows(&format!("ns{name}.ip-203-0-113.eu")).named(name);
    let mut bot = TestBot::with(TestConfig::default(), names.iter().map(server)).await;
    assert!(QUOTED.set(bot.ovh.clone()).is_ok());
    let begin = bot.ovh.faults().always().hold_before("PUT", "/dedicated/server/");
    for name in &names {
        bot.accepted(&bot.ann, "rescue enable", &[("server", name)]).await;
    }
    ENDS.iter().for_each(|end| end.left.store(PANICS, Ordering::SeqCst));
    begin.release();
    for name in &names {
        bot.rung(&bot.ann, &["**In rescue**", name]).await;
        assert_eq!(bot.ovh.reboots(name), 1, "{name}");
    }
    for number in 1..=RESCUES {
        let id = format!("R-{number}");
        let (ann, own) = (bot.ann.clone(), id.clone());
        let card = move |seen: &Message| {
            is_about(seen, &own) && !ann.was_rung_by(seen) && seen.content.contains("**In rescue**")
        };
        bot.discord.wait_for_message(OPS, card).await;
        assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, &id), 1, "{id}");
        no_message_is_doubled(&bot.discord, &bot.ann, &id);
    }
    assert!(ENDS.iter().all(|end| end.left.load(Ordering::SeqCst) == 0), "every panic happened");
    let panics = value(&bot.metrics().await, "bernard_step_panics_total");
    assert!(panics.is_some_and(|panics| panics > 0.0), "its alert fires: {panics:?}");
    whoever_asked_is_answered(&bot).await;

    let log = page.text();
    assert_eq!(log.matches("what it says is withheld").count(), 2 * PANICS + ASKED);
    let mut leaks = keys(&bot).found_in("the log", &log);
    leaks.extend(links(&bot).found_in("the log", &log));
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// A panic while somebody is acknowledged or answered leaves nobody with "thinking…".
async fn whoever_asked_is_answered(bot: &TestBot) {
    let discord = &ENDS[1];
    discord.left.store(ASKED, Ordering::SeqCst);
    let mut broken = Vec::new();
    crate::bot::eventually("every panic happened", async || {
        let asked = bot.slash(&bot.ann, "help", &[]).await;
        let left = discord.left.load(Ordering::SeqCst);
        asked.answer().await;
        if discord.left.load(Ordering::SeqCst) < left || !asked.is_acknowledged() {
            broken.push(asked);
        }
        left == 0
    })
    .await;
    for asked in broken {
        asked.wait_for(|answer| answer.content.contains("Something broke in me")).await;
    }
}
