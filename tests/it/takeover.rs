//! What somebody else does to a rescue: it is said before it is done, and its owner hears of it.

use sim::discord::{Message, Person};

use crate::{
    bot::{TestBot, eventually},
    passing::lease,
};

const LINK: &str = "manager/secret";
const WEB_1: (&str, &str) = ("server", "web-1");

/// The first line of warning on a card or a plan.
fn first_warning(message: &Message) -> String {
    message.content.lines().find(|line| line.starts_with("⚠️")).unwrap_or_default().to_owned()
}

async fn owner(bot: &TestBot) -> u64 {
    lease(bot, "web-1").await.expect("it is in rescue").owner.0
}

fn has_link(who: &Person) -> bool {
    who.dms().iter().any(|dm| dm.content.contains(LINK))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescue_over_a_colleagues_says_so_first_and_rings_them() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let disk = bot.ovh.boot_of("web-1");
    let end = bot.rescued(&bot.ann, "web-1").await;
    let held = lease(&bot, "web-1").await.expect("it is in rescue");
    let zoe = bot.discord.person("zoé", "fr", &bot.ann.roles());
    let french = first_warning(&bot.ask(&zoe, "rescue enable", &[WEB_1]).await);
    assert!(french.contains("Déjà en mode rescue") && french.contains(&bot.ann.mention()), "{french}");

    let plan = bot.ask(&bob, "plan", &[("action", "rescue"), WEB_1]).await;
    let card = bot.ask(&bob, "rescue enable", &[WEB_1]).await;
    for warning in [first_warning(&plan), first_warning(&card)] {
        assert!(warning.contains("Already in rescue") && warning.contains("takes it over"), "{warning}");
        let times = [held.started, held.deadline].map(|time| format!("<t:{}:t>", time.as_second()));
        assert!(times.iter().all(|time| warning.contains(time)), "{warning}");
        assert!(warning.contains(&bot.ann.mention()), "{warning}");
    }
    bot.press(&bob, &card, "Confirm").await;
    let news = bot.rung(&bot.ann, &["**Taken over**", "R-2", &bob.mention()]).await;
    assert!(!bob.was_rung_by(&news) && news.buttons().is_empty(), "Bob knows");
    bot.rung(&bob, &["**In rescue**", "R-2"]).await;
    assert_eq!(owner(&bot).await, bob.id().0);
    // What Ann has leads nowhere any more.
    bot.ann.wait_for_dm(|dm| dm.content.contains("wiped")).await;
    assert!(!has_link(&bot.ann) && has_link(&bob));
    eventually("the earlier end has no buttons", async || {
        bot.discord.message(end.id).is_some_and(|message| message.buttons().is_empty())
    })
    .await;
    bot.restored(&bob, "web-1").await;
    assert_eq!((bot.ovh.boot_of("web-1"), bot.ovh.reboots("web-1")), (disk, 3));
    assert_eq!((bot.count(&["**Taken over**"]), bot.count(&["**Ended**"])), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_rescue_again_is_said_and_rings_nobody_else() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bot.ann, "rescue enable", &[WEB_1]).await;
    let warning = first_warning(&card);
    assert!(warning.contains("Already in rescue") && !warning.contains("<@"), "{warning}");
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**In rescue**", "R-2"]).await;
    let card = bot.ask(&bot.ann, "restore", &[WEB_1]).await;
    assert!(!card.content.contains("This is the rescue of"), "{}", card.content);
    bot.press(&bot.ann, &card, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "R-3"]).await;
    assert_eq!((bot.count(&["**Taken over**"]), bot.count(&["**Ended**"])), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_from_before_a_colleagues_rescue_takes_nothing_over_unasked() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let card = bot.ask(&bob, "rescue enable", &[WEB_1]).await;
    assert!(!card.content.contains("Already in rescue"), "{}", card.content);
    bot.rescued(&bot.ann, "web-1").await;
    let again = bot.press(&bob, &card, "Confirm").await;
    let warned = again.content.contains("Already in rescue") && again.content.contains(&bot.ann.mention());
    assert!(again.content.starts_with("⚠️ Meanwhile") && warned, "{}", again.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.count(&["R-2"])), (1, 0));
    assert_eq!(owner(&bot).await, bot.ann.id().0);
    bot.press(&bob, &again, "Confirm").await;
    bot.rung(&bob, &["**In rescue**", "R-2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_that_comes_to_nothing_gives_the_rescue_back() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    let end = bot.rescued(&bot.ann, "web-1").await;
    let hold = bot.ovh.faults().hold_answer("PUT", "/dedicated/server/");
    bot.accepted(&bob, "rescue enable", &[WEB_1, ("email", "ops@example.com")]).await;
    hold.reached().await;
    bot.rung(&bot.ann, &["**Taken over**", "R-2"]).await;
    let card = bot.sees(&["R-2", "Setting the netboot"]).await;
    bot.press(&bob, &card, "Cancel").await;
    hold.release();
    bot.sees(&["**Cancelled**", "R-2"]).await;
    bot.rung(&bot.ann, &["**Given back**", "R-2", "web-1"]).await;
    assert_eq!((owner(&bot).await, bot.ovh.reboots("web-1")), (bot.ann.id().0, 1));
    assert!(has_link(&bot.ann), "her rescue still runs");
    eventually("the end leads out again", async || {
        bot.discord.message(end.id).is_some_and(|message| message.button("Restore now").is_some())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_a_colleagues_rescue_says_whose_it_is_and_rings_them() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    bot.rescued(&bot.ann, "web-1").await;
    let plan = bot.ask(&bob, "plan", &[("action", "restore"), WEB_1]).await;
    let card = bot.ask(&bob, "restore", &[WEB_1]).await;
    for warning in [first_warning(&plan), first_warning(&card)] {
        assert!(warning.contains("This is the rescue of") && warning.contains(&bot.ann.mention()), "{warning}");
    }
    bot.press(&bob, &card, "Confirm").await;
    bot.rung(&bob, &["**Restored**", "R-2"]).await;
    let news = bot.rung(&bot.ann, &["**Ended**", "R-2", &bob.mention()]).await;
    assert!(!bob.was_rung_by(&news), "Bob was rung by the end of what he asked for");
    assert_eq!(bot.count(&["**Ended**"]), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rebooting_a_colleagues_rescue_says_whose_it_is_and_what_becomes_of_it() {
    let bot = TestBot::new().await;
    let bob = bot.bob();
    bot.rescued(&bot.ann, "web-1").await;
    let held = lease(&bot, "web-1").await.expect("it is in rescue");
    let times = [held.started, held.deadline].map(|time| format!("<t:{}:t>", time.as_second()));
    let plan = bot.ask(&bob, "plan", &[("action", "reboot"), WEB_1]).await;
    let card = bot.ask(&bob, "reboot", &[WEB_1]).await;
    for said in [&plan.content, &card.content] {
        assert!(said.contains("rescue again") && said.contains("their link will not do any more"), "{said}");
        assert!(said.contains("This is the rescue of") && said.contains(&bot.ann.mention()), "{said}");
        assert!(times.iter().all(|time| said.contains(time)), "{said}");
    }
    let own = bot.ask(&bot.ann, "reboot", &[WEB_1]).await.content;
    assert!(own.contains("This is your own rescue") && own.contains("its password changes"), "{own}");
    // Somebody set the disk: now the same reboot ends it.
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "hd")));
    let out = bot.ask(&bob, "reboot", &[WEB_1]).await.content;
    assert!(out.contains("They are told when it is over") && !out.contains("password changes"), "{out}");
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}
