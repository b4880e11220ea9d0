//! Keeps the commands registered with Discord, beside everything else: nothing waits for it.
//!
//! While it cannot be done (Discord's daily limit, code 30034, or a 429 of hours), people use the commands that Discord still has.
//! It is tried again after growing pauses; the log, `/doctor` and `bernard_commands_registered` say so. `/readyz` waits for the
//! first try only, because buttons, reports and links are served all the same; a bot that is not in the guild is not ready.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bernard_bot::{
    command,
    registration::{Registration, Standing},
};
use bernard_discord::{Error, Rest, rest::RegisteredCommand, sender::pauses};
use bernard_platform::clock;
use bernard_store::Store;
use serde_json::Value;
use serenity::{
    builder::CreateCommand,
    model::id::{ApplicationId, CommandId, GuildId},
};
use sha1::{Digest, Sha1};
use tokio_util::sync::CancellationToken;

use super::Ready;

/// How long one try may take: so long `/readyz` waits for it at most.
const TRY_WITHIN: Duration = Duration::from_secs(10);
/// The first pause between two tries; each further one doubles …
const FIRST_PAUSE: Duration = Duration::from_secs(3);
/// … up to this: a hundred tries a day, for a limit that counts by the day.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// The longest wait that Discord asks for and that is kept to without another look.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// The name of the digest of the commands that were last registered.
const COMMANDS_FACT: &str = "commands";
/// The same without what Discord has of them.
const COMMANDS_UNREAD_FACT: &str = "commands-unread";
/// The ids that Discord gave them, by their names.
const IDS_FACT: &str = "command-ids";

/// Registers the commands.
pub(super) struct Registrar {
    pub(super) rest: Rest,
    pub(super) store: Store,
    pub(super) guild: GuildId,
    pub(super) ready: Arc<Ready>,
    pub(super) registration: Registration,
}

impl Registrar {
    /// Tries until it is done, then rests until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let work = async {
            let mut pauses = pauses(FIRST_PAUSE, LONGEST_PAUSE);
            while let Err(error) = self.register().await {
                let asked = error.downcast_ref::<Error>().and_then(Error::wait).unwrap_or_default().min(LONGEST_WAIT);
                let pause = pauses.next().unwrap_or(LONGEST_PAUSE).max(asked);
                self.failed(&error, pause);
                tokio::time::sleep(pause).await;
            }
            self.registration.set(Standing::Done);
            metrics::gauge!(bernard_platform::metrics::COMMANDS_REGISTERED).set(1.0);
            self.ready.commands.store(true, Ordering::Relaxed);
            std::future::pending::<()>().await;
        };
        stop.run_until_cancelled(work).await;
    }

    fn failed(&self, error: &anyhow::Error, pause: Duration) {
        let said = format!("{error:#}");
        let again = clock::now().saturating_add(pause).unwrap_or(jiff::Timestamp::MAX);
        tracing::warn!(
            error = said,
            ?pause,
            "the commands are not registered; Discord keeps those it has, and all else goes on"
        );
        self.registration.set(Standing::Failed { said, again });
        metrics::gauge!(bernard_platform::metrics::COMMANDS_REGISTERED).set(0.0);
        let is_barred = error.downcast_ref::<Error>().is_some_and(Error::is_barred_from_guild);
        self.ready.commands.store(!is_barred, Ordering::Relaxed);
    }

    /// Registers the commands unless Discord still has them exactly as they were last registered. What is sent links to them from then on.
    async fn register(&self) -> anyhow::Result<()> {
        let rest = self.rest.within(TRY_WITHIN);
        let application = rest.application().await?.id;
        let commands = command::registered();
        let fact = |registered: &[RegisteredCommand]| commands_digest(application, self.guild, &commands, registered);
        let (fact_name, mut registered) = match rest.commands(application, self.guild).await {
            Ok(registered) => (COMMANDS_FACT, registered),
            Err(error) if error.is_barred_from_guild() => return Err(error.into()),
            // A proxy may let only some routes through: then what we last registered is all there is to compare with.
            Err(error) if error.is_final() || is_a_page(&error) => {
                tracing::warn!(%error, "the registered commands cannot be read");
                (COMMANDS_UNREAD_FACT, Vec::new())
            }
            Err(error) => return Err(error.into()),
        };
        if self.store.fact(fact_name).await? != Some(fact(&registered)) {
            registered = rest.set_commands(application, self.guild, &commands).await?;
            self.store.set_fact(COMMANDS_FACT, &fact(&registered)).await?;
            self.store.set_fact(COMMANDS_UNREAD_FACT, &fact(&[])).await?;
            tracing::info!(count = commands.len(), "the commands are registered");
        }
        self.know(&registered).await
    }

    /// From now on what is sent links to the commands: by what Discord says, and where it does not say, by what it said last.
    async fn know(&self, registered: &[RegisteredCommand]) -> anyhow::Result<()> {
        let mut ids: BTreeMap<String, CommandId> =
            registered.iter().map(|command| (command.name.clone(), command.id)).collect();
        let kept = self.store.fact(IDS_FACT).await?;
        if ids.is_empty() {
            ids = kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default();
        } else {
            let ids = serde_json::to_string(&ids)?;
            if kept.as_ref() != Some(&ids) {
                self.store.set_fact(IDS_FACT, &ids).await?;
            }
        }
        self.rest.command_ids().set(ids);
        Ok(())
    }
}

fn is_a_page(error: &Error) -> bool {
    matches!(error.cause(), bernard_discord::Cause::NotDiscords { .. })
}

/// What we want, and what Discord has of it: its version of a command changes whenever somebody changes the command.
fn commands_digest(app: ApplicationId, guild: GuildId, wanted: &[CreateCommand], has: &[RegisteredCommand]) -> String {
    let json = serde_json::to_string(wanted).unwrap_or_default();
    let versions: BTreeSet<String> =
        has.iter().map(|command| format!("{} {} {}", command.name, command.id, command.raw["version"])).collect();
    // Each in quotes, as it has been kept since the first digest: written otherwise, every bot would register its commands anew.
    let quoted: Vec<String> = versions.into_iter().map(|version| Value::String(version).to_string()).collect();
    hex::encode(Sha1::digest(format!("{app} {guild} {json} {{{}}}", quoted.join(", "))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_digest_of_the_commands_is_the_one_that_stores_hold() {
        let has = |name: &str| {
            serde_json::from_value(json!({ "id": "7", "name": name, "version": "9" })).expect("a registered command")
        };
        let digest = commands_digest(ApplicationId::new(1), GuildId::new(2), &[], &[has("status"), has("rescue")]);
        let written = r#"1 2 [] {"rescue 7 \"9\"", "status 7 \"9\""}"#;
        assert_eq!(digest, hex::encode(Sha1::digest(written)));
    }
}
