"""A second message during a run, and a worker killed during a run."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.whole_system.system import THINKING, Order, Seen, System, begun, read_diary

FIRST, SECOND, BETWEEN, WATCHED = 2.0, 0.5, 0.8, 5.0
KILLED_SECONDS: Final = 5.0
KILLED_AFTER: Final = 1.5
LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True)
class SecondMessage:
    """The outcome of a second message sent while the agent was running on the first."""

    status: int
    runs: int
    together: bool  # both agents ran at the same time
    ended_early: bool  # a poll showed an end while an agent was running


async def second_message(system: System, diary: Path) -> SecondMessage:
    """Two orders in one chat, polled throughout."""
    orders = Order(FIRST, diary), Order(SECOND, diary)
    chat = (await system.ask(orders[0])).chat
    await begun([orders[0]], LONGEST_WAIT)
    await asyncio.sleep(BETWEEN)
    answer = await system.ask(orders[1], chat)
    shown, end = list[tuple[float, Seen]](), time.time() + WATCHED
    while time.time() < end:
        shown.append((time.time(), await system.poll(chat)))
        await asyncio.sleep(0.03)
    lines = [read_diary(diary).get(order.id, {"began": [], "done": []}) for order in orders]
    runs = [run for line in lines for run in zip(line["began"], line["done"], strict=False)]
    return SecondMessage(
        answer.status,
        len(runs),
        any(one != other and one[0] < other[0] < one[1] for one in runs for other in runs),
        any(seen.status != THINKING and any(began < at < done - 0.05 for began, done in runs) for at, seen in shown),
    )


@dataclass(frozen=True)
class Killed:
    """What a poller saw after the worker was killed: `ended` in seconds after the ask, None for more than a minute."""

    status: str
    ended: float | None
    runs: int


async def killed_worker(system: System, diary: Path) -> Killed:
    """SIGKILL during a run, and ten polls a second until there is an end."""
    order, began = Order(KILLED_SECONDS, diary), time.monotonic()
    chat = (await system.ask(order)).chat
    await begun([order], LONGEST_WAIT)
    await asyncio.sleep(KILLED_AFTER)
    await asyncio.to_thread(system.kill_worker)
    status = THINKING
    while time.monotonic() < began + LONGEST_WAIT:
        status = await _status(system, chat)
        if status != THINKING:
            break
        await asyncio.sleep(0.1)
    ended = None if status == THINKING else time.monotonic() - began
    return Killed(status, ended, len(read_diary(diary)[order.id]["began"]))


async def _status(system: System, chat: str) -> str:
    try:
        return (await system.poll(chat)).status
    except OSError:  # the server is restarting
        return THINKING
