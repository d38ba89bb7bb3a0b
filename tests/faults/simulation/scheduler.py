"""Simulated concurrency: greenlets in virtual time, in an order that the seed decides."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from greenlet import getcurrent, greenlet


class Scheduler:
    """Runs greenlets until none is left. A pause switches to the greenlet that is due next and moves time there.

    Greenlets that are due at the same time run in random order.
    """

    def __init__(self, random: Random, start: datetime) -> None:
        self.now = start
        self._random = random
        self._due: list[tuple[datetime, float, int, greenlet]] = []
        self._numbers = count()
        self._hub = getcurrent()

    def spawn(self, run: Callable[[], object], after: timedelta = timedelta(0)) -> None:
        self._wake(greenlet(run, parent=self._hub), after)

    def pause(self, span: timedelta) -> None:
        """Let other greenlets run until `span` has passed."""
        self._wake(getcurrent(), span)
        self._hub.switch()

    def run(self) -> None:
        while self._due:
            at, _, _, next_one = heappop(self._due)
            self.now = max(self.now, at)
            next_one.switch()

    def _wake(self, waiting: greenlet, after: timedelta) -> None:
        heappush(self._due, (self.now + after, self._random.random(), next(self._numbers), waiting))
