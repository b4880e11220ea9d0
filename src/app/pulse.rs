//! How the program is, in the one line that a service manager shows.

use std::{sync::Arc, time::Duration};

use bernard_engine::{fleet::Fleet, liveness::Liveness};

use super::{Ready, reach};
use crate::{
    http::{AccountSeen, Unready},
    service_manager::Pulse,
};

/// What tells how it goes.
pub(super) fn of(
    ready: Arc<Ready>,
    fleet: Fleet,
    liveness: Liveness,
    allowance: Duration,
) -> impl Fn() -> Pulse + Send + 'static {
    move || Pulse { status: status(&ready.reasons(), &reach::accounts(&fleet)), hung: liveness.hung(allowance) }
}

/// What `/readyz` would say, on one line.
fn status(unready: &[Unready], accounts: &[AccountSeen]) -> String {
    let silent: Vec<&str> = accounts.iter().filter(|seen| !seen.answers).map(|seen| seen.account.as_str()).collect();
    let mut troubles: Vec<String> = unready.iter().map(ToString::to_string).collect();
    if !silent.is_empty() {
        troubles.push(format!("OVHcloud does not answer for {}", silent.join(", ")));
    }
    match (unready.is_empty(), troubles.is_empty()) {
        (_, true) => "serves commands".to_owned(),
        (true, false) => format!("serves commands, but: {}", troubles.join("; ")),
        (false, _) => format!("goes on trying: {}", troubles.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_in_the_way() {
        let seen = |account: &str, answers| AccountSeen { account: account.to_owned(), answers, said: None };
        assert_eq!(status(&[], &[seen("main", true)]), "serves commands");
        assert_eq!(
            status(&[], &[seen("main", false), seen("other", true), seen("third", false)]),
            "serves commands, but: OVHcloud does not answer for main, third"
        );
        assert_eq!(
            status(&[Unready::Gateway], &[seen("main", false)]),
            "goes on trying: the gateway is not connected; OVHcloud does not answer for main"
        );
    }
}
