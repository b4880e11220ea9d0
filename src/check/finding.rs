//! One thing that was looked at, and what came of all of them.

use std::{cell::RefCell, fmt};

use bernard_config::{At, Place, Warning};
use serde_json::{Value, json};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What came of it.
    pub outcome: Outcome,
    /// What was looked at, and what to do if it is not well.
    pub what: String,
    /// What of the configuration it is about, if of anything.
    pub about: Option<About>,
    /// Which address it is about, if it was asked.
    pub address: Option<String>,
}

/// What of the configuration a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A key.
    Key(Place),
    /// A key of a rule that the finding's own words name with its line.
    Rule(Place),
}

/// What came of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is well.
    Well,
    /// It cannot be proved without an effect, or could not be looked at.
    Unproved,
    /// It works, but hardly as it was meant.
    Odd,
    /// The far end does not answer, or is in trouble: nobody knows whether the configuration is right about it.
    Unreachable,
    /// The bot will not work as configured.
    Wrong,
}

/// What came of all looks together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything that was to be proved is.
    Ready,
    /// It will work; something is odd or unproved.
    ReadyBut,
    /// It will not work as configured, or an end that it needs did not answer.
    NotReady,
}

impl Outcome {
    /// Its word, as `--json` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Unproved => "unproved",
            Self::Odd => "odd",
            Self::Unreachable => "unreachable",
            Self::Wrong => "wrong",
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Well => Verdict::Ready,
            Self::Unproved | Self::Odd => Verdict::ReadyBut,
            Self::Unreachable | Self::Wrong => Verdict::NotReady,
        }
    }

    /// So that what must be done stands out.
    fn shown(self) -> String {
        match self {
            Self::Unreachable | Self::Wrong => self.as_str().to_uppercase(),
            Self::Well | Self::Unproved | Self::Odd => self.as_str().to_owned(),
        }
    }
}

impl Verdict {
    /// Its word, as `--json` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::ReadyBut => "ready_but",
            Self::NotReady => "not_ready",
        }
    }
}

impl About {
    /// The key and where it stands.
    pub fn place(&self) -> &Place {
        match self {
            Self::Key(place) | Self::Rule(place) => place,
        }
    }
}

impl Finding {
    /// A finding that is about no key and no address.
    pub fn new(outcome: Outcome, what: impl Into<String>) -> Self {
        Self { outcome, what: what.into(), about: None, address: None }
    }

    /// The same about a key.
    #[must_use]
    pub fn key(self, place: Place) -> Self {
        Self { about: Some(About::Key(place)), ..self }
    }

    /// The same about a key of a rule that its words name.
    #[must_use]
    pub fn rule(self, place: Place) -> Self {
        Self { about: Some(About::Rule(place)), ..self }
    }

    /// The same about an address.
    #[must_use]
    pub fn address(self, address: impl Into<String>) -> Self {
        Self { address: Some(address.into()), ..self }
    }

    /// What the configuration's own warning comes to.
    pub fn of_warning(warning: &Warning) -> Self {
        let problem = &warning.problem;
        let right = if problem.right.is_empty() { String::new() } else { format!("; {}", problem.right) };
        let place = Place { file: warning.file.clone(), at: problem.at.clone(), key: problem.key.clone() };
        Self::new(Outcome::Odd, format!("{}{right}", problem.what)).key(place)
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let place = self.about.as_ref().map(About::place);
        let variable = place.and_then(|place| match &place.at {
            At::Variable(name) => Some(name.clone()),
            At::File | At::Line { .. } => None,
        });
        json!({
            "outcome": self.outcome.as_str(),
            "what": self.what,
            "file": place.map(|place| place.file.clone()),
            "line": place.and_then(|place| place.at.line()),
            "variable": variable,
            "key": place.map(|place| place.key.clone()),
            "address": self.address,
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<11}  ", self.outcome.shown())?;
        match &self.about {
            Some(About::Key(place)) => write!(f, "{place}: ")?,
            Some(About::Rule(place)) if !place.file.is_empty() => write!(f, "{}: ", place.file)?,
            Some(About::Rule(_)) | None => {}
        }
        f.write_str(&self.what)?;
        // What is well need not be found again.
        match self.address.as_ref().filter(|_| self.outcome != Outcome::Well) {
            Some(address) => write!(f, " [{address}]"),
            None => Ok(()),
        }
    }
}

/// Everything that was found so far, each thing once; whoever reads hears of it at once.
pub struct Report<'a> {
    findings: RefCell<Vec<Finding>>,
    hear: &'a dyn Fn(Heard<'_>),
}

/// What a reader hears while it is looked.
pub enum Heard<'a> {
    /// Something was found.
    Found(&'a Finding),
    /// Something takes longer than it should.
    Waiting(&'a str),
    /// How far something is that takes its time.
    Progress(&'a str),
}

impl<'a> Report<'a> {
    /// Nothing yet.
    pub fn new(hear: &'a dyn Fn(Heard<'_>)) -> Self {
        Self { findings: RefCell::default(), hear }
    }

    /// Adds a finding, unless it was said already.
    pub fn add(&self, finding: Finding) {
        let is_new = !self.findings.borrow().contains(&finding);
        if is_new {
            (self.hear)(Heard::Found(&finding));
            self.findings.borrow_mut().push(finding);
        }
    }

    /// Says that something takes longer than it should.
    pub fn waits(&self, what: &str) {
        (self.hear)(Heard::Waiting(what));
    }

    /// Says how far something is that takes its time.
    pub fn is_at(&self, what: &str) {
        (self.hear)(Heard::Progress(what));
    }

    /// Adds what the configuration warns of by itself, but for what the world told better of the same key of a rule: as bad at least.
    pub fn warn(&self, warnings: &[Warning]) {
        for warning in warnings.iter().map(Finding::of_warning) {
            let of_rule = |found: &Finding| match &found.about {
                Some(About::Rule(place)) => Some((place.key.clone(), place.file.clone())),
                Some(About::Key(_)) | None => None,
            };
            let own = warning.about.as_ref().map(About::place).map(|place| (place.key.clone(), place.file.clone()));
            let better = |found: &Finding| own.is_some() && of_rule(found) == own && found.outcome >= warning.outcome;
            if !self.findings.borrow().iter().any(better) {
                self.add(warning);
            }
        }
    }

    /// Everything that was found, in its order.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }
}

/// What all of it comes to, and its sentence: the last line.
pub fn verdict(findings: &[Finding]) -> (Verdict, String) {
    let verdict = findings.iter().map(|finding| finding.outcome.verdict()).max().unwrap_or(Verdict::Ready);
    let counted = |outcomes: &[Outcome]| {
        let count = |outcome: &Outcome| findings.iter().filter(|finding| finding.outcome == *outcome).count();
        let counts = outcomes.iter().map(|outcome| (count(outcome), outcome.as_str())).filter(|(count, _)| *count > 0);
        counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    };
    let sentence = match verdict {
        Verdict::Ready => "ready".to_owned(),
        Verdict::ReadyBut => format!("ready, but {} (see above)", counted(&[Outcome::Odd, Outcome::Unproved])),
        Verdict::NotReady => format!("not ready: {} (see above)", counted(&[Outcome::Wrong, Outcome::Unreachable])),
    };
    (verdict, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, key: &str) -> Place {
        Place { file: "my.toml".to_owned(), at: At::Line { line, column: 1 }, key: key.to_owned() }
    }

    #[test]
    fn the_worst_finding_decides() {
        let found = |outcomes: &[Outcome]| {
            let findings: Vec<Finding> = outcomes.iter().map(|outcome| Finding::new(*outcome, "x")).collect();
            verdict(&findings).1
        };
        assert_eq!(found(&[]), "ready");
        assert_eq!(found(&[Outcome::Well, Outcome::Well]), "ready");
        assert_eq!(
            found(&[Outcome::Well, Outcome::Unproved, Outcome::Odd]),
            "ready, but 1 odd, 1 unproved (see above)"
        );
        assert_eq!(found(&[Outcome::Odd, Outcome::Unreachable]), "not ready: 1 unreachable (see above)");
        assert_eq!(
            found(&[Outcome::Wrong, Outcome::Wrong, Outcome::Unreachable]),
            "not ready: 2 wrong, 1 unreachable (see above)"
        );
    }

    #[test]
    fn a_finding_names_its_key_its_line_and_its_address() {
        let finding = Finding::new(Outcome::Wrong, "Discord refuses the token").key(place(5, "discord.token"));
        let finding = finding.address("https://discord.com");
        let shown = "WRONG        my.toml:5: discord.token: Discord refuses the token [https://discord.com]";
        assert_eq!(finding.to_string(), shown);
        assert_eq!(finding.json()["line"], 5);
        assert_eq!(finding.json()["key"], "discord.token");
    }

    #[test]
    fn nothing_is_said_twice() {
        let heard = RefCell::new(0);
        let hear = |_: Heard<'_>| *heard.borrow_mut() += 1;
        let report = Report::new(&hear);
        let problem = |key: &str| bernard_config::Problem {
            at: At::Line { line: 9, column: 1 },
            key: key.to_owned(),
            what: "is odd".to_owned(),
            right: String::new(),
        };
        let warning = |key: &str| Warning { file: "my.toml".to_owned(), problem: problem(key) };
        for _ in 0..2 {
            report.add(Finding::new(Outcome::Wrong, "nobody approves").rule(place(9, "protect[0].approvals")));
        }
        report.add(Finding::new(Outcome::Unreachable, "away").key(place(4, "discord.api_url")));
        report.warn(&["protect[0].approvals", "protect[0].servers", "discord.api_url"].map(warning));
        assert_eq!(*heard.borrow(), 4);
        let findings = report.into_findings();
        assert_eq!(findings.len(), 4, "the warning that was found out better is not repeated: {findings:#?}");
    }
}
