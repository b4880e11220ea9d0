//! Lists of an account's servers: names always, and whole objects or names with tags where OVHcloud gives them.
//!
//! Which servers there are is said by the list of names alone, and even that is not believed when it is suddenly much shorter. The
//! others spare one request for each server of a large fleet; each is tried once after a start and done without where it is not
//! served. What they say is put beside what is known ([`listed`](bernard_domain::inventory::listed)); nothing is decided by it.

use std::collections::BTreeSet;

use bernard_domain::{
    inventory::listed::is_doubtful,
    server::{Server, ServiceName},
};
use bernard_ovh as ovh;

use super::inventory::ShortList;
use crate::fleet::Fleet;

/// How many servers that a short list leaves out are asked themselves before it is believed.
const ASKED: usize = 3;
/// In accounts of at most so many servers names and tags are not listed: reading each server takes no longer than half a minute.
const FEW: usize = 20;

/// Whether OVHcloud gives an account something, as far as it was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Offer {
    /// Nobody tried, or nothing came of it.
    #[default]
    Untried,
    /// It does.
    Given,
    /// It does not, for these credentials.
    No,
}

/// What is known of an account's lists since the start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offers {
    /// Whole servers.
    pub(super) servers: Offer,
    /// Names and tags.
    pub(super) names: Offer,
    /// Whole netboot entries.
    pub(super) boots: Offer,
}

impl Fleet {
    /// Lists an account's servers and remembers which there are.
    ///
    /// # Errors
    /// As every read; a store that cannot be written is only logged, because memory is right all the same.
    pub(super) async fn list(&self, client: &ovh::Client) -> Result<(), ovh::Error> {
        let listed = client.servers().await?;
        self.take_names(client, listed).await;
        Ok(())
    }

    /// The same with all that OVHcloud's whole lists say.
    ///
    /// # Errors
    /// As every read of the names; without the whole lists everything goes on as if they were not there.
    pub(super) async fn list_whole(&self, client: &ovh::Client, offers: &mut Offers) -> Result<(), ovh::Error> {
        match self.whole(client, offers).await {
            Some(ovh::Whole::Servers(rows)) => self.take_whole(client, rows).await?,
            Some(ovh::Whole::Names(listed)) => self.take_names(client, listed).await,
            None => self.list(client).await?,
        }
        if offers.servers != Offer::Given {
            self.list_names(client, offers).await;
        }
        Ok(())
    }

    async fn whole(&self, client: &ovh::Client, offers: &mut Offers) -> Option<ovh::Whole> {
        if offers.servers == Offer::No {
            return None;
        }
        match client.whole_servers().await {
            Ok(whole) => {
                let is_given = matches!(whole, ovh::Whole::Servers(_));
                offers.servers = if is_given { Offer::Given } else { Offer::No };
                Some(whole)
            }
            Err(error) => {
                offers.servers = after(&error, offers.servers);
                tracing::debug!(account = client.account(), %error, "no whole servers are listed");
                None
            }
        }
    }

    /// Whole servers tell of those that there are; unless just the same ones are known, the names say which.
    async fn take_whole(&self, client: &ovh::Client, rows: Vec<Server>) -> Result<(), ovh::Error> {
        let servers = self.servers();
        let known = servers.names_of(client.account());
        let is_same = known.len() == rows.len() && rows.iter().all(|row| known.contains(&row.name));
        match is_same {
            true => self.inventory().was_listed(client.account(), None),
            false => self.list(client).await?,
        }
        let known = self.servers().names_of(client.account()).len();
        if is_doubtful(known, rows.len()) {
            tracing::warn!(account = client.account(), known, listed = rows.len(), "a whole list is much too short");
            return Ok(());
        }
        self.inventory().learn_list(client.account(), rows);
        Ok(())
    }

    async fn list_names(&self, client: &ovh::Client, offers: &mut Offers) {
        if offers.names == Offer::No || self.servers().names_of(client.account()).len() <= FEW {
            return;
        }
        match client.server_names().await {
            Ok(names) => {
                offers.names = Offer::Given;
                self.inventory().learn_names(client.account(), names);
            }
            Err(error) => {
                offers.names = after(&error, offers.names);
                tracing::debug!(account = client.account(), %error, "no names are listed");
            }
        }
    }

    async fn take_names(&self, client: &ovh::Client, listed: ovh::Listed) {
        let ovh::Listed { mut names, is_whole } = listed;
        let account = client.account();
        let servers = self.servers();
        let known: BTreeSet<ServiceName> = servers.names_of(account).into_iter().cloned().collect();
        let is_short =
            is_whole && is_doubtful(known.len(), names.len()) && !self.have_left(client, &known, &names).await;
        let short = is_short.then_some(ShortList { known: known.len(), listed: names.len() });
        self.inventory().was_listed(account, short);
        if is_short {
            tracing::warn!(
                account,
                known = known.len(),
                listed = names.len(),
                "the list is much too short to be believed"
            );
        }
        if is_short || !is_whole {
            // Whoever stands behind what could not be read has not left.
            names.extend(known);
        }
        if let Err(error) = self.inventory().listed(account, names).await {
            tracing::error!(account, %error, "the inventory could not be stored");
        }
    }

    /// Whether the servers that a list leaves out have left, as far as some of them say so themselves.
    async fn have_left(&self, client: &ovh::Client, known: &BTreeSet<ServiceName>, listed: &[ServiceName]) -> bool {
        let listed: BTreeSet<&ServiceName> = listed.iter().collect();
        for missing in known.iter().filter(|name| !listed.contains(name)).take(ASKED) {
            match client.server(missing).await {
                Err(error) if error.is_not_found() => {}
                Ok(_) | Err(_) => return false,
            }
        }
        true
    }
}

/// What a list that was refused is worth from now on: OVHcloud's no is one, the weather is not.
pub(super) fn after(error: &ovh::Error, before: Offer) -> Offer {
    if error.is_transient() { before } else { Offer::No }
}
