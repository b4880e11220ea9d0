//! From a wish to the exact change: which boot, which fields, and what was there before.
//!
//! Only reads. The same reads make the confirmation card, and, right before execution, the recorded plan: what a person was
//! shown is what happens, or nothing does.

mod back;
mod choose;

use std::time::Duration;

use bernard_domain::{
    lease::Lease,
    operation::{Difference, EnableWish, Ends, Entry, Plan, Setting, Snapshot, Wish, event::Problem},
    server::{
        Boot, BootId, Server, ServiceName, System,
        start::{Field, Instead, LeftOut, Start},
    },
};
use bernard_ovh as ovh;
use jiff::SignedDuration;

pub(crate) use back::undoing;

/// How long a person waits for one netboot entry: several tries in bad weather.
const ENTRY_WITHIN: Duration = Duration::from_secs(5);

/// What a person asked for, before a boot was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// `/rescue enable`.
    Enable {
        /// Which rescue.
        wanted: Wanted,
        /// `rescueMail`, if the person gave one.
        email: Option<String>,
        /// `rescueSshKey`, if the person gave one.
        ssh_key: Option<String>,
        /// How long.
        lease: SignedDuration,
    },
    /// `/restore`.
    Restore(Back),
    /// What a restore puts back, without its reboot.
    PutBack(Back),
    /// `/reboot`.
    Reboot,
}

impl Aim {
    /// What leads to this wish again: of a rescue, the one with the very kernel that was chosen.
    pub fn of(wish: &Wish) -> Self {
        match wish {
            Wish::Enable(wish) => Self::Enable {
                wanted: Wanted::Kernel(wish.into.kernel.clone()),
                email: wish.email.clone(),
                ssh_key: wish.ssh_key.clone(),
                lease: wish.lease,
            },
            Wish::Restore { instead, .. } => Self::Restore(Back::of(instead.as_ref())),
            Wish::PutBack { instead, .. } => Self::PutBack(Back::of(instead.as_ref())),
            Wish::Reboot { .. }
            | Wish::Link { .. }
            | Wish::Adopt { .. }
            | Wish::HandOver { .. }
            | Wish::Console { .. }
            | Wish::Ticket(_)
            | Wish::FreeSessions { .. } => Self::Reboot,
        }
    }

    /// The same for somebody else: the key and the address that opened it to whoever asked for it are theirs alone.
    #[must_use]
    pub fn for_somebody_else(self) -> Self {
        match self {
            Self::Enable { wanted, lease, .. } => Self::Enable { wanted, email: None, ssh_key: None, lease },
            own @ (Self::Restore(_) | Self::PutBack(_) | Self::Reboot) => own,
        }
    }
}

/// Where a way out leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// To what was recorded, where that is a place to return to.
    Recorded,
    /// To the hard disk, whatever was recorded.
    Disk,
}

impl Back {
    /// A way that was shown as one to the disk stays one: it depends on no recorded value any more.
    fn of(instead: Option<&Instead>) -> Self {
        if instead.is_some() { Self::Disk } else { Self::Recorded }
    }
}

/// Which rescue is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one for the installed system.
    ByOs,
    /// The one of a family.
    Family(System),
    /// The one with exactly this kernel.
    Kernel(String),
}

/// A plan that a person can be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// What **Confirm** will ask for.
    pub wish: Wish,
    /// What would be done now.
    pub plan: Plan,
    /// What else there is to know before.
    pub remarks: Vec<Remark>,
}

/// Something to know before **Confirm**.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// OVHcloud lists a netboot entry and does not show it; nobody asked for it by name.
    LeftOut(LeftOut),
    /// What the server starts now cannot be read, but for its number.
    Unread(BootId, String),
    /// A field is not as it was before the rescue, and Bernard did not change it: it stays as it is.
    Stays(Field),
}

/// No plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// For a reason that a person should hear.
    #[error("{0}")]
    Problem(Problem),
    /// OVHcloud could not be read.
    #[error(transparent)]
    Ovh(#[from] ovh::Error),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// What OVHcloud's trouble is to a person: weather that passes, a refusal, or an answer that nobody can use.
pub fn trouble(error: &ovh::Error) -> Problem {
    let (said, query) = (error.to_string(), error.query());
    match (error.is_refusal() || error.is_credential(), error.is_transient()) {
        (true, _) => Problem::Ovhcloud { said, query },
        (false, true) => Problem::Weather { said, query },
        // An answer that makes no sense is no refusal either.
        (false, false) => Problem::Unclear { said, query },
    }
}

/// Reads a server; a server that left the account is a problem, not an error.
///
/// # Errors
/// [`Error`].
pub(crate) async fn read_server(client: &ovh::Client, name: &ServiceName) -> Result<Server, Error> {
    match client.server(name).await {
        Ok(server) => Ok(server),
        Err(error) if error.is_not_found() => Err(Problem::ServerGone.into()),
        Err(error) => Err(error.into()),
    }
}

/// Chooses what would be done for `aim` now.
///
/// # Errors
/// [`Error`].
pub async fn propose(
    client: &ovh::Client,
    server: &Server,
    aim: Aim,
    lease: Option<&Lease>,
) -> Result<Proposal, Error> {
    let over = lease.map(|lease| lease.operation);
    let Next { start: now, unread } = next_of_free(client, server).await?;
    let mut remarks = unread.map(|(id, said)| Remark::Unread(id, said)).into_iter().collect::<Vec<_>>();
    let (wish, change) = match aim {
        Aim::Enable { wanted, email, ssh_key, lease: length } => {
            let choose::Choice { boot: into, left_out } = choose::rescue(client, server, &wanted).await?;
            remarks.extend(left_out.into_iter().map(Remark::LeftOut));
            let system = into.family();
            if system == System::Windows && ssh_key.is_some() {
                return Err(Problem::KeyNeedsLinux.into());
            }
            let (earlier_mail, earlier_key) = lease.map(|lease| back::mail_and_key(lease, server)).unwrap_or_default();
            let change = Setting {
                rescue_mail: email.clone().map(Some).or(earlier_mail),
                rescue_ssh_key: ssh_key.clone().map(Some).or(earlier_key),
                ..Setting::of(into.clone().into())
            };
            (Wish::Enable(EnableWish { into, system, email, ssh_key, lease: length, over }), Some(change))
        }
        Aim::Restore(to) => {
            let way = back::way(client, server, lease, now.as_ref(), to).await?;
            remarks.extend(lease.into_iter().flat_map(|lease| back::staying(lease, server)).map(Remark::Stays));
            let despite = lease.map(|lease| back::differences(lease, server, now.as_ref())).unwrap_or_default();
            let ends = over.map_or(Ends::Nobodys, Ends::This);
            let into = way.change.boot.clone();
            (Wish::Restore { into, despite, ends, instead: way.instead }, Some(way.change))
        }
        Aim::PutBack(to) => {
            let lease = lease.ok_or(Problem::NotInRescue)?;
            let mut way = back::way(client, server, Some(lease), now.as_ref(), to).await?;
            remarks.extend(back::staying(lease, server).map(Remark::Stays));
            if let Some(theirs) = now.as_ref().filter(|_| lease.seen.has_left()) {
                // It is out of rescue: what others set there stays.
                way.change.boot = theirs.clone();
                way.instead = None;
            }
            let despite = back::differences_but_done(lease, server, now.as_ref(), &way.change);
            let into = way.change.boot.clone();
            (Wish::PutBack { into, despite, instead: way.instead }, Some(way.change))
        }
        Aim::Reboot => (Wish::Reboot { into: now.clone() }, None),
    };
    let plan = plan(server, now, &wish, change);
    Ok(Proposal { plan, wish, remarks })
}

/// The same choice again, right before execution; it must still be what the person was shown.
///
/// # Errors
/// [`Problem::ChangedMeanwhile`] when it is not.
pub async fn confirm(client: &ovh::Client, server: &Server, wish: &Wish, lease: Option<&Lease>) -> Result<Plan, Error> {
    let proposal = propose(client, server, Aim::of(wish), lease).await?;
    if same_deed(&proposal.wish, wish) { Ok(proposal.plan) } else { Err(Problem::ChangedMeanwhile.into()) }
}

/// Whether two wishes start the same boot, in spite of the same changes by others; `other` is what the person was shown.
fn same_deed(one: &Wish, other: &Wish) -> bool {
    match (one, other) {
        // A rescue that ended meanwhile is no loss; one that somebody began meanwhile is.
        (Wish::Enable(one), Wish::Enable(other)) => {
            one.into.id == other.into.id
                && one.into.kernel == other.into.kernel
                && (one.over.is_none() || one.over == other.over)
        }
        (
            Wish::Restore { into: one, despite, ends, .. },
            Wish::Restore { into: other, despite: shown, ends: ends_as_shown, .. },
        ) => {
            let same_lease = *ends_as_shown == Ends::Unsaid || ends == ends_as_shown;
            one.is_same_as(other) && same_differences(despite, shown) && same_lease
        }
        (Wish::PutBack { into: one, despite, .. }, Wish::PutBack { into: other, despite: shown, .. }) => {
            one.is_same_as(other) && same_differences(despite, shown)
        }
        (Wish::Reboot { into: Some(one) }, Wish::Reboot { into: Some(other) }) => same_next(one, other),
        (Wish::Reboot { into: None }, Wish::Reboot { into: None }) => true,
        _ => false,
    }
}

/// As [`Start::is_same_as`]; but an entry that could not be read one of the two times is told by its number.
fn same_next(one: &Start, other: &Start) -> bool {
    match (one.netboot(), other.netboot()) {
        (Some(one), Some(other)) if !(one.is_known() && other.is_known()) => one.id == other.id,
        _ => one.is_same_as(other),
    }
}

fn same_differences(now: &[Difference], shown: &[Difference]) -> bool {
    let same = |(now, shown): (&Difference, &Difference)| match (now, shown) {
        (Difference::Boot(Some(now)), Difference::Boot(Some(shown))) => same_next(now, shown),
        _ => now == shown,
    };
    now.len() == shown.len() && now.iter().zip(shown).all(same)
}

/// The plan of taking over the rescue that the server is in; it changes nothing now, and a restore leads to the disk.
///
/// # Errors
/// [`Problem::NotInRescue`] when it is in none.
pub(crate) async fn adoption(client: &ovh::Client, server: &Server) -> Result<(Plan, System), Error> {
    not_held(server)?;
    let now = match server.boot.filter(|_| server.boot_script.is_none()) {
        Some(id) => Some(client.boot(&server.name, id).await?),
        None => None,
    };
    let Some(boot) = now.filter(Boot::is_rescue) else { return Err(Problem::NotInRescue.into()) };
    let system = boot.family();
    let before = snapshot(server, None);
    let into = Start::from(boot);
    Ok((Plan { before, change: Some(Setting::of(into.clone())), into: Some(into), entry: Entry::None }, system))
}

fn plan(server: &Server, now: Option<Start>, wish: &Wish, change: Option<Setting>) -> Plan {
    let entry = match wish {
        Wish::Enable(wish) if wish.system == System::Linux => {
            let set = change.as_ref().and_then(|change| change.rescue_ssh_key.as_ref());
            if set.unwrap_or(&server.rescue_ssh_key).is_some() { Entry::Key } else { Entry::Password }
        }
        Wish::Enable(_) => Entry::Password,
        Wish::Restore { .. }
        | Wish::Reboot { .. }
        | Wish::Link { .. }
        | Wish::PutBack { .. }
        | Wish::Adopt { .. }
        | Wish::HandOver { .. }
        | Wish::Console { .. }
        | Wish::Ticket(_)
        | Wish::FreeSessions { .. } => Entry::None,
    };
    let into = change.as_ref().map(|change| change.boot.clone()).or_else(|| now.clone());
    Plan { before: snapshot(server, now), change, into, entry }
}

fn snapshot(server: &Server, boot: Option<Start>) -> Snapshot {
    Snapshot {
        boot,
        rescue_mail: server.rescue_mail.clone(),
        rescue_ssh_key: server.rescue_ssh_key.clone(),
        mails: None,
        ip: server.ip.clone(),
        facts: server.facts(),
    }
}

fn not_held(server: &Server) -> Result<(), Error> {
    match server.is_held_by_ovhcloud() {
        true => Err(Problem::HeldByOvhcloud { state: server.state.clone() }.into()),
        false => Ok(()),
    }
}

/// As [`next_start`], of a server that OVHcloud does not hold.
async fn next_of_free(client: &ovh::Client, server: &Server) -> Result<Next, Error> {
    not_held(server)?;
    Ok(next_start(client, server).await)
}

/// What a server starts next, as far as OVHcloud shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Next {
    /// Its start; `None` when nothing is set.
    pub start: Option<Start>,
    /// The number of the netboot that is set, with OVHcloud's words, if that is all that could be read of it.
    pub unread: Option<(BootId, String)>,
}

/// What the server starts next: its owners' script, which is served instead of any netboot, or the netboot that is set. Of an
/// entry that OVHcloud does not show, or no longer lists, the number is known.
pub async fn next_start(client: &ovh::Client, server: &Server) -> Next {
    if let Some(script) = &server.boot_script {
        return Next { start: Some(Start::Script(script.clone())), unread: None };
    }
    let Some(id) = server.boot else { return Next::default() };
    match entry(client, &server.name, id).await {
        Ok(boot) => Next { start: Some(boot.into()), unread: None },
        Err(unread) => Next { start: Some(Boot::unread(id).into()), unread: Some((id, unread.said())) },
    }
}

/// Why an entry could not be read.
enum Unread {
    /// OVHcloud does not list it.
    Gone(String),
    /// In its own words, or for lack of any in time.
    Away(String),
}

impl Unread {
    fn said(self) -> String {
        match self {
            Self::Gone(said) | Self::Away(said) => said,
        }
    }
}

/// One netboot entry, while somebody waits.
async fn entry(client: &ovh::Client, name: &ServiceName, id: BootId) -> Result<Boot, Unread> {
    match ovh::in_time(ENTRY_WITHIN, client.boot(name, id)).await {
        Some(Ok(boot)) => Ok(boot),
        Some(Err(error)) if error.is_not_found() => Err(Unread::Gone(error.to_string())),
        Some(Err(error)) => Err(Unread::Away(error.to_string())),
        None => Err(Unread::Away(format!("nothing within {} s", ENTRY_WITHIN.as_secs()))),
    }
}
