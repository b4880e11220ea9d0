//! What `bernard check` prints: a line for each finding as soon as it is known, the verdict as the last one; with `--json` one
//! object at the end.

use std::{
    cell::Cell,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    process::ExitCode,
};

use bernard_config::{Loaded, Place, Problems};
use serde_json::{Value, json};

use super::{
    example,
    finding::{Finding, Heard, Outcome, Report, Verdict, verdict},
};

/// The exit code of a configuration that will not work, or whose ends did not answer.
const NOT_READY: u8 = 1;
/// The exit code of a file that is no configuration, as for wrong arguments.
const NO_CONFIGURATION: u8 = 2;

/// What has a terminal forget the line that it is at.
const CLEARED: &str = "\r\u{1b}[K";

/// How what was found is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Lines for people.
    Text,
    /// One JSON object.
    Json,
}

/// Checks what `loaded` came to, with `look` for all that is beyond the file itself; the exit code is the verdict's.
pub fn run(
    path: &Path,
    loaded: Result<Loaded, Problems>,
    looks: Looks,
    look: impl FnOnce(&Loaded, &Report<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let progress = Progress::new(looks);
    let hear = |heard: Heard<'_>| match (heard, looks) {
        (Heard::Found(finding), Looks::Text) => progress.aside(|| say(&finding.to_string())),
        (Heard::Found(_), Looks::Json) => {}
        (Heard::Waiting(what), _) => progress.aside(|| eprintln!("bernard: {what}")),
        (Heard::Progress(what), _) => progress.show(what),
    };
    let report = Report::new(&hear);
    let is_usable = loaded.is_ok();
    if example::is_untouched(path) {
        // The environment may have filled it in.
        let outcome = if is_usable { Outcome::Odd } else { Outcome::Wrong };
        report.add(Finding::new(outcome, format!("{}: {}", path.display(), example::said())));
    }
    match loaded {
        Ok(loaded) => {
            let order = format!("{}: the configuration is in order", path.display());
            report.add(Finding::new(Outcome::Well, order));
            look(&loaded, &report)?;
            report.warn(&loaded.warnings);
        }
        Err(problems) => of_problems(&problems).for_each(|finding| report.add(finding)),
    }
    progress.aside(|| ());
    let findings = report.into_findings();
    let (verdict, sentence) = verdict(&findings);
    match looks {
        Looks::Text => say(&sentence),
        Looks::Json => say(&whole(verdict, &sentence, &findings).to_string()),
    }
    Ok(match (verdict, is_usable) {
        (Verdict::Ready | Verdict::ReadyBut, _) => ExitCode::SUCCESS,
        (Verdict::NotReady, true) => ExitCode::from(NOT_READY),
        (Verdict::NotReady, false) => ExitCode::from(NO_CONFIGURATION),
    })
}

/// How far it is: a line on the terminal that the next one takes the place of. Elsewhere, and for machines, there is none.
struct Progress {
    is_shown: bool,
    /// A line stands there now.
    stands: Cell<bool>,
}

impl Progress {
    fn new(looks: Looks) -> Self {
        Self { is_shown: looks == Looks::Text && io::stderr().is_terminal(), stands: Cell::new(false) }
    }

    fn show(&self, what: &str) {
        if self.is_shown {
            eprint!("{CLEARED}bernard: {what} …");
            self.stands.set(true);
        }
    }

    /// Says something else where that line stood.
    fn aside(&self, say: impl FnOnce()) {
        if self.stands.replace(false) {
            eprint!("{CLEARED}");
        }
        say();
    }
}

fn of_problems(problems: &Problems) -> impl Iterator<Item = Finding> {
    problems.list.iter().map(|problem| {
        let right = if problem.right.is_empty() { String::new() } else { format!("; {}", problem.right) };
        let place = Place { file: problems.file.clone(), at: problem.at.clone(), key: problem.key.clone() };
        Finding::new(Outcome::Wrong, format!("{}{right}", problem.what)).key(place)
    })
}

fn whole(verdict: Verdict, sentence: &str, findings: &[Finding]) -> Value {
    json!({
        "verdict": verdict.as_str(),
        "says": sentence,
        "findings": findings.iter().map(Finding::json).collect::<Vec<_>>(),
    })
}

/// A line for whoever reads. Nobody need read to the end: a closed pipe is no fault, and changes no exit code.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
