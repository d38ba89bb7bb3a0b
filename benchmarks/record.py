"""What a benchmark gives back, in a shape that both the result file and the page are written from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

#: Tells the person at the terminal how far a benchmark has come.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Measure:
    """A figure with its spread. A ratio has unit `x`; `goal` is what the median may be at most."""

    name: str
    median: float
    low: float
    high: float
    runs: int
    unit: str = "x"
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal holds; None without one."""
        return None if self.goal is None else self.median <= self.goal


#: The first cell says what the row is about.
Row = Sequence[str | float | None]


@dataclass(frozen=True)
class Table:
    """Plain figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Plot:
    """Lines over numbers, or bars over words: points of each series as (x, y)."""

    key: str
    title: str
    x: str
    y: str
    series: dict[str, list[tuple[Any, float]]]
    kind: Literal["lines", "bars"] = "lines"
    log_x: bool = False
    log_y: bool = False
    #: A line across the plot: a goal, or what is compared with.
    mark: float | None = None


@dataclass(frozen=True)
class Section:
    """One benchmark's part of the report. `refused` says why its figures cannot be relied on."""

    key: str
    title: str
    how: str
    measures: Sequence[Measure] = ()
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()
    notes: Sequence[str] = ()
    refused: str = ""
    measured_at: str = field(default="", kw_only=True)

    def as_json(self) -> dict[str, Any]:
        """As it stands in the result file."""
        return {**asdict(self), "measures": [{**asdict(one), "met": one.met} for one in self.measures]}


def measure(name: str, values: Sequence[float], unit: str = "x", goal: float | None = None, note: str = "") -> Measure:
    """Median of all values; low and high are their first and last tenth."""
    ordered = sorted(values)
    tenth = len(ordered) // 10
    return Measure(name, median(ordered), ordered[tenth], ordered[-1 - tenth], len(ordered), unit, goal, note)


def ratio(
    name: str, values: Sequence[float], beside: Sequence[float], goal: float | None = None, note: str = ""
) -> Measure:
    """Ratios of what was measured in pairs, one right after the other, so that a slow moment hits both."""
    pairs = [value / other for value, other in zip(values, beside, strict=True)]
    return measure(name, pairs, "x", goal, note)
