//! `/oncall`: who is on duty by the schedule, until when, who is next, when it was read, and what in it names nobody known.

use std::collections::BTreeSet;

use bernard_domain::{
    access::{Capability, UserId},
    duty::{Duty, OffDuty, Oncall, Reading},
    locale::Locale,
};
use bernard_platform::clock;
use bernard_text::{day_and_hour, from_now, say};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::wording::{self, small},
    reply::Reply,
};

impl Handler {
    /// Who is on duty. It reads nothing: what is said is what rights go by.
    pub(super) fn oncall(&self, asking: &Asker) -> Result<Reply, Refusal> {
        self.anywhere(asking, Capability::View)?;
        let oncall = self.policy.oncall().get();
        Ok(Reply::text(lines(&oncall, clock::now(), asking.locale).join("\n")))
    }
}

fn lines(oncall: &Oncall, now: Timestamp, locale: Locale) -> Vec<String> {
    let duty = oncall.at(now);
    let mut lines = match (&duty, &oncall.reading) {
        (Duty::Known { people, .. }, Some(reading)) => on_duty(people, reading, now, locale),
        _ => vec![say!(locale, "oncall-nobody-counts", why = wording::off_duty(&duty.without(), locale))],
    };
    if let Some(reading) = &oncall.reading {
        lines.push(small(&say!(locale, "oncall-read", when = from_now(reading.mark.read_at))));
        lines.extend(unknown(&reading.schedule.unknown, locale));
    }
    lines.extend(oncall.trouble.iter().map(|said| small(&say!(locale, "oncall-trouble", said = code(said)))));
    lines
}

fn on_duty(people: &BTreeSet<UserId>, reading: &Reading, now: Timestamp, locale: Locale) -> Vec<String> {
    let who = wording::people(people);
    let until = reading.schedule.next_change(now).map(|(until, _)| day_and_hour(until));
    let mut lines = vec![match (people.is_empty(), until) {
        (true, _) => say!(locale, "oncall-nobody"),
        (false, Some(until)) => say!(locale, "oncall-until", who = who, until = until),
        (false, None) => say!(locale, "oncall-now", who = who),
    }];
    lines.extend(
        reading
            .schedule
            .next(now)
            .map(|(from, next)| say!(locale, "oncall-next", who = wording::people(&next), from = day_and_hour(from))),
    );
    lines
}

/// What in the schedule stands for nobody whom the configuration names.
pub(super) fn unknown(names: &BTreeSet<String>, locale: Locale) -> Option<String> {
    let all = names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| say!(locale, "oncall-unknown", names = all))
}

/// What is not well with the schedule, for `/doctor`; `None` where it is, or where there is none.
pub(super) fn finding(oncall: &Oncall, now: Timestamp, locale: Locale) -> Option<(String, String)> {
    let said = || oncall.trouble.clone().unwrap_or_else(|| "-".to_owned());
    match oncall.at(now).without() {
        OffDuty::NoSchedule => None,
        OffDuty::Unknown(_) => Some((say!(locale, "doctor-duty-unknown"), said())),
        OffDuty::Others { .. } if oncall.trouble.is_some() => Some((say!(locale, "doctor-duty-trouble"), said())),
        OffDuty::Others { .. } => None,
    }
}
