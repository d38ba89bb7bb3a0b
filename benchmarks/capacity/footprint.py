"""The AWS usage of one chat, counted while the real functions run it on the keyed store with a fake clock."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Final

from adapters.observability.json_logs import JsonFormatter
from benchmarks.capacity.plan import deadline_for
from benchmarks.story import ANSWER, QUESTION, USER
from domain.chat import Citation
from domain.ports import MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from domain.usual_durations import ENOUGH
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.dynamodb.units import Consumed
from tests.features.interleaved_clock import InterleavedClock
from tests.support.gateway import http_event
from tests.support.keyed_service import SETTINGS, KeyedService, fill_memories

MEMORIES: Final = 500
#: As long as an agent writes in a minute.
LONG_ANSWER: Final = " ".join([ANSWER] * 6)
STEPS: Final = 4
#: An agent saves a draft each second in this last fraction of its time.
DRAFTING: Final = 0.2
#: Lambda's own lines about an invocation, which Terraform leaves out for polls, and the API's access log line, as JSON.
PLATFORM_LOG_BYTES: Final = {"ask": 750, "worker": 750, "polls": 0, "held": 0}
ACCESS_LOG_BYTES: Final = 420


@dataclass
class Part:
    """The usage of one function: invocations, DynamoDB's units, and bytes."""

    calls: int = 0
    log_bytes: int = 0
    answer_bytes: int = 0
    #: Of the clock: how long polls were held.
    seconds: float = 0
    consumed: list[Consumed] = field(default_factory=list)

    @property
    def writes(self) -> float:
        return sum(one.write for one in self.consumed)

    @property
    def index_writes(self) -> float:
        return sum(one.index_write for one in self.consumed)

    @property
    def reads(self) -> float:
        return sum(one.read for one in self.consumed)


@dataclass(frozen=True)
class Footprint:
    """One turn of a chat, from its question to the poll that shows its answer."""

    ask: Part
    polls: Part
    held: Part
    worker: Part
    stored_bytes: int

    @property
    def parts(self) -> tuple[Part, Part, Part, Part]:
        return self.ask, self.polls, self.held, self.worker

    @property
    def http_calls(self) -> int:
        return self.ask.calls + self.polls.calls + self.held.calls


@dataclass
class _WritingAgent(ReasoningAgent):
    """Reads all memories, reports its steps, then writes a draft that grows each second."""

    clock: FakeClock
    seconds: float
    memories: list[MemoryStore] = field(default_factory=list)

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        found = self.memories[0].list_all(assignment.user_id)
        thinking, writing = self.seconds * (1 - DRAFTING), self.seconds * DRAFTING
        for number in range(STEPS):
            progress.step(f"Reading {len(found)} memories for what the question asks, step {number + 1}")
            self._pass(thinking / STEPS, progress)
        for second in range(1, int(writing) + 1):
            progress.draft(LONG_ANSWER[: round(len(LONG_ANSWER) * second / writing)])
            self._pass(1, progress)
        self._pass(writing % 1, progress)
        return Answer(LONG_ANSWER, tuple(Citation(memory.memory_id, memory.text) for memory in found[:2]))

    def _pass(self, seconds: float, progress: ProgressReporter) -> None:
        """Sleep as agents do, checking every second whether the user has cancelled."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            self.clock.sleep(min(timedelta(seconds=1), end - self.clock.now()))
            progress.raise_if_ended()


class _Clock(InterleavedClock):
    """Whoever has slept counts for its own part again."""

    def __init__(self, chat: _Chat) -> None:
        super().__init__()
        self._chat = chat

    def sleep(self, pause: timedelta) -> None:
        part = self._chat.now
        super().sleep(pause)
        self._chat.count_for(part)


class _Chat:
    """One app and one worker after another's, in a service that knows from earlier answers how long they take."""

    def __init__(self, seconds: float, *, hold: bool) -> None:
        self.clock = _Clock(self)
        agent = _WritingAgent(self.clock, seconds)
        changes = {
            "expected_answer_seconds": seconds,
            "deadline_seconds": deadline_for(seconds),
            "max_concurrent_turns": 100,
            "hold_polls": hold,
        }
        self.service = KeyedService(self.clock, agent, SETTINGS.model_copy(update=changes))
        agent.memories.append(self.service.container.memories())
        fill_memories(self.service, USER, MEMORIES, NOON)
        self.now = Part()
        for _ in range(ENOUGH):
            self.run()

    def run(self) -> None:
        """One turn; only the last one counts."""
        stored = self.service.chats.size()
        self.parts = {name: Part() for name in ("ask", "polls", "held", "worker")}
        event = http_event("POST /memories/chat", body={"question": QUESTION}, user=USER)
        query = {"chat_id": self._call("ask", "chat", event)["chat_id"], "wait": "20"}
        self.clock.start(self._work)
        wait, hold = 2.0, False
        while True:
            self.clock.sleep(timedelta(seconds=wait))
            body = self._held(query) if hold else self._polled(query)
            if body["poll_after_ms"] is None:
                break
            query["after"] = body["after"]
            wait, hold = body["poll_after_ms"] / 1000, body["wait"] is not None
        self.stored_bytes = self.service.chats.size() - stored

    def _work(self) -> None:
        with self._part("worker"):
            self.service.work()

    def _polled(self, query: dict[str, str]) -> Any:
        return self._call("polls", "reads", http_event("GET /chats/messages", query=query, user=USER))

    def _held(self, query: dict[str, str]) -> Any:
        return self._call("held", "waits", http_event("GET /chats/messages/held", query=query, user=USER))

    def _call(self, part: str, function: str, event: dict[str, Any]) -> Any:
        began = self.clock.now()
        with self._part(part) as counted:
            reply = self.service.call(function, event)
        assert reply["statusCode"] == 200, reply
        headers = sum(len(name) + len(value) + 4 for name, value in reply["headers"].items())
        counted.answer_bytes += len(reply["body"]) + headers
        counted.log_bytes += ACCESS_LOG_BYTES
        counted.seconds += (self.clock.now() - began).total_seconds()
        return json.loads(reply["body"])

    @contextmanager
    def _part(self, name: str) -> Iterator[Part]:
        """What this thread does inside the block counts for this part."""
        before, part = self.now, self.parts[name]
        self.count_for(part)
        part.calls += 1
        part.log_bytes += PLATFORM_LOG_BYTES[name]
        try:
            yield part
        finally:
            self.count_for(before)

    def count_for(self, part: Part) -> None:
        self.now = part
        self.service.store.consumed = part.consumed


@cache
def footprint(seconds: float, *, hold: bool = False) -> Footprint:
    """`hold`: of an app that holds polls, where the service does."""
    chat = _Chat(seconds, hold=hold)
    with _log_lines(chat):
        chat.run()
    return Footprint(**chat.parts, stored_bytes=chat.stored_bytes)


@contextmanager
def _log_lines(chat: _Chat) -> Iterator[None]:
    """Count the functions' log lines as CloudWatch would receive them, instead of printing them."""
    root, formatter = logging.getLogger(), JsonFormatter(workspace="bench", version="0.1.0")

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            chat.now.log_bytes += len(formatter.format(record)) + 1

    before, level = root.handlers[:], root.level
    root.handlers[:] = [Counting()]
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
