"""What the comparison detects, tried on systems with known faults."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from benchmarks.peers.agent import sleeping
from benchmarks.whole_system import latency, throughput, trouble
from benchmarks.whole_system.system import THINKING, Asked, Order, Seen, System, read_diary


@dataclass
class Chat:
    running: int = 0
    answers: int = 0
    status: str = THINKING


@dataclass
class Naive(System):
    """Runs every question at once, and reports done when one of them is."""

    name: str = "naive"
    chats: dict[str, Chat] = field(default_factory=dict)
    runs: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:
        chat = chat or uuid4().hex
        found = self.chats.setdefault(chat, Chat())
        if not self.takes(found):
            return Asked(409, chat, 0.001)
        found.running, found.status = found.running + 1, THINKING
        run = asyncio.create_task(self.reason(order, found))
        self.runs.add(run)
        return Asked(200, chat, 0.001)

    async def poll(self, chat: str, person: int = 0) -> Seen:
        found = self.chats[chat]
        return Seen(found.status, found.answers, 0.001)

    async def reason(self, order: Order, chat: Chat) -> None:
        await sleeping.sleep_async(order.question)
        chat.running, chat.answers, chat.status = chat.running - 1, chat.answers + 1, "answered"

    def takes(self, chat: Chat) -> bool:
        return True

    def kill_worker(self) -> None:
        for run in self.runs:
            run.get_loop().call_soon_threadsafe(run.cancel)


class Careful(Naive):
    """Takes one question at a time, and reports when its agent has died."""

    def takes(self, chat: Chat) -> bool:
        return chat.running == 0

    async def reason(self, order: Order, chat: Chat) -> None:
        try:
            await super().reason(order, chat)
        except asyncio.CancelledError:
            chat.status = "failed"
            raise


class Lossy(Naive):
    """Accepts only every third question, and loses every fourth."""

    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:
        number = len(self.chats)
        self.chats[str(number)] = Chat()
        if number % 3:
            return Asked(503, str(number), 0.001)
        if number % 4:
            return Asked(200, str(number), 0.001)
        return await super().ask(order, str(number))


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"FIRST": 0.4, "SECOND": 0.1, "BETWEEN": 0.1, "WATCHED": 0.7}.items():
        monkeypatch.setattr(trouble, name, seconds)
    for name, seconds in {"KILLED_SECONDS": 0.3, "KILLED_AFTER": 0.1, "LONGEST_WAIT": 0.8}.items():
        monkeypatch.setattr(trouble, name, seconds)
    monkeypatch.setattr(throughput, "SETTLE", 0.0)
    monkeypatch.setattr(throughput, "PATIENCE", 0.2)
    monkeypatch.setitem(throughput.ASKS, 2, 12)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary"


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def test_concurrent_second_message_is_detected(diary: Path) -> None:
    found = run(trouble.second_message(Naive(), diary))
    assert found == trouble.SecondMessage(200, runs=2, together=True, ended_early=True)


def test_refused_second_message_is_no_fault(diary: Path) -> None:
    found = run(trouble.second_message(Careful(), diary))
    assert found == trouble.SecondMessage(409, runs=1, together=False, ended_early=False)


def test_undetected_worker_death_leaves_the_chat_thinking(diary: Path) -> None:
    found = run(trouble.killed_worker(Naive(), diary))
    assert (found.status, found.ended, found.runs) == (THINKING, None, 1)


def test_detected_worker_death_ends_the_turn(diary: Path) -> None:
    found = run(trouble.killed_worker(Careful(), diary))
    assert (found.status, found.runs) == ("failed", 1)
    assert found.ended == pytest.approx(0.2, abs=0.2)


def test_overhead_is_the_turns_time_without_the_agents(diary: Path) -> None:
    found = run(latency.turns([Naive()], 0.1, 2, diary))["naive"]
    assert len(found.overhead) == 2
    assert all(0 <= seconds < 0.1 for seconds in (*found.overhead, *found.picked_up, *found.seen_after))


def test_asks_that_are_refused_or_never_run_are_counted(diary: Path) -> None:
    load = run(throughput.loads([Lossy()], 2, 1, 0.01, diary))["naive"]
    assert (len(load.took), load.refused) == (12, 8)
    assert load.never_run == 12 - sum(bool(line["done"]) for line in read_diary(diary).values()) == 11


def test_diary_holds_every_run(diary: Path) -> None:
    order = Order(0, diary)
    for _ in range(2):
        assert sleeping.sleep(order.question) == sleeping.ANSWER
    lines = read_diary(diary)[order.id]
    assert (len(lines["began"]), len(lines["done"])) == (2, 2)
