"""All systems in one run."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.record import Progress
from benchmarks.whole_system.async_chat import AsyncChat, async_chat, warm
from benchmarks.whole_system.fastapi_queue import ARQ, CELERY, fastapi_queue, redis_works
from benchmarks.whole_system.langgraph_dev import langgraph_dev
from benchmarks.whole_system.latency import BesideTheFloor, Turns, beside_the_floor, polls, turns
from benchmarks.whole_system.system import System
from benchmarks.whole_system.throughput import ASKS, Load, loads
from benchmarks.whole_system.trouble import Killed, SecondMessage, killed_worker, second_message

#: The shortest that leaves the sleeping agent its time, so that a killed worker is noticed soon.
DEADLINE_SECONDS: Final = 20
AGENT_SECONDS: Final = (0.5, 5.0)


@dataclass(frozen=True)
class Amount:
    """The amount of measuring."""

    #: Fifty concurrent users need fifty processes for asking, and somewhat more for agents of half a second each.
    workers: int = 130
    turns: Mapping[float, int] = field(default_factory=lambda: {0.5: 12, 5.0: 2})
    pairs: int = 40
    poll_blocks: int = 12
    at_once: tuple[int, ...] = tuple(ASKS)
    repetitions: int = 2


QUICK: Final = Amount(workers=12, turns={0.5: 3, 5.0: 1}, pairs=6, poll_blocks=2, at_once=(1, 10), repetitions=1)


@dataclass
class Found:
    """All measurements, by the system's name."""

    names: list[str]
    workers: int = 0  # warm processes of Async Chat
    turns: dict[float, dict[str, Turns]] = field(default_factory=dict)
    floor: BesideTheFloor = field(default_factory=BesideTheFloor)
    polls: dict[str, list[float]] = field(default_factory=dict)
    loads: dict[int, dict[str, Load]] = field(default_factory=dict)
    second: dict[str, SecondMessage] = field(default_factory=dict)
    killed: dict[str, Killed] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def measure_all(amount: Amount, progress: Progress) -> Found:
    """Start, measure and stop all systems."""
    with tempfile.TemporaryDirectory(prefix="async-chat-bench-") as folder:
        return asyncio.run(_measured(Path(folder), amount, progress))


async def _measured(scratch: Path, amount: Amount, progress: Progress) -> Found:
    diary = scratch / "diary"
    async with AsyncExitStack() as running:
        progress("starts a local stack")
        ours = await running.enter_async_context(async_chat(scratch, DEADLINE_SECONDS))
        progress("starts the others")
        others: list[System] = [await running.enter_async_context(langgraph_dev(scratch))]
        if redis_works():
            others += [
                await running.enter_async_context(fastapi_queue(peer, scratch, DEADLINE_SECONDS))
                for peer in (ARQ, CELERY)
            ]
        systems = [ours, *others]
        found = Found([system.name for system in systems])
        found.skipped += [] if redis_works() else ["FastAPI with arq and with Celery: there is no Redis server"]
        await _timed(ours, systems, amount, diary, found, progress)
        await _troubled(systems, diary, found, progress)
        return found


async def _timed(
    ours: AsyncChat, systems: Sequence[System], amount: Amount, diary: Path, found: Found, progress: Progress
) -> None:
    progress(f"warms {amount.workers} workers")
    found.workers = await warm(ours, amount.workers, diary)
    await turns(systems, 0.1, 2, diary)
    for seconds in AGENT_SECONDS:
        progress(f"whole turns, an agent of {seconds:g} s")
        found.turns[seconds] = await turns(systems, seconds, amount.turns[seconds], diary)
    progress("beside a function that does nothing")
    found.floor = await beside_the_floor(ours, amount.pairs, diary)
    progress("polls of twenty messages")
    found.polls = await polls(systems, amount.poll_blocks, diary)
    for at_once in amount.at_once:
        progress(f"asks by {at_once} at once")
        found.loads[at_once] = await loads(systems, at_once, amount.repetitions, AGENT_SECONDS[0], diary)


async def _troubled(systems: Sequence[System], diary: Path, found: Found, progress: Progress) -> None:
    progress("a second message in mid-run")
    came = await asyncio.gather(*(second_message(system, diary) for system in systems))
    found.second = dict(zip(found.names, came, strict=True))
    progress("workers killed in mid-run")
    ended = await asyncio.gather(*(killed_worker(system, diary) for system in systems))
    found.killed = dict(zip(found.names, ended, strict=True))
