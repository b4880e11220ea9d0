//! What must be true after any crash, whenever it came.

use std::collections::BTreeSet;

use sim::{
    discord::{Audience, Discord, Id, Message, OPS, Person},
    ovh::Ovh,
};

/// The last message of an operation, when it has come: it rings, and it is no question.
pub(crate) fn end_of(discord: &Discord, who: &Person, id: &str) -> Option<Message> {
    told(discord, id).into_iter().find(|message| who.was_rung_by(message) && question_of(message).is_none())
}

/// The button that answers a message which asks its reader something.
pub(crate) fn question_of(message: &Message) -> Option<&'static str> {
    [("Your decision is needed", "Leave it"), ("The link waits for you", "Reveal link")]
        .into_iter()
        .find(|(words, _)| message.content.contains(words))
        .map(|(_, button)| button)
}

/// What the channel holds about an operation. Its id ends the first line, so `R-1` is not found in `R-12`.
fn told(discord: &Discord, id: &str) -> Vec<Message> {
    let of_it = |message: &Message| message.content.lines().next().is_some_and(|title| title.ends_with(id));
    discord.messages(OPS).into_iter().filter(of_it).collect()
}

/// One card, one end, no question twice.
#[track_caller]
pub(crate) fn no_message_is_doubled(discord: &Discord, who: &Person, id: &str) {
    let (mut cards, mut ends, mut questions) = (0, 0, Vec::new());
    for message in told(discord, id) {
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

/// Every secret's id was only ever shown to this person; returns the DMs that held a link, by operation.
#[track_caller]
pub(crate) fn links_went_only_to(ovh: &Ovh, discord: &Discord, who: &Person, id: &str) -> usize {
    let secrets = ovh.secret_ids();
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
    let secrets = ovh.secret_ids();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("its entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        for secret in &secrets {
            let holds = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!holds, "{} holds a secret's id", path.display());
        }
    }
}
