"""Like `asyncio.run`, but does not wait for tasks that cannot be cancelled.

A read from a silent model blocks a thread that cannot be interrupted. `asyncio.run` would wait for it until Lambda ends
the function, although the failure is known and could be shown.
"""

import asyncio
import weakref
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")
#: The time that cancelled tasks have to clean up.
GRACE_SECONDS: Final = 0.5


def run(work: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result. Raises what the coroutine or a signal handler raises."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        try:
            if _all_cancelled(loop):
                loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()


class LastingLoop:
    """Runs one coroutine after the other on the same loop, so that clients and their connections outlive a question."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """As `run`. Tasks that the coroutine has left behind are cancelled; one that cannot be costs the loop."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            weakref.finalize(self, self._loop.close)
        try:
            return self._loop.run_until_complete(work)
        finally:
            if not _all_cancelled(self._loop):
                self._loop.close()
                self._loop = None


def _all_cancelled(loop: asyncio.AbstractEventLoop) -> bool:
    """Cancel all tasks of the loop. Whether they ended in time."""
    unfinished = asyncio.all_tasks(loop)
    for task in unfinished:
        task.cancel()
    if unfinished:
        _, unfinished = loop.run_until_complete(asyncio.wait(unfinished, timeout=GRACE_SECONDS))
    if unfinished:
        # They are abandoned: ignore what they report later.
        loop.set_exception_handler(lambda _loop, _context: None)
    return not unfinished
