//! Logging and figures are set up once in a process: a story that brings its own takes a process of its own.

use std::{env, process::Command};

/// Whether this process was started for this one story. If it was not, one is, and the story has to end well there: whoever is told
/// `false` is done.
///
/// # Panics
/// When the story failed there.
#[track_caller]
pub(crate) fn is_alone(module: &str, story: &str) -> bool {
    let (_, module) = module.split_once("::").expect("the module of a story");
    let name = format!("{module}::{story}");
    let arguments: Vec<String> = env::args().collect();
    if arguments.contains(&"--exact".to_owned()) && arguments.contains(&name) {
        return true;
    }
    let program = env::current_exe().expect("the path of this program");
    let run = Command::new(program).args(["--exact", &name, "--nocapture"]).output().expect("it starts");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && out.contains("1 passed"), "{name} in a process of its own:\n{out}\n{err}");
    false
}
