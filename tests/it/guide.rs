//! `/guide`: for everybody, page by page, and never in the place of something else.

use sim::discord::{Message, Person};

use crate::bot::{TestBot, rule};

/// The menu of topics below a message.
fn menu_of(message: &Message) -> String {
    let ids = message.components.iter().filter_map(|row| row["components"][0]["custom_id"].as_str());
    let menu = ids.into_iter().find(|id| id.contains("topics:"));
    menu.unwrap_or_else(|| panic!("no menu on {}", message.text())).to_owned()
}

/// Chooses a topic and waits for what is shown.
async fn choose(who: &Person, message: &Message, topic: &str) -> Message {
    let (before, id) = (message.content.clone(), message.id);
    let asked = who.try_select(message.id, &menu_of(message), &[topic]).expect("the menu");
    asked.wait_for(move |seen| seen.id != id || seen.content != before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_read_it_and_turn_its_pages_in_place() {
    let bot = TestBot::ruled_by(String::new()).await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    let first = bot.ask(&guest, "guide", &[("topic", "disks")]).await;
    assert!(first.is_ephemeral() && first.content.contains("**Disks** · 1/4"), "{}", first.content);
    assert!(first.button("Back").is_none());
    let second = bot.press(&guest, &first, "Next").await;
    assert_eq!(second.id, first.id, "the page is turned, not posted");
    assert!(second.content.contains("**Disks** · 2/4"), "{}", second.content);
    let back = bot.press(&guest, &second, "Back").await;
    assert_eq!(back.content, first.content);
    let leave = choose(&guest, &back, "leave").await;
    assert!(leave.id == first.id && leave.content.contains("**Leave rescue** · 1/2"), "{}", leave.content);
    let last = bot.press(&guest, &leave, "Next").await;
    assert!(last.button("Next").is_none() && last.button("Back").is_some(), "{}", last.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_reader_reads_french() {
    let bot = TestBot::ruled_by(String::new()).await;
    let guest = bot.discord.person("guest", "fr", &[]);
    let first = bot.ask(&guest, "guide", &[("topic", "password")]).await;
    assert!(first.content.contains("**Mot de passe** · 1/3"), "{}", first.content);
    let second = bot.press(&guest, &first, "Suivant").await;
    assert!(second.content.contains("chntpw"), "{}", second.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_rescue_it_speaks_of_that_rescue_only_and_leaves_the_message_as_it_is() {
    let bot = TestBot::new().await;
    for (server, ours, theirs) in [("web-1", "by RDP", "root@IP"), ("db-1", "root@IP", "by RDP")] {
        let end = bot.rescued(&bot.ann, server).await;
        // Whoever reads along may open it too.
        let guest = bot.discord.person(&format!("guest-of-{server}"), "en-GB", &[]);
        let page = bot.press(&guest, &end, "Guide").await;
        assert!(page.is_ephemeral() && page.id != end.id);
        let mut read = page.content.clone();
        let mut page = page;
        while page.button("Next").is_some() {
            page = bot.press(&guest, &page, "Next").await;
            read += &page.content;
        }
        assert!(read.contains(ours) && !read.contains(theirs), "{server}: {read}");
        assert_eq!(bot.discord.message(end.id).expect("it stands").content, end.content);

        let named = server.to_owned();
        let dm = bot.ann.wait_for_dm(move |dm| dm.content.contains(&named) && dm.content.contains("secret")).await;
        let disks = choose(&bot.ann, &dm, "disks").await;
        assert!(disks.is_ephemeral() && disks.id != dm.id, "{}", disks.content);
        assert!(disks.content.contains("**Disks** · 1/"), "{}", disks.content);
        assert!(bot.discord.message(dm.id).expect("it stands").content.contains("secret"), "the DM keeps its link");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_pages_are_refused_and_change_no_message_that_others_read() {
    let bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let eve = bot.discord.person("eve", "en-GB", &[]);
    for id in [
        "guide:",
        "guide:connect",
        "guide:connect:99:any",
        "guide:connect:-1:any",
        "guide:connect:0:mac",
        "turn:connect:0",
        "turn:nothing:0:any",
        "guide-topics:any",
        "turn-topics:windows",
    ] {
        let answer = bot.forge(&eve, id, &end).await;
        assert!(answer.content.contains("🚫"), "{id}: {}", answer.content);
    }
    let answer = bot.forge(&eve, "turn:leave:1:linux", &end).await;
    assert!(answer.is_ephemeral() && answer.id != end.id && answer.content.contains("2/2"), "{}", answer.content);
    assert_eq!(bot.discord.message(end.id).expect("it stands").content, end.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_names_it_and_the_console_to_those_who_may() {
    let roles = rule(sim::discord::ROLE, &["console"], &["*"]);
    let bot = TestBot::ruled_by(roles).await;
    let guest = bot.discord.person("guest", "en-GB", &[]);
    let (all, little) = (bot.ask(&bot.ann, "help", &[]).await, bot.ask(&guest, "help", &[]).await);
    assert!(all.content.contains("/guide") && all.content.contains("/console"), "{}", all.content);
    assert!(little.content.contains("/guide") && !little.content.contains("/console"), "{}", little.content);
}
