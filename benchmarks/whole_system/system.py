"""What the comparison asks of every system."""

from __future__ import annotations

import asyncio
import json
import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

THINKING: Final = "thinking"


@dataclass(frozen=True)
class Order:
    """A question as the sleeping agent understands it."""

    seconds: float
    diary: Path
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def question(self) -> str:
        """As it is asked."""
        return json.dumps({"id": self.id, "seconds": self.seconds, "diary": str(self.diary)})


@dataclass(frozen=True)
class Asked:
    """`took` is in seconds; `chat` is what to poll, and what to ask on in."""

    status: int
    chat: str
    took: float


@dataclass(frozen=True)
class Seen:
    """What a poll shows: `thinking` or how it ended, and how many answers there are."""

    status: str
    answers: int
    took: float


class System(Protocol):
    """Ready for use; `person` is one of many users where the system knows users."""

    name: str

    @abstractmethod
    async def ask(self, order: Order, chat: str | None = None, person: int = 0) -> Asked:
        """Ask, in a new chat or in one that there is."""

    @abstractmethod
    async def poll(self, chat: str, person: int = 0) -> Seen:
        """Look at a chat as the system's own documentation does."""

    @abstractmethod
    def kill_worker(self) -> None:
        """SIGKILL for whatever runs agents; where somebody would start it again, it is started again."""


def read_diary(file: Path) -> dict[str, dict[str, list[float]]]:
    """Per order: when the agent began and when it was done, each time."""
    found: dict[str, dict[str, list[float]]] = {}
    for line in file.read_text().splitlines() if file.exists() else []:
        order, what, at = line.split(" ")
        found.setdefault(order, {"began": [], "done": []})[what].append(float(at))
    return found


async def begun(orders: Sequence[Order], patience: float) -> None:
    """Wait until an agent is at work on each of them, though not for ever."""
    give_up = time.monotonic() + patience
    # Another process writes the file.
    while time.monotonic() < give_up and not all(  # noqa: ASYNC110
        read_diary(order.diary).get(order.id) for order in orders
    ):
        await asyncio.sleep(0.02)
