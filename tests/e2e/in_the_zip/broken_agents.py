"""Agents that break as agents do. They are part of the zip of the tests' own stack."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any, NoReturn

Reason = Callable[[Any, Any], NoReturn]


def leaves(_parts: Any) -> Reason:
    """Takes the whole process along, as running out of memory does."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        os._exit(1)

    return reason


def raises(_parts: Any) -> Reason:
    """Has a defect."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        raise RuntimeError("the words of a defect are nobody's business")

    return reason


def oversleeps(_parts: Any) -> Reason:
    """Does not come back in time, and can be woken."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        while True:
            time.sleep(60)

    return reason


def is_deaf(_parts: Any) -> Reason:
    """The same, and hears no alarm: only Lambda ends it, by force."""

    def reason(_assignment: Any, _watch: Any) -> NoReturn:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        while True:
            time.sleep(60)

    return reason
