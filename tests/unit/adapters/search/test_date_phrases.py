"""The time spans of date phrases in questions asked on Friday 20 November 2026 at noon."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.search.calendar import easter
from adapters.search.date_phrases import date_phrases

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)

SPANS = {
    "today": ("2026-11-20", "2026-11-21"),
    "yesterday": ("2026-11-19", "2026-11-20"),
    "the day before yesterday": ("2026-11-18", "2026-11-19"),
    "yesterday evening": ("2026-11-19T17", "2026-11-20"),
    "this morning": ("2026-11-20", "2026-11-20T12"),
    "last night": ("2026-11-19T17", "2026-11-20T06"),
    "on Tuesday": ("2026-11-17", "2026-11-18"),
    "on Friday": ("2026-11-20", "2026-11-21"),
    "last Friday": ("2026-11-13", "2026-11-14"),
    "last Sunday": ("2026-11-15", "2026-11-16"),
    "next Tuesday": ("2026-11-24", "2026-11-25"),
    "last week": ("2026-11-09", "2026-11-20"),
    "the week before last": ("2026-11-02", "2026-11-09"),
    "this week": ("2026-11-16", "2026-11-23"),
    "last weekend": ("2026-11-14", "2026-11-16"),
    "last month": ("2026-10-01", "2026-11-20"),
    "this month": ("2026-11-01", "2026-12-01"),
    "in the last three months": ("2026-08-20", "2026-11-20T12"),
    "over the past 10 days": ("2026-11-10", "2026-11-20T12"),
    "three days ago": ("2026-11-17", "2026-11-18"),
    "a few days ago": ("2026-11-15", "2026-11-20"),
    "two weeks ago": ("2026-11-02", "2026-11-11"),
    "about a year ago": ("2025-09-21", "2026-01-20"),
    "in March": ("2026-03-01", "2026-04-01"),
    "in December": ("2025-12-01", "2026-01-01"),
    "in November": ("2026-11-01", "2026-12-01"),
    "last November": ("2025-11-01", "2025-12-01"),
    "this September": ("2026-09-01", "2026-10-01"),
    "in May last year": ("2025-05-01", "2025-06-01"),
    "in Sept. 2025": ("2025-09-01", "2025-10-01"),
    "in the first week of August": ("2026-08-01", "2026-08-08"),
    "at the end of June 2025": ("2025-06-21", "2025-07-01"),
    "on 3 May 2025": ("2025-05-03", "2025-05-04"),
    "on May 3rd, 2025": ("2025-05-03", "2025-05-04"),
    "on the 17th of November": ("2026-11-17", "2026-11-18"),
    "on 2025-05-03": ("2025-05-03", "2025-05-04"),
    "on 29 February": ("2024-02-29", "2024-03-01"),
    "last summer": ("2026-06-01", "2026-09-01"),
    "the summer before last": ("2025-06-01", "2025-09-01"),
    "last winter": ("2025-12-01", "2026-03-01"),
    "in the summer of 2019": ("2019-06-01", "2019-09-01"),
    "last year": ("2025-01-01", "2026-01-01"),
    "the year before last": ("2024-01-01", "2025-01-01"),
    "in 2025": ("2025-01-01", "2026-01-01"),
    "at Christmas": ("2025-12-24", "2025-12-27"),
    "on Christmas Eve last year": ("2025-12-24", "2025-12-25"),
    "on new years eve": ("2025-12-31", "2026-01-01"),
    "on New Year\u2019s Eve": ("2025-12-31", "2026-01-01"),
    "over the Christmas holidays": ("2025-12-16", "2026-01-04"),
    "at Easter": ("2026-04-03", "2026-04-07"),
    "in the Easter holidays of 2025": ("2025-04-10", "2025-04-30"),
    "since March": ("2026-03-01", "2026-11-20T12"),
    "after Easter": ("2026-04-07", "2026-11-20T12"),
    "before 2025": ("0001-01-01", "2025-01-01"),
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("phrase", SPANS)
def test_a_phrase_means_a_span_of_time(phrase: str) -> None:
    (found,) = date_phrases(f"What happened {phrase}?", FRIDAY)
    assert (found.span.start, found.span.end) == tuple(map(moment, SPANS[phrase]))


@pytest.mark.parametrize(
    "question",
    ["", "Who may march with me?", "Where is the Christmas cake?", "What does Marcus think?", "How old is bus 99?"],
)
def test_ambiguous_words_are_not_dates(question: str) -> None:
    assert date_phrases(question, FRIDAY) == ()


def test_nonexistent_day_means_its_month() -> None:
    (found,) = date_phrases("What happened on 31 June?", FRIDAY)
    assert (found.span.start, found.span.end) == (moment("2026-06-01"), moment("2026-07-01"))


def test_two_phrases_are_two_spans() -> None:
    phrases = date_phrases("How much honey in 2025 and how much in 2026?", FRIDAY)
    assert [phrase.text for phrase in phrases] == ["2025", "2026"]


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


@pytest.mark.parametrize("word", ["a", "1", " ", "last ", "one ", "May ", "2025 ", "the\t"])
def test_question_of_8000_characters_takes_less_than_two_seconds(word: str) -> None:
    start = time.process_time()
    date_phrases((word * 8_000)[:8_000], FRIDAY)
    assert time.process_time() - start < 2
