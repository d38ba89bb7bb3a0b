"""TimeLimitedAgent: wraps an agent and stops it at its time limit."""

import signal
import threading
from types import FrameType

from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Assignment, Reply


class _OutOfTime(BaseException):
    """A BaseException, so that an `except Exception` in the agent does not catch it."""


class TimeLimitedAgent(ReasoningAgent):
    """Interrupts the agent at `assignment.answer_by` by SIGALRM, which also interrupts blocking calls.

    A thread could only be abandoned: Lambda would freeze it, and resume it during another user's request. Python
    handles signals on the main thread only; elsewhere, as in some tests, there is no limit.
    """

    def __init__(self, agent: ReasoningAgent, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
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

    def _until_it_rings(self, left: float, assignment: Assignment, progress: ProgressReporter) -> Reply:
        signal.setitimer(signal.ITIMER_REAL, left)
        try:
            return self._agent.reason(assignment, progress)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # the signal may arrive right here: the caller catches that too


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise _OutOfTime
