//! What the fuzzer once found worth keeping still breaks nothing.

use std::{fs, path::Path};

use bernard_fuzz::TARGETS;

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
