"""The agent of every system in the comparison: it sleeps, and writes down when it began and when it was done.

The question is its order: {"id": ..., "seconds": ..., "diary": a file}.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from typing import Any

ANSWER = "Level 3, bay 12."


def sleep(question: str) -> str:
    """Do as the question says."""
    order = json.loads(question)
    write(order, "began")
    time.sleep(order["seconds"])
    write(order, "done")
    return ANSWER


async def sleep_async(question: str) -> str:
    """The same, for those who run many agents on one thread; LangGraph refuses whatever blocks it."""
    order = json.loads(question)
    await asyncio.to_thread(write, order, "began")
    await asyncio.sleep(order["seconds"])
    await asyncio.to_thread(write, order, "done")
    return ANSWER


def agent(_parts: object) -> Callable[[Any, Any], Any]:
    """As Async Chat takes it: `agent=sleeping:agent`."""
    from domain.records import Answer

    return lambda assignment, _watch: Answer(sleep(assignment.question))


def write(order: dict[str, Any], what: str) -> None:
    """A line of the diary; short appends of several processes do not mix."""
    line = f"{order['id']} {what} {time.time():.6f}\n".encode()
    diary = os.open(order["diary"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(diary, line)
    finally:
        os.close(diary)
