//! Targets for everything that parses what somebody else wrote: each takes any bytes and panics only when a promise is broken.
//!
//! `fuzz/run` has a fuzzer make the bytes up; `tests/corpus.rs` runs what is kept of them with all other tests.

mod alert;

use std::{
    sync::{LazyLock, Mutex, PoisonError},
    time::Instant,
};

use bernard_bot::{
    component::{Button, guide},
    modal::Modal,
};
use bernard_config::Config;
use bernard_discord::{
    RawInteraction,
    signed::{Interactions, Received},
};
use bernard_domain::audit::{Anchor, GENESIS};
use bernard_engine::link::id_in_mail;
use bernard_ovh::{
    Answered,
    decode::{self, Decoded},
};
use bernard_sinks::note;
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::sync::mpsc;

pub use alert::alert;

/// A target by its name.
pub type Target = fn(&[u8]);

/// Every target; its corpus is the folder of that name.
pub const TARGETS: [(&str, Target); 10] = [
    ("alert", alert),
    ("answer", answer),
    ("button", button),
    ("calendar", calendar),
    ("config", config),
    ("envelope", envelope),
    ("interaction", interaction),
    ("mail", mail),
    ("note", note),
    ("refusal", refusal),
];

/// A shorter text may stand in an id or in a word of ours by chance.
const TELLING: usize = 24;

/// Whatever a schedule's feed holds: understood within bounds, or refused; what is understood ends after it begins.
pub fn calendar(data: &[u8]) {
    let now = Timestamp::from_second(NOW as i64).expect("a moment");
    match bernard_oncall::calendar::read(data, &jiff::tz::TimeZone::UTC, now) {
        Ok(read) => assert!(read.occurrences.iter().all(|one| one.start < one.end)),
        Err(error) => assert!(error.to_string().len() < 600, "a complaint quotes what was sent: {error}"),
    }
}

/// Whatever Discord's socket sends: parsed, apologised for, or refused; its token is never printed.
pub fn interaction(json: &[u8]) {
    let printed = match RawInteraction::parse(json, Instant::now()) {
        Ok(raw) => {
            let key = raw.key();
            let token = key.token.expose_secret().to_owned();
            hides(&format!("{raw:?} {key:?}"), &token);
            return;
        }
        Err(unanswerable) => unanswerable.to_string(),
    };
    assert!(printed.len() < 300, "a complaint quotes what was sent: {printed}");
}

/// Whatever comes to the web door: nothing that Discord did not sign, or signed long ago, is handed over.
///
/// The first byte says how it is signed, the next ten how old that is; the rest is the body.
pub fn envelope(data: &[u8]) {
    static DOOR: LazyLock<Door> = LazyLock::new(Door::open);
    let Some((how, rest)) = data.split_first() else { return };
    let (age, body) = rest.split_at(rest.len().min(10));
    let shift: i64 = std::str::from_utf8(age).ok().and_then(|text| text.trim().parse().ok()).unwrap_or_default();
    let timestamp = (NOW + i128::from(shift)).to_string();
    let mut signature = DOOR.sign(&timestamp, body);
    let genuine = how % 4 == 0 && shift.unsigned_abs() <= 300;
    match how % 4 {
        // By Discord, whenever that was.
        0 => {}
        // By somebody else.
        1 => signature = hex(&SigningKey::from_bytes(&[9; 32]).sign(&[timestamp.as_bytes(), body].concat()).to_bytes()),
        // Over something else.
        2 => signature = DOOR.sign(&timestamp, &[body, b"x"].concat()),
        // Not at all.
        _ => signature = String::from_utf8_lossy(body).into_owned(),
    }
    let received = DOOR.interactions.receive(&signature, &timestamp, body);
    let mut waiting = DOOR.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let handed_over = waiting.try_recv().is_ok();
    assert_eq!(handed_over, received == Received::HandedOver);
    assert_eq!(received == Received::NotGenuine, !genuine, "signed by way {how}, {shift} s from now");
}

/// A moment by our clock, in seconds since 1970.
const NOW: i128 = 1_767_225_600;

struct Door {
    interactions: Interactions,
    key: SigningKey,
    waiting: Mutex<mpsc::Receiver<RawInteraction>>,
}

impl Door {
    fn open() -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let (tx, rx) = mpsc::channel(1);
        let now = || Timestamp::from_second(NOW as i64).expect("a moment");
        let interactions = Interactions::new(&hex(key.verifying_key().as_bytes()), now, tx).expect("a key");
        Self { interactions, key, waiting: Mutex::new(rx) }
    }

    fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        hex(&self.key.sign(&[timestamp.as_bytes(), body].concat()).to_bytes())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A `custom_id` comes back from any client: it is a button, a form or a menu, which survives being written again, or it is refused.
///
/// What stands behind the first line break was chosen in the menu.
pub fn button(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(button) = text.parse::<Button>() {
        survives(button);
    }
    if let Ok(form) = text.parse::<Modal>() {
        let written = form.to_string();
        assert!((1..=100).contains(&written.len()));
        assert_eq!(written.parse(), Ok(form));
    }
    let (menu, chosen) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(button) = guide::chosen(menu, &[chosen.to_owned()]) {
        survives(button);
    }
}

fn survives(button: Button) {
    let written = button.to_string();
    assert!((1..=100).contains(&written.len()));
    assert_eq!(written.parse(), Ok(button));
}

/// A success of OVHcloud's: what cannot be read is refused without being quoted, and nothing that is a secret is printed.
pub fn answer(body: &[u8]) {
    for read in decode::each(body) {
        match read {
            Ok(Decoded::Accesses(all)) => {
                for access in &all {
                    let secret = access.secret.as_ref().map_or("", |secret| secret.expose_secret());
                    let shown = format!("{:?} {:?}", access.kind, access.user);
                    if !shown.contains(secret) {
                        hides(&format!("{access:?}"), secret);
                    }
                }
            }
            Ok(Decoded::Mail(mail)) => {
                if !mail.subject.contains(mail.body.expose_secret()) {
                    hides(&format!("{mail:?}"), mail.body.expose_secret());
                }
            }
            Ok(Decoded::Console(Some(console))) => hides(&format!("{console:?}"), console.link.expose_secret()),
            Ok(Decoded::Task(task)) => {
                let comment = task.comment.unwrap_or_default();
                assert!(!comment.contains("://") && !comment.contains('\n') && comment.chars().count() <= 300);
            }
            Ok(Decoded::Server(server)) => {
                let name = server.name.as_str();
                assert!(!name.is_empty() && !name.contains(['/', '?', '#', '%', ' ']), "{name:?}");
            }
            Ok(_) => {}
            Err(why) => assert!(why.to_string().chars().count() < 400, "a complaint quotes what was sent: {why}"),
        }
    }
}

/// A refusal of OVHcloud's, or of a proxy in between: its words are bounded and hold no link.
pub fn refusal(body: &[u8]) {
    let answered = Answered::read(403, None, body);
    let message = answered.message.unwrap_or_default();
    assert!(message.chars().count() <= 300);
    assert!(!message.contains("://") && !message.contains('\n'));
}

/// A mail to the account, which anybody can send: what is taken from it can stand in a link and break out of none.
pub fn mail(data: &[u8]) {
    let Ok(body) = std::str::from_utf8(data) else { return };
    if let Some(id) = id_in_mail(body) {
        let id = id.expose_secret();
        assert!((8..=128).contains(&id.len()));
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert!(body.contains(id));
    }
}

/// A file of signed notes from anywhere: nothing counts but what our key has signed, whatever stands beside it.
pub fn note(data: &[u8]) {
    static SIGNER: LazyLock<note::Signer> = LazyLock::new(|| {
        note::Signer::new("bernard/audit", "fakefakefakefakefakefakefakefakefakefakefak=").expect("a seed")
    });
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = text.parse::<note::PublicKey>() {
        assert_eq!(key.to_string(), text);
    }
    let genuine = SIGNER.note(Anchor { number: 7, hash: GENESIS });
    for file in [text.to_owned(), format!("{genuine}\n\n{text}"), format!("{text}\n\n{genuine}")] {
        for anchor in SIGNER.public().anchors(&file).unwrap_or_default() {
            let signed = SIGNER.note(anchor);
            let signature = signed.lines().last().expect("its last line");
            assert!(file.contains(signature), "nobody has signed {anchor}");
        }
    }
}

/// A configuration that an operator mistyped: it is usable, or everything wrong with it is said, and no secret is quoted.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Config::from_text(text, Vec::<(String, String)>::new()) {
        Ok(loaded) => {
            assert!(!loaded.config.ovh.is_empty());
            let token = loaded.config.discord.token.expose_secret();
            if text.matches(token).count() == 1 {
                hides(&format!("{:?}", loaded.config), token);
            }
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
}

fn hides(printed: &str, secret: &str) {
    assert!(secret.len() <= TELLING || !printed.contains(secret), "a secret is printed");
}
