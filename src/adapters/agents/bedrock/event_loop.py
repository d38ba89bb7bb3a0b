"""Runs a coroutine to its end, and does not wait for what will not end.

`asyncio.run` waits until everything that was started has been cleaned up. A read from a silent model sits in a thread
that cannot be interrupted: waiting for it would cost the user the failure that is ready to be shown, and Lambda the
rest of the function's time.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")
#: How long cancelled work may take to clean up after itself.
GRACE_SECONDS: Final = 0.5


def run(work: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, or whatever it, or a signal, raises."""
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
        # They are given up: what they may still say, they say to nobody.
        loop.set_exception_handler(lambda _loop, _context: None)
    else:
        loop.run_until_complete(loop.shutdown_asyncgens())
