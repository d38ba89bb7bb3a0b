"""The real handlers, adapters and clients over the keyed store."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import boto3
from botocore.config import Config

from domain.ports import Clock, ReasoningAgent
from entrypoints.settings import Settings
from tests.fakes.dynamodb.table import Index, KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.support import aws
from tests.support.deployed import FakeContext, deploy, handlers

SETTINGS: Final = Settings(
    workspace="bench",
    chats_table="async-chat-bench-chats",
    memories_table="async-chat-bench-memories",
    worker_function="async-chat-bench-chat",
)
BY_ACTIVITY: Final = Index(aws.INDEX, *aws.INDEX_KEY, aws.INDEX_ATTRIBUTES)


class KeyedService:
    """An empty workspace, with the given clock and agent or the real ones."""

    def __init__(
        self, clock: Clock | None = None, agent: ReasoningAgent | None = None, settings: Settings = SETTINGS
    ) -> None:
        self.chats = KeyedTable("pk", "sk", BY_ACTIVITY)
        self.memories = KeyedTable("user_id", "memory_id")
        self.store = KeyedStore({settings.chats_table: self.chats, settings.memories_table: self.memories})
        given = {name: part for name, part in {"system_clock": clock, "agent": agent}.items() if part}
        dynamodb, lambda_ = self._client("dynamodb"), self._client("lambda")
        self.container = deploy(settings=settings, dynamodb=dynamodb, lambda_=lambda_, **given)
        self._functions = handlers(self.container)

    def call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """The function's response to API Gateway's event."""
        reply: dict[str, Any] = self._functions[function](event, FakeContext())
        return reply

    def work(self) -> None:
        """Deliver the last worker event."""
        self._functions["chat"](json.loads(self.store.invocations[-1]), FakeContext())

    def _client(self, service: str) -> Any:
        client = boto3.session.Session("none", "none", region_name="eu-central-1").client(
            service,  # type: ignore[call-overload]  # one of many literals
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )
        self.store.answer_for(client)
        return client


def fill_memories(service: KeyedService, user: str, count: int, at: datetime) -> None:
    """Give the user `count` memories of a sentence each."""
    service.memories.fill(memory_items(user, count, at))


def memory_items(user: str, count: int, at: datetime) -> Iterable[Any]:
    """`count` memories of a sentence each, as items of the table."""
    for number in range(count):
        yield {
            "user_id": {"S": user},
            "memory_id": {"S": f"01KAA{number:021d}"},
            "text": {"S": f"Note {number}: the dentist said to come back in spring. The car is on level {number % 9}."},
            "occurred_at": {"N": str(round(at.timestamp() * 1000) - number * 3_600_000)},
            "tags": {"L": [{"S": "errands"}]},
        }
