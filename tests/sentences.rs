//! Both files say the same things, and exactly what the program asks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fluent_bundle::FluentResource;

type Keys = BTreeMap<String, BTreeSet<String>>;

/// Every key of a file with the values that its sentence wants.
fn keys_of(source: &str) -> Keys {
    let resource = FluentResource::try_new(source.to_owned()).expect("the file is Fluent");
    let mut keys = Keys::new();
    let mut current = None;
    for line in source.lines() {
        if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| !key.starts_with([' ', '#'])) {
            assert!(keys.insert(key.to_owned(), BTreeSet::new()).is_none(), "{key} stands twice");
            current = Some(key.to_owned());
        }
        let Some(values) = current.as_ref().and_then(|key| keys.get_mut(key)) else { continue };
        for piece in line.split('$').skip(1) {
            let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(piece.len());
            values.insert(piece[..end].to_owned());
        }
    }
    let messages = resource.entries().filter(|entry| format!("{entry:?}").starts_with("Message")).count();
    assert_eq!(messages, keys.len(), "some entry was not seen");
    keys
}

/// Every `say!` of the program with the values that it gives.
fn said() -> Vec<(String, BTreeSet<String>)> {
    let mut said = Vec::new();
    for folder in ["src", "crates"] {
        read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut said);
    }
    said
}

fn read_folder(folder: &Path, said: &mut Vec<(String, BTreeSet<String>)>) {
    for entry in fs::read_dir(folder).expect("the source is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_folder(&path, said);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let source = fs::read_to_string(&path).expect("it is text");
            let code: String =
                source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            said.extend(code.split("say!(").skip(1).filter_map(call));
        }
    }
}

/// The key and the names in what follows `say!(`, up to its closing parenthesis.
fn call(rest: &str) -> Option<(String, BTreeSet<String>)> {
    let mut depth = 1;
    let end = rest.char_indices().find_map(|(at, c)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        (depth == 0).then_some(at)
    })?;
    let inside = &rest[..end];
    let key = inside.split('"').nth(1)?.to_owned();
    let after = inside.split_once(&format!("\"{key}\""))?.1;
    let mut names = BTreeSet::new();
    let mut depth = 0;
    for (at, c) in after.char_indices() {
        depth += i32::from(matches!(c, '(' | '[' | '{')) - i32::from(matches!(c, ')' | ']' | '}'));
        if c == ',' && depth == 0 {
            let piece = after[at + 1..].trim_start();
            if let Some((name, _)) =
                piece.split_once(" = ").filter(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            {
                names.insert(name.to_owned());
            }
        }
    }
    Some((key, names))
}

#[test]
fn both_languages_say_the_same_things_with_the_same_values() {
    let english = keys_of(include_str!("../crates/text/src/en.ftl"));
    let french = keys_of(include_str!("../crates/text/src/fr.ftl"));
    for (key, values) in &english {
        assert_eq!(french.get(key), Some(values), "{key} differs in French");
    }
    assert_eq!(english.len(), french.len(), "French has more");
}

#[test]
fn every_sentence_is_said_and_every_said_sentence_exists() {
    let english = keys_of(include_str!("../crates/text/src/en.ftl"));
    let said = said();
    assert!(said.len() > 400, "only {} sentences are said: the search for say! is broken", said.len());
    for (key, names) in &said {
        let values = english.get(key).unwrap_or_else(|| panic!("{key} is said and stands in no file"));
        assert_eq!(values, names, "{key} is given other values than it wants");
    }
    let keys: BTreeSet<&String> = said.iter().map(|(key, _)| key).collect();
    for key in english.keys() {
        assert!(keys.contains(key), "{key} is never said");
    }
}

/// Words in quotes that are handed to what people read, in code that is no test: `"Ready when you are"`.
fn spoken_literals(code: &str) -> Vec<String> {
    /// What puts a text before people's eyes.
    const MOUTHS: [&str; 9] = [
        ".content(",
        ".label(",
        ".description(",
        ".placeholder(",
        ".title(",
        "Reply::text(",
        "lines.push(",
        "lines.extend(",
        ".name_localized(",
    ];
    let is_sentence = |text: &str| {
        let plain = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect::<String>();
        plain.split_whitespace().filter(|word| word.chars().filter(char::is_ascii_lowercase).count() > 2).count() > 1
    };
    let mut found = Vec::new();
    for mouth in MOUTHS {
        for rest in code.split(mouth).skip(1) {
            let mut depth = 1;
            let inside = |c: &char| {
                depth += i32::from(*c == '(') - i32::from(*c == ')');
                depth > 0
            };
            let argument: String = rest.chars().take_while(inside).collect();
            if argument.contains("say!(") {
                continue;
            }
            found.extend(argument.split('"').skip(1).step_by(2).filter(|text| is_sentence(text)).map(str::to_owned));
        }
    }
    found
}

#[test]
fn no_sentence_that_people_read_stands_outside_the_two_files() {
    let planted = r#"lines.push(format!("{} is out of rescue now", name)); Reply::text(say!(l, "key")); x.label("go")"#;
    assert_eq!(spoken_literals(planted), ["{} is out of rescue now"]);
    let mut found = Vec::new();
    let mut seen = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/bot/src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("the source is there").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.extend((!path.ends_with("tests")).then_some(path));
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
                seen += 1;
                let source = fs::read_to_string(&path).expect("it is text");
                let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
                found.extend(spoken_literals(code).into_iter().map(|text| format!("{}: {text}", path.display())));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(seen > 50, "only {seen} files were read: people are spoken to elsewhere");
}

#[test]
fn plurals_follow_each_languages_own_rule() {
    let servers = |locale, count| bernard_text::say!(locale, "fleet-title", count = count);
    let (en, fr) = (bernard_domain::locale::Locale::En, bernard_domain::locale::Locale::Fr);
    assert_eq!([0, 1, 2].map(|count| servers(en, count)), ["**0 servers**", "**1 server**", "**2 servers**"]);
    let well = bernard_text::say!(en, "doctor-well", servers = 1);
    assert!(well.ends_with("with 1 server."), "{well}");
    // Nothing is singular in French.
    assert_eq!([0, 1, 2].map(|count| servers(fr, count)), ["**0 serveur**", "**1 serveur**", "**2 serveurs**"]);
}

/// What Discord knows: each command's name, or its own and that of each command below it.
fn known_commands() -> BTreeSet<String> {
    let all = serde_json::to_value(bernard_bot::command::registered()).expect("commands are JSON");
    let mut known = BTreeSet::new();
    for command in all.as_array().expect("a list").iter().filter(|command| command["type"] != 3) {
        let name = command["name"].as_str().expect("a name");
        let below = command["options"].as_array().into_iter().flatten().filter(|option| option["type"] == 1);
        let below: Vec<String> = below.map(|one| format!("{name} {}", one["name"].as_str().expect("a name"))).collect();
        known.extend(if below.is_empty() { vec![name.to_owned()] } else { below });
    }
    known
}

#[test]
fn every_command_that_a_sentence_names_is_one_of_discords_and_can_be_made_a_link() {
    let known = known_commands();
    for (language, source) in
        [("en", include_str!("../crates/text/src/en.ftl")), ("fr", include_str!("../crates/text/src/fr.ftl"))]
    {
        let (mut seen, mut rest, mut words) = (0, source, String::new());
        while let Some((before, name, after)) = bernard_untrusted::shown::span::next_command(rest) {
            assert!(known.contains(name), "{language}: Discord knows no /{name}");
            words.push_str(before);
            (seen, rest) = (seen + 1, after);
        }
        words.push_str(rest);
        assert!(seen > 50, "{language}: only {seen} commands are named: the search is broken");
        for name in &known {
            let plain = words.lines().find(|line| line.contains(&format!("`/{name}`")));
            assert_eq!(plain, None, "{language}: written with two backticks it would be a link");
        }
    }
}
