"""A deployed workspace and its two test users, as an acceptance run reaches them: over HTTP, with their tokens."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Self

import httpx
import pytest

from tests.acceptance.in_the_zip.acceptance_agent import ASK, BLOCK, DIE, ORDER, TAKE
from tests.features.driver import Call, Driver, Reply, Traces, send

#: The list of chats may lag behind a write by about a second.
LIST_LAG_SECONDS: Final = 1.0
#: The acceptance agent looks for orders once a second.
AGENT_PAUSE_SECONDS: Final = 3.0
_ACCOUNT: Final = re.compile(r"\b\d{12}\b")


class Unusable(Exception):
    """The workspace, or what was given, does not allow a run; the message says why and what to do."""


class User:
    """A test user by an access token. The claims are read, not verified: the API does that."""

    def __init__(self, token: str) -> None:
        self.token = token.strip()
        try:
            payload = self.token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            self.sub = str(claims["sub"])
            self.expires = datetime.fromtimestamp(claims["exp"], UTC)
        except (IndexError, KeyError, TypeError, ValueError):
            raise Unusable("A token is not a JWT with the claims `sub` and `exp`.") from None


class Deployment:
    """The API under acceptance. All calls of a run are made here."""

    def __init__(self, api_url: str, tokens: tuple[str, str]) -> None:
        self.users = (User(tokens[0]), User(tokens[1]))
        if self.users[0].sub == self.users[1].sub:
            raise Unusable("Both tokens belong to the same user: the checks of access need two.")
        self.http = httpx.Client(base_url=api_url, timeout=35)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, user: User | None, call: Call) -> Reply:
        return send(self.http, call, user.token if user else None)

    def get(self, user: User, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        reply = self.call(user, Call(None, "GET", path, query or {}))
        if reply.status != 200:
            raise Unusable(f"GET {path} answered {reply.status}: {reply.text}")
        return reply.body

    def order(self, user: User, order: str) -> str:
        """Give the acceptance agent an order for this user's turns; returns its id, to take it back with."""
        body = json.dumps({"text": ORDER + order})
        reply = self.call(user, Call(None, "POST", "/memories", body=body))
        return str(reply.body["memory_ids"][0])

    def take_back(self, user: User, order_id: str) -> None:
        self.call(user, Call(None, "DELETE", f"/memories/{order_id}"))

    def chats(self, user: User) -> list[dict[str, Any]]:
        return list(self.get(user, "/chats", {"limit": "100"})["chats"])

    def memories(self, user: User) -> list[dict[str, Any]]:
        return list(self.get(user, "/memories", {"limit": "100"})["memories"])

    def clear(self, user: User) -> None:
        """Cancel the user's turns, wait until their workers have let go; delete the user's chats and memories."""
        thinking = [chat["chat_id"] for chat in self.chats(user) if chat["status"] == "thinking"]
        for chat_id in thinking:
            self.call(user, Call(None, "POST", f"/chats/{chat_id}/cancel"))
        if thinking:
            time.sleep(AGENT_PAUSE_SECONDS)
        while chats := self.chats(user):
            for chat in chats:
                self.call(user, Call(None, "DELETE", f"/chats/{chat['chat_id']}"))
            time.sleep(LIST_LAG_SECONDS)
        while memories := self.memories(user):
            for memory in memories:
                self.call(user, Call(None, "DELETE", f"/memories/{memory['memory_id']}"))


#: Where the driver's fixture finds the deployment.
DEPLOYMENT: Final = pytest.StashKey[Deployment]()


def without_account(text: str) -> str:
    """`text` without AWS account numbers."""
    return _ACCOUNT.sub("............", text)


class DeployedDriver(Driver):
    """Drives the feature files. The first name in a scenario is the first test user, the second the other.

    It has no means to change the deployment; the scenarios that need some are left out: see `scenarios.py`.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._people: dict[str, User] = {}
        #: The orders of how long to take, and of asking back, each with its user.
        self._pace: list[tuple[User, str]] = []
        self._asking: list[tuple[User, str]] = []
        #: Keys hold for a day, so that a scenario's key must not be an earlier run's.
        self._key_prefix = secrets.token_hex(4)

    def call(self, call: Call) -> Reply:
        headers = {
            name: f"{self._key_prefix}-{value}" if name == "Idempotency-Key" else value
            for name, value in call.headers.items()
        }
        return self._deployment.call(self._person(call.who) if call.who else None, replace(call, headers=headers))

    def user_id(self, who: str) -> str:
        return self._person(who).sub

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def traces(self) -> Traces:
        """What both users can see."""
        self.wait(LIST_LAG_SECONDS)
        stored: set[str] = set()
        for user in self._deployment.users:
            for chat in self._deployment.chats(user):
                page = self._deployment.get(user, "/chats/messages", {"chat_id": chat["chat_id"]})
                stored.update(message["message_id"] for message in page["messages"])
                stored.add(f"{chat['chat_id']} {page['turn']['asked_at']}")
            stored.update(memory["memory_id"] for memory in self._deployment.memories(user))
        return Traces(frozenset(stored), started=0)

    def warm_up(self) -> None:
        # Empty questions are refused before anything is stored; the agent's cold start does not delay an ask.
        for _ in range(2):
            self._deployment.call(self._deployment.users[0], Call(None, "POST", "/memories/chat", body="{}"))
        for user in self._deployment.users:
            self._deployment.chats(user)

    def agent_takes(self, seconds: float) -> None:
        self._order(f"{TAKE}{seconds:g}")

    def agent_blocks(self, seconds: float) -> None:
        self._order(f"{BLOCK}{seconds:g}")

    def agent_asks_back(self, seconds: float) -> None:
        for user in self._deployment.users:
            self._asking.append((user, self._deployment.order(user, f"{ASK}{seconds:g}")))

    def kill_worker(self) -> None:
        orders = [(user, self._deployment.order(user, DIE)) for user in self._deployment.users]
        self.wait(AGENT_PAUSE_SECONDS)
        for user, order in orders:
            self._deployment.take_back(user, order)

    def turn_may_think_for(self, seconds: float) -> None:
        raise AssertionError("left out: it changes the deployment")

    def allow_a_user(self, *, asks_per_minute: int = 0, answers_per_day: int = 0) -> None:
        raise AssertionError("left out: it changes the deployment")

    def allow_the_workspace(self, answers_per_day: int) -> None:
        raise AssertionError("left out: it changes the deployment")

    def have_workers_for(self, turns: int) -> None:
        raise AssertionError("left out: it changes the deployment")

    def cut_off_worker(self) -> None:
        raise AssertionError("left out: it changes the deployment")

    def reconnect_worker(self) -> None:
        raise AssertionError("left out: it changes the deployment")

    def cut_off_store(self) -> None:
        raise AssertionError("left out: it changes the deployment")

    def close(self) -> None:
        self._take_back([*self._pace, *self._asking])
        for user in self._deployment.users:
            self._deployment.clear(user)

    def _order(self, order: str) -> None:
        """How long to take, in place of an earlier such order."""
        self._take_back(self._pace)
        self._pace.extend((user, self._deployment.order(user, order)) for user in self._deployment.users)

    def _take_back(self, orders: list[tuple[User, str]]) -> None:
        while orders:
            self._deployment.take_back(*orders.pop())

    def _person(self, who: str) -> User:
        if who not in self._people:
            assert len(self._people) < len(self._deployment.users), f"no token for a third user, {who}"
            self._people[who] = self._deployment.users[len(self._people)]
        return self._people[who]
