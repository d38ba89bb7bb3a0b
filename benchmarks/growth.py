"""Whether a poll, a list and an ask stay fast while chats, lists and memories grow."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from statistics import median_high
from typing import Any, Final

from adapters.dynamodb.items import header_item, message_item
from adapters.dynamodb.turn_slots import slots_key
from benchmarks.record import Measure, Progress, Row, Section, Table, measure, ratio, too_busy
from benchmarks.story import BEGAN, QUESTION, USER
from domain.chat import Chat, Message, Role, Turn, TurnState
from tests.fakes.dynamodb.wire import KeyedStore
from tests.support.gateway import http_event
from tests.support.keyed_service import SETTINGS, KeyedService, fill_memories

GOAL: Final = 1.10
THINKING_POLL_BYTES: Final = 1024
HOW: Final = (
    "The real handlers, adapters and botocore; calls are answered in the same process by a store that keeps every "
    "partition sorted, so a query costs a bisection and its page, as in DynamoDB. The small and the large case "
    "alternate in blocks of calls; a ratio compares two blocks that ran one after the other. These times include no "
    "network and no database: what grows here is the service's own work."
)
Call = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A call, and what must be reset before it is repeated."""

    size: str
    call: Call
    restore: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Comparison:
    """The same call on little and on much data."""

    name: str
    small: Case
    large: Case


def run(*, quick: bool, progress: Progress) -> Section:
    blocks, calls = (5, 10) if quick else (31, 40)
    progress("fills chats of up to 100,000 messages")
    filled = Filled()
    comparisons = list(_comparisons(filled))
    # Garbage collection over the filled store would be a cost of the benchmark, not of the service.
    gc.collect()
    gc.freeze()
    measures = list[Measure]()
    for one in comparisons:
        progress(one.name)
        took = _interleaved(one, blocks, calls)
        small = took["small"]
        measures.append(ratio(f"{one.name}: {one.large.size} beside {one.small.size}", took["large"], small, GOAL))
        measures.append(ratio(f"{one.name}: {one.small.size} beside itself (A/A)", took["again"], small))
    gc.unfreeze()
    counted = [_counted(one.name, case, filled.service.store) for one in comparisons for case in (one.small, one.large)]
    return Section(
        key="growth",
        title="Growth",
        how=HOW,
        measures=[*measures, _thinking_poll()],
        tables=[Table("What one call reads", COLUMNS, counted)],
        refused=too_busy(one for one in measures if one.goal is None),
    )


# ---- data


class Filled:
    """A service with chats, lists and memories of these sizes, each of its own user."""

    def __init__(
        self,
        chats: Sequence[int] = (10, 1_000, 100_000),
        lists: Sequence[int] = (10, 10_000),
        memories: Sequence[int] = (0, 20_000),
    ) -> None:
        self.service = KeyedService(
            settings=SETTINGS.model_copy(update={"turns_per_user": 100, "asks_per_minute": 0, "answers_per_day": 0})
        )
        self.chats = {size: self._chat(size, f"{USER}-chat-{size}") for size in chats}
        for size in lists:
            for number in range(size):
                self._chat(2, f"{USER}-lister-{size}", f"{size:05d}{number:05d}")
        for size in memories:
            fill_memories(self.service, f"{USER}-with-{size}", size, BEGAN)

    def _chat(self, size: int, user: str, name: str | None = None) -> str:
        chat_id = f"01KAC{name or size:0>21}"
        said = [
            Message(_id(chat_id, number), Role.ASSISTANT if number % 2 else Role.USER, QUESTION, BEGAN)
            for number in range(size)
        ]
        turn = Turn(
            chat_id, user, _id(chat_id, size + 1), said[-2].message_id, BEGAN, BEGAN + timedelta(seconds=70), "token",
            state=TurnState.ANSWERED, started_at=BEGAN, ended_at=BEGAN + timedelta(seconds=40),
        )  # fmt: skip
        header = header_item(Chat(turn, QUESTION, QUESTION, said[-1].message_id), BEGAN)
        items: Any = [*(message_item(chat_id, one) for one in said), header]
        self.service.chats.fill(items)
        return chat_id


def _id(chat_id: str, number: int) -> str:
    return f"01KAD{chat_id[-11:]}{number:010d}"


def _comparisons(filled: Filled) -> Iterator[Comparison]:
    small = poll(filled, 10, after=True)
    for size in (1_000, 100_000):
        yield Comparison("poll with a cursor, two new messages", small, poll(filled, size, after=True))
    small = poll(filled, 10, limit="10")
    for size in (1_000, 100_000):
        yield Comparison("first page of ten messages", small, poll(filled, size, limit="10"))
    yield Comparison("first page of fifty messages", poll(filled, 1_000), poll(filled, 100_000))
    yield Comparison("list of ten chats", list_chats(filled, 10), list_chats(filled, 10_000))
    yield Comparison("ask", ask(filled, 0), ask(filled, 20_000))


def poll(filled: Filled, size: int, *, after: bool = False, **query: str) -> Case:
    chat_id, user = filled.chats[size], f"{USER}-chat-{size}"
    if after:
        query["after"] = _id(chat_id, size - 3)
    asked = http_event("GET /chats/messages", user=user, query={"chat_id": chat_id, **query})
    return Case(f"{size:,} messages", lambda: filled.service.call("reads", asked))


def list_chats(filled: Filled, size: int) -> Case:
    asked = http_event("GET /chats", user=f"{USER}-lister-{size}", query={"limit": "10"})
    return Case(f"{size:,} chats", lambda: filled.service.call("reads", asked))


def ask(filled: Filled, size: int) -> Case:
    user, service = f"{USER}-with-{size}", filled.service
    asked = http_event("POST /memories/chat", user=user, body={"question": QUESTION})
    slots = slots_key(f"user#{user}")

    def give_the_place_back() -> None:
        service.chats.write(slots, {})
        service.store.forget_calls()

    return Case(f"{size:,} memories", lambda: service.call("chat", asked), give_the_place_back)


# ---- measuring


def _interleaved(one: Comparison, blocks: int, calls: int) -> dict[str, list[float]]:
    """Seconds per block: small case, large case, small case again, in changing order."""
    cases = {"small": one.small, "large": one.large, "again": one.small}
    taken: dict[str, list[float]] = {name: [] for name in cases}
    orders = cycle([("small", "large", "again"), ("again", "large", "small"), ("large", "small", "again")])
    for case in cases.values():
        _block(case, calls)
    for _, order in zip(range(blocks), orders, strict=False):
        for name in order:
            taken[name].append(_block(cases[name], calls))
    return taken


def _block(case: Case, calls: int) -> float:
    """The median call of a block, so that an interruption by the machine does not count."""
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        reply = case.call()
        took.append(time.perf_counter() - began)
        assert reply["statusCode"] == 200, reply
        case.restore()
    return median_high(took)


COLUMNS: Final = ("", "of", "calls", "items read", "read units", "write units", "bytes from AWS", "bytes to the app")


def _counted(name: str, case: Case, store: KeyedStore) -> Row:
    with store.counting() as consumed:
        reply = case.call()
    case.restore()
    return [
        name,
        case.size,
        len(consumed),
        sum(one.items for one in consumed),
        sum(one.read for one in consumed),
        sum(one.write + one.index_write for one in consumed),
        sum(one.reply_bytes for one in consumed),
        len(reply["body"]),
    ]


def _thinking_poll() -> Measure:
    """Bytes of a poll with a cursor while the agent thinks, the most frequent call of an app."""
    service = KeyedService()
    asked = service.call("chat", http_event("POST /memories/chat", user=USER, body={"question": QUESTION}))
    query = {"chat_id": json.loads(asked["body"])["chat_id"]}
    first = service.call("reads", http_event("GET /chats/messages", user=USER, query=query))
    query["after"] = json.loads(first["body"])["after"]
    poll = service.call("reads", http_event("GET /chats/messages", user=USER, query=query))
    headers = sum(len(f"{name}: {value}\r\n") for name, value in poll["headers"].items())
    name = "Bytes of a poll with a cursor while thinking, headers included"
    return measure(name, [len(poll["body"].encode()) + headers], "B", THINKING_POLL_BYTES)
