"""The machine's own clock."""

import time
from datetime import UTC, datetime, timedelta

from domain.ports import Clock


class SystemClock(Clock):
    """UTC in whole milliseconds, as the store keeps them: what is written equals what is read back."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def sleep(self, pause: timedelta) -> None:
        time.sleep(pause.total_seconds())
