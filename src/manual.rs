//! `bernard completions` and `bernard man`: made of the command line's own definition, so that neither can disagree with it.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use clap::Command;
use clap_complete::Shell;

/// A manual page is for everybody, whoever had it made.
const FOR_ALL: u32 = 0o644;

/// Writes the completions of `command` for `shell` to `out`.
///
/// # Errors
/// When `out` takes no more.
pub fn completions(shell: Shell, mut command: Command, out: &mut impl Write) -> io::Result<()> {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    out.write_all(&text)
}

/// Writes a manual page for `command` and for each of its verbs into `folder`, which is made if need be; pages that are there are
/// written anew.
///
/// # Errors
/// When a page cannot be written.
pub fn pages(command: Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("bernard"));
        if is_ours && path.is_file() {
            fs::set_permissions(path, fs::Permissions::from_mode(FOR_ALL))?;
        }
    }
    Ok(())
}
