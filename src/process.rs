//! What this process asks of the system for itself, before it reads any secret.

use rustix::{
    fs::Mode,
    process::{Resource, Rlimit, getrlimit, setrlimit, umask},
};

/// Nobody else gets to read what this process has in memory or writes into files: no core dump, no debugger of another
/// process of the same user, and what it creates is its owner's alone.
///
/// What the system refuses is logged by nobody: the process is no worse off than without the question.
pub fn keep_to_itself() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    umask(Mode::RWXG | Mode::RWXO);
}

/// Allows this process as many descriptors as it may have: the usual soft limit is for programs of another age.
pub fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    }
}

/// How many descriptors this process may hold.
pub fn descriptors() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_keeps_to_itself_dumps_nothing_and_creates_for_its_owner() {
        keep_to_itself();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        #[cfg(target_os = "linux")]
        assert_eq!(
            rustix::process::dumpable_behavior().expect("Linux tells"),
            rustix::process::DumpableBehavior::NotDumpable
        );
        raise_descriptors();
        assert_eq!(Some(descriptors()), getrlimit(Resource::Nofile).maximum.or(Some(u64::MAX)));
        assert_eq!(umask(Mode::RWXG | Mode::RWXO), Mode::RWXG | Mode::RWXO);
    }
}
