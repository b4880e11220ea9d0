//! `bernard init`: a configuration that `check --online` accepts, by questions on a terminal or wholly by flags.
//!
//! Nothing is written before the end, then all of it, and nothing that is there is overwritten: whoever presses Ctrl-C before has
//! the folder as it was. Wrong input is explained and asked again; without a terminal it ends the program.
//!
//! In reading order: `ask` (questions), `discord` and `ovhcloud` (what is asked of whom), `draft` (what the file will say), `files`
//! (the one moment at which something is written), `gate` (Ctrl-C).

mod ask;
mod discord;
mod draft;
mod files;
mod gate;
mod ovhcloud;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bernard_domain::access::Capability;
use clap::Args;
use tokio::runtime::Runtime;

use self::{
    ask::{Asker, Unfit},
    draft::Draft,
    files::Place,
    gate::Gate,
};
use crate::{app, check::Looks, say};

/// What `bernard init` can be told. What is not told is asked for, if there is a terminal.
#[derive(Debug, Args)]
pub struct Flags {
    /// The configuration to write; its secrets go into files beside it. Nothing that is there is overwritten.
    #[arg(long, default_value = "bernard.toml")]
    out: PathBuf,
    /// A file with the bot's token.
    #[arg(long, value_name = "FILE")]
    discord_token_file: Option<PathBuf>,
    /// The id of the guild that is served.
    #[arg(long, value_name = "ID")]
    guild: Option<String>,
    /// A channel in which commands are taken. May be repeated; none: all of the guild.
    #[arg(long, value_name = "ID")]
    channel: Vec<String>,
    /// A Discord role and what it may do, as ID=view,rescue,…. May be repeated.
    #[arg(long, value_name = "ID=WORDS")]
    role: Vec<String>,
    /// Where OVHcloud is: ovh-eu, ovh-ca, ovh-us, …, or a base URL ending in /v1 or /1.0.
    #[arg(long)]
    endpoint: Option<String>,
    /// The key of an application; somebody then authorizes its consumer key in a browser.
    #[arg(long, value_name = "KEY", requires = "application_secret_file", conflicts_with = "client_id")]
    application_key: Option<String>,
    /// A file with the application's secret.
    #[arg(long, value_name = "FILE", requires = "application_key")]
    application_secret_file: Option<PathBuf>,
    /// The id of a service account (OAuth2).
    #[arg(long, value_name = "ID", requires = "client_secret_file")]
    client_id: Option<String>,
    /// A file with the service account's secret.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    client_secret_file: Option<PathBuf>,
    /// Discord's address, or a simulator's or proxy's.
    #[arg(long, value_name = "URL", default_value = draft::DISCORD)]
    api_url: String,
    /// Where OAuth2 tokens are fetched, for a simulator or a proxy.
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// Do not ask whether to write, nor for what can be left away. Without a terminal it must be given.
    #[arg(long)]
    yes: bool,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The person left.
    #[error("stopped; nothing was written")]
    Interrupted,
    /// What was told is wrong, and nobody can be asked again.
    #[error("{0}")]
    Wrong(String),
    /// What was told has no form that could be right, and nobody can be asked again.
    #[error("{0}")]
    Malformed(String),
    /// Something was not told, and there is no terminal to ask on.
    #[error("{0} is missing, and there is no terminal to ask on")]
    Missing(&'static str),
    /// Nobody said that it may be written, and there is no terminal to ask on.
    #[error(
        "there is no terminal to ask on whether to write: give --yes, with every flag that is needed; nothing was written"
    )]
    Unagreed,
}

impl Stop {
    /// The process' exit code.
    fn code(&self) -> u8 {
        match self {
            Self::Interrupted => gate::INTERRUPTED,
            Self::Wrong(_) => 1,
            Self::Malformed(_) | Self::Missing(_) | Self::Unagreed => 2,
        }
    }
}

/// Asks, writes, and checks what was written; the exit code is the check's.
///
/// # Errors
/// When this process cannot ask anything at all.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let gate = Gate::watch(&runtime)?;
    let done = prepare(flags, &runtime, &gate);
    runtime.shutdown_background();
    match done {
        Ok(file) => {
            say::line(format!("\nNow what `bernard check --config {} --online` says:", file.display()));
            app::check::verb(&file, app::check::Ask::Everybody, Looks::Text)
        }
        Err(stop) => {
            say::error(format!("bernard: {stop}"));
            Ok(ExitCode::from(stop.code()))
        }
    }
}

/// Asks for everything and writes it; where the configuration is.
fn prepare(flags: &Flags, runtime: &Runtime, gate: &Gate) -> Result<PathBuf, Stop> {
    let asker = Asker::new(flags.yes);
    asker.may_write()?;
    let place = files::place(&asker, &flags.out)?;
    let token = discord::token(flags, &asker, runtime)?;
    let guild = discord::guild(flags, &asker, runtime, &token)?;
    let roles = discord::roles(flags, &asker, runtime, &token, &guild)?;
    let channels = discord::channels(flags, &asker, runtime, &token, &guild)?;
    let account = ovhcloud::account(flags, &asker, runtime, &roles)?;
    let draft = Draft { api_url: flags.api_url.clone(), token: token.secret, guild, channels, roles, account };
    confirm(&asker, &place, &draft)?;
    write(&asker, &place, &draft, gate)?;
    Ok(place.config().to_owned())
}

fn confirm(asker: &Asker, place: &Place, draft: &Draft) -> Result<(), Stop> {
    say::line("\nTo be written, readable for you alone:");
    for (path, _) in draft.files(place) {
        say::line(format!("  {}", path.display()));
    }
    match asker.agrees("Write them?")? {
        ask::Answer::Yes => Ok(()),
        ask::Answer::No => Err(Stop::Interrupted),
    }
}

/// Writes all of it; where that fails it is tried again as long as somebody wants that, for a consumer key is authorized only once.
fn write(asker: &Asker, place: &Place, draft: &Draft, gate: &Gate) -> Result<(), Stop> {
    asker.until_right(
        files::OUT,
        Some(()),
        || Ok(()),
        |()| {
            let written = gate.whole(|| files::write(&draft.files(place)));
            written.map_err(|error| Unfit::elsewhere(files::OUT, error.to_string()))
        },
    )
}

/// `ID=view,rescue,…`
fn parse_role(text: &str) -> Result<(u64, BTreeSet<Capability>), String> {
    let (id, words) = text.split_once('=').ok_or_else(|| format!("{text:?} is not ID=view,rescue,…"))?;
    let id = discord::id(id)?;
    let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
    let all = || Capability::ALL.map(Capability::as_str).join(", ");
    let can: Result<BTreeSet<Capability>, String> =
        words.map(|word| word.parse().map_err(|_| format!("{word:?} is no right; there are: {}", all()))).collect();
    match can? {
        none if none.is_empty() => Err(format!("{text:?} gives no right; there are: {}", all())),
        can => Ok((id, can)),
    }
}

/// A secret that stands in a file of its own.
fn read_secret(path: &Path) -> Result<secrecy::SecretString, String> {
    /// A longer one is no secret but a mistake.
    const LONGEST: u64 = 64 * 1024;
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    if std::fs::metadata(path).map_err(unreadable)?.len() > LONGEST {
        return Err(format!("{} is longer than 64 KiB", path.display()));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    match text.trim() {
        "" => Err(format!("{} is empty", path.display())),
        secret => Ok(secret.to_owned().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_an_id_and_words() {
        let (id, can) = parse_role("400000000000000001=view, rescue").expect("a role");
        assert_eq!((id, can), (400_000_000_000_000_001, [Capability::View, Capability::Rescue].into()));
        for (wrong, said) in [
            ("view", "is not ID=view"),
            ("ops=view", "not an id"),
            ("1=fly", "\"fly\" is no right; there are: view"),
            ("1=", "gives no right"),
        ] {
            let why = parse_role(wrong).expect_err("it is wrong");
            assert!(why.contains(said), "{why}");
        }
    }
}
