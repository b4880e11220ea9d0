//! iCalendar (RFC 5545) made into times and what they say of whose they are.
//!
//! All that was fetched is understood, or nothing is: a file that is cut off, an event without a beginning, a rule or a time zone that
//! makes no sense is an error, and never "nobody". Only times around the moment of reading are looked for, and only so many.
//!
//! This module and its parts are the only place that knows the library `ical`. In reading order: `text` (what the library must not
//! meet), `zones` (clocks), `event` (one component's properties), and here what an event and its rules come to.

mod event;
mod text;
mod zones;

use bernard_domain::duty::roster::Occurrence;
use ical::{
    component::{IcalComponent, IcalComponentKind, IcalComponentName},
    ical::Ical,
    recur::{
        IcalRecurDateTime,
        set::{IcalRecurOverride, IcalRecurSet},
    },
    tree::cst::IcalCst,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use self::{
    event::{Event, Span},
    zones::{Clock, Zones},
};

/// How long before the reading a time may have ended.
const PAST: SignedDuration = SignedDuration::from_hours(24);
/// How long after the reading a time may begin: who is next is said, and a reading holds for a while.
const AHEAD: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Rules are walked in local time, which is less than this from any other.
const A_DAY_OR_TWO: i64 = 2 * 24 * 3_600;
/// The most times that all rules of a feed may be walked through, from their beginnings to the moment of reading and beyond.
const MOST_STEPS: usize = 200_000;

/// What a feed holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Times around the moment of reading, sorted.
    pub occurrences: Vec<Occurrence>,
    /// How many events the feed has in all.
    pub events: usize,
}

/// Why a feed cannot be understood. What it quotes is a word of the feed, never its address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// It is no iCalendar.
    #[error("it is no iCalendar file")]
    NotACalendar,
    /// It ends in the middle.
    #[error("it is cut off: its end is missing")]
    CutOff,
    /// A line makes no sense.
    #[error("it makes no sense: {0}")]
    Malformed(String),
    /// An event has a beginning or an end that makes no sense, or none.
    #[error("an event ({0}) has no beginning or end that makes sense")]
    Times(String),
    /// An event is repeated in a way that makes no sense or no schedule has.
    #[error("an event ({0}) is repeated by a rule that is not understood")]
    Rule(String),
    /// A time zone is neither known nor defined in the feed.
    #[error("the time zone {0:?} is not known, and the file does not define it")]
    Zone(String),
    /// More than any schedule has.
    #[error("it holds more than any schedule: {0}")]
    TooMuch(&'static str),
}

/// The times of a feed around `now`. What has no time zone of its own is in `zone`.
///
/// # Errors
/// [`NotUnderstood`] for whatever is in it that is not understood: then nothing of it counts.
pub fn read(bytes: &[u8], zone: &TimeZone, now: Timestamp) -> Result<Calendar, NotUnderstood> {
    let text = text::checked(bytes)?;
    let mut all = Vec::new();
    let mut events = 0;
    let window = Window { from: now - PAST, until: now + AHEAD };
    let mut steps = 0;
    for calendar in IcalCst::parse_many(&text) {
        let calendar = calendar.map_err(|error| NotUnderstood::Malformed(text::cut(&error.to_string())))?;
        let calendar = calendar.decode();
        let mut walk = Walk { zones: Zones::of(&calendar, zone, window.until), window, steps, found: Vec::new() };
        events += walk.all(&calendar)?;
        steps = walk.steps;
        all.append(&mut walk.found);
    }
    all.sort();
    all.dedup();
    Ok(Calendar { occurrences: all, events })
}

/// The times that are looked for.
#[derive(Clone, Copy)]
struct Window {
    from: Timestamp,
    until: Timestamp,
}

/// One calendar while its times are found.
struct Walk {
    zones: Zones,
    window: Window,
    steps: usize,
    found: Vec<Occurrence>,
}

impl Walk {
    /// Finds all times of a calendar's events; how many events there are.
    fn all(&mut self, calendar: &Ical<'_>) -> Result<usize, NotUnderstood> {
        let is_event = |component: &&IcalComponent<'_>| {
            matches!(component.name, IcalComponentName::Kind(IcalComponentKind::VEvent))
        };
        let components: Vec<&IcalComponent<'_>> = calendar.components.iter().filter(is_event).collect();
        let events = components.iter().map(|component| Event::of(component)).collect::<Result<Vec<_>, _>>()?;
        let mut sorted: Vec<&Event<'_>> = events.iter().collect();
        sorted.sort_by_key(|event| event.uid.as_deref());
        for same in sorted.chunk_by(|one, other| one.uid.is_some() && one.uid == other.uid) {
            let (overrides, series): (Vec<&Event<'_>>, Vec<&Event<'_>>) = same.iter().partition(|event| event.replaces);
            for one in &series {
                self.series(one, &overrides)?;
            }
            // What replaces an instance of nothing is an event like any other.
            for one in overrides.iter().filter(|_| series.is_empty()) {
                self.single(one)?;
            }
        }
        Ok(events.len())
    }

    /// One event that happens once.
    fn single(&mut self, event: &Event<'_>) -> Result<(), NotUnderstood> {
        let span = event.span(&mut self.zones)?;
        let end = span.end(span.start_local, &mut self.zones);
        self.add(event, span.start, end);
        Ok(())
    }

    /// An event with what repeats it, and with what replaces instances of it.
    fn series(&mut self, event: &Event<'_>, overrides: &[&Event<'_>]) -> Result<(), NotUnderstood> {
        if event.is_cancelled {
            return Ok(());
        }
        let span = event.span(&mut self.zones)?;
        self.zones.know_all(event.component)?;
        let zones = self.zones.all();
        let mut set = IcalRecurSet::of_component_in(event.component, &zones);
        let mut replaced = Vec::new();
        for one in overrides {
            self.zones.know_all(one.component)?;
            let zones = self.zones.all();
            let it = IcalRecurOverride::of_component(one.component, &set.zone, &zones);
            replaced.push((it.ok_or_else(|| NotUnderstood::Times(one.name()))?, *one));
        }
        // Of two that replace the same instance the newer one does.
        replaced.sort_by_key(|(it, one)| (it.id, one.sequence));
        replaced.reverse();
        replaced.dedup_by_key(|(it, _)| it.id);
        replaced.reverse();
        for (it, one) in &replaced {
            if set.exdates.binary_search(&it.id).is_err() {
                self.single(one)?;
            }
        }
        set.overrides = replaced.iter().map(|(it, _)| *it).collect();
        self.instances(event, &span, &set, &replaced)
    }

    /// The instances of a series that nothing replaces.
    fn instances(
        &mut self,
        event: &Event<'_>,
        span: &Span,
        set: &IcalRecurSet,
        replaced: &[(IcalRecurOverride, &Event<'_>)],
    ) -> Result<(), NotUnderstood> {
        let last = self.window.until.as_second() + A_DAY_OR_TWO;
        let zone = self.zones.for_walk(&span.clock);
        let walk = match &zone {
            Some(zone) => set.expand_in_zone(zone),
            None => set.expand(),
        };
        for instance in walk.take_while(|instance| instance.id.seconds() <= last) {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(NotUnderstood::TooMuch("more times than anybody has shifts"));
            }
            if instance.over.is_some() {
                continue;
            }
            // From an instance on that was changed with all later ones, those are as it is.
            let after = replaced.iter().rfind(|(it, _)| it.this_and_future && it.id <= instance.id);
            let (of, span) = match after {
                Some((_, one)) => (*one, one.span(&mut self.zones)?),
                None => (event, span.clone()),
            };
            self.instance(of, &span, instance.start)?;
        }
        Ok(())
    }

    fn instance(&mut self, of: &Event<'_>, span: &Span, local: IcalRecurDateTime) -> Result<(), NotUnderstood> {
        // Far from the window nothing needs to be exact.
        if local.seconds() + A_DAY_OR_TWO + span.longest() < self.window.from.as_second() {
            return Ok(());
        }
        let start = self.zones.instant(&span.clock, local).ok_or_else(|| NotUnderstood::Times(of.name()))?;
        let end = span.end(local, &mut self.zones);
        self.add(of, start, end);
        Ok(())
    }

    fn add(&mut self, event: &Event<'_>, start: Timestamp, end: Option<Timestamp>) {
        let Some(end) = end else { return };
        if event.is_cancelled || end <= self.window.from || start >= self.window.until || end <= start {
            return;
        }
        let (attendees, declined) = (event.attendees.clone(), event.declined.clone());
        let (summary, description) = (event.summary.clone(), event.description.clone());
        self.found.push(Occurrence { start, end, attendees, declined, summary, description });
    }
}

/// The clock of a time that is written down.
fn clock_of(text: &str, zone: Option<&str>) -> Clock {
    match (text.ends_with(['Z', 'z']), zone) {
        (true, _) => Clock::Utc,
        (false, Some(zone)) if text.len() > 8 => Clock::Zone(zone.to_owned()),
        (false, _) => Clock::Floating,
    }
}

#[cfg(test)]
mod tests;
