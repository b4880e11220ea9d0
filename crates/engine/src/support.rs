//! What a ticket with OVHcloud's support says of a server: the facts that OVHcloud's own command line puts into its tickets, read now.
//!
//! Nothing here fails: what cannot be read is left out.

use std::{collections::BTreeSet, time::Duration};

use bernard_domain::{
    others::Beside,
    server::{Server, start::Start},
};
use bernard_ovh::Bought;
use jiff::SignedDuration;

use crate::{beside::Scope, fleet::Fleet};

/// How long OVHcloud may take to say what was bought: a person waits.
const WITHIN: Duration = Duration::from_secs(5);

/// What is known of a server, for its ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// What was bought, and where it stands.
    pub bought: Bought,
    /// What it starts next.
    pub next: Option<Start>,
    /// Its running tasks, ours too, and its interventions.
    pub beside: Beside,
}

impl Fleet {
    /// Reads what a ticket says of a server, beside what reading the server told.
    pub async fn dossier(&self, server: &Server) -> Dossier {
        let bought = async {
            let client = self.client(&server.account)?;
            tokio::time::timeout(WITHIN, client.bought(&server.name)).await.ok()?.ok()
        };
        let ours = BTreeSet::new();
        let beside = self.beside(server, &ours, None, Scope::Whole(SignedDuration::ZERO));
        let (bought, next, beside) = tokio::join!(bought, self.next_start(server), beside);
        Dossier { bought: bought.unwrap_or_default(), next: next.ok().and_then(|next| next.start), beside }
    }
}
