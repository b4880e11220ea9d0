//! What OVHcloud does with a server besides what we ask: its contract, and what its people do in the datacentre.

use bernard_domain::{inventory::known::Planned, server::ServiceName};
use bernard_untrusted::{lenient::List, sieve::one_line};
use jiff::{Timestamp, civil::Date};

use super::{client::Client, each::Each, error::Error};
use crate::bodies;

/// The contract behind a server (schema `services.Service`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The day on which it expires if nobody renews it.
    pub expires: Option<Date>,
    /// Whether it is renewed by itself and not deleted at its end; `None` when OVHcloud does not say.
    pub renewed: Option<bool>,
    /// It said both, one right after the other: then nobody knows.
    pub contradicts: bool,
}

/// Something that OVHcloud did in the datacentre (schema `dedicated.server.Intervention`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intervention {
    /// Its id.
    pub id: u64,
    /// OVHcloud's word for it.
    pub kind: String,
    /// When it began.
    pub began: Option<Timestamp>,
}

impl From<bodies::ServiceInfos> for Service {
    fn from(infos: bodies::ServiceInfos) -> Self {
        let renewed = infos.renew.read().and_then(|renew| {
            // A service that is renewed and then deleted is not renewed.
            renew.automatic.map(|automatic| automatic && renew.delete_at_expiration != Some(true))
        });
        Self { expires: infos.expiration.read(), renewed, contradicts: false }
    }
}

impl Intervention {
    /// The intervention with this id.
    fn of(id: u64, body: bodies::Intervention) -> Self {
        let kind = one_line(&body.kind.read().unwrap_or_default());
        Self { id, kind, began: body.date.read() }
    }
}

/// How often the renewal is read: OVHcloud has been seen to answer yes and no in turn, for some services and never for others. Five
/// equal answers of a fair coin come once in 16 times.
const READINGS: usize = 5;
/// How many planned interventions are read at most, the latest: each costs a request.
const PLANNED: usize = 5;

impl Client {
    /// The contract behind a server. Whether it is renewed is read five times, until OVHcloud contradicts itself.
    ///
    /// # Errors
    /// As every read; one of the five that fails proves nothing, so it fails all of it.
    pub async fn service(&self, name: &ServiceName) -> Result<Service, Error> {
        let call = self.get(name, &["serviceInfos"], format!("read the service of `{name}`"));
        let read = async || self.read::<bodies::ServiceInfos>(&call).await.map(Service::from);
        let first = read().await?;
        for _ in 1..READINGS {
            if first.renewed.is_none() {
                break;
            }
            if read().await?.renewed != first.renewed {
                return Ok(Service { renewed: None, contradicts: true, ..first });
            }
        }
        Ok(first)
    }

    /// What OVHcloud plans to do on a server, or is doing, soonest first; what is over is left out, and so, noted, what cannot be
    /// read.
    ///
    /// # Errors
    /// As every read.
    pub async fn planned_interventions(&self, name: &ServiceName) -> Result<Each<Planned>, Error> {
        let list = self.get(name, &["plannedIntervention"], format!("read the planned interventions of `{name}`"));
        let mut ids = self.read::<List<u64>>(&list).await?.entries;
        latest(&mut ids, PLANNED);
        let read = self.each(ids, |client, id| async move {
            let doing = format!("read the planned intervention {id} of `{name}`");
            let call = client.get(name, &["plannedIntervention", &id.to_string()], doing);
            client.read::<bodies::PlannedIntervention>(&call).await.map(|planned| planned.unless_over(id))
        });
        let mut planned: Each<Planned> = read.await?;
        planned.read.sort_by_key(|planned| planned.begins);
        Ok(planned)
    }

    /// What OVHcloud did in the datacentre lately, the latest first, at most `most`: each costs a request.
    ///
    /// # Errors
    /// As every read.
    pub async fn interventions(&self, name: &ServiceName, most: usize) -> Result<Each<Intervention>, Error> {
        let list = self.get(name, &["intervention"], format!("read the interventions of `{name}`"));
        let mut ids = self.read::<List<u64>>(&list).await?.entries;
        latest(&mut ids, most);
        let read = self.each(ids, |client, id| async move {
            let doing = format!("read the intervention {id} of `{name}`");
            let call = client.get(name, &["intervention", &id.to_string()], doing);
            client.read::<bodies::Intervention>(&call).await.map(|read| Some(Intervention::of(id, read)))
        });
        let mut interventions: Each<Intervention> = read.await?;
        interventions.read.sort_by_key(|intervention| std::cmp::Reverse(intervention.began));
        Ok(interventions)
    }
}

/// Ids grow, so the latest are the largest.
pub(super) fn latest(ids: &mut Vec<u64>, most: usize) {
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
    ids.truncate(most);
}
