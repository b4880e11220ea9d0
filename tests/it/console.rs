//! `/console`: a link to the screen, for the one who asked, as long as it works.

use std::time::Duration;

use bernard_domain::operation::Kind;
use serde_json::json;
use sim::{
    discord::{Message, OPS, ROLE},
    ovh::Ending,
};

use crate::{
    aftermath::{links_went_only_to, no_file_holds_a_link},
    bot::{TestBot, TestConfig, eventually, rule, web_1},
};

/// What every console's link holds.
const LINK: &str = "kvm.example.invalid/session/";

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn the_link_comes_by_dm_and_is_wiped_when_it_has_expired() {
    let mut bot = TestBot::new().await;
    bot.ovh.console_life(Duration::from_secs(4));
    let answer = bot.ask(&bot.ann, "console", &[("server", "web-1"), ("minutes", "5"), ("ip", "203.0.113.7")]).await;
    assert!(answer.content.contains("Started") && answer.is_ephemeral(), "{}", answer.content);
    let dm = bot.ann.wait_for_dm(|dm| dm.content.contains(LINK)).await;
    assert!(dm.content.contains("`203.0.113.7`") && dm.button("Delete this message").is_some(), "{}", dm.text());
    let lock_screen: String = dm.content.chars().take(200).collect();
    assert!(!lock_screen.contains("http"), "{lock_screen}");
    let end = bot.rung(&bot.ann, &["**Console open**", "web-1"]).await;
    assert!(!end.content.contains("203.0.113.7"), "the person's own address is nobody else's: {}", end.content);
    let asked = bot.ovh.journal().matching("POST", "/features/ipmi/access");
    let bodies: Vec<_> = asked.iter().map(sim::net::Seen::json).collect();
    assert_eq!(bodies, [json!({ "type": "kvmipHtml5URL", "ttl": 5, "ipToAllow": "203.0.113.7" })]);

    let ann = bot.ann.clone();
    eventually("the DM is wiped", async || ann.dms().iter().all(|dm| !dm.content.contains(LINK))).await;
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains("is closed")), "{:?}", bot.ann.dms());
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.console_links().len()), (0, 1));
    bot.stop().await;
    no_file_holds_a_link(&bot.ovh, bot.database().parent().expect("its folder"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dm_whose_console_expired_while_the_bot_was_dead_is_wiped_by_the_next_one() {
    let mut bot = TestBot::new().await;
    bot.ovh.console_life(Duration::from_secs(4));
    bot.accepts(Kind::Console).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains(LINK)).await;
    bot.rung(&bot.ann, &["**Console open**"]).await;
    bot.die().await;
    let ovh = bot.ovh.clone();
    let started = ovh.now();
    eventually("it has expired", async || ovh.now().duration_since(started).as_secs() >= 4).await;
    bot.start().await;
    let ann = bot.ann.clone();
    eventually("the DM is wiped", async || ann.dms().iter().all(|dm| !dm.content.contains(LINK))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_has_is_taken_the_browser_first_and_a_file_last() {
    let bot = TestBot::new().await;
    for (kinds, id) in
        [(&["serialOverLanURL", "kvmipJnlp"][..], "R-1"), (&["serialOverLanSshKey", "kvmipJnlp"], "R-2"), (&[], "R-3")]
    {
        bot.ovh.consoles_of("web-1", kinds);
        bot.accepts(Kind::Console).await;
        bot.last_word(id).await;
    }
    let types: Vec<_> = bot
        .ovh
        .journal()
        .matching("POST", "/features/ipmi/access")
        .iter()
        .map(|seen| seen.json()["type"].clone())
        .collect();
    assert_eq!(types, ["serialOverLanURL", "kvmipJnlp"]);
    let by_file = bot.ann.wait_for_dm(|dm| dm.content.contains("R-2")).await;
    assert!(!by_file.content.contains("jnlp><argument>"), "{}", by_file.content);
    let file = by_file.attachments.first().expect("the file");
    assert_eq!(file.filename, "console.jnlp");
    bot.rung(&bot.ann, &["**Not possible**", "no console", "R-3"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_dms_reveals_it_and_nobody_else_can() {
    let bot = TestBot::new().await;
    let bob = bot.discord.person("bob", "en-GB", &[ROLE]);
    bot.discord.close_dms(&bot.ann);
    bot.accepts(Kind::Console).await;
    let waiting = bot.rung(&bot.ann, &["**Reveal link**", "R-1"]).await;
    let refused = bot.press(&bob, &waiting, "Reveal link").await;
    assert!(refused.content.contains("somebody else"), "{}", refused.content);
    let way = refused.content.contains(&bot.ann.mention()) && refused.content.contains("`/console server:web-1`");
    assert!(way, "{}", refused.content);
    let shown = bot.ann.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains(LINK)).await;
    assert!(shown.is_ephemeral());
    bot.rung(&bot.ann, &["**Console open**", "nobody else"]).await;
    for link in bot.ovh.console_links() {
        for sighting in bot.discord.everything_ever_sent().iter().filter(|sighting| sighting.body.contains(&link)) {
            assert_eq!(sighting.viewers, [bot.ann.id()], "{}", sighting.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_the_session_of_another_who_asked_at_the_same_time() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let (ours, theirs) = ([("server", "web-1"), ("minutes", "15")], [("server", "web-1"), ("minutes", "1")]);
    let asked = bot.ovh.faults().hold_before("POST", "/features/ipmi/access");
    let (one, other) = tokio::join!(bot.ask(&bot.ann, "console", &ours), bot.ask(&bob, "console", &theirs));
    let accepted = |answer: &Message| answer.content.contains("Started");
    assert!(accepted(&one) != accepted(&other), "{} {}", one.content, other.content);
    let (first, second, refused) = if accepted(&one) { (&bot.ann, &bob, other) } else { (&bob, &bot.ann, one) };
    asked.reached().await;
    let again = bot.ask(second, "console", &theirs).await;
    let plan = bot.ask(second, "plan", &[("action", "console"), ("server", "web-1")]).await;
    for answer in [refused, again, plan] {
        let holder = answer.content.contains("R-1") && answer.content.contains(&first.mention());
        assert!(answer.is_ephemeral() && answer.content.contains("busy") && holder, "{}", answer.content);
    }
    asked.release();
    bot.rung(first, &["**Console open**", "R-1"]).await;
    assert_eq!(bot.ovh.console_links().len(), 1);
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, first, "R-1"), 1);
    // Its link was read: the next one may open.
    let next = bot.ask(second, "console", &theirs).await;
    assert!(accepted(&next), "{}", next.content);
    bot.rung(second, &["**Console open**", "R-2"]).await;
    let links = bot.ovh.console_links();
    assert_eq!(links.len(), 2);
    for (link, person) in links.iter().zip([first, second]) {
        let everything = bot.discord.everything_ever_sent();
        let mut seen = everything.iter().filter(|sighting| sighting.body.contains(link)).peekable();
        assert!(seen.peek().is_some() && seen.all(|sighting| sighting.viewers == [person.id()]), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_waits_to_be_revealed_keeps_its_session() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    bot.discord.close_dms(&bot.ann);
    bot.accepts(Kind::Console).await;
    let waiting = bot.rung(&bot.ann, &["**Reveal link**", "R-1"]).await;
    let refused = bot.ask(&bob, "console", &[("server", "web-1")]).await;
    assert!(refused.content.contains("busy") && refused.content.contains(&bot.ann.mention()), "{}", refused.content);
    bot.ann.press(&waiting, "Reveal link").await.wait_for(|seen| seen.content.contains(LINK)).await;
    bot.rung(&bot.ann, &["**Console open**"]).await;
    let accepted = bot.ask(&bob, "console", &[("server", "web-1")]).await;
    assert!(accepted.content.contains("Started"), "{}", accepted.content);
    bot.rung(&bob, &["**Console open**", "R-2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_nobody_takes_ends_with_its_session() {
    let bot = TestBot::new().await;
    bot.ovh.console_life(Duration::from_secs(3));
    bot.discord.close_dms(&bot.ann);
    bot.accepts(Kind::Console).await;
    let end = bot.rung(&bot.ann, &["**Console, no link**", "R-1"]).await;
    assert!(end.content.contains("/console"), "{}", end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_beside_everything_and_holds_nothing_up() {
    let bot = TestBot::new().await;
    let reboot = bot.ovh.faults().hold_before("POST", "/reboot");
    bot.accepts(Kind::Enable).await;
    reboot.reached().await;
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Console open**", "R-2"]).await;
    reboot.release();
    bot.rung(&bot.ann, &["**In rescue**", "R-1"]).await;
    // A restore wipes the rescue's DM and leaves the console's, which still works.
    bot.accepts(Kind::Restore).await;
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
    assert!(bot.ann.dms().iter().any(|dm| dm.content.contains(LINK)));
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn ovhclouds_failures_are_told_in_its_own_words() {
    let bot = TestBot::new().await;
    bot.ovh.next_console_ends("web-1", Ending::OvhError);
    bot.accepts(Kind::Console).await;
    let end = bot.rung(&bot.ann, &["**Console failed**", "R-1"]).await;
    assert!(end.content.contains("ovhError") && !end.content.contains("netboot"), "{}", end.content);
    bot.ovh.faults().next(1).status("POST", "/features/ipmi/access", 403, &json!({ "message": "no IPMI for you" }));
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Not possible**", "no IPMI for you", "R-2"]).await;
    // A lost answer is no end: one session too many is harmless.
    bot.ovh.faults().next(1).lose_answer("POST", "/features/ipmi/access");
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Console open**", "R-3"]).await;
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-3"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_needs_its_own_right_and_what_was_typed_must_make_sense() {
    let bot = TestBot::ruled_by(rule(ROLE, &["view", "rescue", "reboot", "restore"], &["*"])).await;
    let answer = bot.ask(&bot.ann, "console", &[("server", "web-1")]).await;
    assert!(answer.content.contains("🚫") && answer.content.contains("`console`"), "{}", answer.content);
    assert_eq!(bot.ovh.journal().count("*", "/features/ipmi"), 0);

    let bot = TestBot::new().await;
    for ip in ["192.168.1.2", "localhost", "2001:db8::1"] {
        let answer = bot.ask(&bot.ann, "console", &[("server", "web-1"), ("ip", ip)]).await;
        assert!(answer.content.contains("public IPv4 address"), "{ip}: {}", answer.content);
    }
    assert_eq!(bot.ovh.journal().count("*", "/features/ipmi"), 0);
    assert!(bot.discord.messages(OPS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_console_waits_for_a_second_person() {
    const LEAD: sim::discord::Id = sim::discord::Id(400_000_000_000_000_003);
    let protect = "[[protect]]\nservers = [\"web-1\"]\nactions = [\"console\"]\n";
    let rules = rule(ROLE, &["console"], &["*"]) + &rule(LEAD, &["approve"], &["*"]) + protect;
    let bot = TestBot::ruled_by(rules).await;
    let lead = bot.discord.person("lou", "en-GB", &[LEAD]);
    bot.ask(&bot.ann, "console", &[("server", "web-1"), ("ip", "203.0.113.7")]).await;
    let asked = bot.sees(&["R-1", "its screen (KVM)"]).await;
    let calls = bot.press(&lead, &asked, "Show calls").await;
    let shown = ["kvmipHtml5URL", "the requester's own address"].iter().all(|part| calls.content.contains(part));
    assert!(shown && !calls.content.contains("203.0.113.7"), "{}", calls.content);
    assert!(!asked.content.contains("203.0.113.7"), "a person's own address in a channel: {}", asked.content);
    assert_eq!(bot.ovh.console_links().len(), 0, "nothing before somebody has agreed");
    bot.press(&lead, &asked, "Approve").await;
    bot.rung(&bot.ann, &["**Console open**", "R-1"]).await;
    let told = bot.discord.messages(OPS);
    assert!(told.iter().all(|message| !message.content.contains("203.0.113.7")), "{told:?}");
    let asked = bot.ovh.journal().matching("POST", "/features/ipmi/access");
    assert!(asked.iter().all(|seen| seen.json()["ipToAllow"] == "203.0.113.7"), "hidden, and still sent");
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_whose_test_fails_is_opened_all_the_same_and_says_so() {
    let bot = TestBot::new().await;
    bot.ovh.next_console_test_ends("web-1", Ending::OvhError);
    bot.accepts(Kind::Console).await;
    let end = bot.rung(&bot.ann, &["**Console open**", "R-1"]).await;
    assert!(
        end.content.contains("OVHcloud's own test of the console failed (`no answer on port 443`)"),
        "{}",
        end.content
    );
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
    // One that is well is not worth a word.
    bot.accepts(Kind::Console).await;
    let end = bot.rung(&bot.ann, &["**Console open**", "R-2"]).await;
    assert!(!end.content.contains("test"), "{}", end.content);
    assert_eq!(bot.ovh.journal().count("POST", "/features/ipmi/test"), 2, "each is tested once");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_test_of_a_console_keeps_anybody_from_it() {
    let usual = TestConfig::default();
    let config = TestConfig { pace: format!("{}console_test = \"300ms\"\n", usual.pace), ..usual };
    let bot = TestBot::with(config, [web_1()]).await;
    bot.ovh.next_console_test_ends("web-1", Ending::Stuck("doing".to_owned()));
    bot.accepts(Kind::Console).await;
    bot.sees(&["Having the console tested", "at the latest"]).await;
    bot.rung(&bot.ann, &["**Console open**", "R-1"]).await;
    bot.ovh.faults().next(1).lose_answer("POST", "/features/ipmi/test");
    bot.accepts(Kind::Console).await;
    bot.rung(&bot.ann, &["**Console open**", "R-2"]).await;
    bot.ovh.forbid("dedicatedServer:apiovh:features/ipmi/test/create");
    bot.accepts(Kind::Console).await;
    let end = bot.rung(&bot.ann, &["**Console open**", "R-3"]).await;
    assert!(!end.content.contains("test"), "what could not be tested is no news: {}", end.content);
    assert_eq!(bot.ovh.console_links().len(), 3);
}
