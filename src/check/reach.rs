//! How long an end that does not answer is waited for, and whose fault it is when it says no.

use std::{fmt, future::Future, pin::pin, time::Duration};

use bernard_config::{Config, Places};
use bernard_discord as discord;
use bernard_ovh as ovh;
use bernard_ovh::{Account, Credentials};

use super::finding::{Finding, Outcome, Report};

/// Within this it is said that an end does not answer: less than the three seconds after which people wonder.
pub(super) const SAID_WITHIN: Duration = Duration::from_millis(2_500);
/// So much longer it is tried; ten seconds with what comes before and after.
pub(super) const TRIED_ON_FOR: Duration = Duration::from_millis(6_500);
/// How long one reading of an end that answered before may take.
pub(super) const READ_WITHIN: Duration = Duration::from_secs(8);
/// How long a reading is repeated in bad weather.
pub(super) const REPEATED_FOR: Duration = Duration::from_secs(4);
/// Between two tries to reach OVHcloud.
const PAUSE: Duration = Duration::from_millis(300);

/// The key that a service account's policy is about.
pub(super) const POLICY: &str = "client_id";

/// What went wrong with an end, and what of the configuration it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    outcome: Outcome,
    said: String,
    key: String,
    address: String,
    /// Why one thing was refused, where neither the account nor its credentials are to blame.
    refusal: Option<String>,
}

impl Trouble {
    /// The finding of it; `what` was looked at.
    pub(super) fn finding(&self, what: &str, places: &Places) -> Finding {
        let finding = Finding::new(self.outcome, format!("{what}: {}", self.said));
        finding.key(places.of(&self.key)).address(self.address.clone())
    }

    /// Whether nobody knows: asking more of this end would only take as long again.
    pub(super) fn is_unreachable(&self) -> bool {
        self.outcome == Outcome::Unreachable
    }

    /// Whether a service account's policy lacks what was asked: its credentials are good.
    pub(super) fn is_of_policy(&self) -> bool {
        self.key.ends_with(POLICY)
    }

    /// What was said, whole.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    /// Why the one thing that was asked about was refused, in words that are the same for all such things; `None` where all that is
    /// asked would end like that.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.said, self.address)
    }
}

/// Asks an end for the first time: `try_for` may take that long. Whoever reads hears in time that it does not answer.
pub(super) async fn first<T>(
    report: &Report<'_>,
    what: &str,
    try_for: impl AsyncFn(Duration) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    match try_for(SAID_WITHIN).await {
        Err(trouble) if trouble.is_unreachable() => {
            report.waits(&format!("{what} cannot be reached yet: {trouble}; trying for another moment"));
            try_for(TRIED_ON_FOR).await
        }
        done => done,
    }
}

/// Looks at an end that is looked at once, for as long as others are waited for: whoever reads hears in time that it does not answer.
///
/// # Errors
/// With the words for it, when nothing came.
pub async fn waited<T>(report: &Report<'_>, what: &str, look: impl Future<Output = T>) -> Result<T, String> {
    let mut look = pin!(look);
    if let Ok(done) = tokio::time::timeout(SAID_WITHIN, &mut look).await {
        return Ok(done);
    }
    report.waits(&format!("{what} does not answer yet; waiting for another moment"));
    let within = SAID_WITHIN + TRIED_ON_FOR;
    let silence = |_| format!("no answer within {:.0} s", within.as_secs_f64());
    tokio::time::timeout(TRIED_ON_FOR, look).await.map_err(silence)
}

/// What an error of Discord's is about.
pub(super) fn of_discord(config: &Config, error: &discord::Error) -> Trouble {
    let (outcome, key) = match (error.fault(), error.is_transient()) {
        (Some(_), _) => (Outcome::Wrong, "discord.token"),
        (None, true) => (Outcome::Unreachable, "discord.api_url"),
        (None, false) if error.is_barred_from_guild() => (Outcome::Wrong, "discord.guild"),
        (None, false) => (Outcome::Wrong, "discord.api_url"),
    };
    let (key, address) = (key.to_owned(), config.discord.api_url.clone());
    Trouble { outcome, said: error.to_string(), key, address, refusal: None }
}

/// An account at OVHcloud: its number in the configuration, and how it proves itself.
#[derive(Clone, Copy)]
pub(crate) struct Configured<'a> {
    pub(crate) index: usize,
    pub(crate) account: &'a Account,
}

impl Configured<'_> {
    /// The path of one of its keys.
    pub(super) fn key(self, key: &str) -> String {
        format!("ovh[{}].{key}", self.index)
    }

    /// Where its calls begin.
    pub(super) fn address(self) -> String {
        self.account.endpoint.base().to_string()
    }

    fn token_address(self) -> String {
        let own = match &self.account.credentials {
            Credentials::OAuth2 { token_url, .. } => token_url.as_ref(),
            Credentials::Keys { .. } => None,
        };
        own.or(self.account.endpoint.token_url()).map_or_else(|| self.address(), ToString::to_string)
    }

    /// The key that holds what proves the account, and the one that holds the other half of it.
    fn proof(self) -> (&'static str, &'static str) {
        match self.account.credentials {
            Credentials::Keys { .. } => ("consumer_key", "application_secret"),
            Credentials::OAuth2 { .. } => ("client_secret", "client_secret"),
        }
    }

    /// The key that an error of OVHcloud's is about.
    pub(crate) fn blamed(self, error: &ovh::Error) -> &'static str {
        let of_application = error.message().is_some_and(|said| said.to_lowercase().contains("application key"));
        let (proof, secret) = self.proof();
        if error.is_transient() {
            if error.is_about_token() { "token_url" } else { "endpoint" }
        } else if of_application {
            "application_key"
        } else if error.is_right() && matches!(self.account.credentials, Credentials::OAuth2 { .. }) {
            POLICY
        } else if error.is_clock() {
            secret
        } else if error.is_credential() {
            proof
        } else {
            "endpoint"
        }
    }

    /// The address that an error of OVHcloud's is about.
    pub(crate) fn address_of(self, error: &ovh::Error) -> String {
        if error.is_about_token() { self.token_address() } else { self.address() }
    }

    /// What an error of OVHcloud's is about.
    pub(super) fn trouble(self, error: &ovh::Error) -> Trouble {
        let outcome = if error.is_transient() { Outcome::Unreachable } else { Outcome::Wrong };
        let (key, address) = (self.key(self.blamed(error)), self.address_of(error));
        let is_of_one = error.is_of_one_thing() && !error.is_transient();
        let refusal = is_of_one.then(|| error.cause().to_string());
        Trouble { outcome, said: error.to_string(), key, address, refusal }
    }

    /// That nothing came for so long.
    fn silence(self, within: Duration) -> Trouble {
        let said = format!("no answer within {:.0} s", within.as_secs_f64());
        let (key, address) = (self.key("endpoint"), self.address());
        Trouble { outcome: Outcome::Unreachable, said, key, address, refusal: None }
    }

    /// One reading, for a bounded time.
    pub(super) async fn read<T>(self, call: impl Future<Output = Result<T, ovh::Error>>) -> Result<T, Trouble> {
        match tokio::time::timeout(READ_WITHIN, call).await {
            Ok(done) => done.map_err(|error| self.trouble(&error)),
            Err(_) => Err(self.silence(READ_WITHIN)),
        }
    }

    /// Tries for so long to be answered at all.
    pub(super) async fn reach<T>(
        self,
        within: Duration,
        call: impl AsyncFn() -> Result<T, ovh::Error>,
    ) -> Result<T, Trouble> {
        let mut last = None;
        let tries = async {
            loop {
                match call().await.map_err(|error| self.trouble(&error)) {
                    Err(trouble) if trouble.is_unreachable() => last = Some(trouble),
                    done => return done,
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let done = tokio::time::timeout(within, tries).await;
        done.unwrap_or_else(|_| Err(last.unwrap_or_else(|| self.silence(within))))
    }
}
