//! `[oncall]`: whether the feed can be read, and whom it names.

use std::collections::BTreeSet;

use bernard_config::{Config, Places};
use bernard_domain::access::UserId;
use bernard_oncall::feed::{Feed, Fetched};
use bernard_platform::clock;

use super::{
    finding::{Finding, Outcome, Report},
    reach::waited,
};
use crate::app::duty;

/// Reads the feed once and says who is on duty by it, who never is, and which of its names nobody has.
pub(super) async fn look(config: &Config, places: &Places, report: &Report<'_>) {
    let Some(oncall) = &config.oncall else { return };
    let found = |outcome, what: String| report.add(Finding::new(outcome, what).key(places.of("oncall.feed")));
    let feed = match Feed::new(&oncall.feed) {
        Ok(feed) => feed,
        Err(error) => return found(Outcome::Wrong, format!("the schedule: {error}")),
    };
    let bytes = match waited(report, "the schedule of oncall.feed", feed.read()).await {
        Ok(Ok(Fetched::Whole(bytes, _))) => bytes,
        Ok(Ok(Fetched::Unchanged)) => return,
        Err(silence) => return found(Outcome::Unreachable, format!("the schedule: {silence}")),
        Ok(Err(error)) => return found(Outcome::Unreachable, format!("the schedule: {error}")),
    };
    let now = clock::now();
    let schedule = match duty::reading(&bytes, config, now) {
        Ok(reading) => reading.schedule,
        Err(error) => return found(Outcome::Wrong, format!("the schedule was read and makes no sense: {error}")),
    };
    let on_duty = schedule.at(now);
    match (schedule.events, on_duty.is_empty()) {
        (0, _) => found(Outcome::Odd, "the schedule is empty: nobody is on duty".to_owned()),
        (_, true) => found(Outcome::Odd, "the schedule was read: nobody is on duty now".to_owned()),
        (_, false) => found(Outcome::Well, format!("the schedule was read; on duty now: {}", people(&on_duty))),
    }
    let named: BTreeSet<UserId> = schedule.shifts.iter().flat_map(|shift| shift.people.iter().copied()).collect();
    let never: BTreeSet<UserId> =
        config.people.iter().map(|person| person.user).filter(|user| !named.contains(user)).collect();
    if schedule.events > 0 && !never.is_empty() {
        found(
            Outcome::Odd,
            format!("the schedule names these [[person]] nowhere in the next weeks: {}", people(&never)),
        );
    }
    if !schedule.unknown.is_empty() {
        let names = schedule.unknown.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        found(Outcome::Odd, format!("the schedule names somebody who has no [[person]]: {names}"));
    }
}

fn people(people: &BTreeSet<UserId>) -> String {
    people.iter().map(|person| person.0.to_string()).collect::<Vec<_>>().join(", ")
}
