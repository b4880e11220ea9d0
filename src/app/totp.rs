//! `bernard totp`: who has a second factor. It is said at the machine alone: enrolled by Discord, it would be in the hands of the very
//! session that it shall guard.

use std::path::PathBuf;

use anyhow::{Context, bail};
use bernard_config::{Config, StoreUrl};
use bernard_domain::{
    access::UserId,
    audit::{Act, Entry},
};
use bernard_engine::second_factor;
use bernard_platform::{clock, sealed::SealingKey};
use bernard_store::{Enrolment, Existing};
use clap::{Args, Subcommand};

/// What can be done with second factors.
#[derive(Debug, Subcommand)]
pub enum Totp {
    /// Give somebody a second factor: prints the text that their authenticator takes, once. Show it to them alone.
    Enrol {
        /// Whom, by their Discord id.
        user: u64,
        /// They have one, which is lost: the new one takes its place.
        #[arg(long)]
        replace: bool,
        /// The configuration.
        #[command(flatten)]
        of: Of,
    },
    /// Take somebody's second factor away: no code of theirs is taken any more.
    Remove {
        /// Whose, by their Discord id.
        user: u64,
        /// The configuration.
        #[command(flatten)]
        of: Of,
    },
    /// Say who has one.
    List {
        /// The configuration.
        #[command(flatten)]
        of: Of,
    },
}

/// The configuration.
#[derive(Debug, Args)]
pub struct Of {
    /// The configuration, which names the store and the key.
    #[arg(long, default_value = "config/bernard.toml")]
    pub config: PathBuf,
}

impl Totp {
    /// The configuration that it is about.
    pub fn config(&self) -> &PathBuf {
        let (Self::Enrol { of, .. } | Self::Remove { of, .. } | Self::List { of }) = self;
        &of.config
    }
}

/// Does it, beside a bot that runs; what is to be printed.
///
/// # Errors
/// When it was not done.
pub fn run(verb: &Totp, config: &Config) -> anyhow::Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(done(verb, config))
}

/// The same, for whoever waits for other things too.
///
/// # Errors
/// As [`run`].
pub async fn done(verb: &Totp, config: &Config) -> anyhow::Result<String> {
    let store = match &config.store.url {
        StoreUrl::Sqlite(path) => Enrolment::open(path).await,
        StoreUrl::Postgres(postgres) => Enrolment::connect(&super::store::address(postgres)).await,
    };
    let store = store.context("the store cannot be opened")?;
    let done = carry_out(verb, config, &store).await;
    store.close().await;
    done
}

async fn carry_out(verb: &Totp, config: &Config, store: &Enrolment) -> anyhow::Result<String> {
    match verb {
        Totp::Enrol { user, replace, .. } => {
            let existing = if *replace { Existing::GivesWay } else { Existing::Stays };
            enrol(UserId(*user), existing, key(config)?, store).await
        }
        Totp::Remove { user, .. } => {
            let entry = Entry::act(Act::FactorRemoved, clock::now()).saying(of_whom(UserId(*user)));
            match store.remove(UserId(*user), &entry).await? {
                true => Ok(format!("{user} has no second factor any more")),
                false => bail!("{user} has no second factor"),
            }
        }
        Totp::List { .. } => {
            let all = store.all().await?;
            let opens = |factor| match config.second_factor.as_ref().map(|of| second_factor::opened(&of.key, factor)) {
                Some(Some(_)) => "",
                Some(None) => "; enrolled with another key: enrol again with --replace",
                None => "; no key in [second_factor]",
            };
            let lines: Vec<String> =
                all.iter().map(|one| format!("{} since {:.0}{}", one.person.0, one.enrolled, opens(one))).collect();
            Ok(if lines.is_empty() { "nobody has a second factor".to_owned() } else { lines.join("\n") })
        }
    }
}

async fn enrol(person: UserId, existing: Existing, key: &SealingKey, store: &Enrolment) -> anyhow::Result<String> {
    if person.0 == 0 {
        bail!("0 is nobody's id at Discord");
    }
    let now = clock::now();
    let (secret, kept) = second_factor::new_secret(key, person)?;
    let entry = Entry::act(Act::FactorEnrolled, now).saying(of_whom(person));
    match store.enrol(person, &kept, existing, &entry, now).await? {
        true => Ok(secret.otpauth(&person.0.to_string())),
        false => {
            bail!("{} has a second factor already: --replace gives them another one, and the old one ends", person.0)
        }
    }
}

fn key(config: &Config) -> anyhow::Result<&SealingKey> {
    let of = config.second_factor.as_ref();
    of.map(|of| &of.key).context("second_factor.key is missing: without it nothing can be kept")
}

/// For the audit: nobody at Discord did it.
fn of_whom(person: UserId) -> String {
    format!("of {}, at the machine", person.0)
}
