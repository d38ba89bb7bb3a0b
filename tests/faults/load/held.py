"""Held polls on the local stack: `python -m tests held-load`, after `make up`. It measures, and judges nothing.

Plain polls before, beside and after 20 held ones; then how long answers had been saved when a held poll showed them.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from local.home import PROJECT
from tests.e2e.running_stack import RunningStack, User
from tests.e2e.stack_controls import StackControls
from tests.faults.load.runner import spread

HELD: Final = 20
POLLS: Final = 200
ROUNDS: Final = 3
#: Seconds until each held poll has a process of its own.
STARTING: Final = 15
QUESTION: Final = {"question": "Where did I put the lantern?"}


class Apps:
    """The apps of `users`, each with a chat of its own."""

    def __init__(self, api: httpx.AsyncClient, users: list[User]) -> None:
        self._api = api
        self._users = users
        #: Statuses of held polls that were not answered, and how many.
        self.refused = Counter[int]()

    async def ask(self, user: User) -> str:
        reply = await self._api.post("/memories/chat", json=QUESTION, headers=_signed(user))
        reply.raise_for_status()
        return str(reply.json()["chat_id"])

    async def cancel(self, user: User, chat_id: str) -> None:
        await self._api.post(f"/chats/{chat_id}/cancel", headers=_signed(user))

    async def polls(self, user: User, chat_id: str) -> list[float]:
        """The seconds of plain polls, one after the other."""
        took = []
        for _ in range(POLLS):
            began = time.perf_counter()
            reply = await self._api.get("/chats/messages", params={"chat_id": chat_id}, headers=_signed(user))
            reply.raise_for_status()
            took.append(time.perf_counter() - began)
        return took

    async def hold(self, user: User, chat_id: str) -> float:
        """Hold polls until the turn has ended; returns for how many seconds the end had been stored by then."""
        query: dict[str, Any] = {"chat_id": chat_id, "wait": 20}
        while True:
            reply = await self._api.get("/chats/messages/held", params=query, headers=_signed(user))
            seen_at = time.time()
            if reply.status_code != httpx.codes.OK:  # as where all processes start at once
                self.refused[reply.status_code] += 1
                await asyncio.sleep(1)
                continue
            body = reply.json()
            query["after"] = body["after"]
            if body["status"] != "thinking":
                return seen_at - datetime.fromisoformat(body["turn"]["ended_at"]).timestamp()
            await asyncio.sleep(body["poll_after_ms"] / 1000)


def _signed(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}


async def beside(apps: Apps, users: list[User]) -> None:
    """Plain polls of the last user, while the others hold theirs."""
    polled = await apps.ask(users[-1])
    before = await apps.polls(users[-1], polled)
    chats = [*await asyncio.gather(*map(apps.ask, users[:-1])), polled]  # now, so that their turns last as long as this
    holding = [asyncio.create_task(apps.hold(user, chat)) for user, chat in zip(users[:-1], chats[:-1], strict=True)]
    await asyncio.sleep(STARTING)
    apps.refused.clear()
    during = await apps.polls(users[-1], chats[-1])
    still = sum(not task.done() for task in holding)
    for task in holding:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await asyncio.sleep(1)
    after = await apps.polls(users[-1], chats[-1])
    await asyncio.gather(*map(apps.cancel, users, chats))  # else the next change of the function waits for its workers
    await asyncio.sleep(5)
    for name, took in (("before", before), (f"beside {still} held ones", during), ("after", after)):
        print(f"{POLLS} plain polls {name}: {spread(took)}", flush=True)


async def lateness(apps: Apps, users: list[User]) -> None:
    """All users ask and hold at once, some times."""
    late: list[float] = []
    for _ in range(ROUNDS):
        chats = await asyncio.gather(*map(apps.ask, users))
        late += await asyncio.gather(*map(apps.hold, users, chats))
    print(f"{len(late)} answers, held: shown after {spread(late)}; refused: {dict(apps.refused)}", flush=True)


async def run(stack: RunningStack, controls: StackControls, users: list[User]) -> None:
    limits = httpx.Limits(max_connections=2 * HELD)
    async with httpx.AsyncClient(base_url=stack.api_url, limits=limits, timeout=60, trust_env=False) as api:
        apps = Apps(api, users)
        controls.configure({"ASYNC_CHAT_RECALL_DELAY_SECONDS": "60"})
        await beside(apps, users)
        controls.configure({"ASYNC_CHAT_RECALL_DELAY_SECONDS": "8"})
        await lateness(apps, users[: HELD // 2])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests held-load", description=__doc__)
    parser.add_argument("--home", type=Path, default=PROJECT / ".local", help="the folder of the running stack")
    stack = RunningStack(parser.parse_args().home)
    controls = StackControls(stack)
    try:
        users = [controls.sign_up(f"user{number}") for number in range(HELD + 1)]
        asyncio.run(run(stack, controls, users))
    finally:
        controls.restore()


if __name__ == "__main__":
    main()
