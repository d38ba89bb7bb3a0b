"""Days, weeks, months, seasons and holidays as spans of time, by the clock on a wall.

Such times bear the label UTC, whatever the zone, so that a day has 24 hours also where the clocks are changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until just before `end`."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether they have a moment in common."""
        return self.start < other.end and other.start < self.end


MONTHS: Final = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905  # a list of words reads best as words
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: The first month of each, in the northern hemisphere.
SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}


def on_the_wall(local: datetime) -> datetime:
    """What the clock showed at a moment that is given in its local time."""
    return local.replace(tzinfo=UTC)


def day_of(moment: datetime) -> datetime:
    """The start of the day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def whole_day(moment: datetime) -> Span:
    """The day of a moment."""
    return Span(day_of(moment), day_of(moment) + timedelta(days=1))


def week_of(moment: datetime, steps: int = 0) -> Span:
    """The week (Monday first) of a moment, shifted by `steps` weeks."""
    monday = day_of(moment) + timedelta(days=7 * steps - moment.weekday())
    return Span(monday, monday + timedelta(days=7))


def month(of_year: int, number: int, steps: int = 0) -> Span:
    """A month, shifted by `steps` months."""
    start = add_months(datetime(of_year, number, 1, tzinfo=UTC), steps)
    return Span(start, add_months(start, 1))


def year(number: int) -> Span:
    """A calendar year."""
    return Span(datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC))


def season(of_year: int, name: str) -> Span:
    """Three months; winter is named after the year in which it begins."""
    start = datetime(of_year, SEASONS[name], 1, tzinfo=UTC)
    return Span(start, add_months(start, 3))


def holiday(of_year: int, name: str) -> Span:
    """A holiday of the year."""
    start, days = HOLIDAYS[name](of_year)
    return Span(start, start + timedelta(days=days))


def add_months(moment: datetime, months: int) -> datetime:
    """The same day in another month, or its last day when that one is shorter."""
    first = _first_of(moment.year * 12 + moment.month - 1 + months)
    length = (_first_of(first.year * 12 + first.month) - first).days
    return moment.replace(year=first.year, month=first.month, day=min(moment.day, length))


def _first_of(months: int) -> datetime:
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def easter(of_year: int) -> datetime:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876."""
    golden, century, rest = of_year % 19, of_year // 100, of_year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    number, day = divmod(epact + weekday - 7 * late + 114, 31)
    return datetime(of_year, number, day + 1, tzinfo=UTC)


def _fixed(number: int, day: int, days: int = 1) -> Callable[[int], tuple[datetime, int]]:
    return lambda of_year: (datetime(of_year, number, day, tzinfo=UTC), days)


def _from_easter(steps: int, days: int) -> Callable[[int], tuple[datetime, int]]:
    return lambda of_year: (easter(of_year) + timedelta(days=steps), days)


#: First day and number of days of holidays that have the same date everywhere. Thanksgiving and Mother's Day do not:
#: they are searched by name.
HOLIDAYS: Final[dict[str, Callable[[int], tuple[datetime, int]]]] = {
    "christmas eve": _fixed(12, 24),
    "christmas day": _fixed(12, 25),
    "christmas": _fixed(12, 24, 3),
    "boxing day": _fixed(12, 26),
    "new year's eve": _fixed(12, 31),
    "new year's day": _fixed(1, 1),
    "valentine's day": _fixed(2, 14),
    "halloween": _fixed(10, 31),
    "good friday": _from_easter(-2, 1),
    "easter monday": _from_easter(1, 1),
    "easter": _from_easter(-2, 4),
}
