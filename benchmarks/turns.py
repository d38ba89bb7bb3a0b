"""Processor time and peak memory of a turn, as the worker runs it, and the memory size that costs least."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from adapters.dynamodb.items import header_key
from benchmarks.built import copy
from benchmarks.capacity.cost import CORE_MB
from benchmarks.capacity.prices import read_prices
from benchmarks.record import Measure, Progress, Row, Section, Table, measure
from benchmarks.starts import start
from benchmarks.story import ANSWER, CHATS_TABLE, MEMORIES_TABLE, QUESTION, USER
from tests.fakes.bedrock.converse_server import Reply, answers, converse_server, searches
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.runtime.aws import Aws, serving
from tests.support.gateway import http_event
from tests.support.keyed_service import BY_ACTIVITY, memory_items
from tests.support.lambda_runtime import Running, running

TITLE = "Processor time and memory of a turn"
HOW = (
    "The package as shipped runs whole turns on Lambda's own runtime client; DynamoDB and the model are servers on "
    "loopback in another process, whose time does not count. A cold turn is the first of a process, without its init. "
    "The Bedrock agent searches twice, then answers; the custom agent reads all memories. A turn that waits for its "
    "model checks for a cancellation and stores its draft: measured with a model that pauses, and calculated for 56 s."
)
#: A user with many memories; and the default limit of a user.
MEMORIES: Final = (500, 20_000)
WAIT_SECONDS: Final = 8.0
AGENT_SECONDS: Final = 56.0
CUSTOM: Final = """
from domain.records import Answer


def agent(dependencies):
    def reason(assignment, progress):
        found = dependencies.memories.list_all(assignment.user_id)
        progress.step("Counting")
        return Answer(f"You have {len(found)} memories.")

    return reason
"""
AGENTS: Final = {
    "recall": {"ASYNC_CHAT_AGENT": "recall"},
    "bedrock": {"ASYNC_CHAT_AGENT": "bedrock", "ASYNC_CHAT_MODEL_ID": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"},
    "custom": {"ASYNC_CHAT_AGENT": "custom_agent_of_the_benchmark:agent"},
}
#: Lambda's sizes that are compared, in MB.
SIZES: Final = (128, 192, 256, 320, 384, 512, 768, 1024, 1769)


@dataclass(frozen=True)
class Turns:
    """Processor seconds of the process's init, of its first turn and of the later ones; peak memory in MiB."""

    init: float
    cold: float
    warm: list[float]
    peak: float


def run(*, quick: bool, progress: Progress) -> Section:
    """Every agent with few and with many memories, and the waiting of the Bedrock agent."""
    folder, warm = copy("turns"), 2 if quick else 7
    (folder / "custom_agent_of_the_benchmark.py").write_text(CUSTOM, encoding="utf-8")
    found: dict[tuple[str, int], Turns] = {}
    for agent in AGENTS:
        for memories in MEMORIES:
            found[agent, memories] = _turns(folder, agent, memories, warm)
            progress(f"{agent} with {memories:,} memories")
    waited = _turns(folder, "bedrock", MEMORIES[0], 1 if quick else 3, WAIT_SECONDS)
    still = median(found["bedrock", MEMORIES[0]].warm)
    per_second = (median(waited.warm) - still) / WAIT_SECONDS
    return Section(
        "turns",
        TITLE,
        HOW,
        measures=_measures(found, per_second),
        tables=[_table(found), _sizes(found["bedrock", MEMORIES[0]], per_second)],
    )


def _measures(found: dict[tuple[str, int], Turns], per_second: float) -> list[Measure]:
    usual = found["bedrock", MEMORIES[0]]
    whole = [one + per_second * AGENT_SECONDS for one in usual.warm]
    peak = max(one.peak for one in found.values())
    return [
        measure("bedrock, a warm turn of 56 s", whole, "s of a core", 1.0),
        measure("one second of waiting for the model", [per_second * 1000], "ms of a core"),
        measure("peak memory of any agent, with 20,000 memories", [peak], "MiB"),
    ]


def _table(found: dict[tuple[str, int], Turns]) -> Table:
    rows: list[Row] = [
        [f"{agent}, {memories:,} memories", *(round(value, 2) for value in (one.init, one.cold, median(one.warm))),
         round(one.peak)]
        for (agent, memories), one in found.items()
    ]  # fmt: skip
    columns = ["", "init", "first turn", "a warm turn", "peak memory, MiB"]
    return Table("Seconds of a core, besides waiting for a model", columns, rows)


def _sizes(one: Turns, per_second: float) -> Table:
    """What a size of memory adds to a turn of 56 s of the Bedrock agent, and what 1,000 such turns cost."""
    price, warm = read_prices("eu-central-1").lambda_gb_second, median(one.warm)
    rows: list[Row] = []
    for size in SIZES:
        share = min(1.0, size / CORE_MB)
        added, cold = warm / share, one.cold / share
        seconds = AGENT_SECONDS + added
        rows.append(
            [size, round(share, 2), round(added, 1), round(cold, 1), round(1000 * seconds * size / 1024 * price, 3)]
        )
    columns = ["MB", "cores", "added to a warm turn, s", "added to a cold one, s", "US dollars per 1,000 warm turns"]
    return Table("Bedrock agent, 56 s of model time: what a memory size costs", columns, rows)


def _turns(folder: Path, agent: str, memories: int, warm: int, wait: float = 0) -> Turns:
    store = KeyedStore({
        CHATS_TABLE: KeyedTable("pk", "sk", BY_ACTIVITY),
        MEMORIES_TABLE: KeyedTable("user_id", "memory_id"),
    })  # fmt: skip
    store.tables[MEMORIES_TABLE].fill(memory_items(USER, memories, datetime.now(UTC)))
    with serving(store) as aws, converse_server(*_model(1 + warm, wait)) as model:
        bedrock = {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url}
        function = start(folder, "entrypoints.chat.handler", {}, aws.url, {**AGENTS[agent], **bedrock})
        with running(function) as process:
            cold, init = _turn(process, aws)
            times = [_turn(process, aws)[0] for _ in range(warm)]
            return Turns(init, cold, times, process.peak_memory() / 1024)


def _turn(process: Running, aws: Aws) -> tuple[float, float]:
    """Processor seconds of a worker's run, and of all before it."""
    asked = process.invoke(http_event("POST /memories/chat", body={"question": QUESTION}, user=USER))[0]
    assert asked["statusCode"] == 200, asked
    before = process.processor_time()
    process.invoke(json.loads(aws.store.invocations[-1]))
    worked = process.processor_time() - before
    key = header_key(json.loads(asked["body"])["chat_id"])
    turn = aws.store.tables[CHATS_TABLE].get(key) or {}
    assert turn["turn_state"] == {"S": "answered"}, turn
    return worked, before


def _model(turns: int, wait: float) -> Iterator[Reply]:
    """Three replies a turn, which share the wait; their pause comes before each event."""
    script = [
        searches("what the dentist said about the molar", "dentist molar"),
        searches("dentist appointment", "come back dentist"),
        answers(ANSWER, ("m1", "the dentist said to come back")),
    ]
    pauses = sum(len(reply.frames) + 1 for reply in script)
    paused = [Reply(reply.frames, wait / pauses) for reply in script]
    for _ in range(turns):
        yield from paused
