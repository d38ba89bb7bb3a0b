"""An agent with a set duration and answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from domain.chat import Usage
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment, Reply


@dataclass
class PacedAgent(ReasoningAgent):
    """Sleeps `takes`, checks each second whether the turn has ended, then returns `answer` or raises `error`.

    With `checks` false it notices no end, as an agent that waits in a blocking call. It reports `usage` at first.
    """

    clock: Clock
    takes: timedelta = timedelta(seconds=56)
    answer: Reply | Callable[[Assignment], Reply] = field(default_factory=lambda: Answer("Level 3, bay 12."))
    error: BaseException | None = None
    checks: bool = True
    usage: Usage | None = None
    assignments: list[Assignment] = field(default_factory=list)

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        self.assignments.append(assignment)
        if self.usage:
            progress.used(self.usage)
        progress.step("Searching")
        end = self.clock.now() + self.takes
        while self.clock.now() < end:
            self.clock.sleep(min(timedelta(seconds=1), end - self.clock.now()))
            if self.checks:
                progress.raise_if_ended()
        if self.error is not None:
            raise self.error
        return self.answer(assignment) if callable(self.answer) else self.answer
