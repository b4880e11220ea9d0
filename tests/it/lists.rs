//! Whole lists of OVHcloud's: they make a large fleet known at once, and decide nothing.

use sim::{
    discord::OPS,
    ovh::{Lists, Offer, Ovh, Running, ServerSpec},
};

use crate::{
    bot::{TestBot, TestConfig, eventually, web_1},
    passing::lease,
};

/// The simulated account's Linux rescue for Linux servers.
const RESCUE: u64 = 218_949;

fn many(count: usize) -> impl Iterator<Item = ServerSpec> {
    (1..=count).map(|n| {
        let spec = ServerSpec::linux(&format!("ns7{n:06}.ip-198-51-100.eu")).named(&format!("node-{n}"));
        // Every hundredth is in a rescue that nobody here began.
        if n.is_multiple_of(100) { spec.booting(Some(RESCUE)) } else { spec }
    })
}

/// A configuration whose inventory is in a hurry.
fn in_a_hurry() -> TestConfig {
    let usual = TestConfig::default();
    TestConfig { pace: format!("{}inventory_refresh = \"200ms\"\n", usual.pace), ..usual }
}

/// A bot of an account that lists its servers like this.
async fn listing(lists: Lists, config: TestConfig, servers: impl IntoIterator<Item = ServerSpec>) -> TestBot {
    let ovh = Ovh::start().await;
    ovh.lists(lists);
    TestBot::beside(ovh, config, servers).await
}

async fn offers(bot: &TestBot, name: &str) -> bool {
    let choices = bot.ann.autocomplete(OPS, "status", "server", name).await;
    choices.iter().any(|choice| choice.name.split(" · ").next() == Some(name))
}

/// How often servers were read one by one.
fn read_alone(bot: &TestBot) -> usize {
    let is_server = |path: &str| path.strip_prefix("/1.0/dedicated/server/").is_some_and(|rest| !rest.contains('/'));
    bot.ovh.journal().all().iter().filter(|seen| seen.method == "GET" && is_server(&seen.path)).count()
}

/// How many requests were for lists, and what they need first.
fn read_in_lists(bot: &TestBot) -> usize {
    let is_list = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        matches!(path, "/1.0/dedicated/server" | "/v2/iam/resource" | "/1.0/auth/time")
    };
    bot.ovh.journal().all().iter().filter(|seen| is_list(&seen.path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_display_name_of_a_large_fleet_is_offered_after_a_dozen_reads_of_an_ordinary_budget() {
    for lists in [
        Lists { whole: Offer::Given, cap: 100, ..Lists::default() },
        Lists { names: Offer::Given, cap: 100, ..Lists::default() },
    ] {
        let bot = listing(lists, TestConfig { requests_per_minute: 60, ..TestConfig::default() }, many(1_000)).await;
        for name in ["node-1", "node-500", "node-1000"] {
            eventually("it is offered", async || offers(&bot, name).await).await;
        }
        let reads = read_in_lists(&bot);
        assert!(reads <= 12, "{reads} reads");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_rescues_of_a_large_fleet_are_listed_with_where_that_is_from_and_none_is_read_alone() {
    let bot = listing(Lists::given(), TestConfig::default(), many(300)).await;
    let list =
        bot.lists(&bot.ann, &["node-100", "node-200", "node-300", "not started by me", "from OVHcloud's list"]).await;
    assert!(!list.content.contains("not looked at"), "all of them are known: {}", list.content);
    let status = bot.ask(&bot.ann, "status", &[]).await.content;
    assert!(status.contains("300 servers") && !status.contains("not looked at"), "{status}");
    assert_eq!(read_alone(&bot), 0);
    bot.ann.set_locale("fr");
    bot.lists(&bot.ann, &["liste d'OVHcloud"]).await;
    bot.ann.set_locale("en-GB");

    // A deed reads the server itself: what the list says decides nothing.
    bot.ovh.freeze_lists();
    bot.ovh.netboot_by_somebody("node-100", Some(1));
    let late = bot.press(&bot.ann, &list, "Restore node-100").await;
    assert!(read_alone(&bot) > 0);
    assert!(late.button("Confirm").is_none() || late.content.contains("hd"), "{}", late.content);
    assert_eq!(bot.ovh.reboots("node-100"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_small_fleet_each_server_says_itself_what_it_starts_whatever_lists_there_are() {
    let forgotten = ServerSpec::linux("ns8000001.ip-198-51-100.eu").named("forgotten").booting(Some(RESCUE));
    let bot = listing(Lists::given(), in_a_hurry(), [web_1(), forgotten]).await;
    bot.lists(&bot.ann, &["forgotten", "not started by me"]).await;
    assert!(read_alone(&bot) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_list_does_not_say_that_a_rescue_is_back_which_bernard_has_ended() {
    let mut bot = listing(Lists::given(), in_a_hurry(), many(250).chain([web_1()])).await;
    eventually("the fleet is known", async || offers(&bot, "web-1").await).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.freeze_lists();
    bot.restored(&bot.ann, "web-1").await;
    bot.ovh.until_running("web-1", &Running::Installed).await;
    let before = read_in_lists(&bot);
    eventually("the old list is read again and again", async || read_in_lists(&bot) > before + 5).await;
    let list = bot.lists(&bot.ann, &["node-100", "node-200"]).await;
    assert!(!list.content.contains("web-1"), "{}", list.content);
    assert_eq!(lease(&bot, "web-1").await, None);
    bot.stop().await;
    bot.start().await;
    let before = read_in_lists(&bot);
    eventually("after a restart too", async || read_in_lists(&bot) > before + 5).await;
    assert!(!bot.ask(&bot.ann, "rescue list", &[]).await.content.contains("web-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_that_somebody_else_ends_is_noticed_in_a_fleet_that_only_lists_tell_of() {
    let bot = listing(Lists::given(), in_a_hurry(), many(250).chain([web_1()])).await;
    eventually("the fleet is known", async || offers(&bot, "web-1").await).await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.ovh.netboot_by_somebody("web-1", Some(1));
    bot.ovh.reboot_by_somebody("web-1");
    eventually("it is noticed", async || {
        let list = bot.ask(&bot.ann, "rescue list", &[]).await.content;
        !list.contains("`web-1` in rescue") && (list.contains("has left") || !list.contains("web-1"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_suddenly_empty_is_not_believed_and_who_says_so_itself_has_left() {
    let bot = listing(Lists::default(), in_a_hurry(), many(8)).await;
    eventually("the fleet is known", async || offers(&bot, "node-8").await).await;
    bot.ovh.lists(Lists { shows: Some(0), ..Lists::default() });
    let before = read_in_lists(&bot);
    eventually("it is read some times", async || read_in_lists(&bot) > before + 3).await;
    assert!(offers(&bot, "node-8").await && offers(&bot, "node-1").await);
    let found = bot.ask(&bot.ann, "doctor", &[]).await;
    assert!(found.text().contains("0/8"), "{}", found.text());
    bot.ovh.lists(Lists::default());
    for n in 2..=8 {
        bot.ovh.remove(&format!("node-{n}"));
    }
    eventually("they have left", async || !offers(&bot, "node-8").await && offers(&bot, "node-1").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_or_a_page_that_repeats_ends_the_list() {
    for lists in [
        Lists { whole: Offer::Given, cap: 10, repeats: true, ..Lists::default() },
        Lists { names: Offer::Given, cap: 10, repeats: true, ..Lists::default() },
    ] {
        let bot = listing(lists, TestConfig::default(), many(30)).await;
        eventually("the rest are read alone", async || offers(&bot, "node-30").await).await;
        assert!(read_in_lists(&bot) < 10, "{}", read_in_lists(&bot));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_refused_are_tried_once_and_done_without() {
    let refused = Lists { whole: Offer::Refused, names: Offer::Refused, ..Lists::default() };
    let bot = listing(refused, in_a_hurry(), many(30)).await;
    eventually("they are read alone", async || offers(&bot, "node-30").await).await;
    let before = read_in_lists(&bot);
    eventually("some rounds pass", async || read_in_lists(&bot) > before + 4).await;
    assert_eq!(bot.ovh.journal().count("GET", "/v2/iam/resource"), 1);
    let refused = bot.ovh.journal().all().into_iter().filter(|seen| seen.header("x-pagination-mode").is_some()).count();
    assert_eq!(refused, 1);
}
