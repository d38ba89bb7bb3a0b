"""Agents with faults, in the zip of the tests' own stack."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any, NoReturn

Reason = Callable[[Any, Any], NoReturn]


def leaves(_parts: Any) -> Reason:
    """Ends the process, as the out-of-memory killer does."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        os._exit(1)

    return reason


def raises(_parts: Any) -> Reason:
    """Raises an exception."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        raise RuntimeError("an exception's text is not shown to users")

    return reason


def oversleeps(_parts: Any) -> Reason:
    """Runs too long, and can be interrupted by SIGALRM."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        while True:
            time.sleep(60)

    return reason


def blocks(_parts: Any) -> Callable[[Any, Any], str]:
    """Answers after `ASYNC_CHAT_RECALL_DELAY_SECONDS`, and does not notice that its turn has ended."""

    def reason(_assignment: Any, watch: Any) -> str:
        watch.step("Waiting")
        time.sleep(float(os.environ["ASYNC_CHAT_RECALL_DELAY_SECONDS"]))
        return "Here."

    return reason


def is_deaf(_parts: Any) -> Reason:
    """Runs too long with SIGALRM blocked, so that only Lambda can end it."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        while True:
            time.sleep(60)

    return reason
