"""When a question is about: "last week", "in March", "the summer before last", as spans of time seen from a moment.

A grammar of our own: the libraries that read dates answer with one moment, and what is asked for here is a span.
A phrase that people use in two ways ("last week": the calendar's, or the days just gone) covers both.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.memory_calendar import (
    FEASTS,
    MONTHS,
    SEASONS,
    WEEKDAYS,
    Span,
    add_months,
    day_of,
    feast,
    month,
    season,
    week_of,
    whole_day,
    year,
)


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """A phrase of a question that says when. `mentions` are ways in which a text may name that time itself."""

    text: str
    span: Span
    mentions: tuple[str, ...] = ()


def date_phrases(question: str, now: datetime) -> tuple[DatePhrase, ...]:
    """The phrases of `question` that say when, in order, seen from `now`."""
    found: dict[int, DatePhrase] = {}
    for pattern, read in _GRAMMAR:
        for match in pattern.finditer(question):
            taken = any(start < match.end() and match.start() < start + len(found[start].text) for start in found)
            phrase = None if taken else _phrase(read, match, now)
            if phrase is not None:
                found[match.start()] = _with_preposition(question, match.start(), phrase, now)
    return tuple(found[start] for start in sorted(found))


_Mentions = tuple[str, ...]
_Rule = Callable[[re.Match[str], datetime], tuple[Span, _Mentions] | None]


def _phrase(read: _Rule, match: re.Match[str], now: datetime) -> DatePhrase | None:
    try:
        reading = read(match, now)
    except (ValueError, OverflowError, IndexError):  # 31 June, or 999 years ago counted too far
        return None
    if reading is None:
        return None
    span, mentions = reading
    if match["year"]:  # "March" alone in a text is not that year's
        mentions = tuple(f"{mention} {span.start.year}" for mention in mentions)
    return DatePhrase(match.group(), span, mentions)


def _with_preposition(question: str, start: int, phrase: DatePhrase, now: datetime) -> DatePhrase:
    """The phrase as the word before it bounds it: "since March", "before 2025", "after Easter"."""
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


# ---- what the rules share


def _latest(make: Callable[[int], Span], match: re.Match[str], now: datetime) -> Span:
    """Of a thing that comes every year: that of the year named, or the latest that has begun.

    "Last" is the latest that is over, "next" the first to come, "before last" the one before the latest.
    """
    named = _year_named(match, now)
    if named is not None:
        return make(named)
    which = (match["which"] or "").casefold()
    spans = list(_each_year(make, now.year))
    if which == "next":
        return [span for span in spans if span.start > now][-1]
    begun = [span for span in spans if (span.end if which == "last" else span.start) <= now]
    return begun[1 if match["before_last"] else 0]


def _each_year(make: Callable[[int], Span], now: int) -> Iterator[Span]:
    """Newest first, those years left out that have no such day."""
    for of_year in range(now + 1, now - 9, -1):
        with suppress(ValueError):
            yield make(of_year)


def _year_named(match: re.Match[str], now: datetime) -> int | None:
    words = (match["year"] or "").casefold()
    if not words or words.isdigit():
        return int(words) if words else None
    if words.startswith("this"):
        return now.year
    return now.year - (2 if "before" in words else 1)


def _count(text: str) -> int:
    words = " ".join(text.casefold().split())
    return int(words) if words.isdigit() else _NUMBERS[words]


def _month_number(name: str) -> int:
    return next(number for number, full in enumerate(MONTHS, 1) if full.startswith(name.casefold()[:3]))


# ---- one function for each kind of phrase


def _iso(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    return whole_day(datetime.fromisoformat(match.group()).replace(tzinfo=UTC)), ()


def _day_and_month(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    day, number = int(match["day"]), _month_number(match["month"])
    span = _latest(lambda of_year: whole_day(datetime(of_year, number, day, tzinfo=UTC)), match, now)
    return span, (f"{day} {MONTHS[number - 1]}", f"{MONTHS[number - 1]} {day}")


def _part_of_month(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    first, last = _PARTS_OF_MONTH[" ".join(match["part"].casefold().split())]
    number = _month_number(match["month"])
    whole = _latest(lambda of_year: month(of_year, number), match, now)
    end = min(whole.end, whole.start + timedelta(days=last))
    return Span(whole.start + timedelta(days=first), end), (MONTHS[number - 1],)


def _month(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions] | None:
    if match["month"][0].islower() and match["month"] in _ALSO_VERBS:
        return None
    number = _month_number(match["month"])
    span = _latest(lambda of_year: month(of_year, number), match, now)
    return span, () if MONTHS[number - 1] in _ALSO_VERBS else (MONTHS[number - 1],)


def _season(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    name = match["season"].casefold()
    return _latest(lambda of_year: season(of_year, name), match, now), (name,)


def _feast(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    name = match["feast"].casefold().replace("’", "'")
    around = timedelta(days=8 if match["holidays"] else 0)

    def of_year(which: int) -> Span:
        span = feast(which, name)
        return Span(span.start - around, span.end + around)

    return _latest(of_year, match, now), (name,)


def _year(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    number = _year_named(match, now) or now.year
    return year(number), ()


def _weekday(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    wanted, which = WEEKDAYS.index(match["weekday"].casefold()), (match["which"] or "").casefold()
    today = day_of(now)
    if which == "next":
        return whole_day(today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)), ()
    back = (today.weekday() - wanted) % 7
    # Said on a Friday, "on Friday" may be today, "last Friday" is another.
    return whole_day(today - timedelta(days=7 if which == "last" and not back else back)), ()


def _near_day(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    words = " ".join(match.group().casefold().split())
    day = day_of(now) - timedelta(days=next((back for name, back in _NEAR_DAYS.items() if words.startswith(name)), 0))
    first, last = next((hours for part, hours in _PARTS_OF_DAY.items() if words.endswith(part)), (0, 24))
    return Span(day + timedelta(hours=first), day + timedelta(hours=last)), ()


def _week_or_month(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    """The week before last, last week, this month, next weekend."""
    steps = -2 if match["before_last"] else {"last": -1, "past": -1, "this": 0, "next": 1}[match["which"].casefold()]
    unit = match["unit"].casefold()
    span = month(now.year, now.month, steps) if unit == "month" else week_of(now, steps)
    if unit == "weekend":
        return Span(span.start + timedelta(days=5), span.end), ()
    return Span(span.start, day_of(now)) if steps == -1 else span, ()


def _ago(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    """Two weeks ago, about a year ago: the longer, the vaguer."""
    count, unit = _count(match["count"]), match["unit"].casefold()
    middle = _steps_back(now, count, unit)
    vague = match["count"].casefold().startswith("a ")  # a few, a couple of
    slack = timedelta(days={"day": 2 if vague else 0, "week": 4, "month": 16, "year": 60}[unit])
    return Span(day_of(middle - slack), whole_day(middle + slack).end), ()


def _last_few(match: re.Match[str], now: datetime) -> tuple[Span, _Mentions]:
    return Span(day_of(_steps_back(now, _count(match["count"]), match["unit"].casefold())), now), ()


def _steps_back(now: datetime, count: int, unit: str) -> datetime:
    if unit in {"day", "week"}:
        return now - timedelta(days=count * (7 if unit == "week" else 1))
    return add_months(now, -count * (12 if unit == "year" else 1))


# ---- the grammar

_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
_PREPOSITION: Final = re.compile(r"\b(since|before|after|until)\s+(?:the\s+)?$", re.IGNORECASE)
#: Without their capital letter these are other words: "you may", "they march".
_ALSO_VERBS: Final = frozenset({"may", "march", "mar"})
_NUMBERS: Final = {
    "a couple of": 2,
    "a few": 3,
    **{word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)},  # noqa: SIM905  # a list of words reads best as words
    "an": 1,
    "a": 1,
}
_BEFORE_A_FEAST: Final = "at on in over for during since before after until by last this next".split()  # noqa: SIM905  # the same
_PARTS_OF_MONTH: Final = {
    "first week of": (0, 7),
    "second week of": (7, 14),
    "third week of": (14, 21),
    "fourth week of": (21, 28),
    "last week of": (23, 31),
    "beginning of": (0, 10),
    "start of": (0, 10),
    "early": (0, 10),
    "middle of": (9, 21),
    "mid": (9, 21),
    "end of": (20, 31),
    "late": (20, 31),
}
_NEAR_DAYS: Final = {"the day before yesterday": 2, "yesterday": 1, "last night": 1, "tomorrow": -1}
_PARTS_OF_DAY: Final = {"morning": (0, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (17, 30)}


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of some phrases, longer ones first."""
    phrases = sorted(words, key=len, reverse=True)
    return "|".join(phrase.replace(" ", r"\s+").replace("'", "['’]?") for phrase in phrases)


_MONTH: Final = rf"(?P<month>{_any_of(MONTHS)}|(?:{_any_of(name[:3] for name in MONTHS)}|sept)\.?)(?!\w|['’])"
_DAY: Final = r"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
_WHICH: Final = r"(?:\b(?P<which>last|this|next)\s+)?"
_BEFORE_LAST: Final = r"(?P<before_last>\s+before\s+last\b)?"
_YEAR_WORDS: Final = r"(?:19|20)\d\d|last\s+year|this\s+year|(?:the\s+)?year\s+before\s+last"
#: "March 2025", "September last year", "the summer of 2019"
_YEAR: Final = rf"(?:(?:,|\s+of|\s+in)?\s+(?P<year>{_YEAR_WORDS})\b)?"
#: A season of feasts says when only behind such a word, or with its year: a Christmas cake is none.
_SEASONS_OF_FEASTS: Final = frozenset({"christmas", "easter"})
_AT: Final = "|".join(rf"(?<=\b{word}\s)" for word in _BEFORE_A_FEAST)
_HOLIDAYS: Final = r"\s+(?:holidays?|break)\b"
_WITH_YEAR: Final = rf"(?=\w+(?:{_HOLIDAYS}|\s+(?:of\s+|in\s+)?(?:{_YEAR_WORDS})))"
_UNITS: Final = r"(?P<unit>day|week|month|year)s?\b"
_COUNT: Final = rf"\b(?P<count>\d{{1,3}}|{_any_of(_NUMBERS)})\s+"


def _rule(pattern: str, read: _Rule) -> tuple[re.Pattern[str], _Rule]:
    # Every group that `_latest` looks at is there, if need be as one that never matches.
    missing = "".join(
        rf"(?P<{name}>(?!))?" for name in ("which", "year", "before_last") if f"?P<{name}>" not in pattern
    )
    return re.compile(pattern + missing, re.IGNORECASE), read


#: Longer phrases before their parts: what one rule has read, no later one reads again.
_GRAMMAR: Final = (
    _rule(r"\b(?:19|20)\d\d-\d\d-\d\d\b", _iso),
    _rule(rf"{_DAY}(?:\s+of)?\s+{_MONTH}{_YEAR}", _day_and_month),
    _rule(rf"\b{_MONTH}\s+{_DAY}{_YEAR}", _day_and_month),
    _rule(rf"\b(?P<part>{_any_of(_PARTS_OF_MONTH)})[\s-]+{_MONTH}{_YEAR}", _part_of_month),
    _rule(rf"{_WHICH}\b(?P<season>{_any_of(SEASONS)})\b{_BEFORE_LAST}{_YEAR}", _season),
    _rule(rf"{_WHICH}\b(?P<feast>{_any_of(FEASTS.keys() - _SEASONS_OF_FEASTS)})\b(?P<holidays>(?!))?{_YEAR}", _feast),
    _rule(
        rf"{_WHICH}(?:{_AT}|{_WITH_YEAR})\b(?P<feast>{_any_of(_SEASONS_OF_FEASTS)})\b"
        rf"(?P<holidays>{_HOLIDAYS})?{_YEAR}",
        _feast,
    ),
    _rule(rf"{_WHICH}\b{_MONTH}{_YEAR}", _month),
    _rule(r"\b(?:the\s+day\s+before\s+yesterday|last\s+night|tonight)\b", _near_day),
    _rule(r"\b(?:yesterday|tomorrow|this)\s+(?:morning|afternoon|evening)\b", _near_day),
    _rule(r"\b(?:yesterday|today|tomorrow)\b", _near_day),
    _rule(rf"{_WHICH}\b(?P<weekday>{_any_of(WEEKDAYS)})\b", _weekday),
    _rule(rf"\b(?:in|over|during|for|within)\s+the\s+(?:last|past)\s+{_COUNT}{_UNITS}", _last_few),
    _rule(rf"{_COUNT}{_UNITS}\s+ago\b", _ago),
    _rule(r"\b(?P<unit>week|month|weekend)(?P<before_last>\s+before\s+last)\b", _week_or_month),
    _rule(r"\b(?P<which>last|past|this|next)\s+(?P<unit>weekend|week|month)\b", _week_or_month),
    _rule(rf"\b(?P<year>{_YEAR_WORDS})\b", _year),
)
