"""A clock that advances only when a client waits."""

from datetime import UTC, datetime, timedelta

from async_chat_client._sansio import Timing

BEGINNING = datetime(2026, 11, 23, 12, tzinfo=UTC)


class FakeTime:
    """The clock of both client and service. `waits` keeps the length of each wait in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    def timing(self, jitter: float = 0.0) -> Timing:
        """For a client; its random numbers are all `jitter`, from 0 to 1."""
        return Timing(lambda: self.seconds, lambda: jitter)

    def sleep(self, seconds: float) -> None:
        """For a `ChatClient`."""
        self.waits.append(seconds)
        self.seconds += seconds

    async def sleep_async(self, seconds: float) -> None:
        """For an `AsyncChatClient`."""
        self.sleep(seconds)

    def hold(self, seconds: float) -> None:
        """For the service, while it holds a poll."""
        self.seconds += seconds

    def date(self) -> datetime:
        """The service's wall clock."""
        return BEGINNING + timedelta(seconds=self.seconds)
