//! A configuration before its credentials exist: what is missing of them stands empty, everything else must be right.

use std::{ffi::OsString, path::Path};

use bernard_config::{Config, Problems};

/// What stands in for a secret that is not there; it is never sent anywhere.
const NOT_YET: &str = "not-there-yet";
/// The keys that may be missing.
const SECRETS: [&str; 6] =
    ["token", "application_key", "application_secret", "consumer_key", "client_id", "client_secret"];
/// Keys that belong together are noticed one after another.
const ROUNDS: usize = 4;

/// A configuration, and whether nothing of it is missing.
pub(super) struct Early {
    pub(super) config: Config,
    pub(super) is_whole: bool,
}

/// Reads a file whose secrets may be missing.
///
/// # Errors
/// With everything else that is wrong in it.
pub(super) fn load(path: &Path, mut environment: Vec<(OsString, OsString)>) -> Result<Early, Problems> {
    let mut is_whole = true;
    for _ in 0..ROUNDS {
        let problems = match Config::load(path, environment.clone()) {
            Ok(loaded) => return Ok(Early { config: loaded.config, is_whole }),
            Err(problems) => problems,
        };
        let missing: Option<Vec<OsString>> = problems.list.iter().map(|problem| variable(&problem.key)).collect();
        let Some(missing) = missing else { return Err(problems) };
        is_whole = false;
        environment.retain(|(name, _)| !missing.contains(name));
        environment.extend(missing.into_iter().map(|name| (name, NOT_YET.into())));
    }
    Config::load(path, environment).map(|loaded| Early { config: loaded.config, is_whole })
}

/// The variable that stands for a secret's key; `None` for every other key.
fn variable(key: &str) -> Option<OsString> {
    let (section, key) = key.rsplit_once('.')?;
    let section = section.replace('[', "__").replace(']', "").to_ascii_uppercase();
    SECRETS.contains(&key).then(|| format!("BERNARD_{section}__{}", key.to_ascii_uppercase()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Result<Early, Problems> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my.toml");
        std::fs::write(&file, text).expect("it is written");
        load(&file, Vec::new())
    }

    #[test]
    fn what_is_missing_of_the_credentials_is_no_mistake_yet() {
        for credentials in [
            "",
            "application_key = \"a\"\n",
            "application_key = { env = \"NOT_SET\" }\napplication_secret = { env = \"NOT_SET\" }\n",
            "client_id = \"a\"\nclient_secret = { file = \"/nowhere/at/all\" }\n",
        ] {
            let early = loaded(&format!("[discord]\nguild = \"1\"\n[[ovh]]\n{credentials}"));
            assert!(!early.expect(credentials).is_whole);
        }
        let whole = "[discord]\ntoken = \"fake\"\nguild = \"1\"\n[[ovh]]\nclient_id = \"a\"\nclient_secret = \"b\"\n";
        assert!(loaded(whole).expect("it is whole").is_whole);
    }

    #[test]
    fn everything_else_must_be_right() {
        let problems = loaded("[discord]\nguild = \"1\"\ntokn = \"x\"\n[[ovh]]\n").err().expect("it is refused");
        assert!(problems.to_string().contains("tokn"), "{problems}");
    }
}
