"""Properties of days and spans of days in any time zone, on days on which the clocks change too."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.search.engine import MemorySearch
from adapters.time_zones import zone_named
from domain.memory import Memory, NewMemory

#: Names that are files of the zone data, not zones of the earth.
ZONES = sorted(name for name in available_timezones() if zone_named(name) and "/" in name)
#: The grammar reads years from 1900 to 2099.
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001  # aware by `timezones`
DAYS = st.dates(date(1990, 1, 2), date(2099, 12, 30))
DAY = timedelta(days=1)
#: Days of 23 and 25 hours; in Santiago and Beirut without midnight or with two, in Lord Howe by half an hour; and in Apia the day
#: after one that was left out.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2026, 4, 4)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Beirut", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Apia", date(2011, 12, 31)),
]


def found(question: str, memories: Sequence[Memory], asked_at: datetime) -> set[str]:
    """The texts of the memories that the question finds."""
    with MemorySearch(memories) as search:
        return {memories[one.row].text for one in search.search(question, asked_at)}


def named(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def check_days(zone: str, noted: datetime, asked: datetime, own_zone: bool) -> None:
    """Noted and asked in a zone: the memory is found by its day there, and by no other."""
    there = ZoneInfo(zone)
    memory = Memory("1", "Tea.", noted, time_zone=zone if own_zone else None)
    day = noted.astimezone(there).date()
    for asked_for in (day - DAY, day, day + DAY):
        hits = found(f"What happened on {named(asked_for)}?", [memory], asked.astimezone(there))
        assert (hits == {"Tea."}) == (asked_for == day)


@given(zone=st.sampled_from(ZONES), noted=MOMENTS, asked=MOMENTS, own_zone=st.booleans())
def test_day_is_found_in_its_zone_whatever_the_zone_and_the_hour(
    zone: str, noted: datetime, asked: datetime, own_zone: bool
) -> None:
    check_days(zone, noted, asked, own_zone)


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@given(hours=st.floats(-2, 27), own_zone=st.booleans())
def test_day_is_found_when_the_clocks_change(zone: str, day: date, hours: float, own_zone: bool) -> None:
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    check_days(zone, begins + timedelta(hours=hours), begins + timedelta(days=40), own_zone)


@given(zone=st.sampled_from(ZONES), noted=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=4)))
def test_today_and_yesterday_are_the_days_of_the_askers_clock(zone: str, noted: datetime, later: timedelta) -> None:
    asked = (noted + later).astimezone(ZoneInfo(zone))
    days_ago = asked.date() - noted.astimezone(ZoneInfo(zone)).date()
    memory = Memory("1", "Tea.", noted)
    for word, days in {"today": 0, "yesterday": 1, "the day before yesterday": 2, "three days ago": 3}.items():
        assert (found(f"What did I do {word}?", [memory], asked) == {"Tea."}) == (days_ago == days * DAY)


@given(own=st.sampled_from(ZONES), askers=st.sampled_from(ZONES), day=DAYS, asked=MOMENTS)
def test_day_without_a_time_is_found_by_that_day_from_every_zone(
    own: str, askers: str, day: date, asked: datetime
) -> None:
    memory = NewMemory("Tea.", day=day, time_zone=own).stored_as("1", asked)
    for asked_for in (day - DAY, day, day + DAY):
        hits = found(f"What happened on {named(asked_for)}?", [memory], asked.astimezone(ZoneInfo(askers)))
        assert (hits == {"Tea."}) == (asked_for == day)


@given(zone=st.sampled_from(ZONES), first=DAYS, length=st.integers(1, 20), asked=MOMENTS, data=st.data())
def test_days_of_a_span_are_exactly_those_between_its_ends(
    zone: str, first: date, length: int, asked: datetime, data: st.DataObject
) -> None:
    last = first + length * DAY
    words = data.draw(st.sampled_from(["from {0} to {1}", "between {0} and {1}", "{0} until {1}", "{0} \u2013 {1}"]))
    form = data.draw(st.sampled_from([named, date.isoformat]))
    days = [first + number * DAY for number in range(-2, length + 3) if first + number * DAY < date.max]
    memories = [NewMemory(str(day), day=day).stored_as(str(day), asked) for day in days]
    question = f"What did I do {words.format(form(first), form(last))}?"
    expected = {str(day) for day in days if first <= day <= last}
    assert found(question, memories, asked.astimezone(ZoneInfo(zone))) == expected


@given(first=DAYS, length=st.integers(1, 20), asked=MOMENTS)
def test_days_of_one_month_are_a_span(first: date, length: int, asked: datetime) -> None:
    last = first + length * DAY
    assume(last.month == first.month)
    memories = [
        NewMemory(str(day), day=day).stored_as(str(day), asked) for day in (first - DAY, first, last, last + DAY)
    ]
    question = f"What did I do from {first.day} to {last.day} {first:%B} {first.year}?"
    assert found(question, memories, asked) == {str(first), str(last)}
