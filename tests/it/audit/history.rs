//! `/history`: who sees what, on a phone and in the file.

use bernard_domain::audit::{Gaps, Line, Start, Verified, Verifier};
use bernard_store::AuditFilter;
use sim::discord::{Id, Message, OPS, ROLE, permission};

use crate::{
    bot::{TestBot, rule},
    kept::opened,
};

/// A role of auditors.
const AUDITOR: Id = Id(400_000_000_000_000_004);

/// The lines of the attached file.
#[track_caller]
fn attached(message: &Message) -> Vec<Line> {
    let [file] = message.attachments.as_slice() else { panic!("one file: {}", message.text()) };
    assert_eq!(file.filename, "history.jsonl");
    let text = String::from_utf8(file.bytes.clone()).expect("text");
    text.lines().map(|line| Line::of_json(line).expect("a line")).collect()
}

fn verified(lines: &[Line], gaps: Gaps) -> Verified {
    let mut verifier = Verifier::new(Start::Anywhere, gaps, []);
    lines.iter().for_each(|line| verifier.take(Ok(line.clone())).expect("it is whole"));
    verifier.end().expect("it is whole")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_is_shown_and_all_of_it_is_attached() {
    let bot = TestBot::new().await;
    bot.accepted(&bot.ann, "rescue enable", &[("server", "web-1"), ("reason", "disk full")]).await;
    bot.rung(&bot.ann, &["**In rescue**", "web-1"]).await;
    bot.restored(&bot.ann, "web-1").await;
    let answer = bot.ask(&bot.ann, "history", &[]).await;
    assert!(answer.is_ephemeral());
    let shown: Vec<&str> = answer.content.lines().collect();
    let ann = format!("<@{}>", bot.ann.id());
    assert!(shown[1].contains("`web-1`") && shown[1].contains("Restored"), "the latest first: {}", answer.content);
    let asked = shown.iter().find(|line| line.contains("`enable`")).expect("who asked");
    assert!(asked.contains(&ann) && asked.contains("`disk full`") && asked.contains("R-1"), "{asked}");
    // An address is not read: what people see of it is the number.
    let read = |line: &str| {
        line.split("](").map(|part| part.split_once(')').map_or(part, |(_, rest)| rest).chars().count()).sum::<usize>()
    };
    assert!(shown.len() <= 12 && shown.iter().all(|line| read(line) < 160), "{}", answer.content);
    let lines = attached(&answer);
    assert_eq!(verified(&lines, Gaps::Refused).first, Some(1), "whole from the beginning");
    assert!(lines.iter().any(|line| line.text("what").as_deref() == Some("reboot_accepted")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_server_for_which_they_lack_the_right() {
    let rules = rule(ROLE, &["view", "rescue", "restore"], &["*"]) + &rule(AUDITOR, &["audit"], &["web-*"]);
    let bot = TestBot::ruled_by(rules).await;
    let carol = bot.discord.person("carol", "en-GB", &[AUDITOR]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.rescued(&bot.ann, "db-1").await;
    let refused = bot.ask(&bot.ann, "history", &[]).await;
    assert!(refused.content.contains("🚫") && refused.attachments.is_empty(), "{}", refused.content);
    let answer = bot.ask(&carol, "history", &[]).await;
    assert!(answer.content.contains("`web-1`") && !answer.content.contains("db-1"), "{}", answer.content);
    let lines = attached(&answer);
    let hidden = bot.ovh.service_name("db-1");
    assert!(lines.iter().all(|line| !line.entry.contains(&hidden) && !line.entry.contains("R-2")));
    assert!(lines.iter().any(|line| line.text("what").as_deref() == Some("started")), "what concerns no server");
    assert!(lines.iter().any(|line| line.text("action").as_deref() == Some("/history")), "ann was refused");
    verified(&lines, Gaps::Allowed);
    let other = bot.ask(&carol, "history", &[("server", "db-1")]).await;
    assert!(other.content.contains("🚫") && other.attachments.is_empty(), "{}", other.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_asked_about_one_server_or_one_person_in_either_language() {
    let bot = TestBot::new().await;
    let bob = bot.discord.person("bob", "fr", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    let card = bot.ask(&bob, "rescue enable", &[("server", "db-1")]).await;
    bot.press(&bob, &card, "Confirmer").await;
    bot.rung(&bob, &["**In rescue**", "db-1"]).await;
    let of_web = bot.ask(&bot.ann, "history", &[("server", "web-1")]).await;
    let name = bot.ovh.service_name("web-1");
    assert!(attached(&of_web).iter().all(|line| line.text("server").as_deref() == Some(name.as_str())));
    assert!(!of_web.content.contains("db-1"), "{}", of_web.content);
    let of_bob = bot.ask(&bob, "history", &[("user", &bob.id().to_string())]).await;
    let id = bob.id().to_string();
    assert!(attached(&of_bob).iter().all(|line| line.text("who") == Some(id.clone())));
    assert!(of_bob.content.contains("Historique") && of_bob.content.contains("a demandé"), "{}", of_bob.content);
    let stranger = bot.discord.person("stranger", "en-GB", &[]);
    let nothing = bot.ask(&bot.ann, "history", &[("user", &stranger.id().to_string())]).await;
    assert!(nothing.content.contains("Nothing") && nothing.attachments.is_empty(), "{}", nothing.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_decided_is_told_in_words() {
    let bot = TestBot::new().await;
    let bob = bot.discord.person("bob", "fr", &[ROLE]);
    bot.rescued(&bot.ann, "web-1").await;
    bot.ask(&bot.ann, "rescue extend", &[("server", "web-1")]).await;
    bot.ask(&bot.ann, "rescue hand-over", &[("server", "web-1"), ("user", &bob.id().to_string())]).await;
    bot.ask(&bot.ann, "why", &[("action", "reboot"), ("server", "web-1"), ("user", &bob.id().to_string())]).await;
    bot.ask(&bot.ann, "admin pause", &[("reason", "fire")]).await;
    let told = bot.ask(&bot.ann, "history", &[]).await.content;
    let handed = format!("handed the rescue of `web-1` over to {}", bob.mention());
    for part in ["extended the rescue of `web-1`", &handed, "somebody else's rights", "paused new"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let dit = bot.ask(&bob, "history", &[]).await.content;
    for part in ["a prolongé le mode rescue", "a confié le mode rescue", "droits d'une autre personne", "a suspendu"]
    {
        assert!(dit.contains(part), "{part}: {dit}");
    }
    assert!(!told.contains('_') && !dit.contains('_'), "no raw word: {told}\n{dit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_bot_may_attach_nothing_that_is_said() {
    let bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.discord.forbid_bot(OPS, permission::ATTACH_FILES);
    let answer = bot.ask(&bot.ann, "history", &[]).await;
    assert!(answer.content.contains("`web-1`") && answer.content.contains("may not attach"), "{}", answer.content);
    assert!(answer.attachments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_left_away_at_the_old_end_and_counted() {
    let mut bot = TestBot::new().await;
    bot.rescued(&bot.ann, "web-1").await;
    bot.stop().await;
    let store = opened(&bot.database()).await;
    let all = store.audit_page(&AuditFilter::default(), usize::MAX, |_| true).await.expect("it reads");
    let some = store.audit_page(&AuditFilter::default(), 3_000, |_| true).await.expect("it reads");
    assert!(!some.lines.is_empty() && some.lines.iter().map(|line| line.to_json().len() + 1).sum::<usize>() <= 3_000);
    assert_eq!(some.lines.last(), all.lines.last(), "the newest are there");
    assert_eq!(some.lines.len() as u64 + some.more, all.lines.len() as u64);
    verified(&some.lines, Gaps::Refused);
}
