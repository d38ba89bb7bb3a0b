"""ThrottledProgressReporter: the agent's steps and draft, paced, on their way to the user."""

from datetime import datetime, timedelta
from typing import Final

from domain.chat import Step, Turn
from domain.errors import StoreUnavailable, TurnOver
from domain.ports import ChatRepository, Clock, ProgressReporter
from domain.text import excerpt

STEP_LENGTH: Final = 120
STEP_COUNT: Final = 30
#: A draft is written again with every report, and each write costs its whole size: beyond this the user waits.
DRAFT_LENGTH: Final = 16_000
PACE: Final = timedelta(seconds=1)
#: An agent that shows nothing new still learns within this time that its user has cancelled.
IDLE_PACE: Final = timedelta(seconds=2)


class ThrottledProgressReporter(ProgressReporter):
    """Writes at most once a second, and raises `TurnOver` as soon as a write shows that the turn has ended.

    What comes faster waits for the next write. A store that cannot be reached costs the user a step, not the answer.
    """

    def __init__(self, chats: ChatRepository, clock: Clock, turn: Turn) -> None:
        self._chats = chats
        self._clock = clock
        self._turn = turn
        self._steps: list[Step] = []
        self._draft: str | None = None
        self._pending = False
        self._last_write: datetime | None = None

    def step(self, text: str) -> None:
        self._steps.append(Step(self._clock.now(), excerpt(text, STEP_LENGTH)))
        del self._steps[:-STEP_COUNT]
        self._pending = True
        self.raise_if_ended()

    def draft(self, text: str) -> None:
        self._draft = text[:DRAFT_LENGTH]
        self._pending = True
        self.raise_if_ended()

    def raise_if_ended(self) -> None:
        now = self._clock.now()
        pace = PACE if self._pending else IDLE_PACE
        if self._last_write is not None and now - self._last_write < pace:
            return
        self._last_write = now
        try:
            held = self._chats.save_progress(self._turn, self._steps, self._draft)
        except StoreUnavailable:
            return
        if not held:
            raise TurnOver
        self._pending = False
