"""A Lambda function's slots: as many at once as its concurrency, and new ones no faster than Lambda starts them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

import simpy  # noqa: TC002  # fields of a dataclass

#: A function's concurrency grows by 1,000 every 10 seconds at most, filled up continuously.
BURST: Final = 1_000
BURST_PER_SECOND: Final = 100.0
#: How often somebody who waits for a new slot looks again.
LOOK: Final = 0.2


@dataclass
class Slots:
    """`limit` None: any number. `growth` is what part of Lambda's own growth this one has, as simulations are scaled;
    without it all environments are there already.
    """

    clock: simpy.Environment
    limit: int | None
    growth: float = inf
    busy: int = 0
    most: int = 0
    started: int = 0  # environments so far; one that is idle is used again
    _busy_seconds: float = 0.0
    _since: float = 0.0
    _startable: float = field(init=False)
    _filled_at: float = 0.0
    _waiting: list[simpy.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._startable = BURST * self.growth

    def take(self) -> bool:
        """A slot, if there is one; never one that somebody waits for."""
        if self._waiting or not self._free():
            return False
        self._occupy()
        return True

    def wait(self, longest: float) -> Generator[simpy.Event, Any, bool]:
        """A slot within `longest` seconds: first come, first served. False when there was none."""
        if self.take():
            return True
        mine = self.clock.event()
        self._waiting.append(mine)
        give_up = self.clock.now + longest
        while not mine.triggered and self.clock.now < give_up:
            # A slot may also come from Lambda starting a new one, of which nobody tells.
            yield mine | self.clock.timeout(min(LOOK if self._room() else longest, give_up - self.clock.now))
            self._serve()
        if not mine.triggered:
            self._waiting.remove(mine)
        return bool(mine.triggered)

    def give_back(self) -> None:
        """The one who waits longest gets it."""
        self._count()
        self.busy -= 1
        self._serve()

    def mean(self, since: float) -> float:
        """Slots busy on average, counted since `since`, the moment of the last `reset`."""
        self._count()
        return self._busy_seconds / max(1e-9, self.clock.now - since)

    def reset(self) -> None:
        """Count from now on."""
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
