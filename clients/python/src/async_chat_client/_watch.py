"""Watch one turn until it ends."""

from math import inf
from threading import Lock
from weakref import WeakSet

from async_chat_client._models import Message, Page, Status
from async_chat_client._poller import Poller
from async_chat_client._sansio import Emit, RetryBudget, Stream, Timing
from async_chat_client._turn_view import TurnView
from async_chat_client.errors import InputNeeded, StillThinking, TurnCancelled, TurnFailed
from async_chat_client.updates import Answered, Cancelled, End, NeedsInput, PollFailed, Update


class Watch:
    """The watching of one turn, which can be interrupted and continued: each update is given once."""

    def __init__(
        self,
        chat_id: str,
        question: str | None,
        first_wait: float,
        retry_budget: RetryBudget,
        timing: Timing,
        *,
        hold: bool,
    ) -> None:
        self.chat_id = chat_id
        self._timing = timing
        self._poller = Poller(chat_id, first_wait, retry_budget, timing, hold=hold)
        self._view = TurnView(question)
        self._page: Page | None = None

    @property
    def end(self) -> End | None:
        """How the turn ended; None as long as no poll has shown it."""
        return self._view.end

    def updates(self, timeout: float | None) -> Stream[Update]:
        """New updates, then the end, which every call repeats. Raises `StillThinking` after `timeout` seconds."""
        until = inf if timeout is None else self._timing.now() + timeout
        yield from self._tell()
        while self.end is None:
            yield from self._poller.wait(until)
            if self.end is not None:
                break
            found = yield from self._poller.poll(until)
            if isinstance(found, PollFailed):
                yield Emit(found)
            elif found:
                self._page = found
                yield from self._tell()
            if self.end is None:
                self._poller.check(until)
        yield Emit(self.end)

    def told(self, status: Status) -> None:
        """The service's reply to a cancellation: a stopped turn has ended, any other is polled without waiting."""
        if status == "cancelled":
            self._view.end = self.end or Cancelled()
        self._poller.soon()

    def answer(self) -> Message:
        """The answer of an ended turn. Raises `TurnFailed`, `TurnCancelled`, `InputNeeded`."""
        if isinstance(self.end, Answered):
            return self.end.message
        if isinstance(self.end, NeedsInput):
            raise InputNeeded(self.end.request)
        if isinstance(self.end, Cancelled):
            raise TurnCancelled(self.end.reason)
        if self.end is None:
            raise StillThinking(self.chat_id)
        raise TurnFailed(self.end.code, self.end.message)

    def _tell(self) -> Stream[Update]:
        # A caller who left early has not had all updates of the last page, and an unchanged page is not sent again.
        for update in self._view.news(self._page) if self._page else ():
            yield Emit(update)


class Watches:
    """The watches of a client's turns, to tell them what came of a cancellation, in whichever thread they wait."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._watches: WeakSet[Watch] = WeakSet()

    def add(self, watch: Watch, *, new_turn: bool) -> None:
        """With `new_turn`, earlier watches of the chat are of turns that a cancellation no longer reaches."""
        with self._lock:
            if new_turn:
                self._watches -= {one for one in self._watches if one.chat_id == watch.chat_id}
            self._watches.add(watch)

    def tell(self, chat_id: str, status: Status) -> None:
        with self._lock:
            told = [one for one in self._watches if one.chat_id == chat_id]
        for one in told:
            one.told(status)
