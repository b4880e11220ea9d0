//! What `bernard check` prints: a line for each finding as soon as it is known, the verdict as the last one; with `--json` one
//! object at the end.

use std::{path::Path, process::ExitCode};

use bernard_config::{Loaded, Place, Problems};
use serde_json::{Value, json};

use super::{
    example,
    finding::{Finding, Heard, Outcome, Report, Verdict, verdict},
};
use crate::{progress::ProgressLine, say};

/// The exit code of a configuration that will not work, or whose ends did not answer.
const NOT_READY: u8 = 1;
/// The exit code of a file that is no configuration, as for wrong arguments.
const NO_CONFIGURATION: u8 = 2;

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
    let progress = ProgressLine::new(looks == Looks::Text);
    let hear = |heard: Heard<'_>| match (heard, looks) {
        (Heard::Found(finding), Looks::Text) => {
            progress.clear();
            say::line(finding);
        }
        (Heard::Found(_), Looks::Json) => {}
        (Heard::Waiting(what), _) => {
            progress.clear();
            say::error(format!("bernard: {what}"));
        }
        (Heard::Progress(what), _) => progress.show(&format!("bernard: {what} …")),
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
    progress.clear();
    let findings = report.into_findings();
    let (verdict, sentence) = verdict(&findings);
    match looks {
        Looks::Text => say::line(sentence),
        Looks::Json => say::line(whole(verdict, &sentence, &findings)),
    }
    Ok(match (verdict, is_usable) {
        (Verdict::Ready | Verdict::ReadyBut, _) => ExitCode::SUCCESS,
        (Verdict::NotReady, true) => ExitCode::from(NOT_READY),
        (Verdict::NotReady, false) => ExitCode::from(NO_CONFIGURATION),
    })
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
