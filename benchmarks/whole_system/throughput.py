"""Many concurrent users, each asking again as soon as the last ask was accepted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.whole_system.system import Order, System, read_diary

#: Asks of a measurement, by the number of concurrent users.
ASKS: Final = {1: 30, 10: 100, 50: 200}
SETTLE: Final = 2.0
PATIENCE: Final = 10.0


@dataclass
class Load:
    """Over all repetitions: asks per second, the time of every ask, and how many were refused or never run."""

    per_second: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: int = 0
    never_run: int = 0


async def loads(
    systems: Sequence[System], at_once: int, repetitions: int, seconds: float, diary: Path
) -> dict[str, Load]:
    """Each system in turn; the next one begins when all agents of the last one are done."""
    found = {system.name: Load() for system in systems}
    for _ in range(repetitions):
        for system in systems:
            await _load(system, at_once, seconds, diary, found[system.name])
    return found


async def _load(system: System, at_once: int, seconds: float, diary: Path, into: Load) -> None:
    orders = [Order(seconds, diary) for _ in range(ASKS[at_once])]
    waiting = list(orders)

    async def person(number: int) -> None:
        while waiting:
            asked = await system.ask(waiting.pop(), person=number)
            into.took.append(asked.took)
            into.refused += asked.status != 200

    began = time.perf_counter()
    await asyncio.gather(*(person(number) for number in range(at_once)))
    into.per_second.append(len(orders) / (time.perf_counter() - began))
    into.never_run += await _not_done(orders, diary, seconds)
    await asyncio.sleep(SETTLE)


async def _not_done(orders: Sequence[Order], diary: Path, seconds: float) -> int:
    """Wait until every agent is done; returns how many are not by the time limit."""
    give_up = time.monotonic() + PATIENCE
    missing = len(orders)
    while missing and time.monotonic() < give_up:
        await asyncio.sleep(seconds / 2)
        done = read_diary(diary)
        missing = sum(not done.get(order.id, {}).get("done") for order in orders)
    return missing
