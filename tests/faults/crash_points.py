"""Every crash point: stories cut off at each AWS call in each way, over the real adapters; `python -m tests crash-points`.

A point is a story, the number of a call, what happens there, and how often Lambda runs a failed event again. Besides
faults there are others who come in between: whatever they do is done, from beginning to end, just before the call.
"""

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from moto import mock_aws

from tests.faults.app_client import AppClient
from tests.faults.cloud import Cloud
from tests.faults.history import History
from tests.faults.interruptions import Endless, Fault, Point
from tests.faults.promises import breaches
from tests.faults.stories import HARMLESS, OTHERS, STORIES, UNKNOWING, Scene, Story, close

RETRIES = (0, 1, 2)


@dataclass(frozen=True)
class CrashPoint:
    """Where a story is disturbed. `event` is a fault, or the name of what others do."""

    story: Story
    call: int
    event: Fault | str
    retries: int = 0

    def __str__(self) -> str:
        return f"{self.story.name}, call {self.call}: {self.event} (retries {self.retries})"

    @property
    def harmless(self) -> bool:
        """Nothing fails here that the client library or the protocol would not take care of."""
        by_itself = self.story.answered and self.retries >= self.story.retries
        return by_itself and (self.event is Fault.REPEATED or self.event in HARMLESS)


@dataclass(frozen=True)
class Circumstances:
    """Who makes a call of the undisturbed story, and whether the app knows the chat by then."""

    maker: str
    chat_known: bool


class Stage:
    """Tells stories, disturbed or not."""

    def __init__(self) -> None:
        self._cloud = Cloud()

    def undisturbed(self, story: Story) -> list[Circumstances]:
        """The AWS calls of a story in which nothing happens."""
        calls, history = self._tell(story, None, story.retries, calm=story.answered)
        assert not breaches(history), breaches(history)
        return calls

    def try_out(self, point: CrashPoint) -> list[str]:
        """What is broken at a point."""
        try:
            _, history = self._tell(point.story, point, point.retries, calm=point.harmless)
        except Endless:
            return ["no end of AWS calls"]
        return breaches(history)

    def _tell(
        self, story: Story, at: CrashPoint | None, retries: int, *, calm: bool
    ) -> tuple[list[Circumstances], History]:
        cloud = self._cloud
        cloud.begin(retries, calm=calm)
        scene = Scene(cloud, AppClient(cloud, "alice"))
        calls: list[Circumstances] = []
        story.prepare(scene)
        with cloud.interruptions.counting(
            _point(at, scene) if at else None,
            lambda: calls.append(Circumstances(cloud.running[-1], scene.app.chat_id is not None)),
        ):
            story.act(scene)
        close(scene)
        return calls, cloud.history


def _point(at: CrashPoint, scene: Scene) -> Point:
    return Point(at.call, at.event if isinstance(at.event, Fault) else partial(OTHERS[at.event], scene))


@contextmanager
def stage() -> Iterator[Stage]:
    """moto in this process, for as long as it is needed."""
    with mock_aws():
        yield Stage()


def all_points(on: Stage, stories: Iterable[Story] = STORIES) -> Iterator[CrashPoint]:
    """Every point there is. Lambda runs again only what was a worker, and who does not know the chat can do little."""
    for story in stories:
        for call, circumstances in enumerate(on.undisturbed(story)):
            retries = RETRIES if circumstances.maker == "worker" else (story.retries,)
            yield from (CrashPoint(story, call, fault, times) for fault in Fault for times in retries)
            others = OTHERS if circumstances.chat_known else UNKNOWING
            yield from (CrashPoint(story, call, other, story.retries) for other in others)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests crash-points", description=__doc__)
    parser.add_argument("--story", default="", help="only stories with this in their name")
    chosen = parser.parse_args()
    logging.disable()  # broken agents and lost workers are what this is about
    stories = [story for story in STORIES if chosen.story in story.name]
    tried = violations = 0
    with stage() as on:
        for point in all_points(on, stories):
            tried += 1
            broken = on.try_out(point)
            if broken:
                violations += 1
                print(f"{point}:", *broken[:4], sep="\n  ", flush=True)
    print(f"{tried} points tried, {violations} violations")
    return min(violations, 1)


if __name__ == "__main__":
    sys.exit(main())
