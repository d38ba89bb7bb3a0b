"""TimeLimitedAgent stops any agent at its time limit."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from adapters.agents.time_limited_agent import TimeLimitedAgent
from adapters.clocks import SystemClock
from domain.errors import AgentFailed, TurnOver
from domain.ports import ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment, Reply
from tests.contract.reasoning_agent import RecordingProgressReporter

CLOCK = SystemClock()


class BusyAgent(ReasoningAgent):
    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        self._work()
        return Answer("Level 3, bay 12.")


def assignment(seconds: float) -> Assignment:
    now = CLOCK.now()
    return Assignment("alice", "Where did I park?", (), now, now + timedelta(seconds=seconds))


def reason(work: Callable[[], object], seconds: float) -> Reply:
    return TimeLimitedAgent(BusyAgent(work), CLOCK).reason(assignment(seconds), RecordingProgressReporter())


def read_from_a_silent_server() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.recv(1)


def swallow_every_exception() -> None:
    while True:
        with suppress(Exception):
            time.sleep(5)


def compute() -> None:
    while True:
        sum(range(1_000))


@pytest.mark.parametrize("work", [lambda: time.sleep(5), read_from_a_silent_server, swallow_every_exception, compute])
def test_blocking_agent_is_interrupted_at_its_time_limit(work: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(AgentFailed) as failure:
        reason(work, seconds=0.1)
    assert failure.value.code == "timed_out"
    assert time.monotonic() - began < 2


def test_agent_in_time_is_not_interrupted_and_leaves_no_timer() -> None:
    assert reason(lambda: None, seconds=0.1) == Answer("Level 3, bay 12.")
    time.sleep(0.15)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_agent_without_time_left_is_not_started() -> None:
    with pytest.raises(AgentFailed) as failure:
        reason(lambda: pytest.fail("started"), seconds=0)
    assert failure.value.code == "timed_out"


@pytest.mark.parametrize("error", [TurnOver(), AgentFailed("agent_failed"), ZeroDivisionError()])
def test_agents_error_propagates_and_leaves_no_timer(error: Exception) -> None:
    def raise_it() -> None:
        raise error

    with pytest.raises(type(error)):
        reason(raise_it, seconds=5)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_previous_signal_handler_is_restored() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with suppress(AgentFailed):
        reason(lambda: time.sleep(5), seconds=0.05)
    assert signal.getsignal(signal.SIGALRM) is before


def test_agent_off_the_main_thread_runs_without_a_timer() -> None:
    answers: list[Reply] = []
    thread = threading.Thread(target=lambda: answers.append(reason(lambda: None, seconds=5)))
    thread.start()
    thread.join()
    assert answers == [Answer("Level 3, bay 12.")]
