//! The sinks of the audit that do not have what they should.

use bernard_domain::locale::Locale;
use bernard_store::SinkStanding;
use bernard_text::{from_now, say};
use bernard_untrusted::shown::{self, span::code};
use jiff::{SignedDuration, Timestamp};

use super::{Face, Group};
use crate::render::sinks::clause;

/// A line that a sink does not have and that is older is worth a look.
const LATE: SignedDuration = SignedDuration::from_mins(15);

/// What is not well with these, as of `now`.
pub(super) fn groups(standings: &[SinkStanding], now: Timestamp, locale: Locale) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for standing in standings {
        let stopped = standing.trouble.as_ref().is_some_and(|(trouble, _)| trouble.stops());
        let late = standing.oldest.is_some_and(|oldest| now.duration_since(oldest) > LATE);
        let (rank, title) = match (stopped, late, &standing.trouble) {
            (true, ..) => (4, say!(locale, "doctor-sink-stopped")),
            (false, true, _) | (false, _, Some(_)) => (8, say!(locale, "doctor-sink-behind")),
            (false, false, None) => continue,
        };
        let item = [Face::Message, Face::File].map(|face| item(standing, face, locale));
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.items.push(item),
            None => groups.push(Group { rank, title, items: vec![item] }),
        }
    }
    groups
}

/// A sink, for a message or for a plain file.
fn item(standing: &SinkStanding, face: Face, locale: Locale) -> String {
    let since = standing.trouble.as_ref().map(|(_, since)| *since);
    let when = standing.oldest.or(since).map_or_else(String::new, |at| match face {
        Face::File => at.to_string(),
        Face::Message => from_now(at),
    });
    let item = say!(locale, "doctor-sink", sink = code(&standing.name), count = standing.behind, when = when);
    let item = match &standing.trouble {
        Some((trouble, _)) => format!("{item}: {}", clause(trouble, locale)),
        None => item,
    };
    match face {
        Face::File => shown::visible(&item.replace('`', "")),
        Face::Message => item,
    }
}

#[cfg(test)]
mod tests {
    use bernard_domain::audit::sink_trouble::Trouble;

    use super::*;

    #[test]
    fn a_sink_is_told_when_it_stands_still_or_is_late_and_not_while_it_is_well() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().expect("a moment");
        let ago = |minutes| now - SignedDuration::from_mins(minutes);
        let standing = |name: &str, oldest, trouble: Option<Trouble>| SinkStanding {
            name: name.to_owned(),
            behind: 3,
            oldest,
            trouble: trouble.map(|trouble| (trouble, ago(20))),
        };
        let line = Trouble::Line { number: 7, said: "HTTP 400".to_owned() };
        let away = Trouble::Away { said: "connection refused".to_owned() };
        let all = [
            standing("well", Some(ago(1)), None),
            standing("late", Some(ago(16)), None),
            standing("away", Some(ago(2)), Some(away)),
            standing("stopped", Some(ago(2)), Some(line)),
        ];
        let told = groups(&all, now, Locale::En);
        let named: Vec<(usize, Vec<&str>)> = told
            .iter()
            .map(|group| (group.rank, group.items.iter().map(|[_, file]| file.as_str()).collect()))
            .collect();
        assert_eq!(
            named,
            [
                (
                    8,
                    vec![
                        "late (3 lines since 2026-11-30T11:44:00Z)",
                        "away (3 lines since 2026-11-30T11:58:00Z): it does not take lines now (connection refused)",
                    ]
                ),
                (4, vec!["stopped (3 lines since 2026-11-30T11:58:00Z): it refuses line 7 (HTTP 400)"]),
            ]
        );
        assert!(told[1].items[0][0].starts_with("`stopped` (3 lines since <t:"), "{:?}", told[1].items);
    }
}
