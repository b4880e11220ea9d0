//! What OVHcloud does with a server besides what we ask: its contract, and what its people do in the datacentre.

use jiff::{Timestamp, civil::Date};

use super::{client::Client, error::Error, wire};
use crate::rescue::{known::Planned, server::ServiceName};

/// The contract behind a server (schema `services.Service`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The day on which it expires if nobody renews it.
    pub expires: Option<Date>,
    /// Whether it is renewed by itself and not deleted at its end; `None` when OVHcloud does not say.
    pub renewed: Option<bool>,
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

/// How many planned interventions are read at most, the latest: each costs a request.
const PLANNED: usize = 5;

impl Client {
    /// The contract behind a server.
    ///
    /// # Errors
    /// As every read.
    pub async fn service(&self, name: &ServiceName) -> Result<Service, Error> {
        let call = self.get(name, &["serviceInfos"], format!("read the service of `{name}`"));
        self.read::<wire::ServiceInfos>(&call).await.map(Service::from)
    }

    /// What OVHcloud plans to do on a server, or is doing, soonest first; what is over is left out.
    ///
    /// # Errors
    /// As every read.
    pub async fn planned_interventions(&self, name: &ServiceName) -> Result<Vec<Planned>, Error> {
        let list = self.get(name, &["plannedIntervention"], format!("read the planned interventions of `{name}`"));
        let mut ids: Vec<u64> = self.read(&list).await?;
        latest(&mut ids, PLANNED);
        let mut planned = Vec::new();
        for id in ids {
            let doing = format!("read the planned intervention {id} of `{name}`");
            let call = self.get(name, &["plannedIntervention", &id.to_string()], doing);
            let read: wire::PlannedIntervention = match self.read(&call).await {
                Ok(read) => read,
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error),
            };
            planned.extend(read.unless_over());
        }
        planned.sort_by_key(|planned| planned.begins);
        Ok(planned)
    }

    /// What OVHcloud did in the datacentre lately, the latest first, at most `most`: each costs a request.
    ///
    /// # Errors
    /// As every read.
    pub async fn interventions(&self, name: &ServiceName, most: usize) -> Result<Vec<Intervention>, Error> {
        let list = self.get(name, &["intervention"], format!("read the interventions of `{name}`"));
        let mut ids: Vec<u64> = self.read(&list).await?;
        latest(&mut ids, most);
        let mut interventions = Vec::new();
        for id in ids {
            let doing = format!("read the intervention {id} of `{name}`");
            let call = self.get(name, &["intervention", &id.to_string()], doing);
            match self.read::<wire::Intervention>(&call).await {
                Ok(read) => interventions.push(read.into()),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        interventions.sort_by_key(|intervention: &Intervention| std::cmp::Reverse(intervention.began));
        Ok(interventions)
    }
}

/// Ids grow, so the latest are the largest.
fn latest(ids: &mut Vec<u64>, most: usize) {
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
    ids.truncate(most);
}
