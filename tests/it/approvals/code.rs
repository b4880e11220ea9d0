//! A second factor: **Approve** and a broken glass want six digits, each of which counts once; and who has one is said at the machine.

use std::path::PathBuf;

use bernard::app::totp::{self, Of, Totp};
use bernard_domain::{
    audit::Line,
    second_factor::{SECRET_BYTES, Secret, Step},
};
use bernard_platform::clock;
use sim::discord::{Asked, Message, ONCALL, Person};

use super::{Council, rules};
use crate::{
    audit::lines_of,
    bot::{TestBot, TestConfig, custom_id},
};

/// A key that keeps nothing of value.
pub(crate) const KEY: &str = "fa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4e";
const WHY: &str = "the shop is down";

async fn council(actions: &[&str]) -> Council {
    let config = TestConfig {
        rules: rules(actions, "second_factor = true") + &format!("[second_factor]\nkey = \"{KEY}\"\n"),
        discord: format!("oncall_role = \"{ONCALL}\""),
        ..TestConfig::default()
    };
    Council::with(config).await
}

/// Enrols somebody beside the bot that runs; what their authenticator has from then on.
pub(crate) async fn enrolled(bot: &TestBot, who: &Person) -> Secret {
    let of = Of { config: PathBuf::new() };
    let verb = Totp::Enrol { user: who.id().0, replace: false, of };
    let text = totp::done(&verb, &bot.loaded()).await.expect("it is enrolled");
    let base32 = text.split("secret=").nth(1).and_then(|rest| rest.split('&').next()).expect("a secret");
    let bits = base32.bytes().flat_map(|letter| {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    let bits: Vec<u8> = bits.collect();
    let bytes: Vec<u8> = bits.chunks(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect();
    Secret::new(<[u8; SECRET_BYTES]>::try_from(bytes).expect("as long as a secret"))
}

/// What the authenticator shows next: good for a minute and more from now on.
pub(crate) fn next(secret: &Secret) -> String {
    secret.code(Step(Step::at(clock::now()).0 + 1)).digits()
}

/// Digits that are right at no moment near this one.
pub(crate) fn wrong(secret: &Secret) -> String {
    let now = Step::at(clock::now()).0;
    let near: Vec<String> = (now - 5..now + 20).map(|step| secret.code(Step(step)).digits()).collect();
    (0..100).map(|number| format!("{number:06}")).find(|digits| !near.contains(digits)).expect("one of a hundred")
}

/// Presses what opens the form, and fills it in.
async fn gives(who: &Person, message: &Message, button: &str, code: &str) -> Message {
    let pressed: Asked = who.press(message, button).await;
    assert!(pressed.modal().is_some(), "the form is the first answer");
    pressed.submit(&[("code", code)]).await.answer().await
}

impl Council {
    async fn audited(&self, what: &str) -> Vec<Line> {
        let all = lines_of(self).await;
        all.into_iter().filter(|line| line.text("what").as_deref() == Some(what)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn an_approval_wants_a_code_that_is_right_and_a_press_without_one_approves_nothing() {
    let council = council(&["rescue"]).await;
    let secret = enrolled(&council, &council.paula).await;
    let request = council.rescue_asked().await;
    let approve = custom_id(&request, "Approve");

    let not_enrolled = gives(&council.quinn, &request, "Approve", "123456").await;
    let command = format!("`bernard totp enrol {}`", council.quinn.id());
    assert!(not_enrolled.is_ephemeral() && not_enrolled.content.contains(&command), "{}", not_enrolled.content);
    let no_code = gives(&council.paula, &request, "Approve", "12345x").await;
    assert!(no_code.content.contains("six digits"), "{}", no_code.content);
    let wrong = gives(&council.paula, &request, "Approve", &wrong(&secret)).await;
    assert!(
        wrong.is_ephemeral() && wrong.content.contains("wrong") && wrong.content.contains('4'),
        "{}",
        wrong.content
    );
    // What a card of before the rule would have sent opens the form, and approves nothing.
    let asks = council.forge(&council.paula, &approve.replace("code:", "approve:"), &request).await;
    assert!(asks.is_ephemeral() && asks.content.contains("[[protect]] #1"), "{}", asks.content);
    council.nothing_was_done();

    let code = next(&secret);
    let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).expect("a wide digit")).collect();
    let approved = gives(&council.paula, &asks, "Approve", &format!("{} {}", &wide[..9], &wide[9..])).await;
    assert!(approved.content.contains("**R-1**"), "{}", approved.content);
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    assert_eq!(council.ovh.reboots("web-1"), 1);
    let (taken, refused) = (council.audited("code_taken").await, council.audited("code_refused").await);
    assert_eq!((taken.len(), refused.len(), council.audited("factor_enrolled").await.len()), (1, 1, 1));
    for line in taken.iter().chain(&refused) {
        assert_eq!(line.text("who"), Some(council.paula.id().to_string()));
        assert_eq!(line.text("operation").as_deref(), Some("R-1"));
        assert!(!line.entry.contains(&code), "{}", line.entry);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_once_and_the_next_one_counts_again() {
    let council = council(&["rescue", "reboot"]).await;
    let secret = enrolled(&council, &council.paula).await;
    let request = council.rescue_asked().await;
    let (now, later) = (secret.code(Step::at(clock::now())).digits(), next(&secret));
    gives(&council.paula, &request, "Approve", &now).await;
    council.rung(&council.ann, &["**In rescue**", "R-1"]).await;
    council.accepted(&council.ann, "reboot", &[("server", "web-1")]).await;
    let second = council.request("R-2").await;
    let used = gives(&council.paula, &second, "Approve", &now).await;
    assert!(used.content.contains("given before"), "{}", used.content);
    assert_eq!(council.ovh.reboots("web-1"), 1);
    gives(&council.paula, &second, "Approve", &later).await;
    council.rung(&council.ann, &["**Rebooted**", "R-2"]).await;
    assert_eq!((council.ovh.reboots("web-1"), council.audited("code_taken").await.len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_wrong_codes_none_is_looked_at_and_those_on_call_are_told_once() {
    let council = council(&["rescue"]).await;
    let olga = council.discord.person("olga", "en-GB", &[ONCALL]);
    let secret = enrolled(&council, &council.paula).await;
    let request = council.rescue_asked().await;
    for _ in 0..5 {
        gives(&council.paula, &request, "Approve", &wrong(&secret)).await;
    }
    let told = council.rung(&olga, &[&council.paula.mention(), "wrong codes"]).await;
    for code in [next(&secret), wrong(&secret)] {
        let locked = gives(&council.paula, &request, "Approve", &code).await;
        assert!(locked.content.contains("Too many codes were wrong"), "{}", locked.content);
    }
    council.nothing_was_done();
    assert_eq!(council.count(&["wrong codes"]), 1, "{}", told.content);
    assert_eq!((council.audited("code_refused").await.len(), council.audited("code_taken").await.len()), (5, 0));
    // Whoever has the machine ends that by another secret, and the old one is over.
    let again = |replace| Totp::Enrol { user: council.paula.id().0, replace, of: Of { config: PathBuf::new() } };
    assert!(totp::done(&again(false), &council.loaded()).await.is_err(), "it says --replace");
    totp::done(&again(true), &council.loaded()).await.expect("it is replaced");
    let old = gives(&council.paula, &request, "Approve", &next(&secret)).await;
    assert!(old.content.contains("wrong"), "{}", old.content);
    council.nothing_was_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_glass_wants_the_code_of_who_breaks_it() {
    let council = council(&["reboot"]).await;
    let secret = enrolled(&council, &council.ann).await;
    let options = [("server", "web-1"), ("break_glass", "true"), ("reason", WHY)];
    let card = council.ask(&council.ann, "reboot", &options).await;
    let confirm = custom_id(&card, "Confirm");
    let asks = council.forge(&council.ann, &confirm.replace("glass:", "confirm:"), &card).await;
    assert!(asks.content.contains("[[protect]] #1"), "{}", asks.content);
    let wrong = gives(&council.ann, &asks, "Confirm", &wrong(&secret)).await;
    assert!(wrong.content.contains("wrong"), "{}", wrong.content);
    council.nothing_was_done();
    let begun = gives(&council.ann, &asks, "Confirm", &next(&secret)).await;
    assert!(begun.content.contains("R-1"), "{}", begun.content);
    council.rung(&council.ann, &["**Rebooted**", "R-1"]).await;
    assert_eq!((council.ovh.reboots("web-1"), council.audited("code_taken").await.len()), (1, 1));

    let removed = Totp::Remove { user: council.ann.id().0, of: Of { config: PathBuf::new() } };
    totp::done(&removed, &council.loaded()).await.expect("it is removed");
    let card = council.ask(&council.ann, "reboot", &options).await;
    let refused = gives(&council.ann, &card, "Confirm", &next(&secret)).await;
    assert!(refused.content.contains("bernard totp enrol"), "{}", refused.content);
    assert_eq!(council.ovh.reboots("web-1"), 1);
}
