//! The sinks of the audit: whether each is there. What it takes shows only with a line, and none is sent.

use bernard_config::{Config, Places};
use bernard_sinks::{Destination, Reached, reach};

use super::{
    finding::{Finding, Outcome, Report},
    reach::waited,
};

/// Looks at all of them at once; `destinations` in the order of the configuration.
pub(super) async fn look(config: &Config, places: &Places, destinations: &[Destination], report: &Report<'_>) {
    let looks = config.audit.sinks.iter().zip(destinations).enumerate().map(async |(index, (sink, to))| {
        let what = format!("the audit's sink {}", sink.name);
        let reached = waited(report, &format!("{what} [{}]", sink.to), reach(to)).await;
        let (outcome, said) = found(&reached.unwrap_or_else(Reached::Not));
        let what = format!("{what}: {said}");
        let finding = Finding::new(outcome, what).key(places.of(&format!("audit.sink[{index}].url")));
        report.add(finding.address(sink.to.to_string()));
    });
    futures_util::future::join_all(looks).await;
}

fn found(reached: &Reached) -> (Outcome, String) {
    match reached {
        Reached::Connected => (Outcome::Well, "it takes connections".to_owned()),
        Reached::Answered(status @ (401 | 403)) => {
            (Outcome::Odd, format!("it answers {status} to HEAD: look whether the token is right, and may POST"))
        }
        Reached::Answered(status) => {
            let shows = "whether it takes lines shows with the first one";
            (Outcome::Unproved, format!("it answers (status {status} to HEAD); {shows}"))
        }
        Reached::Not(said) => (Outcome::Unreachable, said.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_that_is_not_there_is_unreachable_and_nothing_is_said_to_be_well_that_is_not_proved() {
        let outcome = |reached| found(&reached).0;
        assert_eq!(outcome(Reached::Not("connection refused".to_owned())), Outcome::Unreachable);
        assert_eq!(outcome(Reached::Answered(405)), Outcome::Unproved);
        assert_eq!(outcome(Reached::Answered(401)), Outcome::Odd);
        assert_eq!(outcome(Reached::Connected), Outcome::Well);
    }
}
