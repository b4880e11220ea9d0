//! The way back: to what was recorded, where that is a place to return to, and else to the hard disk, which is looked up.
//!
//! No way out depends on one recorded value: what has left the list or cannot be read now is said, and the disk is there.

use bernard_domain::{
    lease::Lease,
    operation::{Difference, Plan, Setting, Snapshot, event::Problem, same_text, starts},
    server::{
        Boot, Server, ServiceName,
        start::{Fact, Field, Instead, Start, Unfit, changed},
    },
};
use bernard_ovh as ovh;

use super::{Back, Error, Unread, entry};

/// A way out.
pub(super) struct Way {
    /// What it sets.
    pub(super) change: Setting,
    /// What it does not lead to.
    pub(super) instead: Option<Instead>,
}

/// What a restore sets: mail, key and the rest only if they were changed.
pub(super) async fn way(
    client: &ovh::Client,
    server: &Server,
    lease: Option<&Lease>,
    now: Option<&Start>,
    to: Back,
) -> Result<Way, Error> {
    let Some(lease) = lease else {
        if now.is_none_or(Start::is_worth_returning_to) {
            return Err(Problem::NothingToRestore.into());
        }
        let boot = hard_disk(client, &server.name, now).await?;
        // Out of a rescue nobody needs to hear why not back into it.
        let told = now.filter(|now| !now.is_rescue());
        let instead = told.and_then(|now| Some(Instead { of: now.clone(), why: now.unfit()? }));
        return Ok(Way { change: Setting::of(boot.into()), instead });
    };
    let (boot, instead) = target(client, server, lease, to).await?;
    let mut change = back_to(&lease.before, &lease.set, boot);
    change.facts = wanted(lease, server);
    Ok(Way { change, instead })
}

/// Where a lease's restore leads.
async fn target(
    client: &ovh::Client,
    server: &Server,
    lease: &Lease,
    to: Back,
) -> Result<(Start, Option<Instead>), Error> {
    let Some(recorded) = &lease.before.boot else {
        return Ok((hard_disk(client, &server.name, None).await?.into(), None));
    };
    let why = match (to, recorded) {
        (Back::Recorded, Start::Script(_)) => return Ok((recorded.clone(), None)),
        (Back::Recorded, Start::Netboot(boot)) => match return_to(client, &server.name, boot).await {
            Ok(boot) => return Ok((boot.into(), None)),
            Err(why) => why,
        },
        (Back::Disk, _) => recorded.unfit().unwrap_or(Unfit::Chosen),
    };
    let disk = hard_disk(client, &server.name, Some(recorded)).await?;
    let is_other = !recorded.is_same_as(&disk.clone().into());
    let instead = is_other.then(|| Instead { of: recorded.clone(), why });
    Ok((disk.into(), instead))
}

/// The recorded netboot as OVHcloud shows it now, or why it is none to return to.
async fn return_to(client: &ovh::Client, name: &ServiceName, recorded: &Boot) -> Result<Boot, Unfit> {
    if let Some(why) = recorded.unfit() {
        return Err(why);
    }
    match entry(client, name, recorded.id).await {
        Ok(boot) => boot.unfit().map_or(Ok(boot), Err),
        Err(Unread::Gone(_)) => Err(Unfit::Gone),
        Err(Unread::Away(said)) => Err(Unfit::Unread { said }),
    }
}

/// The hard-disk boot, for a person: where the list cannot be read, they hear what was recorded.
async fn hard_disk(client: &ovh::Client, name: &ServiceName, recorded: Option<&Start>) -> Result<Boot, Error> {
    find_disk(client, name).await.map_err(|error| match error {
        Error::Ovh(error) if !error.is_credential() => {
            Problem::NoDisk { recorded: recorded.cloned(), said: error.to_string() }.into()
        }
        other => other,
    })
}

/// The hard-disk boot, looked up. Of an entry that OVHcloud lists as one and does not show, that much is known.
async fn find_disk(client: &ovh::Client, name: &ServiceName) -> Result<Boot, Error> {
    /// OVHcloud's word for the type.
    const DISK: &str = "harddisk";
    let boots = client.boots(name, Some(DISK)).await?;
    let unread = boots.left_out.iter().map(|left_out| Boot::unread_of(left_out.id, DISK));
    let disks = boots.read.into_iter().filter(Boot::is_disk).chain(unread);
    let best = disks.min_by_key(|boot| (boot.kernel.is_empty(), boot.kernel != "hd", boot.id));
    Ok(best.ok_or(Problem::NoBoots)?)
}

/// What puts the server back to `before`, for an operation whose reboot did not happen: exactly what was there, whatever it was,
/// for nothing has happened. `found`: how the rest was when the setting had been written.
///
/// # Errors
/// [`Error`] when there was no boot and the hard-disk boot cannot be found.
pub(crate) async fn undoing(
    client: &ovh::Client,
    name: &ServiceName,
    plan: &Plan,
    found: &[Fact],
) -> Result<Option<Setting>, Error> {
    let Some(change) = &plan.change else { return Ok(None) };
    let boot = match &plan.before.boot {
        Some(Start::Netboot(boot)) if !boot.is_known() && is_gone(client, name, boot).await => None,
        before => before.clone(),
    };
    let boot = match boot {
        Some(start) => start,
        None => find_disk(client, name).await?.into(),
    };
    let facts = changed(&plan.before.facts, found);
    Ok(Some(Setting { facts, ..back_to(&plan.before, change, boot) }))
}

async fn is_gone(client: &ovh::Client, name: &ServiceName, boot: &Boot) -> bool {
    client.boot(name, boot.id).await.is_err_and(|error| error.is_not_found())
}

/// The mail and the key that a rescue set for its owner and that are still there, as they were before it: what begins another rescue
/// leaves its way in to nobody of the last one.
pub(super) fn mail_and_key(lease: &Lease, server: &Server) -> (Option<Option<String>>, Option<Option<String>>) {
    let given_back = |set: &Option<Option<String>>, before: &Option<String>, now: &Option<String>| {
        let ours = set.as_ref()?;
        same_text(ours.as_deref(), now.as_deref()).then(|| before.clone())
    };
    let Lease { set, before, .. } = lease;
    let mail = given_back(&set.rescue_mail, &before.rescue_mail, &server.rescue_mail);
    (mail, given_back(&set.rescue_ssh_key, &before.rescue_ssh_key, &server.rescue_ssh_key))
}

fn back_to(before: &Snapshot, set: &Setting, boot: Start) -> Setting {
    Setting {
        boot,
        rescue_mail: set.rescue_mail.as_ref().map(|_| before.rescue_mail.clone()),
        rescue_ssh_key: set.rescue_ssh_key.as_ref().map(|_| before.rescue_ssh_key.clone()),
        facts: Vec::new(),
    }
}

/// How the rest shall be after a restore: what changed with our setting goes back, all else stays as it is, also if it would
/// change with this one.
fn wanted(lease: &Lease, server: &Server) -> Vec<Fact> {
    let ours = changed(&lease.before.facts, &lease.found);
    if lease.before.facts.is_empty() {
        return Vec::new();
    }
    let now = server.facts();
    let unread: Vec<Fact> = ours.iter().filter(|ours| ours.among(&now).is_none()).cloned().collect();
    now.into_iter().map(|fact| fact.among(&ours).cloned().unwrap_or(fact)).chain(unread).collect()
}

/// What is otherwise than before the rescue and not by our doing.
pub(super) fn staying(lease: &Lease, server: &Server) -> impl Iterator<Item = Field> {
    let ours = changed(&lease.before.facts, &lease.found);
    let others = changed(&lease.before.facts, &server.facts());
    others.into_iter().filter(move |fact| fact.among(&ours).is_none()).map(|fact| fact.field())
}

/// What somebody else changed; what is back already needs no question.
pub(super) fn differences_but_done(
    lease: &Lease,
    server: &Server,
    now: Option<&Start>,
    change: &Setting,
) -> Vec<Difference> {
    if change.holds_on(server) { Vec::new() } else { differences(lease, server, now) }
}

/// What somebody else changed of what we set, or of what changed with it.
pub(super) fn differences(lease: &Lease, server: &Server, now: Option<&Start>) -> Vec<Difference> {
    let mut differences = Vec::new();
    if !starts(server, &lease.set.boot) && !lease.seen.has_left() {
        differences.push(Difference::Boot(now.cloned()));
    }
    if lease.set.rescue_mail.as_ref().is_some_and(|mail| *mail != server.rescue_mail) {
        differences.push(Difference::RescueMail);
    }
    let theirs = server.rescue_ssh_key.as_deref();
    if lease.set.rescue_ssh_key.as_ref().is_some_and(|ours| !same_text(ours.as_deref(), theirs)) {
        differences.push(Difference::RescueSshKey);
    }
    let now = server.facts();
    let again = changed(&lease.before.facts, &lease.found).into_iter().filter(|before| {
        let there = before.among(&now);
        there != Some(before) && there != before.among(&lease.found)
    });
    differences.extend(again.map(|fact| Difference::Field(fact.field())));
    differences
}
