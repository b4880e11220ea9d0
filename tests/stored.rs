//! What is written down for ever: in the store's rows, in the audit, in the custom ids of buttons that hang in old channels.
//!
//! Two promises. No stored word becomes another one unseen: one of everything that is kept as JSON or as a word is written and
//! compared with `tests/stored-words.txt`, and a new variant does not compile until it has its line here. And a store that an earlier
//! program wrote is opened by this one: `tests/stores` holds some, as SQL.

#[path = "stored/buttons.rs"]
mod buttons;
#[path = "stored/earlier.rs"]
mod earlier;
#[path = "stored/events.rs"]
mod events;
#[path = "stored/former.rs"]
mod former;
#[path = "stored/literals.rs"]
mod literals;
#[path = "stored/maker.rs"]
mod maker;
#[path = "stored/operations.rs"]
mod operations;
#[path = "stored/page.rs"]
mod page;
#[path = "stored/sample.rs"]
mod sample;
#[path = "stored/told.rs"]
mod told;

use std::{fs, path::PathBuf};

use page::Page;

/// A variable of the environment that has the golden file written anew instead of compared.
const RENEW: &str = "BERNARD_RENEW_STORED_WORDS";

#[test]
fn no_stored_word_becomes_another_one() {
    let mut page = Page::default();
    operations::write(&mut page);
    events::write(&mut page);
    told::write(&mut page);
    buttons::write(&mut page);
    literals::write(&mut page);
    let now = page.text();
    let golden = root().join("tests/stored-words.txt");
    if std::env::var_os(RENEW).is_some() {
        fs::write(&golden, &now).expect("the golden file can be written");
    }
    let before = fs::read_to_string(&golden).expect("tests/stored-words.txt is there");
    let gone: Vec<&str> = before.lines().filter(|line| !now.lines().any(|other| other == *line)).collect();
    let new: Vec<&str> = now.lines().filter(|line| !before.lines().any(|other| other == *line)).collect();
    assert!(
        before == now,
        "what is kept is written otherwise than before.\n\nNo longer written, though stores hold it:\n{}\n\nNew:\n{}\n\n\
         If something was only added, renew the file and look at its diff, in which no line may go, and a line may only grow at its end:\n    \
         {RENEW}=1 cargo test --test stored no_stored_word\n\
         A line that went or changed is a store that is no longer read: give the variant or field its old word back (`#[serde(rename)]`).",
        gone.join("\n"),
        new.join("\n"),
    );
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
