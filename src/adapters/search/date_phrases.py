"""Date phrases of a question ("last week", "in March", "the summer before last") as time spans relative to a moment.

A grammar of our own: date libraries return a moment, and a search needs a span.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from adapters.search.calendar import HOLIDAYS, MONTHS, SEASONS, WEEKDAYS, Span
from adapters.search.date_spans import (
    NUMBERS,
    PARTS_OF_MONTH,
    day_and_month,
    holiday_of_year,
    iso_day,
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
    """The date phrases of `question`, in order, relative to `now`."""
    found: dict[int, DatePhrase] = {}
    for pattern, read in _GRAMMAR:
        for match in pattern.finditer(question):
            taken = any(start < match.end() and match.start() < start + len(found[start].text) for start in found)
            phrase = None if taken else _phrase(read, match, now)
            if phrase is not None:
                found[match.start()] = _with_preposition(question, match.start(), phrase, now)
    return tuple(found[start] for start in sorted(found))


_Reading = Callable[[re.Match[str], datetime], tuple[Span, tuple[str, ...]] | None]


def _phrase(read: _Reading, match: re.Match[str], now: datetime) -> DatePhrase | None:
    try:
        reading = read(match, now)
    except (ValueError, OverflowError, LookupError):  # 31 June, or a year before the calendar begins
        return None
    if reading is None:
        return None
    span, mentions = reading
    if match["year"]:  # "March" alone in a text does not mean that year
        mentions = tuple(f"{mention} {span.start.year}" for mention in mentions)
    return DatePhrase(match.group(), span, mentions)


def _with_preposition(question: str, start: int, phrase: DatePhrase, now: datetime) -> DatePhrase:
    """Applies the preposition before the phrase: "since March", "before 2025", "after Easter"."""
    before = _PREPOSITION.search(question, 0, start)
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
_BEFORE_A_HOLIDAY: Final = "at on in over for during since before after until by last this next".split()  # noqa: SIM905  # the same


def _any_of(words: Iterable[str]) -> str:
    """A pattern that matches any of the phrases, longer ones first."""
    phrases = sorted(words, key=len, reverse=True)
    return "|".join(phrase.replace(" ", r"\s+").replace("'", "['’]?") for phrase in phrases)


_MONTH: Final = rf"(?P<month>{_any_of(MONTHS)}|(?:{_any_of(name[:3] for name in MONTHS)}|sept)\.?)(?!\w|['’])"
_DAY: Final = r"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
_WHICH: Final = r"(?:\b(?P<which>last|this|next)\s+)?"
_BEFORE_LAST: Final = r"(?P<before_last>\s+before\s+last\b)?"
_YEAR_WORDS: Final = r"(?:19|20)\d\d|last\s+year|this\s+year|(?:the\s+)?year\s+before\s+last"
#: "March 2025", "September last year", "the summer of 2019"
_YEAR: Final = rf"(?:(?:,|\s+of|\s+in)?\s+(?P<year>{_YEAR_WORDS})\b)?"
#: A holiday season is a date phrase only after such a word, or with its year: "Christmas cake" is not.
_HOLIDAY_SEASONS: Final = frozenset({"christmas", "easter"})
_AT: Final = "|".join(rf"(?<=\b{word}\s)" for word in _BEFORE_A_HOLIDAY)
_HOLIDAYS: Final = r"\s+(?:holidays?|break)\b"
_WITH_YEAR: Final = rf"(?=(?:{_any_of(_HOLIDAY_SEASONS)})(?:{_HOLIDAYS}|\s+(?:of\s+|in\s+)?(?:{_YEAR_WORDS})))"
_UNITS: Final = r"(?P<unit>day|week|month|year)s?\b"
_COUNT: Final = rf"\b(?P<count>\d{{1,3}}|{_any_of(NUMBERS)})\s+"


def _rule(pattern: str, read: _Reading) -> tuple[re.Pattern[str], _Reading]:
    # Every group that `_latest` reads must exist; a missing one is added so that it never matches.
    missing = "".join(
        rf"(?P<{name}>(?!))?" for name in ("which", "year", "before_last") if f"?P<{name}>" not in pattern
    )
    return re.compile(pattern + missing, re.IGNORECASE), read


#: Longer phrases come before their parts: text that one rule has matched is not matched again.
_GRAMMAR: Final = (
    _rule(r"\b(?:19|20)\d\d-\d\d-\d\d\b", iso_day),
    _rule(rf"{_DAY}(?:\s+of)?\s+{_MONTH}{_YEAR}", day_and_month),
    _rule(rf"\b{_MONTH}\s+{_DAY}{_YEAR}", day_and_month),
    _rule(rf"\b(?P<part>{_any_of(PARTS_OF_MONTH)})[\s-]+{_MONTH}{_YEAR}", part_of_month),
    _rule(rf"{_WHICH}\b(?P<season>{_any_of(SEASONS)})\b{_BEFORE_LAST}{_YEAR}", season_of_year),
    _rule(
        rf"{_WHICH}\b(?P<holiday>{_any_of(HOLIDAYS.keys() - _HOLIDAY_SEASONS)})\b(?P<holidays>(?!))?{_YEAR}",
        holiday_of_year,
    ),
    _rule(
        rf"{_WHICH}(?:{_AT}|{_WITH_YEAR})\b(?P<holiday>{_any_of(_HOLIDAY_SEASONS)})\b"
        rf"(?P<holidays>{_HOLIDAYS})?{_YEAR}",
        holiday_of_year,
    ),
    _rule(rf"{_WHICH}\b{_MONTH}{_YEAR}", month_of_year),
    _rule(r"\b(?:the\s+day\s+before\s+yesterday|last\s+night|tonight)\b", near_day),
    _rule(r"\b(?:yesterday|tomorrow|this)\s+(?:morning|afternoon|evening)\b", near_day),
    _rule(r"\b(?:yesterday|today|tomorrow)\b", near_day),
    _rule(rf"{_WHICH}\b(?P<weekday>{_any_of(WEEKDAYS)})\b", weekday),
    _rule(rf"\b(?:in|over|during|for|within)\s+the\s+(?:last|past)\s+{_COUNT}{_UNITS}", last_few),
    _rule(rf"{_COUNT}{_UNITS}\s+ago\b", some_time_ago),
    _rule(r"\b(?P<unit>week|month|weekend)(?P<before_last>\s+before\s+last)\b", week_or_month),
    _rule(r"\b(?P<which>last|past|this|next)\s+(?P<unit>weekend|week|month)\b", week_or_month),
    _rule(rf"\b(?P<year>{_YEAR_WORDS})\b", whole_year),
)
