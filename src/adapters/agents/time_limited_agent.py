"""TimeLimitedAgent: any agent, stopped at the end of its time."""

import signal
import threading
from types import FrameType

from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment


class _OutOfTime(BaseException):
    """No Exception, so that an agent's own `except Exception` cannot swallow it."""


class TimeLimitedAgent(ReasoningAgent):
    """Interrupts the agent at `assignment.answer_by` by a signal, which reaches blocking calls too.

    A thread could only be abandoned: Lambda would freeze it, and thaw it into somebody else's request. Off the main
    thread, where Python takes no signals, the agent keeps its own time: only tests run it there.
    """

    def __init__(self, agent: ReasoningAgent, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        left = (assignment.answer_by - self._clock.now()).total_seconds()
        if left <= 0:
            raise AgentFailed(FailureCode.TIMED_OUT)
        if threading.current_thread() is not threading.main_thread():
            return self._agent.reason(assignment, progress)
        before = signal.signal(signal.SIGALRM, _ring)
        try:
            return self._until_it_rings(left, assignment, progress)
        except _OutOfTime:
            raise AgentFailed(FailureCode.TIMED_OUT) from None
        finally:
            signal.signal(signal.SIGALRM, before)

    def _until_it_rings(self, left: float, assignment: Assignment, progress: ProgressReporter) -> Answer:
        signal.setitimer(signal.ITIMER_REAL, left)
        try:
            return self._agent.reason(assignment, progress)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # it may ring right here: the caller catches that too


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise _OutOfTime
