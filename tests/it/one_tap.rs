//! Nothing reboots on one tap: **Restore now** and **Reboot again** open a card, which says whose rescue that ends, and act on
//! its **Confirm**.

use sim::discord::{Message, Person};

use crate::bot::{TestBot, custom_id};

#[tokio::test(flavor = "multi_thread")]
async fn restore_now_asks_first_and_says_whose_rescue_it_ends() {
    let bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let own = bot.press(&bot.ann, &end, "Restore now").await;
    assert!(own.is_ephemeral() && own.content.contains("your own rescue"), "{}", own.content);
    assert!(own.content.contains("Reboots now into"), "{}", own.content);
    let bob = bot.bob();
    let others = bot.press(&bob, &end, "Restore now").await;
    assert!(others.content.contains(&format!("the rescue of {}", bot.ann.mention())), "{}", others.content);
    let cancelled = bot.press(&bob, &others, "Cancel").await;
    assert!(cancelled.content.contains("nothing was done"), "{}", cancelled.content);
    assert_eq!((bot.ovh.reboots("web-1"), bot.operations_without_stopping().await), (1, 1));
    bot.press(&bot.ann, &own, "Confirm").await;
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_dm_the_card_is_a_message_there_and_outlives_a_restart() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    let dm = bot.ann.wait_for_dm(|message| message.content.contains("manager/secret")).await;
    let card = bot.press(&bot.ann, &dm, "Restore now").await;
    assert!(!card.is_ephemeral() && bot.ann.dms().iter().any(|message| message.id == card.id), "{}", card.text());
    bot.die().await;
    bot.start().await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    let answer = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(answer.content.contains("Started (**R-2**)") && answer.id == card.id, "{}", answer.content);
    bot.rung(&bot.ann, &["**Restored**", "R-2"]).await;
    let spent = bot.ann.dms().into_iter().find(|message| message.id == card.id).expect("it stays");
    assert!(spent.buttons().is_empty(), "{}", spent.text());
    let again = bot.forge(&bot.ann, &custom_id(&card, "Confirm"), &dm).await;
    assert!(again.content.contains("`/restore server:web-1`"), "{}", again.content);
    assert_eq!(bot.ovh.reboots("web-1"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_ends_one_rescue_ends_no_other() {
    let bot = TestBot::new().await;
    let end = bot.rescued(&bot.ann, "web-1").await;
    let card = bot.press(&bot.ann, &end, "Restore now").await;
    let bob = bot.bob();
    bot.restored(&bob, "web-1").await;
    bot.rescued(&bob, "web-1").await;
    let asked = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(asked.content.contains(&format!("the rescue of {}", bob.mention())), "{}", asked.content);
    assert!(asked.button("Confirm").is_some(), "it asks again: {}", asked.text());
    assert_eq!(bot.ovh.reboots("web-1"), 3);
    assert_eq!(bot.ovh.kernel_of("web-1").as_deref(), Some("rescue-customer-windows"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_more_reboot_asks_again_when_it_would_boot_into_something_else() {
    let bot = TestBot::new().await;
    bot.ovh.faults().reset("POST", "/reboot");
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1")]).await;
    let question = bot.rung(&bot.ann, &["Your decision is needed", "web-1"]).await;
    let card = bot.press(&bot.ann, &question, "Reboot again").await;
    assert!(card.content.contains("rescue-customer-windows"), "{}", card.content);
    bot.ovh.netboot_by_somebody("web-1", Some(bot.ovh.boot_id("web-1", "rescue12-customer")));
    let again = bot.press(&bot.ann, &card, "Confirm").await;
    assert!(again.content.contains("rescue12-customer") && again.button("Confirm").is_some(), "{}", again.text());
    assert_eq!(bot.ovh.journal().count("POST", "/reboot"), 1);
    let replaced = bot.forge(&bot.ann, &custom_id(&card, "Confirm"), &question).await;
    assert!(replaced.content.contains("replaced by a newer one"), "{}", replaced.content);
    bot.press(&bot.ann, &again, "Confirm").await;
    bot.journaled_reboots(2).await;
    assert_eq!(bot.ovh.reboots("web-1"), 1);
}

impl TestBot {
    /// Presses a button that asks before it does anything, and **Confirm** on its card; the answer to that.
    pub(crate) async fn press_and_confirm(&self, who: &Person, message: &Message, label: &str) -> Message {
        let card = self.press(who, message, label).await;
        self.press(who, &card, "Confirm").await
    }

    /// Waits until so many reboots were asked for.
    async fn journaled_reboots(&self, count: usize) {
        crate::bot::eventually("the reboot is asked for", async || {
            self.ovh.journal().count("POST", "/reboot") == count
        })
        .await;
        crate::bot::eventually("it is taken", async || self.ovh.reboots("web-1") == 1).await;
    }
}
