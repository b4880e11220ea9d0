//! What the fuzzer once found worth keeping still breaks nothing.

use std::{fs, path::Path, time::Instant};

use bernard_bot::{
    component::{Button, Subject, guide},
    modal::Modal,
};
use bernard_discord::RawInteraction;
use bernard_fuzz::TARGETS;

/// What begins like one of today's buttons, and is none: the fuzzer needs both sides.
const REFUSED: [&str; 5] = ["half-a-mark", "mark-alone", "plus", "two-marks", "upper-mark"];

#[test]
fn every_target_takes_its_whole_corpus() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut count = 0;
        for file in files {
            let path = file.expect("an entry").path();
            println!("{}", path.display());
            target(&fs::read(&path).expect("its bytes"));
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}

#[test]
fn every_corpus_has_its_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for folder in fs::read_dir(corpus).expect("the corpus") {
        let name = folder.expect("an entry").file_name();
        assert!(TARGETS.iter().any(|(target, _)| name == *target), "{name:?} is no target");
    }
}

#[test]
fn the_seeds_of_buttons_forms_and_menus_are_what_they_are_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/button");
    let (mut marked, mut forms) = (0, 0);
    for file in fs::read_dir(folder).expect("the corpus") {
        let path = file.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a text");
        let (menu, chosen) = text.split_once('\n').unwrap_or((&text, ""));
        let button = text.parse::<Button>().or_else(|_| guide::chosen(menu, &[chosen.to_owned()]));
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(button.is_err(), REFUSED.contains(&name), "{name}: {text}");
        let is_marked =
            |button: &Button| !matches!(button.subject(), Subject::Card(_) | Subject::Page(_)) && !button.is_unmarked();
        marked += usize::from(button.as_ref().is_ok_and(is_marked));
        forms += usize::from(text.parse::<Modal>().is_ok());
    }
    assert!(marked >= 19 && forms >= 1, "{marked} with a mark, {forms} forms");
}

#[test]
fn the_seeds_of_presses_choices_and_forms_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/interaction");
    for name in ["slash", "suggest", "press", "choice", "form"] {
        let json = fs::read(folder.join(name).with_extension("json")).expect("its bytes");
        let read = RawInteraction::parse(&json, Instant::now());
        assert!(read.is_ok(), "{name}: {}", read.err().map(|error| error.to_string()).unwrap_or_default());
    }
}
