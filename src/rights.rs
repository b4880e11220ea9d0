//! `bernard rights`: what to grant at Discord and at OVHcloud, and nothing more than the configuration needs.
//!
//! Needs no network but for the account's own URNs: without it they are placeholders, and that is said. It also works before the
//! credentials exist, because they are made with what it prints.
//!
//! In reading order: `early` (a configuration without its secrets), `policy` (OVHcloud's IAM), `page` (OVHcloud's createToken).

mod early;
mod page;
mod policy;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use bernard_bot::invite;
use bernard_config::{Config, process_environment};
use bernard_domain::access::{Capability, Policy};
use bernard_engine::needs::{self, Call};
use bernard_ovh as ovh;
use bernard_ovh::Account;
use secrecy::ExposeSecret as _;

pub use page::create_token;
pub use policy::{Known, addition, document};

/// How long OVHcloud is asked for the account's URNs.
const ASKED_FOR: Duration = Duration::from_secs(3);
/// The exit code for a configuration that cannot be read.
const WRONG_CONFIGURATION: u8 = 2;
/// Where an application's id belongs that the token does not tell.
const YOUR_APPLICATION: &str = "YOUR_APPLICATION_ID";

/// Prints what to grant for the configuration at `path`.
///
/// # Errors
/// When this process cannot ask anything at all.
pub fn run(path: &Path) -> io::Result<ExitCode> {
    let early = match early::load(path, process_environment().collect()) {
        Ok(early) => early,
        Err(problems) => {
            eprintln!("{problems}");
            return Ok(ExitCode::from(WRONG_CONFIGURATION));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let known = match early.is_whole {
        true => runtime.block_on(ask_all(&early.config)),
        false => early.config.ovh.iter().map(|_| Err("its credentials are not there yet".to_owned())).collect(),
    };
    runtime.shutdown_background();
    for (account, known) in early.config.ovh.iter().zip(&known) {
        if let Err(why) = known {
            eprintln!(
                "bernard: OVHcloud account {:?}: its own URNs are not known ({why}); replace {} below",
                account.name,
                policy::UNKNOWN
            );
        }
    }
    let known: Vec<Option<Known>> = known.into_iter().map(Result::ok).collect();
    // Nobody need read to the end.
    let _ = io::stdout().write_all(text(&early.config, &known).as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// What the accounts say of themselves, in their order.
async fn ask_all(config: &Config) -> Vec<Result<Known, String>> {
    futures_util::future::join_all(config.ovh.iter().map(ask)).await
}

async fn ask(account: &Account) -> Result<Known, String> {
    let client = ovh::Client::with_timeout(account.clone(), ASKED_FOR).map_err(|fault| fault.to_string())?;
    match tokio::time::timeout(ASKED_FOR, client.within(Duration::ZERO).details()).await {
        Ok(Ok(details)) => Ok(Known { account: details.account, identities: details.identities }),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", ASKED_FOR.as_secs())),
    }
}

/// The calls that a configuration makes in one of its accounts.
pub fn calls(config: &Config, account: &Account) -> Vec<Call> {
    let mut calls = needs::all(&Policy::new(config.roles.clone(), Vec::new()), &config.rescue.secret_from);
    calls.extend(needs::of_account(account.api_log));
    calls
}

/// Everything that is to be granted, for people. `known`: what each account said of itself.
pub fn text(config: &Config, known: &[Option<Known>]) -> String {
    let mut text = String::new();
    let application = application(config);
    let _ = writeln!(text, "Discord: somebody who manages the guild lets the bot in");
    if application.is_none() {
        let _ = writeln!(text, "  ({YOUR_APPLICATION} stands in the developer portal, under General Information)");
    }
    let _ = writeln!(text, "  {}", invite::address(application.as_deref().unwrap_or(YOUR_APPLICATION)));
    let _ = writeln!(text, "  It asks for: {}.", invite::names().collect::<Vec<_>>().join(", "));
    let given: BTreeSet<Capability> = config.roles.iter().flat_map(|role| role.can.iter().copied()).collect();
    let given: Vec<&str> = given.iter().map(|capability| capability.as_str()).collect();
    let given = if given.is_empty() { "nothing: no [[role]] gives a right".to_owned() } else { given.join(", ") };
    for (account, known) in config.ovh.iter().zip(known) {
        let calls = calls(config, account);
        let _ = writeln!(text, "\nOVHcloud account {:?}, for what the roles may do: {given}", account.name);
        let _ = writeln!(
            text,
            "\n- with an application's keys: sign in, name it, validity \"Unlimited\" (or a date that /doctor warns of)"
        );
        let _ = writeln!(text, "  {}", create_token(&account.endpoint, &calls));
        let query =
            |rules: &[(&str, &str)]| rules.iter().map(|(method, path)| format!("&{method}={path}")).collect::<String>();
        let _ = writeln!(
            text,
            "  For a large fleet, so that names are known at once, add {} (without it all works, later)",
            query(&needs::NAMES)
        );
        let _ = writeln!(
            text,
            "  So that /status says why an address is blocked and whether it is under attack, add {} (likewise)",
            query(&needs::ADDRESSES)
        );
        let _ = writeln!(text, "\n- or with a service account (OAuth2): this IAM policy");
        let policy = serde_json::to_string_pretty(&document(account, known.as_ref(), &calls)).unwrap_or_default();
        let _ = writeln!(text, "{policy}");
    }
    text
}

/// The application's id, which Discord writes into the first part of a bot's token.
pub fn application(config: &Config) -> Option<String> {
    let token = config.discord.token.expose_secret();
    let coded = token.split('.').next()?.trim_end_matches('=');
    let id = String::from_utf8(BASE64_STANDARD_NO_PAD.decode(coded).ok()?).ok()?;
    let is_id = (15..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[discord]\nguild = \"1\"\n[[ovh]]\napplication_key = \"a\"\napplication_secret = \"b\"\n\
                         consumer_key = \"c\"\n[[role]]\nid = \"2\"\ncan = [\"view\", \"rescue\", \"restore\"]\n";

    fn config(token: &str) -> Config {
        Config::from_text(LEAST, [("DISCORD_TOKEN", token)]).expect("it can be used").config
    }

    #[test]
    fn a_token_tells_whose_it_is_or_a_placeholder_stands_in() {
        let coded = BASE64_STANDARD_NO_PAD.encode("300000000000000001");
        let config_of = |token: &str| text(&config(token), &[None]);
        assert!(config_of(&format!("{coded}.fake.fake")).contains("client_id=300000000000000001&scope=bot"));
        let without = config_of("fake-token");
        assert!(
            without.contains("client_id=YOUR_APPLICATION_ID&") && without.contains("developer portal"),
            "{without}"
        );
    }

    #[test]
    fn nothing_is_printed_that_no_role_needs() {
        let text = text(&config("fake-token"), &[None]);
        for wanted in [
            "PUT=/dedicated/server/*",
            "POST=/dedicated/server/*/reboot",
            "dedicatedServer:apiovh:put",
            "for what the roles may do: view, rescue, restore",
        ] {
            assert!(text.contains(wanted), "{wanted} is not in: {text}");
        }
        assert!(text.contains("add &GET=/iam/resource&GET=/v2/iam/resource ("), "{text}");
        assert!(!text.contains("ipmi") && !text.contains("DELETE"), "nobody may open a console: {text}");
        assert!(!text.contains("fake-token"), "no secret is printed");
    }
}
