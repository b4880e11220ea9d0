//! Installed systems in people's words, by OVHcloud's names for its images: `win2022-std_64` is Windows Server 2022.

use bernard_untrusted::shown::span::code;

/// The families whose names are known: as OVHcloud's name begins, and as people say it.
const FAMILIES: [(&str, &str); 14] = [
    ("windows", "Windows Server"),
    ("win", "Windows Server"),
    ("debian", "Debian"),
    ("ubuntu", "Ubuntu"),
    ("almalinux", "AlmaLinux"),
    ("rockylinux", "Rocky Linux"),
    ("rocky", "Rocky Linux"),
    ("centos", "CentOS"),
    ("fedora", "Fedora"),
    ("proxmox", "Proxmox VE"),
    ("esxi", "VMware ESXi"),
    ("freebsd", "FreeBSD"),
    ("opensuse", "openSUSE"),
    ("gentoo", "Gentoo"),
];

/// What is installed, in words; a name that says nothing to us stands as it is.
pub(crate) fn in_words(os: &str) -> String {
    let lower = os.to_ascii_lowercase();
    let known = FAMILIES.iter().find_map(|(begins, name)| Some((*name, lower.strip_prefix(begins)?)));
    let Some((name, rest)) = known else { return code(os) };
    let version: String = rest.chars().take_while(char::is_ascii_digit).collect();
    // What stands before the first separator is the version; letters there are part of a name that we do not know.
    let head = rest.split(['-', '_']).next().unwrap_or_default();
    if head != version {
        return code(os);
    }
    match (name, version.len()) {
        (_, 0) => name.to_owned(),
        ("Ubuntu", 4) => format!("{name} {}.{}", &version[..2], &version[2..]),
        _ => format!("{name} {version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ovhcloud_calls_its_images_is_said_as_people_say_it() {
        for (os, said) in [
            ("win2022-std_64", "Windows Server 2022"),
            ("WIN2019-dc_64", "Windows Server 2019"),
            ("debian12_64", "Debian 12"),
            ("ubuntu2404-server_64", "Ubuntu 24.04"),
            ("rocky9_64", "Rocky Linux 9"),
            ("proxmox8_64", "Proxmox VE 8"),
            ("none_64", "`none_64`"),
            ("winxp`_64", "`` winxp`_64 ``"),
            ("debian", "Debian"),
            ("", "` `"),
        ] {
            assert_eq!(in_words(os), said, "{os}");
        }
    }
}
