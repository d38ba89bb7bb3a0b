"""ThrottledProgressReporter: stores the agent's steps and draft, at most once a second."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.chat import Step, Turn, Usage
from domain.errors import StoreUnavailable, TurnOver
from domain.ports import ChatRepository, Clock, ProgressReporter, TurnObserver
from domain.text import excerpt

STEP_LENGTH: Final = 120
STEP_COUNT: Final = 30
#: In characters. Every write stores the whole draft again and costs by its size: a longer draft is cut.
DRAFT_LENGTH: Final = 16_000
PACE: Final = timedelta(seconds=1)
#: Without anything new to write, the turn is checked this often, so that the agent notices a cancellation.
IDLE_PACE: Final = timedelta(seconds=2)


class ThrottledProgressReporter(ProgressReporter):
    """Raises `TurnOver` as soon as a write, or a look where there is nothing to write, shows that the turn has ended.

    `usage` is the agent's last report. Steps that come faster wait for the next write. An unreachable store loses a
    step, not the answer.
    """

    def __init__(self, chats: ChatRepository, clock: Clock, observer: TurnObserver, turn: Turn) -> None:
        self._chats = chats
        self._clock = clock
        self._observer = observer
        self._turn = turn
        self._steps: list[Step] = []
        self._step_count = 0
        self._draft: str | None = None
        self.usage: Usage | None = None
        self._pending = False
        self._last_call: datetime | None = None

    def step(self, text: str) -> None:
        self._steps.append(Step(self._clock.now(), excerpt(text, STEP_LENGTH)))
        del self._steps[:-STEP_COUNT]
        self._step_count += 1
        self._observer.on_step(self._turn, self._step_count)
        self._pending = True
        self.raise_if_ended()

    def draft(self, text: str) -> None:
        self._draft = text[:DRAFT_LENGTH]
        self._pending = True
        self.raise_if_ended()

    def used(self, usage: Usage) -> None:
        self.usage = usage
        self._pending = True

    def raise_if_ended(self) -> None:
        now = self._clock.now()
        pace = PACE if self._pending else IDLE_PACE
        if self._last_call is not None and now - self._last_call < pace:
            return
        self._last_call = now
        try:
            running = self._write() if self._pending else self._look()
        except StoreUnavailable:
            return
        if not running:
            raise TurnOver
        self._pending = False

    def _write(self) -> bool:
        return self._chats.save_progress(replace(self._turn, usage=self.usage), self._steps, self._draft)

    def _look(self) -> bool:
        """A read, at a fifth of the price of a write and less: a write costs by the size of steps and draft."""
        version = self._chats.version(self._turn.chat_id)
        return version is not None and version.runs(self._turn)
