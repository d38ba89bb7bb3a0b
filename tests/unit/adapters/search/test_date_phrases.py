"""The time spans of date phrases in questions."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.search.calendar import easter, on_the_wall
from adapters.search.date_phrases import date_phrases

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)

ZONE_AND_MOMENT = re.compile(r"\[(\S+) (\S+)\]")
Times = tuple[datetime, datetime]


def table() -> Iterator[tuple[ZoneInfo, datetime, str, list[Times]]]:
    """The zone, the moment of asking, the question and its spans, for each line of date_phrases.txt."""
    zone, asked_at = ZoneInfo("UTC"), FRIDAY
    for line in (Path(__file__).parent / "date_phrases.txt").read_text(encoding="utf-8").splitlines():
        if found := ZONE_AND_MOMENT.match(line):
            zone, asked_at = ZoneInfo(found[1]), datetime.fromisoformat(found[2])
        elif line and not line.startswith("#"):
            question, _, spans = line.rpartition(" | ")
            yield zone, asked_at, question, [times(span) for span in spans.split()] if spans != "none" else []


def times(span: str) -> Times:
    start, end = span.split("/")
    return moment(start), moment(end)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


TABLE = list(table())


@pytest.mark.parametrize(
    ("zone", "asked_at", "question", "spans"), TABLE, ids=[f"{one[0]}-{one[1]:%m%dT%H}-{one[2]}" for one in TABLE]
)
def test_a_question_means_its_spans_of_time(
    zone: ZoneInfo, asked_at: datetime, question: str, spans: list[Times]
) -> None:
    found = date_phrases(question, on_the_wall(asked_at.astimezone(zone)))
    assert [(phrase.span.start, phrase.span.end) for phrase in found] == spans


def test_the_table_is_large_and_in_five_zones() -> None:
    assert len(TABLE) >= 150
    assert len({str(zone) for zone, *_ in TABLE}) == 5


def test_nonexistent_day_means_its_month() -> None:
    (found,) = date_phrases("What happened on 31 June?", FRIDAY)
    assert (found.span.start, found.span.end) == (moment("2026-06-01"), moment("2026-07-01"))


def test_words_around_a_span_are_part_of_its_phrase() -> None:
    (phrase,) = date_phrases("What did I do between March and May 2025, and with whom?", FRIDAY)
    assert phrase.text == "between March and May 2025"


def test_mention_includes_the_year_when_one_is_given() -> None:
    (alone,) = date_phrases("in February", FRIDAY)
    (dated,) = date_phrases("in February 2023", FRIDAY)
    assert (alone.mentions, dated.mentions) == (("february",), ("february 2023",))


@pytest.mark.parametrize(("year", "day"), [(1961, "04-02"), (2000, "04-23"), (2008, "03-23"), (2026, "04-05")])
def test_easter_falls_on_its_date(year: int, day: str) -> None:
    assert f"{easter(year):%m-%d}" == day


@given(question=st.text(max_size=200), now=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001  # aware below
def test_any_text_gives_valid_spans(question: str, now: datetime) -> None:
    for phrase in date_phrases(question + " last month", now.replace(tzinfo=UTC)):
        assert phrase.span.start < phrase.span.end
        assert phrase.text in question + " last month"


@pytest.mark.parametrize(
    "word", ["a", "1", " ", "last ", "one ", "May ", "2025 ", "the\t", "from 3 May to 5 May ", "3-5 May ", "on Mon "]
)
def test_question_of_8000_characters_takes_less_than_two_seconds(word: str) -> None:
    start = time.process_time()
    date_phrases((word * 8_000)[:8_000], FRIDAY)
    assert time.process_time() - start < 2
