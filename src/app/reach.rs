//! Whom a program that has just been started cannot reach: said once and soon, because an operator who looks then looks at the log.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bernard_config::Config;
use bernard_engine::fleet::Fleet;
use bernard_ovh::Standing;
use tokio_util::sync::CancellationToken;

use super::Ready;
use crate::http::AccountSeen;

/// When it is said: within two seconds, and later than a healthy start takes.
const AFTER: Duration = Duration::from_millis(1_500);

/// How it stands with each account, by its latest request.
pub(super) fn accounts(fleet: &Fleet) -> Vec<AccountSeen> {
    let seen = |account: String| {
        let standing = fleet.client(&account).map(|client| client.standing()).unwrap_or_default();
        let said = match &standing {
            Standing::Answers => None,
            Standing::Unasked => Some("no answer yet".to_owned()),
            Standing::Trouble(said) | Standing::Refused(said) => Some(said.clone()),
        };
        AccountSeen { account, answers: standing == Standing::Answers, said }
    };
    fleet.accounts().into_iter().map(seen).collect()
}

/// Says which ends have not answered by then; each part goes on trying by itself.
pub(super) async fn tell(fleet: Fleet, ready: Arc<Ready>, config: Arc<Config>, stop: CancellationToken) {
    if stop.run_until_cancelled(tokio::time::sleep(AFTER)).await.is_none() {
        return;
    }
    if !ready.gateway.load(Ordering::Relaxed) {
        let address = &config.discord.api_url;
        tracing::warn!(address, "Discord cannot be reached yet; Bernard goes on trying");
    }
    for seen in accounts(&fleet).into_iter().filter(|seen| !seen.answers) {
        let known = config.ovh.iter().find(|account| account.name == seen.account);
        let address = known.map(|account| account.endpoint.base().to_string());
        let said = seen.said.unwrap_or_default();
        tracing::warn!(address, account = seen.account, said, "OVHcloud cannot be reached yet; Bernard goes on trying");
    }
}
