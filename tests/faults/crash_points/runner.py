"""Crash points: each story, interrupted at each AWS call in each way, over the real adapters: `python -m tests crash-points`.

A point is a story, the number of a call, a fault or a concurrent action there, and how often Lambda retries a failed
event. A concurrent action runs from beginning to end just before the call.
"""

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from moto import mock_aws

from tests.faults.crash_points.app_client import AppClient
from tests.faults.crash_points.cloud import Cloud
from tests.faults.crash_points.interruptions import Endless, Fault, Point
from tests.faults.crash_points.stories import CONCURRENT, HARMLESS, STORIES, WITHOUT_CHAT_ID, Scene, Story, close
from tests.faults.history import History
from tests.faults.promises import breaches

RETRIES = (0, 1, 2)


@dataclass(frozen=True)
class CrashPoint:
    """`event` is a fault, or the name of a concurrent action."""

    story: Story
    call: int
    event: Fault | str
    retries: int = 0

    def __str__(self) -> str:
        return f"{self.story.name}, call {self.call}: {self.event} (retries {self.retries})"

    @property
    def harmless(self) -> bool:
        """Whether the client library and the protocol hide the fault, so that the answer must come."""
        answered = self.story.answered and self.retries >= self.story.retries
        return answered and (self.event in {Fault.REPEATED, Fault.CONFLICT} or self.event in HARMLESS)


@dataclass(frozen=True)
class ObservedCall:
    """An AWS call of the undisturbed story: the function that makes it, and whether the app knows the chat by then."""

    operation: str
    function: str
    chat_known: bool


class CrashPointRunner:
    def __init__(self) -> None:
        self._cloud = Cloud()

    def undisturbed(self, story: Story) -> list[ObservedCall]:
        """The AWS calls of a story without faults."""
        calls, history = self._tell(story, None, story.retries, calm=story.answered)
        assert not breaches(history), breaches(history)
        return calls

    def run(self, point: CrashPoint) -> list[str]:
        """The broken promises at a point."""
        try:
            _, history = self._tell(point.story, point, point.retries, calm=point.harmless)
        except Endless:
            return ["endless AWS calls"]
        return breaches(history)

    def _tell(
        self, story: Story, at: CrashPoint | None, retries: int, *, calm: bool
    ) -> tuple[list[ObservedCall], History]:
        cloud = self._cloud
        cloud.begin(retries, calm=calm)
        scene = Scene(cloud, AppClient(cloud, "alice"))
        calls: list[ObservedCall] = []
        story.prepare(scene)
        with cloud.interruptions.counting(
            _point(at, scene) if at else None,
            lambda operation: calls.append(ObservedCall(operation, cloud.running[-1], scene.app.chat_id is not None)),
        ):
            story.act(scene)
        close(scene)
        cloud.tell_ends()
        return calls, cloud.history


def _point(at: CrashPoint, scene: Scene) -> Point:
    return Point(at.call, at.event if isinstance(at.event, Fault) else partial(CONCURRENT[at.event], scene))


@contextmanager
def crash_point_runner() -> Iterator[CrashPointRunner]:
    """moto in this process while the block runs."""
    with mock_aws():
        yield CrashPointRunner()


def all_points(runner: CrashPointRunner, stories: Iterable[Story] = STORIES) -> Iterator[CrashPoint]:
    """All points. Lambda retries only the worker; without a chat id, few concurrent actions are possible."""
    for story in stories:
        for call, observed in enumerate(runner.undisturbed(story)):
            retries = RETRIES if observed.function == "worker" else (story.retries,)
            faults = [fault for fault in Fault if fault.possible_at(observed.operation)]
            yield from (CrashPoint(story, call, fault, times) for fault in faults for times in retries)
            names = CONCURRENT if observed.chat_known else WITHOUT_CHAT_ID
            yield from (CrashPoint(story, call, name, story.retries) for name in names)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests crash-points", description=__doc__)
    parser.add_argument("--story", default="", help="only stories with this in their name")
    chosen = parser.parse_args()
    logging.disable()  # agents break and workers die on purpose
    stories = [story for story in STORIES if chosen.story in story.name]
    tried = violations = 0
    with crash_point_runner() as runner:
        for point in all_points(runner, stories):
            tried += 1
            broken = runner.run(point)
            if broken:
                violations += 1
                print(f"{point}:", *broken[:4], sep="\n  ", flush=True)
    print(f"{tried} points tried, {violations} violations")
    return min(violations, 1)


if __name__ == "__main__":
    sys.exit(main())
