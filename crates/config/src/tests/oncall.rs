//! Who is on duty, and in which hours: what is read, and what is refused in which words.

use std::time::Duration;

use bernard_domain::access::{OnDuty, UserId, When};
use secrecy::ExposeSecret;

use super::{config, problems, refused, warned, with};

const WHOLE: &str = "when = 'on-duty'\nhours = 'mon-fri 08:00-18:00, sat 10:00-13:00'\n[oncall]\nfeed = 'webcal://example.org/fake-token'\n\
                     [[person]]\nuser = '7'\nfeed = ['Ann@example.org', 'Ann  Martin']\n[[protect]]\nwaived_on_duty = true\n";

#[test]
fn a_schedule_its_people_and_what_goes_by_them_are_read() {
    let config = config(&with(WHOLE), &[]);
    let oncall = config.oncall.as_ref().unwrap();
    assert_eq!(oncall.feed.expose_secret(), "webcal://example.org/fake-token");
    assert_eq!((oncall.refresh, oncall.stale_after), (Duration::from_secs(300), Duration::from_secs(3_600)));
    assert_eq!(config.people[0].user, UserId(7));
    assert_eq!(config.people[0].words, ["ann@example.org", "ann martin"]);
    assert_eq!(config.roles[0].when, When::OnDuty);
    let hours = config.roles[0].hours.as_ref().unwrap();
    assert_eq!(hours.windows.to_string(), "mon-fri 08:00-18:00, sat 10:00-13:00");
    assert_eq!(hours.zone, config.time_zone);
    assert_eq!(config.protections[0].on_duty, OnDuty::NeedsNone);
    assert!(!format!("{config:?}").contains("fake-token"), "the feed's address is a secret");
    assert!(!warned(&with(WHOLE), &[]).iter().any(|warning| warning.contains("oncall")));
}

#[test]
fn a_person_twice_and_a_name_for_two_are_refused_with_their_lines() {
    let people =
        "[oncall]\nfeed = 'rota.ics'\n[[person]]\nuser = '7'\nfeed = ['Ann']\n[[person]]\nuser = '7'\nfeed = ['ANN']\n";
    let printed = problems(&with(people), &[]);
    assert!(printed.contains("bernard.toml:17:1: person[1].user is that of person[0] too"), "{printed}");
    assert!(printed.contains("bernard.toml:17:1: person[1].feed has a name that person[0] has too"), "{printed}");
    let printed = problems(&with("[oncall]\nfeed = 'rota.ics'\n[[person]]\nfeed = []\n"), &[]);
    assert!(printed.contains("bernard.toml:14:1: person[0].user is missing"), "{printed}");
    assert!(printed.contains("bernard.toml:15:8: person[0].feed is empty, so they are never on duty"), "{printed}");
}

#[test]
fn what_needs_a_schedule_is_refused_without_one() {
    let printed = problems(&with("when = 'on-duty'\n[[protect]]\nwaived_on_duty = true\n"), &[]);
    assert!(printed.contains("role[0].when is for who is on duty, and there is no schedule"), "{printed}");
    assert!(printed.contains("bernard.toml:13:1: protect[0].waived_on_duty is for who is on duty"), "{printed}");
    let printed = problems(&with("when = 'always'\n[oncall]\n"), &[]);
    assert!(printed.contains("bernard.toml:13:1: oncall.feed is missing"), "{printed}");
}

#[test]
fn feeds_and_times_that_make_no_sense_are_refused_and_never_quoted() {
    for feed in ["ftp://example.org/fake-token", "https://[fake-token", "file:///fake-token"] {
        let printed = problems(&with(&format!("[oncall]\nfeed = '{feed}'\n")), &[]);
        assert!(printed.contains("bernard.toml:13:8: oncall.feed is"), "{printed}");
        assert!(!printed.contains("fake-token"), "{printed}");
    }
    let hasty = warned(&with("[oncall]\nfeed = 'rota.ics'\nrefresh = '1h'\nstale_after = '1h'\n"), &[]);
    let hasty =
        hasty.iter().any(|said| said.contains("bernard.toml:15:15: oncall.stale_after is not longer than `refresh`"));
    assert!(hasty, "any length is legal, and this one is told");
    refused(
        &with("hours = 'weekdays 8-18'\n"),
        &[],
        "bernard.toml:12:9: role[0].hours are no hours of the week; write days and times in quotes, such as \"mon-fri 08:00-18:00\", several with commas between them",
    );
    let insecure =
        warned(&with("[oncall]\nfeed = 'http://example.org/fake-token'\n[[person]]\nuser = '7'\nfeed = ['a']\n"), &[]);
    assert!(insecure.iter().any(|said| said.contains("oncall.feed is http, so whoever listens")), "{insecure:?}");
}

#[test]
fn a_schedule_of_nobody_and_people_without_a_schedule_are_suspicious() {
    let nobody = warned(&with("[oncall]\nfeed = 'rota.ics'\n"), &[]);
    assert!(
        nobody.iter().any(|said| said.contains("bernard.toml:13:8: oncall.feed names nobody who is known, so nobody is on duty")),
        "{nobody:?}"
    );
    let never = with(
        "[oncall]\nfeed = 'rota.ics'\n[[person]]\nuser = '7'\nfeed = ['Ann']\n[[role]]\nuser = '8'\ncan = ['view']\nwhen = 'on-duty'\n",
    );
    let never = warned(&never, &[]);
    assert!(never.iter().any(|said| said.contains("role[1].when is for somebody who has no [[person]]")), "{never:?}");
    let unused = warned(&with("[[person]]\nuser = '7'\nfeed = ['Ann']\n"), &[]);
    assert!(
        unused.iter().any(|said| said.contains("bernard.toml:13:8: person means nothing without a schedule")),
        "{unused:?}"
    );
}
