//! What is taken at once when the configuration is read again, and what waits for a restart. Both are said.
//!
//! Either all of it is taken or nothing: what could be refused (an account, the token, the level of the log, the line in the audit) is
//! tried first. Nothing that is under way is lost: operations go on by the new settings at their next step, whoever is being answered
//! is answered, and the session with Discord begins anew only for another token.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use bernard_bot::{context::Handler, registration::Registration};
use bernard_config::Config;
use bernard_discord::sender::{Sender, Token};
use bernard_domain::{access::Policy, audit::Act, duty::roster::Person};
use bernard_engine::{fleet::Fleet, intake::Intake, policy::SharedPolicy, runner::Runner, wakeups::Wakeups};
use bernard_platform::{clock, live::Live, metrics as named};
use bernard_proposals::Source;
use bernard_store::Store;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{clients, handler_settings, in_force, policy, step_settings};
use crate::logging::LevelHandle;

/// Everything that a running program can take anew.
#[derive(Debug)]
pub(super) struct Reloading {
    pub(super) configs: watch::Sender<Arc<Config>>,
    pub(super) policy: SharedPolicy,
    pub(super) fleet: Fleet,
    pub(super) store: Store,
    pub(super) wakeups: Wakeups,
    pub(super) intake: Intake,
    pub(super) runner: Arc<Runner>,
    pub(super) handlers: Live<Handler>,
    pub(super) sender: Arc<Sender>,
    pub(super) registration: Registration,
    pub(super) proposals: Live<Vec<Source>>,
    pub(super) readings: Readings,
}

/// What came of reading the configuration again, by its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// What was another one, and is in force now.
    pub taken: Vec<&'static str>,
    /// What is another one than the one in force, and waits for a restart.
    pub waits: Vec<&'static str>,
}

/// How often the configuration was read again, and what came of it last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    taken: u64,
    refused: u64,
    last: Reloaded,
}

impl Readings {
    /// For `/readyz`: keys, and never a value.
    pub(super) fn json(&self) -> Value {
        let Counted { taken, refused, last } = &*self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "taken": taken, "refused": refused, "last": { "taken": last.taken, "waits": last.waits } })
    }

    fn note(&self, reloaded: Option<&Reloaded>) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match reloaded {
            Some(reloaded) => {
                counted.taken += 1;
                counted.last = reloaded.clone();
                "taken"
            }
            None => {
                counted.refused += 1;
                "refused"
            }
        };
        metrics::counter!(named::RELOADS, "outcome" => outcome).increment(1);
    }
}

impl Reloading {
    /// From now on this configuration is in force, but for what waits for a restart.
    pub(super) async fn take(&self, config: &Config, level: Option<&LevelHandle>) -> anyhow::Result<Reloaded> {
        let before = Arc::clone(&self.configs.borrow());
        let kept = waiting_kept(&before, config);
        let reloaded = Reloaded { taken: differing(&before, &kept), waits: differing(&kept, config) };
        // Whatever may be refused; nothing is taken before the audit says so.
        let (clients, policy) = (clients(&kept, &self.store)?, policy(&kept));
        let log_this = level.map(|level| level.prepared(&kept.log_level)).transpose()?;
        let is_another = has_another_token(&before, &kept);
        let token = is_another.then(|| Token::new(kept.discord.token.clone())).transpose().context("discord.token")?;
        in_force(&self.store, &policy, Act::PolicyLoaded).await?;
        if let Some(log_this) = log_this {
            log_this();
        }
        if let Some(token) = token {
            self.sender.exchange_token(token);
        }
        self.fleet.exchange(clients);
        self.policy.set(policy);
        self.intake.limits().exchange(&kept.limits);
        self.runner.exchange_settings(step_settings(&kept));
        let settings = handler_settings(&kept, self.registration.clone());
        self.handlers.set(self.handlers.get().with_settings(settings));
        self.proposals.set(kept.proposals.clone());
        self.configs.send_replace(Arc::new(kept));
        // What waited for a key that was refused may have a good one now.
        if let Err(error) = self.store.wake_operations(clock::now()).await {
            tracing::error!(%error, "what waits for a good key could not be woken; it is looked at when its time comes");
        }
        self.wakeups.notify();
        self.readings.note(Some(&reloaded));
        let (taken, waits) = (reloaded.taken.join(", "), reloaded.waits.join(", "));
        tracing::info!(taken, "the configuration was read again; OVHcloud's credentials too");
        if !reloaded.waits.is_empty() {
            tracing::warn!(waits, "what has changed here waits for a restart");
        }
        Ok(reloaded)
    }

    /// It was not taken: the earlier one stays in force.
    pub(super) fn refused(&self) {
        self.readings.note(None);
    }
}

/// The new configuration with what waits for a restart as it was: that is what is compared with the next time.
fn waiting_kept(before: &Config, after: &Config) -> Config {
    let mut kept = after.clone();
    kept.store = before.store.clone();
    kept.http = before.http.clone();
    kept.log = before.log;
    kept.discord.guild = before.discord.guild;
    kept.discord.api_url.clone_from(&before.discord.api_url);
    kept.discord.mode = before.discord.mode.clone();
    kept.pace.drain = before.pace.drain;
    kept.pace.edit_window = before.pace.edit_window;
    kept.pace.retry_pause = before.pace.retry_pause;
    kept
}

fn has_another_token(before: &Config, after: &Config) -> bool {
    before.discord.token.expose_secret() != after.discord.token.expose_secret()
}

/// Where traces go, and the token that goes with them.
fn traced_to(config: &Config) -> Option<(&str, Option<&str>)> {
    config.traces.as_ref().map(|to| (to.endpoint.as_str(), to.token.as_ref().map(|token| token.expose_secret())))
}

/// The rules alone.
fn rules(config: &Config) -> String {
    Policy::new(config.roles.clone(), config.protections.clone()).digest()
}

/// Where the schedule is, how it counts, and whose its names are.
fn scheduled(config: &Config) -> (Option<(&str, Duration, Duration)>, &[Person]) {
    let oncall = config.oncall.as_ref();
    (oncall.map(|it| (it.feed.expose_secret(), it.refresh, it.stale_after)), &config.people)
}

/// Who may propose what, and how they are known.
fn proposed_by(config: &Config) -> Vec<String> {
    let shown = |source: &Source| format!("{source:?} {}", source.auth.digest());
    config.proposals.iter().map(shown).collect()
}

/// The keys in which two configurations differ, in the order of the book.
fn differing(one: &Config, other: &Config) -> Vec<&'static str> {
    let differ = |pick: fn(&Config) -> String| pick(one) != pick(other);
    // What waits for a restart has keys of its own.
    let paced = |config: &Config| {
        let mut pace = config.pace.clone();
        (pace.drain, pace.edit_window, pace.retry_pause) = Default::default();
        format!("{pace:?}")
    };
    let keys = [
        ("locale", one.locale != other.locale),
        ("time_zone", differ(|config| format!("{:?}", config.time_zone.iana_name()))),
        ("log_level", one.log_level != other.log_level),
        ("discord.token", has_another_token(one, other)),
        ("discord.channels", one.discord.channels != other.discord.channels),
        ("discord.oncall_role", one.discord.oncall_role != other.discord.oncall_role),
        ("[[ovh]]", differ(|config| format!("{:?}", config.ovh))),
        ("[rescue]", differ(|config| format!("{:?}", config.rescue))),
        ("[pace]", paced(one) != paced(other)),
        ("[limits]", differ(|config| format!("{:?}", config.limits))),
        ("[[role]], [[protect]]", rules(one) != rules(other)),
        ("[oncall], [[person]]", scheduled(one) != scheduled(other)),
        ("[second_factor]", one.second_factor != other.second_factor),
        ("[[runbook]]", one.runbooks != other.runbooks),
        ("[[proposals]]", proposed_by(one) != proposed_by(other)),
        ("[digest]", differ(|config| format!("{:?}", config.digest))),
        ("[audit]", one.audit.differs_from(&other.audit)),
        ("[traces]", traced_to(one) != traced_to(other)),
        ("store", differ(|config| format!("{:?}", config.store))),
        ("http.listen", one.http != other.http),
        ("log", one.log != other.log),
        ("discord.guild", one.discord.guild != other.discord.guild),
        ("discord.api_url", one.discord.api_url != other.discord.api_url),
        ("discord.mode", differ(|config| format!("{:?}", config.discord.mode))),
        ("pace.drain", one.pace.drain != other.pace.drain),
        ("pace.edit_window", one.pace.edit_window != other.pace.edit_window),
        ("pace.retry_pause", one.pace.retry_pause != other.pace.retry_pause),
    ];
    keys.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[discord]\ntoken = \"fake-token\"\nguild = \"100000000000000001\"\n[[ovh]]\n\
                         application_key = \"fake-ak\"\napplication_secret = \"fake-as\"\nconsumer_key = \"fake-ck\"\n";

    fn config(top: &str, discord: &str, end: &str) -> Config {
        let text = LEAST.replace("[discord]\n", &format!("{top}\n[discord]\n{discord}\n"));
        let loaded = Config::from_text(&format!("{text}{end}"), Vec::<(String, String)>::new());
        loaded.unwrap_or_else(|problems| panic!("{problems}")).config
    }

    #[test]
    fn what_differs_is_named_by_its_key_as_taken_or_as_waiting() {
        let before = config("", "", "");
        let compared = |after: &Config| {
            let kept = waiting_kept(&before, after);
            Reloaded { taken: differing(&before, &kept), waits: differing(&kept, after) }
        };
        assert_eq!(compared(&before), Reloaded::default());
        for (after, key) in [
            (config("locale = \"fr\"", "", ""), "locale"),
            (config("time_zone = \"UTC\"", "", ""), "time_zone"),
            (config("log_level = \"debug\"", "", ""), "log_level"),
            (config("", "channels = [\"1\"]", ""), "discord.channels"),
            (config("", "", "[rescue]\nlease = \"1h\""), "[rescue]"),
            (config("", "", "[pace]\ntask_poll = \"1s\""), "[pace]"),
            (config("", "", "[limits]\nper_user_per_minute = 1"), "[limits]"),
            (config("", "", "[[role]]\nid = \"7\"\ncan = [\"view\"]"), "[[role]], [[protect]]"),
            (config("", "", "[oncall]\nfeed = \"rota.ics\""), "[oncall], [[person]]"),
            (config("", "", "[[runbook]]\nurl = \"https://wiki.example.org\"\ntext = \"Wiki\""), "[[runbook]]"),
            (config("", "", &format!("[second_factor]\nkey = \"{}\"", "0a".repeat(32))), "[second_factor]"),
            (config("", "", &proposals("fake-secret-of-one-source")), "[[proposals]]"),
            (config("", "", "[digest]\nchannel = \"7\"\nat = \"08:00\""), "[digest]"),
            (config("", "", "[[audit.sink]]\nname = \"siem\"\nurl = \"https://siem.example.org\""), "[audit]"),
        ] {
            assert_eq!(compared(&after), Reloaded { taken: vec![key], waits: vec![] });
            assert!(differing(&waiting_kept(&before, &after), &after).is_empty(), "{key} is in force");
        }
        for (after, key) in [
            (config("log = \"json\"", "", ""), "log"),
            (config("", "api_url = \"http://127.0.0.1:1\"", ""), "discord.api_url"),
            (config("", "", "[http]\nlisten = \"127.0.0.1:1\""), "http.listen"),
            (config("", "", "[store]\nurl = \"sqlite://other.db\""), "store"),
            (config("", "", "[pace]\ndrain = \"1s\""), "pace.drain"),
            (config("", "", "[pace]\nretry_pause = \"1s\""), "pace.retry_pause"),
        ] {
            assert_eq!(compared(&after), Reloaded { taken: vec![], waits: vec![key] });
            assert_eq!(differing(&waiting_kept(&before, &after), &after), [key], "it waits still");
        }
    }

    fn proposals(secret: &str) -> String {
        format!("[[proposals]]\nname = \"a\"\nformat = \"generic\"\nsecret = \"{secret}\"\nchannel = \"7\"\n")
    }

    #[test]
    fn another_secret_of_a_source_is_named_and_never_shown() {
        let [before, after] =
            ["fake-secret-of-one-source", "fake-secret-of-the-other"].map(|secret| config("", "", &proposals(secret)));
        assert_eq!(differing(&before, &after), ["[[proposals]]"]);
        assert!(differing(&before, &before.clone()).is_empty());
        assert!(!proposed_by(&before).concat().contains("fake-secret"));
    }

    #[test]
    fn another_token_is_named_and_never_shown() {
        let (before, mut after) = (config("", "", ""), config("", "", ""));
        after.discord.token = "fake-other-token".to_owned().into();
        let reloaded = Reloaded { taken: differing(&before, &after), waits: Vec::new() };
        assert_eq!(reloaded.taken, ["discord.token"]);
        let readings = Readings::default();
        readings.note(Some(&reloaded));
        readings.note(None);
        let json = readings.json();
        assert_eq!((&json["taken"], &json["refused"]), (&1.into(), &1.into()));
        assert!(!json.to_string().contains("fake-"), "{json}");
    }
}
