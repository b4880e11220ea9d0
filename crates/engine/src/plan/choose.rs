//! Which rescue: by kernel, never by position.

use std::time::Duration;

use bernard_domain::{
    operation::event::Problem,
    server::{Boot, BootId, Server, System, start::LeftOut},
};
use bernard_ovh as ovh;
use bernard_ovh::Boots;

use super::{Error, Wanted};

/// A rescue that was chosen, and what OVHcloud would not show of the list that it was chosen from.
pub(super) struct Choice {
    pub(super) boot: Boot,
    pub(super) left_out: Vec<LeftOut>,
}

/// Chooses a rescue by kernel, never by position: the list also holds `ipxe-shell`, and it can come first.
pub(super) async fn rescue(client: &ovh::Client, server: &Server, wanted: &Wanted) -> Result<Choice, Error> {
    if *wanted == Wanted::ByOs && server.os.trim().is_empty() {
        return Err(Problem::SystemUnread.into());
    }
    let Boots { read: mut boots, mut left_out } = client.boots(&server.name, Some("rescue")).await?;
    if let Some(boot) = pick(&boots, server, wanted) {
        return Ok(Choice { boot: boot.clone(), left_out });
    }
    if !left_out.is_empty() {
        // What is wanted may be among them, so they are worth a longer look.
        let ids: Vec<BootId> = left_out.iter().map(|entry| entry.id).collect();
        let more = client.boots_of(&server.name, &ids, Duration::MAX).await?;
        boots.extend(more.read);
        left_out = more.left_out;
        if let Some(boot) = pick(&boots, server, wanted) {
            return Ok(Choice { boot: boot.clone(), left_out });
        }
    }
    if let Wanted::Kernel(kernel) = wanted {
        // Some rescues are listed with another type than `rescue`.
        let all = client.boots(&server.name, None).await?;
        // What was said of an entry first was said after the longer look.
        left_out.retain(|entry| all.read.iter().all(|boot| boot.id != entry.id));
        let known: Vec<BootId> = left_out.iter().map(|entry| entry.id).collect();
        left_out.extend(all.left_out.into_iter().filter(|entry| !known.contains(&entry.id)));
        if let Some(boot) = all.read.into_iter().find(|boot| boot.kernel == *kernel && boot.is_rescue()) {
            return Ok(Choice { boot, left_out });
        }
    }
    // What nobody can reach is not offered.
    let has: Vec<String> = boots.into_iter().filter(Boot::is_rescue).map(|boot| boot.kernel).collect();
    if has.is_empty() && left_out.is_empty() {
        return Err(Problem::NoBoots.into());
    }
    // The memory only explains; without it the sentence is shorter.
    let memory_gb = client.hardware(&server.name).await.ok().flatten().map(|mb| mb / 1024);
    let wanted = match wanted {
        Wanted::ByOs => family_word(server.system()).to_owned(),
        Wanted::Family(system) => family_word(*system).to_owned(),
        Wanted::Kernel(kernel) => kernel.clone(),
    };
    Err(Problem::NoSuchRescue { wanted, has, os: server.os.clone(), memory_gb, left_out }.into())
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
    let current = !boot.is_retired();
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
