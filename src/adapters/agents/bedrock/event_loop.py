"""Like `asyncio.run`, but does not wait for tasks that cannot be cancelled.

A read from a silent model blocks a thread that cannot be interrupted. `asyncio.run` would wait for it until Lambda ends
the function, although the failure is known and could be shown.
"""

import asyncio
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
            _clean_up(loop)
        finally:
            loop.close()


def _clean_up(loop: asyncio.AbstractEventLoop) -> None:
    unfinished = asyncio.all_tasks(loop)
    for task in unfinished:
        task.cancel()
    if unfinished:
        _, unfinished = loop.run_until_complete(asyncio.wait(unfinished, timeout=GRACE_SECONDS))
    if unfinished:
        # They are abandoned: ignore what they report later.
        loop.set_exception_handler(lambda _loop, _context: None)
    else:
        loop.run_until_complete(loop.shutdown_asyncgens())
