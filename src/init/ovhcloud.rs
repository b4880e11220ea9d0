//! What is asked of OVHcloud: a consumer key that a person authorizes, or whether a service account is good.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bernard_domain::{
    access::{Policy, Role, RuleKind, RulePlace, When, Who},
    operation::Source,
};
use bernard_engine::needs::{self, Call};
use bernard_ovh as ovh;
use bernard_ovh::{Account, ApiLog, Cause, Credentials, Endpoint, Rate};
use secrecy::SecretString;
use tokio::runtime::Runtime;

use super::{
    Flags, Stop,
    ask::{self, Asker, Unfit},
    draft::{AccountDraft, CredentialsDraft, RoleDraft},
    read_secret,
};
use crate::{check::reach::Configured, rights, say};

/// How long an answer is waited for.
const WITHIN: Duration = Duration::from_secs(8);
/// Between two looks whether somebody has authorized the key: well within OVHcloud's patience.
const LOOK: Duration = Duration::from_secs(2);
/// How long a person has for that.
const AUTHORIZED_WITHIN: Duration = Duration::from_secs(15 * 60);
/// What this dialogue asks at most: nobody else uses the account's budget yet.
const REQUESTS_PER_MINUTE: f64 = 60.0;
/// Where links are looked for by default.
const SOURCES: [Source; 2] = [Source::AuthenticationSecret, Source::Mail];

/// The flags that are to blame for what OVHcloud says.
const ENDPOINT: &str = "--endpoint";
const CLIENT_ID: &str = "--client-id";
const SECRET_FILE: &str = "--application-secret-file";
const CLIENT_SECRET_FILE: &str = "--client-secret-file";

/// What stands between a person and an account.
struct Asking<'a> {
    flags: &'a Flags,
    asker: &'a Asker,
    runtime: &'a Runtime,
    /// As it was told.
    name: String,
    endpoint: Endpoint,
    calls: Vec<Call>,
}

/// The account, with credentials that OVHcloud takes.
pub(super) fn account(
    flags: &Flags,
    asker: &Asker,
    runtime: &Runtime,
    roles: &[RoleDraft],
) -> Result<AccountDraft, Stop> {
    let ask = || {
        let names: Vec<String> = Endpoint::names().map(str::to_owned).collect();
        let place = ask::one("Where is the account at OVHcloud?", names.clone())?;
        Ok(names.get(place).cloned().unwrap_or_default())
    };
    let right = |name: String| match name.parse::<Endpoint>() {
        Ok(endpoint) => Ok((name, endpoint)),
        Err(error) => Err(Unfit::malformed(ENDPOINT, format!("{name:?} is {error}"))),
    };
    let (name, endpoint) = asker.until_right(ENDPOINT, flags.endpoint.clone(), ask, right)?;
    let asking = Asking { flags, asker, runtime, name, endpoint, calls: calls(roles) };
    let credentials = match asking.has_client()? {
        true => asking.service_account()?,
        false => asking.application()?,
    };
    Ok(AccountDraft { endpoint: asking.name, credentials })
}

/// What the roles will need.
fn calls(roles: &[RoleDraft]) -> Vec<Call> {
    let place = RulePlace { kind: RuleKind::Role, number: 1, line: None };
    let role = |role: &RoleDraft| Role {
        who: Who::Role(role.role.id),
        can: role.can.clone(),
        servers: Vec::new(),
        channels: [].into(),
        when: When::Always,
        hours: None,
        place,
    };
    needs::all(&Policy::new(roles.iter().map(role).collect(), Vec::new()), &SOURCES)
}

impl Asking<'_> {
    /// Whether it is to be a service account.
    fn has_client(&self) -> Result<bool, Stop> {
        match (&self.flags.client_id, &self.flags.application_key) {
            (Some(_), _) => Ok(true),
            (None, Some(_)) => Ok(false),
            (None, None) if !self.asker.can_ask() => {
                Err(Stop::Missing("--application-key (with its secret's file) or --client-id (with its secret's file)"))
            }
            (None, None) => {
                let kinds =
                    ["an application's keys, authorized in the browser", "a service account (OAuth2) with a policy"];
                Ok(ask::one("How shall Bernard prove itself?", kinds.map(str::to_owned).to_vec())? == 1)
            }
        }
    }

    fn client(&self, credentials: Credentials) -> Result<ovh::Client, Unfit> {
        ovh::Client::with_timeout(self.account(credentials), WITHIN)
            .map(|client| client.within(WITHIN))
            .map_err(|fault| fault.to_string().into())
    }

    /// The account, as far as it is known before anything is written.
    fn account(&self, credentials: Credentials) -> Account {
        Account {
            name: "main".to_owned(),
            endpoint: self.endpoint.clone(),
            credentials,
            requests_per_minute: Rate::per_minute(REQUESTS_PER_MINUTE),
            api_log: ApiLog::Off,
        }
    }

    /// What an error says, and which flag is to blame for it.
    fn said(&self, credentials: &Credentials, error: &ovh::Error) -> Unfit {
        let account = self.account(credentials.clone());
        let configured = Configured { index: 0, account: &account };
        let flag = flag_of(configured.blamed(error));
        let at = configured.address_of(error);
        if error.is_transient() {
            Unfit::elsewhere(flag, format!("OVHcloud ({at}) cannot be reached: {error}"))
        } else if flag == CLIENT_ID {
            // The credentials are good, and typing them again would change nothing.
            Unfit::elsewhere(
                flag,
                format!("no policy at OVHcloud ({at}) gives the service account this right yet: {error}"),
            )
        } else {
            Unfit::of(flag, format!("OVHcloud ({at}): {error}"))
        }
    }

    fn application(&self) -> Result<CredentialsDraft, Stop> {
        let told = self.flags.application_key.clone().zip(self.flags.application_secret_file.clone());
        let told = told.map(|(key, file)| secret_of(SECRET_FILE, &file).map(|secret| (key, secret)));
        let ask = || {
            let help = format!("{} makes an application and shows both", self.endpoint.create_app());
            let key = ask::line("The application's key?", &help)?;
            Ok(Ok((key, ask::secret("The application's secret?", &help)?)))
        };
        self.asker.until_right("--application-key", told, ask, |told: Result<(String, SecretString), Unfit>| {
            let (application_key, application_secret) = told?;
            let consumer_key = self.consumer_key(&application_key, &application_secret)?;
            Ok(CredentialsDraft::Keys { application_key, application_secret, consumer_key })
        })
    }

    /// A consumer key with just the rights that are needed, once somebody has authorized it.
    fn consumer_key(&self, application_key: &str, secret: &SecretString) -> Result<SecretString, Unfit> {
        let keys = |consumer_key: SecretString| Credentials::Keys {
            application_key: application_key.to_owned(),
            application_secret: secret.clone(),
            consumer_key,
        };
        let rules: Vec<(&str, String)> =
            needs::key_rules(&self.calls).into_iter().map(|(method, path)| (method, needs::starred(path))).collect();
        let none_yet = keys("none-yet".into());
        let asked = self.runtime.block_on(self.client(none_yet.clone())?.ask_for_consumer_key(&rules));
        let pending = asked.map_err(|error| self.said(&none_yet, &error))?;
        let page = format!(
            "\nOpen this page, sign in, choose the validity \"Unlimited\", and authorize:\n  {}",
            pending.validation_url
        );
        say::needed(page).map_err(|error| Unfit::elsewhere("the output", format!("nobody can read it: {error}")))?;
        say::line(format!("It grants no more than: {}.", said_rules(&rules)));
        say::line("Waiting for that (Ctrl-C stops) …");
        let credentials = keys(pending.consumer_key.clone());
        self.runtime.block_on(self.authorized(&credentials))?;
        say::line("OVHcloud has the key authorized.");
        Ok(pending.consumer_key)
    }

    /// Waits until somebody has authorized the key.
    async fn authorized(&self, credentials: &Credentials) -> Result<(), Unfit> {
        let client = self.client(credentials.clone())?;
        let began = Instant::now();
        while began.elapsed() < AUTHORIZED_WITHIN {
            match client.current_credential().await {
                Ok(credential) if credential.status == "validated" => return Ok(()),
                Ok(credential) if credential.status == "pendingValidation" => {}
                Ok(credential) => return Err(format!("the consumer key is {}", credential.status).into()),
                Err(error) if error.is_transient() || is_pending(&error) => {}
                Err(error) if error.is_clock() => {
                    let said = format!("the application's secret does not fit its key: {error}");
                    return Err(Unfit::of(SECRET_FILE, said));
                }
                Err(error) => return Err(self.said(credentials, &error)),
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!("nobody authorized the consumer key within {} minutes", AUTHORIZED_WITHIN.as_secs() / 60).into())
    }

    fn service_account(&self) -> Result<CredentialsDraft, Stop> {
        let told = self.flags.client_id.clone().zip(self.flags.client_secret_file.clone());
        let told = told.map(|(id, file)| secret_of(CLIENT_SECRET_FILE, &file).map(|secret| (id, secret)));
        let ask = || {
            let help = "POST /me/api/oauth2/client makes a service account and shows both";
            let id = ask::line("The service account's client id?", help)?;
            Ok(Ok((id, ask::secret("Its secret?", help)?)))
        };
        self.asker.until_right(CLIENT_ID, told, ask, |told: Result<(String, SecretString), Unfit>| {
            let (client_id, client_secret) = told?;
            self.try_client(&client_id, &client_secret)?;
            Ok(CredentialsDraft::OAuth2 { client_id, client_secret, token_url: self.flags.token_url.clone() })
        })
    }

    /// Whether OVHcloud takes it and shows it servers; what to grant is printed.
    fn try_client(&self, client_id: &str, client_secret: &SecretString) -> Result<(), Unfit> {
        let token_url = self.flags.token_url.as_deref().map(url::Url::parse).transpose();
        let token_url =
            token_url.map_err(|error| Unfit::malformed("--token-url", format!("it is no address: {error}")))?;
        let credentials =
            Credentials::OAuth2 { client_id: client_id.to_owned(), client_secret: client_secret.clone(), token_url };
        let client = self.client(credentials.clone())?;
        let details = self.runtime.block_on(client.details()).map_err(|error| self.said(&credentials, &error))?;
        let known = rights::Known { account: details.account, identities: details.identities };
        let policy = rights::document(&self.account(credentials.clone()), Some(&known), &self.calls);
        let policy = serde_json::to_string_pretty(&policy);
        let policy = policy.unwrap_or_default();
        say::line(format!("OVHcloud knows the service account. It needs this policy:\n{policy}"));
        self.runtime.block_on(client.servers()).map(drop).map_err(|error| self.said(&credentials, &error))
    }
}

fn secret_of(flag: &'static str, file: &Path) -> Result<SecretString, Unfit> {
    read_secret(file).map_err(|said| Unfit::of(flag, said))
}

/// The flag that tells what the configuration has under this key; what no flag tells comes of the first.
fn flag_of(key: &str) -> &'static str {
    match key {
        "endpoint" => ENDPOINT,
        "token_url" => "--token-url",
        "application_secret" => SECRET_FILE,
        "client_id" => CLIENT_ID,
        "client_secret" => CLIENT_SECRET_FILE,
        _ => "--application-key",
    }
}

/// OVHcloud's word for a key that nobody has authorized yet.
fn is_pending(error: &ovh::Error) -> bool {
    matches!(error.cause(), Cause::Answered(answered) if answered.code.as_deref() == Some("INVALID_CREDENTIAL"))
}

fn said_rules(rules: &[(&str, String)]) -> String {
    rules.iter().map(|(method, path)| format!("{method} {path}")).collect::<Vec<_>>().join(", ")
}
