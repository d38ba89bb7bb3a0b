"""The meaning of each kind of date phrase: its span, and how a text may name that time itself.

`now` is when the question was asked. An ambiguous phrase ("last week": the calendar week, or the last seven days)
covers both meanings.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.search.calendar import (
    HOLIDAYS,
    MONTHS,
    WEEKDAYS,
    Span,
    add_months,
    day_of,
    holiday,
    month,
    season,
    week_of,
    whole_day,
    year,
)

Mentions = tuple[str, ...]
#: These are verbs too: "May I ask", "you may", "they march".
_ALSO_VERBS: Final = frozenset({"may", "march", "mar"})
#: What only a month has before it.
_BEFORE_A_MONTH: Final = re.compile(
    r"\b(?:in|since|until|till|before|after|during|from|between|through|by|of|last|next|early|mid|late)[\s-]+$"
    rf"|\b(?:{'|'.join(MONTHS)})\s*(?:to|and|or|until|till|through|-)\s*$",
    re.IGNORECASE,
)
_BEFORE_A_VERB: Final = re.compile(
    r"\s+(?:I|we|you|he|she|it|they|there|this|that|these|those|one|my|your|our|the|a|an|not|be|have|over)\b",
    re.IGNORECASE,
)
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:;\n])[\s\"'\u2018\u201c(]*$")
#: What follows a month that begins a sentence: an end, "was", or another date, as in "March to June".
_AFTER_A_MONTH: Final = re.compile(
    r"\s*(?:$|[,.;:?!)\u2010-\u2015-])|\s+(?:was|is|has|had)\b|\s+(?:to|and|or|until|till|through)\s+(?:the\s+)?"
    rf"(?:{'|'.join(name[:3] for name in MONTHS)}|\d|last|this|next|now|today|yesterday)",
    re.IGNORECASE,
)
#: A name inside a sentence, as in "Who is Theresa May?".
_FIRST_NAME: Final = re.compile(r"(?<=\w)\s+[A-Z]\w+\s+$")
#: Where a sentence may go on otherwise, as in "Sat in the sun", these count with a capital letter only.
SHORT_DAYS: Final = ("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun")
NUMBERS: Final = {
    "a couple of": 2,
    "a few": 3,
    **{word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)},  # noqa: SIM905  # a list of words reads best as words
    "an": 1,
    "a": 1,
}
PARTS_OF_MONTH: Final = {
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


def _latest(make: Callable[[int], Span], match: re.Match[str], now: datetime) -> Span:
    """Of a yearly event: the one of the named year, otherwise the latest that has begun.

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
    """Newest first; skips years without that day (29 February)."""
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
    return int(words) if words.isdigit() else NUMBERS[words]


def _month_number(name: str) -> int:
    return next(number for number, full in enumerate(MONTHS, 1) if full.startswith(name.casefold()[:3]))


def iso_day(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    return whole_day(datetime.fromisoformat(match.group()).replace(tzinfo=UTC)), ()


def day_and_month(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    day, number = int(match["day"]), _month_number(match["month"])
    span = _latest(lambda of_year: whole_day(datetime(of_year, number, day, tzinfo=UTC)), match, now)
    return span, (f"{day} {MONTHS[number - 1]}", f"{MONTHS[number - 1]} {day}")


def days_of_month(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    """Two days of one month: "from 3 to 5 May". Raises `ValueError` when the second one is not later."""
    first, last, number = int(match["first"]), int(match["day"]), _month_number(match["month"])
    if first >= last:
        raise ValueError("not two days in order")

    def of_year(which: int) -> Span:
        start, end = (whole_day(datetime(which, number, day, tzinfo=UTC)) for day in (first, last))
        return Span(start.start, end.end)

    return _latest(of_year, match, now), ()


def part_of_month(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    first, last = PARTS_OF_MONTH[" ".join(match["part"].casefold().split())]
    number = _month_number(match["month"])
    whole = _latest(lambda of_year: month(of_year, number), match, now)
    end = min(whole.end, whole.start + timedelta(days=last))
    return Span(whole.start + timedelta(days=first), end), (MONTHS[number - 1],)


def month_of_year(match: re.Match[str], now: datetime) -> tuple[Span, Mentions] | None:
    name = match["month"].casefold().rstrip(".")
    if name in _ALSO_VERBS and not _is_a_month(match):
        return None
    number = _month_number(name)
    span = _latest(lambda of_year: month(of_year, number), match, now)
    # With its own spelling: Jan and April may be people.
    return span, () if name in _ALSO_VERBS else tuple(dict.fromkeys((MONTHS[number - 1], name)))


def just_before(pattern: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """What stands before `end`, by a pattern that ends in `$`. Looks at some words only: a text may hold many dates."""
    return pattern.search(text, max(0, end - 40), end)


def _is_a_month(match: re.Match[str]) -> bool:
    """Whether "may", "march" or "mar" means the month here, and not the verb."""
    if match["year"] or just_before(_BEFORE_A_MONTH, match.string, match.start("month")):
        return True
    if match["month"][0].islower() or _BEFORE_A_VERB.match(match.string, match.end()):
        return False
    if just_before(_FIRST_NAME, match.string, match.start("month")):
        return False
    begins = just_before(_SENTENCE_START, match.string, match.start())
    return not begins or _AFTER_A_MONTH.match(match.string, match.end()) is not None


def season_of_year(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    name = match["season"].casefold()
    return _latest(lambda of_year: season(of_year, name), match, now), (name,)


def holiday_of_year(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    name = next(name for name in HOLIDAYS if _letters(name) == _letters(match["holiday"]))
    around = timedelta(days=8 if match["holidays"] else 0)

    def of_year(which: int) -> Span:
        span = holiday(which, name)
        return Span(span.start - around, span.end + around)

    return _latest(of_year, match, now), (name,)


def whole_year(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    number = _year_named(match, now) or now.year
    return year(number), ()


def weekday(match: re.Match[str], now: datetime) -> tuple[Span, Mentions] | None:
    name, which = match["weekday"].casefold(), (match["which"] or "").casefold()
    if name in SHORT_DAYS and match["weekday"][0].islower():
        return None
    wanted = next(number for number, full in enumerate(WEEKDAYS) if full.startswith(name[:3]))
    today = day_of(now)
    if which == "next":
        return whole_day(today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)), ()
    back = (today.weekday() - wanted) % 7
    # On a Friday, "on Friday" may mean today; "last Friday" does not.
    return whole_day(today - timedelta(days=7 if which == "last" and not back else back)), ()


def near_day(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    words = " ".join(match.group().casefold().split())
    day = day_of(now) - timedelta(days=next((back for name, back in _NEAR_DAYS.items() if words.startswith(name)), 0))
    first, last = next((hours for part, hours in _PARTS_OF_DAY.items() if words.endswith(part)), (0, 24))
    return Span(day + timedelta(hours=first), day + timedelta(hours=last)), ()


def week_or_month(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    """Phrases such as "the week before last", "last week", "this month", "next weekend"."""
    steps = -2 if match["before_last"] else {"last": -1, "past": -1, "this": 0, "next": 1}[match["which"].casefold()]
    unit = match["unit"].casefold()
    span = month(now.year, now.month, steps) if unit == "month" else week_of(now, steps)
    if unit == "weekend":
        return Span(span.start + timedelta(days=5), span.end), ()
    return Span(span.start, day_of(now)) if steps == -1 else span, ()


def some_time_ago(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    """Phrases such as "two weeks ago": the longer ago, the wider the span."""
    count, unit = _count(match["count"]), match["unit"].casefold()
    middle = _steps_back(now, count, unit)
    vague = match["count"].casefold().startswith("a ")  # a few, a couple of
    slack = timedelta(days={"day": 2 if vague else 0, "week": 4, "month": 16, "year": 60}[unit])
    return Span(day_of(middle - slack), whole_day(middle + slack).end), ()


def last_few(match: re.Match[str], now: datetime) -> tuple[Span, Mentions]:
    return Span(day_of(_steps_back(now, _count(match["count"]), match["unit"].casefold())), now), ()


def _steps_back(now: datetime, count: int, unit: str) -> datetime:
    if unit in {"day", "week"}:
        return now - timedelta(days=count * (7 if unit == "week" else 1))
    return add_months(now, -count * (12 if unit == "year" else 1))


def _letters(text: str) -> str:
    """Without spaces and apostrophes, which are written in several ways."""
    return re.sub(r"\W", "", text.casefold())
