"""The agent of every system in the comparison: it sleeps, and logs its start and end in a diary.

The question is the order: {"id": ..., "seconds": ..., "diary": a file}.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from typing import Any

ANSWER = "Level 3, bay 12."


def sleep(question: str) -> str:
    order = json.loads(question)
    write(order, "began")
    time.sleep(order["seconds"])
    write(order, "done")
    return ANSWER


async def sleep_async(question: str) -> str:
    """The same on an event loop; LangGraph refuses blocking calls."""
    order = json.loads(question)
    await asyncio.to_thread(write, order, "began")
    await asyncio.sleep(order["seconds"])
    await asyncio.to_thread(write, order, "done")
    return ANSWER


def agent(_parts: object) -> Callable[[Any, Any], Any]:
    """For Async Chat: `agent=sleeping:agent`."""
    from domain.records import Answer

    return lambda assignment, _watch: Answer(sleep(assignment.question))


def write(order: dict[str, Any], what: str) -> None:
    """Append a line to the diary; short appends of several processes do not interleave."""
    line = f"{order['id']} {what} {time.time():.6f}\n".encode()
    diary = os.open(order["diary"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(diary, line)
    finally:
        os.close(diary)
