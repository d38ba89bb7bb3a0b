"""Crash points: all faults in a first question, and a sample of the rest. `python -m tests crash-points` tries all."""

from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from tests.faults.crash_points.interruptions import Fault
from tests.faults.crash_points.runner import CrashPoint, CrashPointRunner, all_points, crash_point_runner
from tests.faults.crash_points.stories import STORIES

EVERY = 100


@pytest.fixture(scope="module")
def runner() -> Iterator[CrashPointRunner]:
    with crash_point_runner() as set_up:
        yield set_up


def test_every_crash_point_of_a_first_question_keeps_the_promises(
    runner: CrashPointRunner, figure: Callable[[str], None]
) -> None:
    calls = runner.undisturbed(STORIES[0])
    points = [
        CrashPoint(STORIES[0], number, fault)
        for number, call in enumerate(calls)
        for fault in Fault
        if fault.possible_at(call.operation)
    ]
    broken = _broken(runner, points)
    figure(f"crash points of a first question: {len(points)} tried, {len(broken)} violations")
    assert not broken


def test_a_sample_of_all_other_crash_points_keeps_the_promises(
    runner: CrashPointRunner, figure: Callable[[str], None]
) -> None:
    points = list(islice(all_points(runner, STORIES[1:]), 0, None, EVERY))
    broken = _broken(runner, points)
    figure(f"crash points of all other stories: every {EVERY}th, {len(points)} tried, {len(broken)} violations")
    assert not broken


def _broken(runner: CrashPointRunner, points: list[CrashPoint]) -> dict[str, list[str]]:
    tried = {str(point): runner.run(point) for point in points}
    return {point: broken for point, broken in tried.items() if broken}
