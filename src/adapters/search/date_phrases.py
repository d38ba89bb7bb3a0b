"""Date phrases of a question ("last week", "in March", "the summer before last") as time spans relative to a moment.

A grammar of our own: date libraries return a moment, and a search needs a span.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.search.calendar import HOLIDAYS, MONTHS, SEASONS, WEEKDAYS, Span
from adapters.search.date_spans import (
    NUMBERS,
    PARTS_OF_MONTH,
    SHORT_DAYS,
    day_and_month,
    days_of_month,
    holiday_of_year,
    iso_day,
    just_before,
    last_few,
    month_of_year,
    near_day,
    part_of_month,
    season_of_year,
    some_time_ago,
    week_or_month,
    weekday,
    whole_year,
)


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """A date phrase and its span. `mentions` are the ways in which a text may name that time itself."""

    text: str
    span: Span
    mentions: tuple[str, ...] = ()


def date_phrases(question: str, now: datetime) -> tuple[DatePhrase, ...]:
    """The date phrases of `question`, in order, relative to `now`, which is a time on the wall: see calendar.py."""
    found: dict[int, _Date] = {}
    for rule in _GRAMMAR:
        for match in rule.pattern.finditer(question):
            taken = any(start < match.end() and match.start() < found[start].end for start in found)
            date = None if taken else _read(rule, match, now)
            if date is not None:
                found[match.start()] = date
    joined = _joined(question, [found[start] for start in sorted(found)])
    # "now" is the end of a span or, as in "then and now", no date.
    return tuple(_with_preposition(question, date, now) for date in joined if date.phrase.text.casefold() != "now")


_Reading = Callable[[re.Match[str], datetime], tuple[Span, tuple[str, ...]] | None]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind of phrase. `returns`: in how many days at most such a date comes again; None if it comes only once."""

    pattern: re.Pattern[str]
    read: _Reading
    returns: int | None


@dataclass(frozen=True, slots=True)
class _Date:
    """A date in the question, and how it was read."""

    start: int
    end: int
    phrase: DatePhrase
    rule: _Rule
    match: re.Match[str]

    @property
    def returns(self) -> int | None:
        """In how many days it comes again, if the phrase itself leaves open which one is meant."""
        return None if self.match["year"] or self.match["which"] or self.match["before_last"] else self.rule.returns


def _read(rule: _Rule, match: re.Match[str], now: datetime) -> _Date | None:
    try:
        reading = rule.read(match, now)
    except (ValueError, OverflowError, LookupError):  # 31 June, or a year before the calendar begins
        return None
    if reading is None:
        return None
    span, mentions = reading
    if match["year"]:  # "March" alone in a text does not mean that year
        mentions = tuple(f"{mention} {span.start.year}" for mention in mentions)
    return _Date(match.start(), match.end(), DatePhrase(match.group(), span, mentions), rule, match)


def _joined(question: str, dates: Sequence[_Date]) -> Iterator[_Date]:
    """The dates, with two that are the ends of one span, such as "between March and May 2025", as one."""
    rest = deque(dates)
    while rest:
        first = rest.popleft()
        ends = _ends(question, first, rest[0]) if rest else None
        if ends is None:
            yield first
        elif _is_span(question, first, rest[0]):
            rest.popleft()
            yield _span(question, *ends)
        else:
            yield ends[0]


def _ends(question: str, first: _Date, last: _Date) -> tuple[_Date, _Date] | None:
    """Two dates of one phrase: the one that leaves open which is meant is the nearest to the other one."""
    listed = last.match["year"] and _LIST.fullmatch(question, first.end, last.start)
    if not listed and not _is_span(question, first, last):
        return None
    before: _Date | None = first
    after: _Date | None = last
    if first.returns:
        before = _read(first.rule, first.match, last.phrase.span.start)
    elif last.returns:
        after = _read(last.rule, last.match, first.phrase.span.start + timedelta(days=last.returns - 1))
    if before is None or after is None or before.phrase.span.start > after.phrase.span.start:
        return None
    return before, after


def _is_span(question: str, first: _Date, last: _Date) -> bool:
    between = just_before(_LEAD, question, first.start)
    if between and between[1].casefold() == "between":
        return _AND.fullmatch(question, first.end, last.start) is not None
    return _TO.fullmatch(question, first.end, last.start) is not None


def _span(question: str, first: _Date, last: _Date) -> _Date:
    lead = just_before(_LEAD, question, first.start)
    start = lead.start() if lead else first.start
    span = Span(first.phrase.span.start, max(first.phrase.span.end, last.phrase.span.end))
    phrase = DatePhrase(question[start : last.end], span, (*first.phrase.mentions, *last.phrase.mentions))
    return _Date(start, last.end, phrase, last.rule, last.match)


def _with_preposition(question: str, date: _Date, now: datetime) -> DatePhrase:
    """Applies the preposition before the phrase: "since March", "before 2025", "after Easter"."""
    phrase, before = date.phrase, just_before(_PREPOSITION, question, date.start)
    if before is None:
        return phrase
    bounded = {
        "since": Span(phrase.span.start, now),
        "after": Span(phrase.span.end, now),
        "before": Span(_EARLIEST, phrase.span.start),
        "until": Span(_EARLIEST, phrase.span.start),
    }[before.group(1).casefold()]
    return DatePhrase(phrase.text, bounded) if bounded.start < bounded.end else phrase


# ---- the grammar

_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
_PREPOSITION: Final = re.compile(r"\b(since|before|after|until)\s+(?:the\s+)?$", re.IGNORECASE)
#: What leads to the first end of a span, and what stands between its ends.
_LEAD: Final = re.compile(r"\b(between|from|since)\s+(?:the\s+)?$", re.IGNORECASE)
_DASH: Final = r"\s*[-\u2010-\u2015]\s*"
_TO_WORDS: Final = r"(?:up\s+)?(?:to|until|till|(?:through|thru)(?:\s+to)?)"
_PART_OF_DAY: Final = r"(?:\s+(?:morning|afternoon|evening|night))?"
_TO: Final = re.compile(rf"{_PART_OF_DAY}\s+{_TO_WORDS}\s+(?:the\s+)?|{_DASH}", re.IGNORECASE)
_AND: Final = re.compile(rf"{_PART_OF_DAY}\s+(?:and|to)\s+(?:the\s+)?|{_DASH}", re.IGNORECASE)
_LIST: Final = re.compile(r"\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or|&)\s+", re.IGNORECASE)
_BEFORE_A_HOLIDAY: Final = "at on in over for during since before after until by last this next between from and to"
_BEFORE_A_DAY: Final = "on last this next since until till before after by from between to through and"


def _any_of(words: Iterable[str]) -> str:
    """A pattern that matches any of the phrases, longer ones first."""
    phrases = sorted(words, key=len, reverse=True)
    return "|".join(phrase.replace(" ", r"\s+").replace("'", "['’]?") for phrase in phrases)


def _after_any_of(words: str) -> str:
    """A pattern of the place behind any of the words."""
    return "|".join(rf"(?<=\b{word}\s)" for word in words.split())


_MONTH: Final = rf"(?P<month>{_any_of(MONTHS)}|(?:{_any_of(name[:3] for name in MONTHS)}|sept)\.?)(?!\w|['’])"
_DAY: Final = r"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
#: The first of two days of one month, as in "from 3 to 5 May".
_FIRST_DAY: Final = (
    r"(?:\b(?:between|from)\s+(?:the\s+)?)?\b(?P<first>[0-3]?\d)(?:st|nd|rd|th)?"
    rf"(?:\s+(?:and|{_TO_WORDS})\s+(?:the\s+)?|{_DASH})"
)
#: In days; in a leap year 29 February is not needed.
YEAR, WEEK = 365, 7
_WHICH: Final = r"(?:\b(?P<which>last|this|next)\s+)?"
_BEFORE_LAST: Final = r"(?P<before_last>\s+before\s+last\b)?"
_YEAR_WORDS: Final = r"(?:19|20)\d\d|last\s+year|this\s+year|(?:the\s+)?year\s+before\s+last"
#: "March 2025", "September last year", "the summer of 2019"
_YEAR: Final = rf"(?:(?:,|\s+of|\s+in)?\s+(?P<year>{_YEAR_WORDS})\b)?"
#: A holiday season is a date phrase only after such a word, or with its year: "Christmas cake" is not.
_HOLIDAY_SEASONS: Final = frozenset({"christmas", "easter"})
_HOLIDAYS: Final = r"\s+(?:holidays?|break)\b"
_WITH_YEAR: Final = rf"(?=(?:{_any_of(_HOLIDAY_SEASONS)})(?:{_HOLIDAYS}|\s+(?:of\s+|in\s+)?(?:{_YEAR_WORDS})))"
_UNITS: Final = r"(?P<unit>day|week|month|year)s?\b"
_COUNT: Final = rf"\b(?P<count>\d{{1,3}}|{_any_of(NUMBERS)})\s+"


def _rule(pattern: str, read: _Reading, returns: int | None = None) -> _Rule:
    # Every group that `_latest` reads must exist; a missing one is added so that it never matches.
    missing = "".join(
        rf"(?P<{name}>(?!))?" for name in ("which", "year", "before_last") if f"?P<{name}>" not in pattern
    )
    return _Rule(re.compile(pattern + missing, re.IGNORECASE), read, returns)


#: Longer phrases come before their parts: text that one rule has matched is not matched again.
_GRAMMAR: Final = (
    _rule(r"\b(?:19|20)\d\d-\d\d-\d\d\b", iso_day),
    _rule(rf"{_FIRST_DAY}{_DAY}(?:\s+of)?\s+{_MONTH}{_YEAR}", days_of_month, YEAR),
    _rule(rf"\b{_MONTH}\s+{_FIRST_DAY}{_DAY}{_YEAR}", days_of_month, YEAR),
    _rule(rf"{_DAY}(?:\s+of)?\s+{_MONTH}{_YEAR}", day_and_month, YEAR),
    _rule(rf"\b{_MONTH}\s+{_DAY}{_YEAR}", day_and_month, YEAR),
    _rule(rf"\b(?P<part>{_any_of(PARTS_OF_MONTH)})[\s-]+{_MONTH}{_YEAR}", part_of_month, YEAR),
    _rule(rf"{_WHICH}\b(?P<season>{_any_of(SEASONS)})\b{_BEFORE_LAST}{_YEAR}", season_of_year, YEAR),
    _rule(
        rf"{_WHICH}\b(?P<holiday>{_any_of(HOLIDAYS.keys() - _HOLIDAY_SEASONS)})\b(?P<holidays>(?!))?{_YEAR}",
        holiday_of_year,
        YEAR,
    ),
    _rule(
        rf"{_WHICH}(?:{_after_any_of(_BEFORE_A_HOLIDAY)}|{_WITH_YEAR})\b(?P<holiday>{_any_of(_HOLIDAY_SEASONS)})\b"
        rf"(?P<holidays>{_HOLIDAYS})?{_YEAR}",
        holiday_of_year,
        YEAR,
    ),
    _rule(rf"{_WHICH}\b{_MONTH}{_YEAR}", month_of_year, YEAR),
    _rule(r"\b(?:the\s+day\s+before\s+yesterday|last\s+night|tonight)\b", near_day),
    _rule(r"\b(?:yesterday|tomorrow|this)\s+(?:morning|afternoon|evening)\b", near_day),
    _rule(r"\b(?:yesterday|today|tomorrow|now)\b", near_day),
    _rule(rf"{_WHICH}\b(?P<weekday>{_any_of(WEEKDAYS)})\b", weekday, WEEK),
    # An abbreviation may be another word, as in "Sat in the sun": it is a day after such a word only.
    _rule(rf"{_WHICH}(?:{_after_any_of(_BEFORE_A_DAY)})\b(?P<weekday>{_any_of(SHORT_DAYS)})\b", weekday, WEEK),
    _rule(rf"\b(?:in|over|during|for|within)\s+the\s+(?:last|past)\s+{_COUNT}{_UNITS}", last_few),
    _rule(rf"{_COUNT}{_UNITS}\s+ago\b", some_time_ago),
    _rule(r"\b(?P<unit>week|month|weekend)(?P<before_last>\s+before\s+last)\b", week_or_month),
    _rule(r"\b(?P<which>last|past|this|next)\s+(?P<unit>weekend|week|month)\b", week_or_month),
    _rule(rf"\b(?P<year>{_YEAR_WORDS})\b", whole_year),
)
