"""An agent that takes as long as it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from domain.ports import Clock, ReasoningAgent, Watch
from domain.records import Answer, Assignment


@dataclass
class PacedAgent(ReasoningAgent):
    """Sleeps `takes` in steps of a second, looking at the watch, then says `answer` or raises `error`.

    `assignments` are the runs it was given, in order.
    """

    clock: Clock
    takes: timedelta = timedelta(seconds=56)
    answer: Answer | Callable[[Assignment], Answer] = field(default_factory=lambda: Answer("Level 3, bay 12."))
    error: BaseException | None = None
    assignments: list[Assignment] = field(default_factory=list)

    def reason(self, assignment: Assignment, watch: Watch) -> Answer:
        self.assignments.append(assignment)
        watch.step("Searching")
        end = self.clock.now() + self.takes
        while self.clock.now() < end:
            self.clock.sleep(min(timedelta(seconds=1), end - self.clock.now()))
            watch.check()
        if self.error is not None:
            raise self.error
        return self.answer(assignment) if callable(self.answer) else self.answer
