"""The result of a benchmark, from which the result file and the page are written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Final, Literal

#: Prints the progress of a benchmark.
Progress = Callable[[str], None]
#: The allowed ratio of two equal things; beyond it the run is refused.
EQUAL: Final = (0.93, 1.07)


@dataclass(frozen=True)
class Measure:
    """A figure with its spread. A ratio has the unit `x`; `goal` is the maximum of the median."""

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
        """Whether the goal is met; None without one."""
        return None if self.goal is None else self.median <= self.goal


#: The first cell is the row's heading.
Row = Sequence[str | float | None]


@dataclass(frozen=True)
class Table:
    title: str
    columns: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Plot:
    """Lines over numbers, or bars over names: each series is a list of (x, y)."""

    key: str
    title: str
    x: str
    y: str
    series: dict[str, list[tuple[Any, float]]]
    kind: Literal["lines", "bars"] = "lines"
    log_x: bool = False
    log_y: bool = False
    #: A reference line: a goal or the floor.
    mark: float | None = None


@dataclass(frozen=True)
class Section:
    """One benchmark's part of the report. `refused` is why its figures are not reliable."""

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
        return {**asdict(self), "measures": [{**asdict(one), "met": one.met} for one in self.measures]}


def measure(name: str, values: Sequence[float], unit: str = "x", goal: float | None = None, note: str = "") -> Measure:
    """The median of all values; low and high are the first and last decile."""
    ordered = sorted(values)
    tenth = len(ordered) // 10
    return Measure(name, median(ordered), ordered[tenth], ordered[-1 - tenth], len(ordered), unit, goal, note)


def ratio(
    name: str, values: Sequence[float], beside: Sequence[float], goal: float | None = None, note: str = ""
) -> Measure:
    """Ratios of pairs measured one right after the other, so that a slow moment affects both."""
    pairs = [value / other for value, other in zip(values, beside, strict=True)]
    return measure(name, pairs, "x", goal, note)


def too_busy(again: Iterable[Measure]) -> str:
    """Why figures are not reliable, by ratios of things to themselves; empty when they are."""
    noisy = [f"{one.name} is {one.median:.2f}" for one in again if not EQUAL[0] <= one.median <= EQUAL[1]]
    return f"the machine is too busy: {', '.join(noisy)}" if noisy else ""
