"""A clock that stands still until it is moved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.ports import Clock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeClock(Clock):
    """`sleep` moves the clock; what is due at a moment that is passed happens at that moment."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._due: list[tuple[datetime, Callable[[], None]]] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, pause: timedelta) -> None:
        self.pass_to(self._now + pause)

    def at(self, moment: datetime, happen: Callable[[], None]) -> None:
        """Let something happen when the clock comes to `moment`."""
        self._due.append((moment, happen))

    def pass_to(self, moment: datetime) -> None:
        """Go to `moment`, through everything that is due on the way."""
        while due := sorted((due for due in self._due if due[0] <= moment), key=lambda due: due[0]):
            self._due.remove(due[0])
            self._now = max(self._now, due[0][0])
            due[0][1]()
        self._now = max(self._now, moment)
