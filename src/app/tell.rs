//! `bernard reload`: has the process that runs here read its configuration again, where there is no signal at hand, and says what it
//! took.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use bernard_config::Config;
use bernard_store as store;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::healthcheck;

/// How long it is waited for the process to say what it took.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is asked.
const AGAIN: Duration = Duration::from_millis(100);

/// Sends SIGHUP to the process that holds the store of `config`, which was read from `path`, and waits until that says what came of
/// it; the sentence for the one who asked.
///
/// # Errors
/// When no process runs on that store, it may not be signalled, or it did not take the configuration.
pub fn run(config: &Config, path: &Path) -> anyhow::Result<String> {
    let database = super::store::path(config)
        .context("bernard reload knows the process by its SQLite store; beside PostgreSQL, send SIGHUP")?;
    let holder = store::holder(database).ok_or_else(|| {
        anyhow!(
            "no bernard runs on {} with the configuration {}: nothing to reload",
            database.display(),
            path.display()
        )
    })?;
    let process = i32::try_from(holder).ok().and_then(Pid::from_raw).context("its process has no number")?;
    let address = config.http.listen;
    let before = healthcheck::configuration(address).ok();
    kill_process(process, Signal::HUP).with_context(|| format!("process {holder} cannot be told"))?;
    let Some(before) = before else {
        return Ok(format!("process {holder} was told; its log says what it took ({address} does not answer here)"));
    };
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        thread::sleep(AGAIN);
        let Ok(now) = healthcheck::configuration(address) else { continue };
        if now["refused"] != before["refused"] {
            bail!("process {holder} did not take the configuration, the earlier one stays in force; its log says why");
        }
        if now["taken"] != before["taken"] {
            return Ok(said(holder, &now["last"]));
        }
    }
    bail!("process {holder} was told, and has not said within {} s what it took; its log does", PATIENCE.as_secs())
}

fn said(holder: u32, last: &Value) -> String {
    let keys = |of: &str| {
        let keys = last[of].as_array().into_iter().flatten().filter_map(Value::as_str);
        keys.collect::<Vec<_>>().join(", ")
    };
    let (taken, waits) = (keys("taken"), keys("waits"));
    let taken = if taken.is_empty() { "nothing has changed but, perhaps, credentials".to_owned() } else { taken };
    let waits = if waits.is_empty() { String::new() } else { format!("; waits for a restart: {waits}") };
    format!("process {holder} took: {taken}{waits}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_taken_and_what_waits_are_told_apart() {
        let last = json!({ "taken": ["locale", "[pace]"], "waits": ["http.listen"] });
        assert_eq!(said(7, &last), "process 7 took: locale, [pace]; waits for a restart: http.listen");
        let last = json!({ "taken": [], "waits": [] });
        assert_eq!(said(7, &last), "process 7 took: nothing has changed but, perhaps, credentials");
    }

    #[test]
    fn where_nobody_runs_there_is_nothing_to_reload() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "[discord]\ntoken = \"fake-token\"\nguild = \"1\"\n[[ovh]]\napplication_key = \"fake\"\n\
             application_secret = \"fake\"\nconsumer_key = \"fake\"\n[store]\nurl = \"sqlite://{}\"\n",
            folder.path().join("none.db").display()
        );
        let loaded = Config::from_text(&text, Vec::<(String, String)>::new()).unwrap_or_else(|wrong| panic!("{wrong}"));
        let error = run(&loaded.config, Path::new("my.toml")).expect_err("nobody runs");
        assert!(error.to_string().contains("no bernard runs on"), "{error}");
    }
}
