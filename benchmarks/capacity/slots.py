"""A Lambda function's slots: limited by its concurrency, and added no faster than Lambda's scaling rate."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

import simpy  # noqa: TC002  # fields of a dataclass

#: A function's concurrency grows by at most 1,000 every 10 seconds, continuously.
BURST: Final = 1_000
BURST_PER_SECOND: Final = 100.0
#: Seconds between checks while waiting for a new slot.
LOOK: Final = 0.2


@dataclass
class Slots:
    """`limit` None: any number. `growth` is the fraction of Lambda's scaling rate, as simulations are scaled down;
    without it all environments exist already.
    """

    clock: simpy.Environment
    limit: int | None
    growth: float = inf
    busy: int = 0
    most: int = 0
    started: int = 0  # environments so far; idle ones are reused
    _busy_seconds: float = 0.0
    _since: float = 0.0
    _startable: float = field(init=False)
    _filled_at: float = 0.0
    _waiting: list[simpy.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._startable = BURST * self.growth

    def take(self) -> bool:
        """Take a free slot if there is one; never ahead of a waiter."""
        if self._waiting or not self._free():
            return False
        self._occupy()
        return True

    def wait(self, longest: float) -> Generator[simpy.Event, Any, bool]:
        """Wait up to `longest` seconds for a slot, first come, first served. False on timeout."""
        if self.take():
            return True
        mine = self.clock.event()
        self._waiting.append(mine)
        give_up = self.clock.now + longest
        while not mine.triggered and self.clock.now < give_up:
            # Lambda may also start a new slot, without a notification.
            yield mine | self.clock.timeout(min(LOOK if self._room() else longest, give_up - self.clock.now))
            self._serve()
        if not mine.triggered:
            self._waiting.remove(mine)
        return bool(mine.triggered)

    def give_back(self) -> None:
        """Give it to the longest waiter."""
        self._count()
        self.busy -= 1
        self._serve()

    def mean(self, since: float) -> float:
        """The average number of busy slots since `since`, the time of the last `reset`."""
        self._count()
        return self._busy_seconds / max(1e-9, self.clock.now - since)

    def reset(self) -> None:
        self._count()
        self._busy_seconds, self.most = 0.0, self.busy

    def _serve(self) -> None:
        while self._waiting and self._free():
            self._occupy()
            self._waiting.pop(0).succeed()

    def _room(self) -> bool:
        return self.limit is None or self.busy < self.limit

    def _free(self) -> bool:
        if not self._room():
            return False
        if self.busy < self.started or self.growth == inf:
            return True
        grown = (self.clock.now - self._filled_at) * BURST_PER_SECOND * self.growth
        self._startable, self._filled_at = min(BURST * self.growth, self._startable + grown), self.clock.now
        return self._startable >= 1

    def _occupy(self) -> None:
        self._count()
        self.busy += 1
        self.most = max(self.most, self.busy)
        if self.busy > self.started:
            self.started += 1
            self._startable -= 1

    def _count(self) -> None:
        self._busy_seconds += self.busy * (self.clock.now - self._since)
        self._since = self.clock.now
