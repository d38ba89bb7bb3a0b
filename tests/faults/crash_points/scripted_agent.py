"""An agent whose behaviour a test sets."""

from collections.abc import Callable
from datetime import timedelta

from domain.chat import Usage
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from tests.faults.history import History, ReasoningOutcome, answer_to


class ScriptedAgent(ReasoningAgent):
    """Thinks for `takes`; calls `meanwhile` half-way; then raises `raises`, or answers.

    `observe` is called whenever it wakes up. If it `blocks` it notices no end of its turn.
    """

    def __init__(self, clock: Clock, observe: Callable[[], None]) -> None:
        self._clock = clock
        self._observe = observe
        self.begin(History())

    def begin(self, history: History) -> None:
        """Back to normal behaviour."""
        self._history = history
        self.takes = timedelta(seconds=5)
        self.meanwhile: Callable[[], None] = lambda: None
        self.raises: BaseException | None = None
        self.blocks = False

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        heard = tuple(message.content for message in assignment.history)
        self._history.reasoned.append(
            ReasoningOutcome(self._clock.now(), assignment.user_id, assignment.question, heard)
        )
        self._observe()
        progress.used(Usage("scripted", 1, 900, 0, 80))
        progress.step("Thinking")
        self._clock.sleep(self.takes / 2)
        self.meanwhile()
        self._observe()
        self._clock.sleep(self.takes / 2)
        self._observe()
        if not self.blocks:
            progress.draft("So far")
        if self.raises is not None:
            raise self.raises
        return Answer(answer_to(assignment.question))
