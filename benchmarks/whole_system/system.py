"""The interface of every system in the comparison."""

from __future__ import annotations

import asyncio
import json
import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote
from uuid import uuid4

from benchmarks.whole_system.http_client import HttpClient

THINKING: Final = "thinking"


@dataclass(frozen=True)
class Order:
    """A question that the sleeping agent understands."""

    seconds: float
    diary: Path
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def question(self) -> str:
        return json.dumps({"id": self.id, "seconds": self.seconds, "diary": str(self.diary)})


@dataclass(frozen=True)
class Asked:
    """`took` is in seconds; `chat` is the id to poll and to ask in again."""

    status: int
    chat: str
    took: float


@dataclass(frozen=True)
class Seen:
    """What a poll shows: `thinking` or the end, and the number of answers."""

    status: str
    answers: int
    took: float


class System(Protocol):
    """Ready for use; `person` is one of many users where the system has users."""

    name: str

    @abstractmethod
    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:
        """Ask in a new chat or in an existing one."""

    @abstractmethod
    async def poll(self, chat: str, person: int = 0) -> Seen:
        """Poll a chat as the system's documentation does."""

    @abstractmethod
    def kill_worker(self) -> None:
        """SIGKILL the processes that run agents, and start them again where an operator would."""


class ChatApi(System):
    """A system with Async Chat's own ask and poll."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:
        body = {"question": order.question} | ({"chat_id": chat} if chat else {})
        reply = await self._http.call("POST", "/memories/chat", body, self._headers(person))
        return Asked(reply.status, reply.body.get("chat_id", chat or ""), reply.took)

    async def poll(self, chat: str, person: int = 0) -> Seen:
        reply = await self._http.call("GET", f"/chats/messages?chat_id={quote(chat)}", headers=self._headers(person))
        answers = sum(message["role"] == "assistant" for message in reply.body["messages"])
        return Seen(reply.body["status"], answers, reply.took)

    def _headers(self, _person: int) -> dict[str, str]:
        return {}


def read_diary(file: Path) -> dict[str, dict[str, list[float]]]:
    """Per order: start and end of each run of the agent."""
    found: dict[str, dict[str, list[float]]] = {}
    for line in file.read_text().splitlines() if file.exists() else []:
        order, what, at = line.split(" ")
        found.setdefault(order, {"began": [], "done": []})[what].append(float(at))
    return found


async def begun(orders: Sequence[Order], patience: float) -> None:
    """Wait until an agent is running on each of them, up to a limit."""
    give_up = time.monotonic() + patience
    # Another process writes the file.
    while time.monotonic() < give_up and not all(  # noqa: ASYNC110
        read_diary(order.diary).get(order.id) for order in orders
    ):
        await asyncio.sleep(0.02)
