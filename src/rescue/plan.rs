//! From a wish to the exact change: which boot, which fields, and what was there before.
//!
//! Only reads. The same reads make the confirmation card, and, right before execution, the recorded plan: what a person was
//! shown is what happens, or nothing does.

use jiff::SignedDuration;

use super::{
    event::Problem,
    lease::Lease,
    operation::{Difference, EnableWish, Ends, Entry, Plan, Setting, Snapshot, Wish, same_text},
    server::{Boot, Server, ServiceName, System},
};
use crate::ovh;

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
    Restore,
    /// What a restore puts back, without its reboot.
    PutBack,
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
            Wish::Restore { .. } => Self::Restore,
            Wish::PutBack { .. } => Self::PutBack,
            Wish::Reboot { .. }
            | Wish::Link { .. }
            | Wish::Adopt { .. }
            | Wish::HandOver { .. }
            | Wish::Console { .. } => Self::Reboot,
        }
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
}

/// No plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// For a reason that a person should hear.
    #[error("{0:?}")]
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
pub async fn read_server(client: &ovh::Client, name: &ServiceName) -> Result<Server, Error> {
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
    let now = boot_of_free(client, server).await?;
    let (wish, change) = match aim {
        Aim::Enable { wanted, email, ssh_key, lease } => {
            let (into, system) = choose_rescue(client, server, &wanted).await?;
            if system == System::Windows && ssh_key.is_some() {
                return Err(Problem::KeyNeedsLinux.into());
            }
            let change = Setting {
                boot: into.clone(),
                rescue_mail: email.clone().map(Some),
                rescue_ssh_key: ssh_key.clone().map(Some),
            };
            (Wish::Enable(EnableWish { into, system, email, ssh_key, lease, over }), Some(change))
        }
        Aim::Restore => {
            let change = restoring(client, server, lease, now.as_ref()).await?;
            let despite = lease.map(|lease| differences(lease, server, now.as_ref())).unwrap_or_default();
            let ends = over.map_or(Ends::Nobodys, Ends::This);
            (Wish::Restore { into: change.boot.clone(), despite, ends }, Some(change))
        }
        Aim::PutBack => {
            let lease = lease.ok_or(Problem::NotInRescue)?;
            let mut change = restoring(client, server, Some(lease), now.as_ref()).await?;
            if let Some(theirs) = now.as_ref().filter(|_| lease.seen.has_left()) {
                // It is out of rescue: what others set there stays.
                change.boot = theirs.clone();
            }
            let despite = differences_but_done(lease, server, now.as_ref(), &change);
            (Wish::PutBack { into: change.boot.clone(), despite }, Some(change))
        }
        Aim::Reboot => (Wish::Reboot { into: now.clone() }, None),
    };
    Ok(Proposal { plan: plan(server, now, &wish, change), wish })
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
    let same = |one: &Boot, other: &Boot| one.id == other.id && one.kernel == other.kernel;
    match (one, other) {
        // A rescue that ended meanwhile is no loss; one that somebody began meanwhile is.
        (Wish::Enable(one), Wish::Enable(other)) => {
            same(&one.into, &other.into) && (one.over.is_none() || one.over == other.over)
        }
        (
            Wish::Restore { into: one, despite, ends },
            Wish::Restore { into: other, despite: shown, ends: ends_as_shown },
        ) => same(one, other) && despite == shown && (*ends_as_shown == Ends::Unsaid || ends == ends_as_shown),
        (Wish::PutBack { into: one, despite }, Wish::PutBack { into: other, despite: shown }) => {
            same(one, other) && despite == shown
        }
        (Wish::Reboot { into: Some(one) }, Wish::Reboot { into: Some(other) }) => same(one, other),
        (Wish::Reboot { into: None }, Wish::Reboot { into: None }) => true,
        _ => false,
    }
}

/// What puts the server back to `before`, for an operation whose reboot did not happen.
///
/// # Errors
/// [`Error`] when there was no boot and the hard-disk boot cannot be found.
pub async fn undoing(client: &ovh::Client, name: &ServiceName, plan: &Plan) -> Result<Option<Setting>, Error> {
    let Some(change) = &plan.change else { return Ok(None) };
    let boot = match &plan.before.boot {
        Some(boot) => boot.clone(),
        None => hard_disk(client, name).await?,
    };
    Ok(Some(back_to(&plan.before, change, boot)))
}

/// The plan of taking over the rescue that the server is in; it changes nothing now, and a restore leads to the disk.
///
/// # Errors
/// [`Problem::NotInRescue`] when it is in none.
pub async fn adoption(client: &ovh::Client, server: &Server) -> Result<(Plan, System), Error> {
    let now = boot_of_free(client, server).await?.filter(Boot::is_rescue);
    let Some(boot) = now else { return Err(Problem::NotInRescue.into()) };
    let system = boot.family();
    let before = snapshot(server, None);
    let set = Setting { boot: boot.clone(), rescue_mail: None, rescue_ssh_key: None };
    Ok((Plan { before, change: Some(set), into: Some(boot), entry: Entry::None }, system))
}

fn plan(server: &Server, now: Option<Boot>, wish: &Wish, change: Option<Setting>) -> Plan {
    let entry = match wish {
        Wish::Enable(wish) if wish.system == System::Linux => {
            let key = wish.ssh_key.as_ref().or(server.rescue_ssh_key.as_ref());
            if key.is_some() { Entry::Key } else { Entry::Password }
        }
        Wish::Enable(_) => Entry::Password,
        Wish::Restore { .. }
        | Wish::Reboot { .. }
        | Wish::Link { .. }
        | Wish::PutBack { .. }
        | Wish::Adopt { .. }
        | Wish::HandOver { .. }
        | Wish::Console { .. } => Entry::None,
    };
    let into = change.as_ref().map(|change| change.boot.clone()).or_else(|| now.clone());
    Plan { before: snapshot(server, now), change, into, entry }
}

fn snapshot(server: &Server, boot: Option<Boot>) -> Snapshot {
    Snapshot {
        boot,
        rescue_mail: server.rescue_mail.clone(),
        rescue_ssh_key: server.rescue_ssh_key.clone(),
        mails: None,
        ip: server.ip.clone(),
    }
}

/// As [`current_boot`], of a server that OVHcloud does not hold.
async fn boot_of_free(client: &ovh::Client, server: &Server) -> Result<Option<Boot>, Error> {
    if server.is_held_by_ovhcloud() {
        return Err(Problem::HeldByOvhcloud { state: server.state.clone() }.into());
    }
    Ok(current_boot(client, server).await?)
}

/// The boot that the server starts next; `None` when none is set, or the one that is set no longer exists.
///
/// # Errors
/// OVHcloud's.
pub async fn current_boot(client: &ovh::Client, server: &Server) -> Result<Option<Boot>, ovh::Error> {
    let Some(id) = server.boot else { return Ok(None) };
    match client.boot(&server.name, id).await {
        Ok(boot) => Ok(Some(boot)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn hard_disk(client: &ovh::Client, name: &ServiceName) -> Result<Boot, Error> {
    let mut disks = client.boots(name, Some("harddisk")).await?;
    if disks.is_empty() { Err(Problem::NoBoots.into()) } else { Ok(disks.swap_remove(0)) }
}

/// What a restore sets: the recorded boot, or the disk where that was none, a rescue or power-off; mail and key only if they were changed.
async fn restoring(
    client: &ovh::Client,
    server: &Server,
    lease: Option<&Lease>,
    now: Option<&Boot>,
) -> Result<Setting, Error> {
    let Some(lease) = lease else {
        if now.is_none_or(Boot::is_worth_returning_to) {
            return Err(Problem::NothingToRestore.into());
        }
        let boot = hard_disk(client, &server.name).await?;
        return Ok(Setting { boot, rescue_mail: None, rescue_ssh_key: None });
    };
    let recorded = lease.before.boot.as_ref().filter(|boot| boot.is_worth_returning_to());
    let boot = match recorded {
        Some(boot) => boot.clone(),
        None => hard_disk(client, &server.name).await?,
    };
    Ok(back_to(&lease.before, &lease.set, boot))
}

fn back_to(before: &Snapshot, set: &Setting, boot: Boot) -> Setting {
    Setting {
        boot,
        rescue_mail: set.rescue_mail.as_ref().map(|_| before.rescue_mail.clone()),
        rescue_ssh_key: set.rescue_ssh_key.as_ref().map(|_| before.rescue_ssh_key.clone()),
    }
}

/// What somebody else changed; what is back already needs no question.
fn differences_but_done(lease: &Lease, server: &Server, now: Option<&Boot>, change: &Setting) -> Vec<Difference> {
    if change.holds_on(server) { Vec::new() } else { differences(lease, server, now) }
}

fn differences(lease: &Lease, server: &Server, now: Option<&Boot>) -> Vec<Difference> {
    let mut differences = Vec::new();
    if server.boot != Some(lease.set.boot.id) && !lease.seen.has_left() {
        differences.push(Difference::Boot(now.cloned()));
    }
    if lease.set.rescue_mail.as_ref().is_some_and(|mail| *mail != server.rescue_mail) {
        differences.push(Difference::RescueMail);
    }
    let theirs = server.rescue_ssh_key.as_deref();
    if lease.set.rescue_ssh_key.as_ref().is_some_and(|ours| !same_text(ours.as_deref(), theirs)) {
        differences.push(Difference::RescueSshKey);
    }
    differences
}

/// Chooses a rescue by kernel, never by position: the list also holds `ipxe-shell`, and it can come first.
async fn choose_rescue(client: &ovh::Client, server: &Server, wanted: &Wanted) -> Result<(Boot, System), Error> {
    if *wanted == Wanted::ByOs && server.os.trim().is_empty() {
        return Err(Problem::SystemUnread.into());
    }
    let boots = client.boots(&server.name, Some("rescue")).await?;
    if let Some(boot) = pick(&boots, server, wanted) {
        let system = boot.family();
        return Ok((boot.clone(), system));
    }
    if let Wanted::Kernel(kernel) = wanted {
        // Some rescues are listed with another type than `rescue`.
        let all = client.boots(&server.name, None).await?;
        if let Some(boot) = all.into_iter().find(|boot| boot.kernel == *kernel && boot.is_rescue()) {
            let system = boot.family();
            return Ok((boot, system));
        }
    }
    // What nobody can reach is not offered.
    let has: Vec<String> = boots.into_iter().filter(Boot::is_rescue).map(|boot| boot.kernel).collect();
    if has.is_empty() {
        return Err(Problem::NoBoots.into());
    }
    // The memory only explains; without it the sentence is shorter.
    let memory_gb = client.hardware(&server.name).await.ok().flatten().map(|mb| mb / 1024);
    let wanted = match wanted {
        Wanted::ByOs => family_word(server.system()).to_owned(),
        Wanted::Family(system) => family_word(*system).to_owned(),
        Wanted::Kernel(kernel) => kernel.clone(),
    };
    Err(Problem::NoSuchRescue { wanted, has, os: server.os.clone(), memory_gb }.into())
}

/// The word of a family in commands.
fn family_word(system: System) -> &'static str {
    match system {
        System::Windows => "windows",
        System::Linux => "linux",
    }
}

fn pick<'a>(boots: &'a [Boot], server: &Server, wanted: &Wanted) -> Option<&'a Boot> {
    let family = match wanted {
        Wanted::Kernel(kernel) => return boots.iter().find(|boot| boot.kernel == *kernel && boot.is_rescue()),
        Wanted::Family(family) => *family,
        Wanted::ByOs => server.system(),
    };
    boots.iter().filter(|boot| boot.rescue_system() == Some(family)).max_by_key(|boot| (preference(boot), boot.id))
}

/// How well a rescue fits its family: the names that OVHcloud's guides give first, a retired image last.
fn preference(boot: &Boot) -> (bool, u8, u32) {
    let current = !boot.description.to_ascii_uppercase().contains("REMOVAL");
    let rank = match boot.kernel.as_str() {
        "rescue-customer-windows" => 3,
        kernel if kernel.starts_with("rescue") && kernel.ends_with("-customer") => 2,
        _ => 1,
    };
    let version: String = boot.kernel.chars().skip("rescue".len()).take_while(char::is_ascii_digit).collect();
    (current, rank, version.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rescue::server::BootId;

    fn boot(id: u64, kernel: &str, description: &str) -> Boot {
        Boot { id: BootId(id), boot_type: "rescue".into(), kernel: kernel.into(), description: description.into() }
    }

    fn server(os: &str) -> Server {
        let name = "ns1.example".to_owned().try_into().expect("a name");
        Server { os: os.into(), ..Server::only_named(name, "main") }
    }

    fn kernel(boots: &[Boot], os: &str, wanted: &Wanted) -> Option<String> {
        pick(boots, &server(os), wanted).map(|boot| boot.kernel.clone())
    }

    #[test]
    fn a_rescue_is_chosen_by_its_kernel_and_never_by_its_place() {
        let boots = [
            boot(9, "ipxe-shell", "iPXE shell"),
            boot(1, "rescue-customer", "Rescue [REMOVAL ON 2025-06-23]"),
            boot(2, "rescue11-customer", ""),
            boot(3, "rescue12-customer", ""),
            boot(4, "Rescue2019-Windows", ""),
            boot(5, "rescue-customer-windows", ""),
            boot(6, "WinRescue", ""),
        ];
        assert_eq!(kernel(&boots, "win2022-std_64", &Wanted::ByOs).as_deref(), Some("rescue-customer-windows"));
        assert_eq!(kernel(&boots, "debian12_64", &Wanted::ByOs).as_deref(), Some("rescue12-customer"));
        assert_eq!(
            kernel(&boots, "debian12_64", &Wanted::Family(System::Windows)).as_deref(),
            Some("rescue-customer-windows")
        );
        assert_eq!(
            kernel(&boots, "debian12_64", &Wanted::Kernel("rescue11-customer".into())).as_deref(),
            Some("rescue11-customer")
        );
        assert_eq!(kernel(&boots, "debian12_64", &Wanted::Kernel("ipxe-shell".into())), None);
        assert_eq!(kernel(&boots[..4], "win2022-std_64", &Wanted::ByOs), None);
    }
}
