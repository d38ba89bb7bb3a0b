"""The apps of many users against a running stack, each question asked twice at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.e2e.running_stack import User

IN_FLIGHT: Final = 20
CALLS_AT_ONCE: Final = 8
#: Seconds; longer than any deadline.
TIMEOUT: Final = 100
THINGS: Final = ("lantern", "ladder", "compass", "kettle")


@dataclass
class Asked:
    """One question and its outcome; durations in seconds."""

    user: User
    thing: str
    chat_ids: list[str] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    answered: float | None = None
    shown: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shelf(self) -> str:
        """A word that only this user's memories hold."""
        return f"shelf-{self.user.sub[:8]}"


class Load:
    """The apps of all users, over one connection pool."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)
        self._calls = asyncio.Semaphore(CALLS_AT_ONCE)

    async def run(self, questions: Iterable[Asked]) -> None:
        await asyncio.gather(*(self._live(asked) for asked in questions))

    async def remember(self, user: User) -> None:
        """Store the user's memories: one for each thing."""
        for asked in [Asked(user, thing) for thing in THINGS]:
            text = f"I put the {asked.thing} on {asked.shelf}."
            reply = await self._call("POST", "/memories", user, json={"text": text})
            reply.raise_for_status()

    async def _live(self, asked: Asked) -> None:
        async with self._in_flight:
            key = uuid4().hex
            began = time.perf_counter()
            await asyncio.gather(self._ask(asked, key), self._ask(asked, key))
            if asked.chat_ids:
                await self._follow(asked)
                asked.answered = time.perf_counter() - began

    async def _ask(self, asked: Asked, key: str) -> None:
        async with self._calls:
            began = time.perf_counter()
            question = {"question": f"Where did I put the {asked.thing}?"}
            headers = {"Idempotency-Key": key, **_signed(asked.user)}
            reply = await self._api.post("/memories/chat", json=question, headers=headers)
            asked.acknowledged.append(time.perf_counter() - began)
        if reply.status_code == httpx.codes.OK:
            asked.chat_ids.append(reply.json()["chat_id"])

    async def _follow(self, asked: Asked) -> None:
        until, wait = time.monotonic() + TIMEOUT, 2.0
        while time.monotonic() < until:
            await asyncio.sleep(wait)
            reply = await self._call("GET", "/chats/messages", asked.user, params={"chat_id": asked.chat_ids[0]})
            if reply.status_code != httpx.codes.OK:
                continue
            page = reply.json()
            asked.shown = page["messages"]
            if page["poll_after_ms"] is None:
                return
            wait = page["poll_after_ms"] / 1000

    async def chats_of(self, user: User) -> list[str]:
        reply = await self._call("GET", "/chats", user, params={"limit": "100"})
        return [chat["chat_id"] for chat in reply.json()["chats"]]

    async def status_for_stranger(self, asked: Asked, stranger: User) -> int:
        reply = await self._call("GET", "/chats/messages", stranger, params={"chat_id": asked.chat_ids[0]})
        return reply.status_code

    async def _call(self, method: str, path: str, user: User, **parts: Any) -> httpx.Response:
        async with self._calls:
            return await self._api.request(method, path, headers=_signed(user), **parts)


def _signed(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}
