//! What must be true after any crash, whenever it came.

use std::collections::BTreeSet;

use bernard_domain::operation::Kind;
use sim::{
    discord::{Audience, Discord, Id, Message, OPS, Person},
    ovh::Ovh,
};

use crate::bot::TestBot;

/// The button that answers a message which asks its reader something.
pub(crate) fn question_of(message: &Message) -> Option<&'static str> {
    let words = [
        ("Your decision is needed", "Leave it"),
        ("your DMs are closed to me", "Reveal link"),
        ("This is done. </rescue link:", "Reveal link"),
        ("This is done. </console:", "Reveal link"),
    ];
    words.into_iter().find(|(words, _)| message.content.contains(words)).map(|(_, button)| button)
}

/// What stands under a message that asks others to approve.
pub(crate) const ASKS_FOR_APPROVAL: &str = "The rule that asks for approval";
/// What is said of a task that stands: no end yet.
const TAKES_LONG: &str = "takes long** ·";

/// Whether a message is about this operation: its first line ends with the number, so `R-1` is not found in `R-12`.
pub(crate) fn is_about(message: &Message, id: &str) -> bool {
    message.content.lines().next().is_some_and(|title| title.ends_with(id))
}

/// One card, one end, no question twice.
#[track_caller]
pub(crate) fn no_message_is_doubled(discord: &Discord, who: &Person, id: &str) {
    let (mut cards, mut ends, mut questions) = (0, 0, Vec::new());
    let (requests, messages): (Vec<Message>, Vec<Message>) = discord
        .messages(OPS)
        .into_iter()
        .filter(|message| is_about(message, id))
        .partition(|message| message.content.contains(ASKS_FOR_APPROVAL));
    assert!(requests.len() <= 1, "requests for approval of {id}: {}", requests.len());
    let (late, messages): (Vec<Message>, Vec<Message>) =
        messages.into_iter().partition(|message| who.was_rung_by(message) && message.content.contains(TAKES_LONG));
    let titles: BTreeSet<_> = late.iter().filter_map(|message| message.content.lines().next()).collect();
    assert_eq!(titles.len(), late.len(), "words of a task that stands, of {id}: {titles:?}");
    for message in messages {
        match (who.was_rung_by(&message), question_of(&message)) {
            (false, _) => cards += 1,
            (true, None) => ends += 1,
            (true, Some(question)) => questions.push(question),
        }
    }
    assert_eq!((cards, ends), (1, 1), "cards and ends of {id}");
    let distinct: BTreeSet<_> = questions.iter().collect();
    assert_eq!(distinct.len(), questions.len(), "questions of {id}: {questions:?}");
}

/// The rescue `R-1` of `web-1` came to its good end, and everything about it was said once.
pub(crate) async fn rescued_once(bot: &TestBot) {
    assert!(bot.last_word("R-1").await.contains("**In rescue**"));
    assert_eq!(bot.ovh.reboots("web-1"), 1);
    assert_eq!(links_went_only_to(&bot.ovh, &bot.discord, &bot.ann, "R-1"), 1);
    no_message_is_doubled(&bot.discord, &bot.ann, "R-1");
    bot.card_shows("R-1", "**In rescue**").await;
}

/// Every secret's id was only ever shown to this person; returns the DMs that held a link, by operation.
#[track_caller]
pub(crate) fn links_went_only_to(ovh: &Ovh, discord: &Discord, who: &Person, id: &str) -> usize {
    let mut secrets = ovh.secret_ids();
    secrets.extend(ovh.console_links());
    let mut of_it = BTreeSet::<Id>::new();
    for sighting in discord.everything_ever_sent() {
        if !secrets.iter().any(|secret| sighting.body.contains(secret)) {
            continue;
        }
        let in_dm = who.dm_channel() == Some(sighting.channel);
        let ephemeral = matches!(sighting.audience, Audience::Only(person) if person == who.id());
        assert!(in_dm || ephemeral, "a link was shown where it does not belong: {}", sighting.body);
        if in_dm && sighting.body.contains(&format!("({id})")) {
            of_it.insert(sighting.message);
        }
    }
    assert_eq!(ovh.retrieved(), 0, "the bot never redeems a secret");
    of_it.len()
}

/// No file below `folder` holds a secret's id.
#[track_caller]
pub(crate) fn no_file_holds_a_link(ovh: &Ovh, folder: &std::path::Path) {
    let mut secrets = ovh.secret_ids();
    secrets.extend(ovh.console_links());
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("its entry").path();
        // SQLite's own files may go while this looks; what is gone holds nothing.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for secret in &secrets {
            assert!(!text.contains(secret), "{} holds a secret's id", path.display());
        }
    }
}

impl TestBot {
    /// Ann asks for an operation on `web-1`, and it is accepted.
    pub(crate) async fn accepts(&self, kind: Kind) {
        let server = [("server", "web-1")];
        let command = match kind {
            Kind::Enable => "rescue enable",
            Kind::Restore => "restore",
            Kind::Reboot => "reboot",
            Kind::Link => "rescue link",
            Kind::Adopt => "rescue list",
            Kind::HandOver => "rescue hand-over",
            Kind::Console => "console",
            Kind::PutBack => return self.accepts_put_back().await,
            Kind::Ticket => return self.accepts_ticket().await,
            Kind::FreeSessions => return self.accepts_free_sessions().await,
        };
        let asked = match kind {
            Kind::Link | Kind::Console => self.slash(&self.ann, command, &server).await,
            Kind::HandOver => self.slash(&self.ann, command, &[server[0], ("user", "ben")]).await,
            Kind::Adopt => {
                let list = self.lists(&self.ann, &["not started by me"]).await;
                self.ann.press(&list, "Adopt").await
            }
            _ => {
                let card = self.ask(&self.ann, command, &server).await;
                self.ann.press(&card, "Confirm").await
            }
        };
        let taken = |message: &Message| ["Started", "Accepted"].iter().any(|word| message.content.contains(word));
        asked.wait_for(taken).await;
    }

    /// Ann presses **Put netboot back** on the end that offers it, and it is accepted.
    pub(crate) async fn accepts_put_back(&self) {
        let offers = |message: &Message| message.button("Put netboot back").is_some();
        let end = self.discord.wait_for_message(OPS, offers).await;
        let asked = self.ann.press(&end, "Put netboot back").await;
        asked.wait_for(|message| message.content.contains("Started")).await;
    }

    /// Ann presses **Free stuck sessions** on the end that offers it, and confirms its card.
    pub(crate) async fn accepts_free_sessions(&self) {
        let card = self.sessions_card(&self.ann).await;
        let asked = self.ann.press(&card, "Confirm").await;
        asked.wait_for(|message| message.content.contains("Started")).await;
    }

    /// The card that **Free stuck sessions** shows to whoever presses it.
    pub(crate) async fn sessions_card(&self, who: &Person) -> Message {
        let offers = |message: &Message| message.button("Free stuck sessions").is_some();
        let end = self.discord.wait_for_message(OPS, offers).await;
        let asked = who.press(&end, "Free stuck sessions").await;
        asked.wait_for(|message| message.button("Confirm").is_some()).await
    }

    /// Ann presses **Ask OVHcloud** on the end that offers it, and confirms its card.
    pub(crate) async fn accepts_ticket(&self) {
        let card = self.ticket_card(&self.ann).await;
        let asked = self.ann.press(&card, "Confirm").await;
        asked.wait_for(|message| message.content.contains("Started")).await;
    }

    /// The card that **Ask OVHcloud** shows to whoever presses it.
    pub(crate) async fn ticket_card(&self, who: &Person) -> Message {
        let offers = |message: &Message| message.button("Ask OVHcloud").is_some();
        let end = self.discord.wait_for_message(OPS, offers).await;
        let asked = who.press(&end, "Ask OVHcloud").await;
        asked.wait_for(|message| message.content.contains("```")).await
    }

    /// Waits for an operation's last word, answering what it asks Ann on the way.
    pub(crate) async fn last_word(&self, id: &'static str) -> String {
        let mut answered: Vec<Id> = Vec::new();
        loop {
            let (ann, known) = (self.ann.clone(), answered.clone());
            let news = move |message: &Message| {
                ann.was_rung_by(message)
                    && is_about(message, id)
                    && !message.content.contains(ASKS_FOR_APPROVAL)
                    && !message.content.contains(TAKES_LONG)
                    && !known.contains(&message.id)
                    && question_of(message).is_none_or(|button| message.button(button).is_some())
            };
            let message = self.discord.wait_for_message(OPS, news).await;
            let Some(button) = question_of(&message) else { return message.content };
            answered.push(message.id);
            self.ann.press(&message, button).await;
        }
    }

    /// The cards of an operation: its messages in the channel that rang nobody.
    pub(crate) fn cards(&self, id: &str) -> Vec<Message> {
        let mut all = self.discord.messages(OPS);
        all.retain(|message| is_about(message, id) && !self.ann.was_rung_by(message));
        all
    }

    /// Waits until the operation's card shows this.
    pub(crate) async fn card_shows(&self, id: &'static str, state: &'static str) -> Message {
        let ann = self.ann.clone();
        let card = move |message: &Message| {
            !ann.was_rung_by(message) && is_about(message, id) && message.content.contains(state)
        };
        self.discord.wait_for_message(OPS, card).await
    }
}
