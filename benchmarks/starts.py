"""Cold starts of several functions, alternating: process start to first response, in milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import story
from benchmarks.built import floor
from benchmarks.record import Measure, Progress, ratio, too_busy
from tests.support.lambda_runtime import Function, running

FLOOR, AGAIN = "floor", "floor again"


@dataclass(frozen=True)
class Times:
    """Milliseconds of every start by name, in the order of the rounds, and the processor time."""

    taken: dict[str, list[float]]
    worked: dict[str, list[float]]

    def against_floor(self, name: str, title: str, goal: float | None = None) -> Measure:
        """Ratios to the floor's start of the same round."""
        return ratio(title, self.taken[name], self.taken[FLOOR], goal)

    def work_against_floor(self, name: str, title: str) -> Measure:
        """The same ratios of processor time, which other load on the machine affects less."""
        return ratio(title, self.worked[name], self.worked[FLOOR], note="processor time")

    @property
    def again(self) -> Measure:
        """The floor compared with itself: the noise of the machine."""
        return self.against_floor(AGAIN, "the floor beside itself (A/A)")

    @property
    def refused(self) -> str:
        """Why these times are not reliable; empty when they are."""
        return too_busy([self.again])


def start(
    folder: Path, handler: str, event: Mapping[str, Any], endpoint: str, more: Mapping[str, str] | None = None
) -> Function:
    """A function with the service's environment, and `more`."""
    return Function(folder, handler, event, {**story.SETTINGS, "AWS_ENDPOINT_URL": endpoint, **(more or {})})


def time_starts(starts: Mapping[str, Function], rounds: int, endpoint: str, progress: Progress) -> Times:
    """Time all starts alternating with the floor; repeat once if the machine was too busy."""
    least = start(floor(), "floor.handler", {}, endpoint)
    everything = {FLOOR: least, AGAIN: least, **starts}
    times = _times(everything, rounds, progress)
    if times.refused:
        progress(f"{times.refused}; trying again")
        times = _times(everything, rounds, progress)
    return times


def _times(everything: Mapping[str, Function], rounds: int, progress: Progress) -> Times:
    """Start each function once per round, in a rotating order. The first round only warms the file cache."""
    taken: dict[str, list[float]] = {name: [] for name in everything}
    worked: dict[str, list[float]] = {name: [] for name in everything}
    for number in range(rounds + 1):
        names = list(everything)
        first = number % len(names)
        for name in names[first:] + names[:first]:
            milliseconds, of_work = _start(everything[name])
            if number:
                taken[name].append(milliseconds)
                worked[name].append(of_work)
        if number % 5 == 0:
            progress(f"round {number} of {rounds}")
    return Times(taken, worked)


def _start(one: Function) -> tuple[float, float]:
    with running(one) as function:
        answer, moment = function.invoke()
        assert answer["statusCode"] == 200, answer
        return (moment - function.began) * 1000, function.processor_time() * 1000
