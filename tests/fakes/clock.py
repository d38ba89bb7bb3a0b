"""A clock that stands still until a test moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.ports import Clock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeClock(Clock):
    """`sleep` moves the clock and runs each callback that comes due, at its own time."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._due: list[tuple[datetime, Callable[[], None]]] = []

    def now(self) -> datetime:
        return self._now.replace(microsecond=self._now.microsecond // 1000 * 1000)

    def sleep(self, pause: timedelta) -> None:
        self.move_to(self._now + pause)

    def at(self, moment: datetime, callback: Callable[[], None]) -> None:
        """Call `callback` when the clock reaches `moment`."""
        self._due.append((moment, callback))

    def move_to(self, moment: datetime) -> None:
        """Move to `moment` and run all callbacks due by then, in order."""
        while due := sorted((due for due in self._due if due[0] <= moment), key=lambda due: due[0]):
            self._due.remove(due[0])
            self._now = max(self._now, due[0][0])
            due[0][1]()
        self._now = max(self._now, moment)
