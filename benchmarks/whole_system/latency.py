"""One user at a time: how long an ask, a poll and a whole turn take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.whole_system.async_chat import AsyncChat
from benchmarks.whole_system.system import THINKING, Order, System, read_diary

#: After an ask whose agent takes no time, its worker is still busy for a moment.
BREATH: Final = 0.15
TURNS_BEFORE: Final = 10
PATIENCE: Final = 30.0
#: Between polls, so that they do not slow the emulator down.
PAUSE: Final = 0.005


@dataclass
class Turns:
    """Times of whole turns of one system in seconds, one entry each."""

    asked: list[float] = field(default_factory=list)
    picked_up: list[float] = field(default_factory=list)
    overhead: list[float] = field(default_factory=list)  # end to end, minus the agent's own time
    seen_after: list[float] = field(default_factory=list)  # from the agent's end to the poll that shows its answer


async def turns(systems: Sequence[System], seconds: float, rounds: int, diary: Path) -> dict[str, Turns]:
    """Measure each system in turn, several times, polling almost without a pause."""
    found = {system.name: Turns() for system in systems}
    for number in range(rounds):
        for system in systems[number % len(systems) :] + systems[: number % len(systems)]:  # type: ignore[operator]
            await _turn(system, Order(seconds, diary), found[system.name])
    return found


async def _turn(system: System, order: Order, into: Turns) -> None:
    began = time.time()
    asked = await system.ask(order)
    assert asked.status == 200, asked
    await answered(system, asked.chat, 1, pause=PAUSE)
    ended = time.time()
    diary = read_diary(order.diary)[order.id]
    into.asked.append(asked.took)
    into.picked_up.append(diary["began"][0] - began)
    into.overhead.append(ended - began - order.seconds)
    into.seen_after.append(ended - diary["done"][0])


async def answered(system: System, chat: str, answers: int, person: int = 0, pause: float = 0.0) -> None:
    """Poll until so many answers show and no agent is running."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        seen = await system.poll(chat, person)
        if seen.answers >= answers and seen.status != THINKING:
            return
        await asyncio.sleep(pause)
    raise TimeoutError(f"{system.name} has no answer in {chat}")


async def polls(systems: Sequence[System], blocks: int, diary: Path) -> dict[str, list[float]]:
    """Polls of a chat of twenty messages, in alternating blocks of ten."""
    chats = dict(
        zip((one.name for one in systems), await asyncio.gather(*(_long(one, diary) for one in systems)), strict=True)
    )
    found: dict[str, list[float]] = {system.name: [] for system in systems}
    for _ in range(blocks):
        for system in systems:
            found[system.name] += [(await system.poll(chats[system.name])).took for _ in range(10)]
    return found


async def _long(system: System, diary: Path) -> str:
    """A chat of ten questions and ten answers."""
    chat: str | None = None
    for number in range(TURNS_BEFORE):
        chat = (await system.ask(Order(0, diary), chat)).chat
        await answered(system, chat, number + 1, pause=0.02)
    assert chat
    return chat


@dataclass
class BesideTheFloor:
    """Pairs, one right after the other: an ask or a poll, and the empty function; and the bare AWS calls."""

    asks: list[float] = field(default_factory=list)
    empty_posts: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    empty_gets: list[float] = field(default_factory=list)
    transactions: list[float] = field(default_factory=list)
    invocations: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)


async def beside_the_floor(system: AsyncChat, pairs: int, diary: Path) -> BesideTheFloor:
    """Asks and polls of a chat of twenty messages, compared with an empty function."""
    found, chat = BesideTheFloor(), await _long(system, diary)
    for method in ("POST", "GET", "POST", "GET"):  # its first call is a cold start
        await system.floor(method)
    for number in range(pairs):
        if number % 2:
            found.empty_posts.append(await system.floor("POST"))
        found.asks.append((await system.ask(Order(0, diary), person=number)).took)
        if number % 2 == 0:
            await asyncio.sleep(BREATH)
            found.empty_posts.append(await system.floor("POST"))
        await asyncio.sleep(BREATH)
        stored, invoked = await asyncio.to_thread(system.aws.bare_ask)
        found.transactions.append(stored)
        found.invocations.append(invoked)
        await asyncio.sleep(BREATH)
    for _ in range(pairs):
        found.polls.append((await system.poll(chat)).took)
        found.empty_gets.append(await system.floor("GET"))
        found.queries.append(await asyncio.to_thread(system.aws.bare_poll, chat))
    return found
