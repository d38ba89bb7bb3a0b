"""The real functions over the keyed store: real handlers, adapters and clients; only the wire ends in this process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import boto3
from botocore.config import Config
from dependency_injector import providers

from domain.ports import Clock, ReasoningAgent
from entrypoints import chat, reads
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests.fakes.dynamodb.table import Index, KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore

SETTINGS: Final = Settings(
    workspace="bench",
    chats_table="async-chat-bench-chats",
    memories_table="async-chat-bench-memories",
    worker_function="async-chat-bench-chat",
)
#: tests/architecture holds the index to terraform/tables.tf.
BY_ACTIVITY: Final = Index(
    "by_activity",
    "user_id",
    "activity",
    ("title", "last_text", "last_message_id", "last_answer_id", "read_up_to", "turn_state", "deadline", "active_at"),
)


class _Context:
    aws_request_id = "invocation"

    def get_remaining_time_in_millis(self) -> int:
        return 90_000


class KeyedService:
    """One workspace, empty at first. Its clock and agent may be given; logging is whatever the process has."""

    def __init__(
        self, clock: Clock | None = None, agent: ReasoningAgent | None = None, settings: Settings = SETTINGS
    ) -> None:
        self.chats = KeyedTable("pk", "sk", BY_ACTIVITY)
        self.memories = KeyedTable("user_id", "memory_id")
        self.store = KeyedStore({settings.chats_table: self.chats, settings.memories_table: self.memories})
        self.container = Container()
        parts: dict[str, Any] = {
            "settings": settings,
            "logging": None,
            "dynamodb": self._client("dynamodb"),
            "lambda_": self._client("lambda"),
        }
        parts |= {"system_clock": clock} if clock else {}
        parts |= {"agent": agent} if agent else {}
        for name, part in parts.items():
            getattr(self.container, name).override(providers.Object(part))
        self._functions = {"chat": chat.make_handler(self.container), "reads": reads.make_handler(self.container)}

    def call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """What the function answers to API Gateway's event."""
        reply = self._functions[function](event, _Context())
        assert reply is not None
        return reply

    def work(self) -> None:
        """Lambda delivers the event that was sent last."""
        self._functions["chat"](json.loads(self.store.invocations[-1]), _Context())

    def _client(self, service: str) -> Any:
        client = boto3.session.Session("none", "none", region_name="eu-central-1").client(
            service,  # type: ignore[call-overload]  # one of many literals
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )
        self.store.answer_for(client)
        return client


def fill_memories(service: KeyedService, user: str, count: int, at: datetime) -> None:
    """Give the user `count` memories of a sentence each."""
    service.memories.fill(_memories(user, count, at))


def _memories(user: str, count: int, at: datetime) -> Iterable[Any]:
    for number in range(count):
        yield {
            "user_id": {"S": user},
            "memory_id": {"S": f"01KAA{number:021d}"},
            "text": {"S": f"Note {number}: the dentist said to come back in spring. The car is on level {number % 9}."},
            "occurred_at": {"N": str(round(at.timestamp() * 1000) - number * 3_600_000)},
            "tags": {"L": [{"S": "errands"}]},
        }
