"""Prints what somebody else's library makes of outsider.ics: pip install recurring-ical-events; python outsider.py > outsider.txt"""

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

ROOT = Path(__file__).parent
PARIS = ZoneInfo("Europe/Paris")


def moment(value):
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=PARIS)
    return value.astimezone(timezone.utc)


calendar = icalendar.Calendar.from_ical((ROOT / "outsider.ics").read_text())
lines = set()
for now in (datetime(2026, 3, 20, tzinfo=timezone.utc), datetime(2026, 10, 31, tzinfo=timezone.utc)):
    start, end = now - timedelta(days=1), now + timedelta(days=60)
    for event in recurring_ical_events.of(calendar).between(start, end):
        if event.get("STATUS") == "CANCELLED":
            continue
        begins, ends = moment(event["DTSTART"].dt), moment(event["DTEND"].dt)
        if ends > start and begins < end:
            lines.add((now, begins, ends, str(event["SUMMARY"])))
for now, begins, ends, summary in sorted(lines):
    print(*(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (now, begins, ends)), summary)
