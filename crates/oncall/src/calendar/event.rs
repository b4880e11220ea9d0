//! One event: what its properties say.

use ical::{
    component::IcalComponent,
    param::IcalParam,
    prop::{IcalProp, IcalPropKind, IcalPropName},
    recur::{IcalRecurDateTime, IcalRecurFreq, IcalRecurRule},
    value::IcalValue,
};
use jiff::{Span as Length, Timestamp, civil::DateTime};

use super::{
    NotUnderstood, clock_of,
    text::cut,
    zones::{Clock, Zones},
};

/// An event that is repeated and longer than this is a mistake, and an error.
const LONGEST: i64 = 400 * 24 * 3_600;

/// A `VEVENT`.
pub(super) struct Event<'a> {
    pub(super) component: &'a IcalComponent<'a>,
    pub(super) uid: Option<String>,
    /// Whether it replaces one instance of a series.
    pub(super) replaces: bool,
    pub(super) sequence: i64,
    pub(super) is_cancelled: bool,
    pub(super) attendees: Vec<String>,
    pub(super) declined: Vec<String>,
    /// Whether rules or dates repeat it.
    repeats: bool,
    pub(super) summary: String,
    pub(super) description: String,
    start: Written,
    end: End,
}

/// A time as it is written.
#[derive(Clone, Debug)]
struct Written {
    local: IcalRecurDateTime,
    clock: Clock,
    is_date: bool,
}

/// When it ends.
#[derive(Clone, Debug)]
enum End {
    At(Written),
    After(Length),
    /// Neither is written: a date lasts a day, a time no time.
    Unsaid,
}

/// From when to when an event is, and so each of its instances.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) start: Timestamp,
    pub(super) start_local: IcalRecurDateTime,
    pub(super) clock: Clock,
    length: SpanLength,
}

#[derive(Clone, Debug)]
enum SpanLength {
    /// By the clock on the wall: what begins and ends at nine does so on each of its days.
    OnTheClock(i64),
    /// Days by the calendar, hours exactly.
    Nominal(Length),
    /// Exactly so long: its end is told by another clock than its beginning.
    Exact(i64),
}

impl<'a> Event<'a> {
    pub(super) fn of(component: &'a IcalComponent<'a>) -> Result<Self, NotUnderstood> {
        let of_kind = |kind: IcalPropKind| {
            component.props.iter().filter(move |prop| matches!(prop.name, IcalPropName::Kind(is) if is == kind))
        };
        let words = |kind| of_kind(kind).next().map(|prop| text(&prop.value).trim().to_owned());
        let summary = words(IcalPropKind::Summary).unwrap_or_default();
        let odd = || NotUnderstood::Times(cut(&summary));
        let start = of_kind(IcalPropKind::DtStart).next().and_then(written).ok_or_else(odd)?;
        let end = match (of_kind(IcalPropKind::DtEnd).next(), of_kind(IcalPropKind::Duration).next()) {
            (Some(end), _) => End::At(written(end).ok_or_else(odd)?),
            (None, Some(length)) => End::After(text(&length.value).trim().parse().map_err(|_| odd())?),
            (None, None) => End::Unsaid,
        };
        let rules = of_kind(IcalPropKind::RRule).chain(of_kind(IcalPropKind::ExRule));
        if !rules.map(|prop| text(&prop.value)).all(is_sensible) {
            return Err(NotUnderstood::Rule(cut(&summary)));
        }
        Ok(Self {
            component,
            uid: words(IcalPropKind::Uid),
            replaces: of_kind(IcalPropKind::RecurrenceId).next().is_some(),
            sequence: words(IcalPropKind::Sequence).and_then(|number| number.parse().ok()).unwrap_or_default(),
            is_cancelled: words(IcalPropKind::Status).is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")),
            attendees: of_kind(IcalPropKind::Attendee).filter(|prop| takes_part(prop)).map(attendee).collect(),
            declined: of_kind(IcalPropKind::Attendee).filter(|prop| has_declined(prop)).map(attendee).collect(),
            repeats: [IcalPropKind::RRule, IcalPropKind::RDate].into_iter().any(|kind| of_kind(kind).next().is_some()),
            description: words(IcalPropKind::Description).unwrap_or_default(),
            summary,
            start,
            end,
        })
    }

    /// What an error calls it.
    pub(super) fn name(&self) -> String {
        cut(&self.summary)
    }

    /// From when to when it is.
    pub(super) fn span(&self, zones: &mut Zones) -> Result<Span, NotUnderstood> {
        let odd = || NotUnderstood::Times(self.name());
        zones.know_all(self.component)?;
        let Written { local, clock, is_date } = self.start.clone();
        let start = zones.instant(&clock, local).ok_or_else(odd)?;
        let length = match &self.end {
            End::At(end) if end.clock == clock => SpanLength::OnTheClock(end.local.seconds() - local.seconds()),
            End::At(end) => {
                let end = zones.instant(&end.clock, end.local).ok_or_else(odd)?;
                SpanLength::Exact(end.as_second() - start.as_second())
            }
            End::After(length) => SpanLength::Nominal(*length),
            End::Unsaid if is_date => SpanLength::OnTheClock(24 * 3_600),
            End::Unsaid => SpanLength::Exact(0),
        };
        let span = Span { start, start_local: local, clock, length };
        if self.repeats && span.longest() > LONGEST { Err(odd()) } else { Ok(span) }
    }
}

impl Span {
    /// When an instance ends that begins when its clock shows this; `None` beyond all time.
    pub(super) fn end(&self, start: IcalRecurDateTime, zones: &mut Zones) -> Option<Timestamp> {
        let later = |local: IcalRecurDateTime, seconds: i64| IcalRecurDateTime::from_seconds(local.seconds() + seconds);
        match &self.length {
            SpanLength::OnTheClock(seconds) => zones.instant(&self.clock, later(start, *seconds)),
            SpanLength::Exact(seconds) => {
                let start = zones.instant(&self.clock, start)?.as_second();
                Timestamp::from_second(start.checked_add(*seconds)?).ok()
            }
            SpanLength::Nominal(length) => {
                // Days are those of the calendar; what is left is added to the moment in which they are over.
                let days = i64::from(length.get_weeks()) * 7 + i64::from(length.get_days());
                let rest = i64::from(length.get_hours()) * 3_600 + length.get_minutes() * 60 + length.get_seconds();
                let from = zones.instant(&self.clock, later(start, days * 24 * 3_600))?.as_second();
                Timestamp::from_second(from.checked_add(rest)?).ok()
            }
        }
    }

    /// No instance is longer than this, in seconds.
    pub(super) fn longest(&self) -> i64 {
        const CHANGE: i64 = 24 * 3_600;
        match &self.length {
            SpanLength::OnTheClock(seconds) | SpanLength::Exact(seconds) => seconds.saturating_add(CHANGE),
            SpanLength::Nominal(length) => {
                let days = i64::from(length.get_weeks()) * 7 + i64::from(length.get_days());
                let hours = i64::from(length.get_hours()) + length.get_minutes() / 60 + 1;
                days.saturating_mul(24)
                    .saturating_add(hours)
                    .saturating_mul(3_600)
                    .saturating_add(length.get_seconds())
                    .saturating_add(CHANGE)
            }
        }
    }
}

/// The words of a value, whatever it is.
fn text<'v>(value: &'v IcalValue<'_>) -> &'v str {
    match value {
        IcalValue::Text(text) => &text.0,
        IcalValue::CalAddress(address) => &address.0,
        IcalValue::Uri(uri) => &uri.0,
        IcalValue::Date(date) => &date.0,
        IcalValue::DateTime(time) => &time.0,
        IcalValue::Duration(length) => &length.0,
        IcalValue::Recur(rule) => &rule.0,
        IcalValue::Integer(number) => &number.0,
        _ => "",
    }
}

/// A time that exists, and the clock that shows it.
fn written(prop: &IcalProp<'_>) -> Option<Written> {
    let text = text(&prop.value).trim();
    let local = IcalRecurDateTime::parse(text).ok()?;
    let number = |number: u8| i8::try_from(number).ok();
    let year = i16::try_from(local.year).ok()?;
    let (month, day, hour) = (number(local.month)?, number(local.day)?, number(local.hour)?);
    DateTime::new(year, month, day, hour, number(local.minute)?, number(local.second.min(59))?, 0).ok()?;
    let zone = prop.params.iter().find_map(|param| match param {
        IcalParam::TzId(name) => Some(&**name),
        _ => None,
    });
    Some(Written { local, clock: clock_of(text, zone), is_date: text.len() == 8 })
}

/// Whether a rule is one that the library walks, and that a schedule may have: none that goes by minutes.
fn is_sensible(rule: &str) -> bool {
    let Ok(rule) = IcalRecurRule::parse(rule.trim()) else { return false };
    let gregorian = rule.scale.as_deref().is_none_or(|scale| scale == "GREGORIAN");
    gregorian && !matches!(rule.freq, IcalRecurFreq::Secondly | IcalRecurFreq::Minutely)
}

/// Neither a room nor somebody who will not come.
fn takes_part(prop: &IcalProp<'_>) -> bool {
    let is_a_person = prop.params.iter().all(|param| match param {
        IcalParam::CuType(word) => !(word.eq_ignore_ascii_case("ROOM") || word.eq_ignore_ascii_case("RESOURCE")),
        _ => true,
    });
    is_a_person && !has_declined(prop)
}

fn has_declined(prop: &IcalProp<'_>) -> bool {
    let declines =
        |param: &IcalParam<'_>| matches!(param, IcalParam::PartStat(word) if word.eq_ignore_ascii_case("DECLINED"));
    prop.params.iter().any(declines)
}

fn attendee(prop: &IcalProp<'_>) -> String {
    const SCHEME: &str = "mailto:";
    let text = text(&prop.value).trim();
    match text.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => text[SCHEME.len()..].trim().to_owned(),
        _ => text.to_owned(),
    }
}
