"""The interface between scenarios and the service under test."""

from __future__ import annotations

import json
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Call:
    """One call of the API. `who` is the caller's name, None for a call without a token."""

    who: str | None
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Reply:
    """A response and its duration in seconds. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    took: float

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in the body."""
        body = json.loads(self.text)
        assert isinstance(body, dict), body
        return body


def send(http: httpx.Client, call: Call, token: str | None) -> Reply:
    """Make the call over HTTP; `token` takes the place of its `who`."""
    media_type = {"content-type": "application/json"} if call.body is not None else {}
    authorization = {"authorization": f"Bearer {token}"} if token else {}
    headers = {**media_type, **authorization, **{name.lower(): value for name, value in call.headers.items()}}
    began = time.monotonic()
    reply = http.request(call.method, call.path, params=call.query, headers=headers, content=call.body)
    return Reply(reply.status_code, reply.headers, reply.text, time.monotonic() - began)


@dataclass(frozen=True)
class Traces:
    """The ids of all stored items, and the number of started workers, which stays 0 over HTTP."""

    stored: frozenset[str]
    started: int


class Driver(Protocol):
    """Drives the service under test. Conditions hold until the end of the scenario."""

    @abstractmethod
    def call(self, call: Call) -> Reply:
        """Call the API; every status is returned."""

    @abstractmethod
    def user_id(self, who: str) -> str:
        """The `sub` of this user's tokens."""

    @abstractmethod
    def now(self) -> datetime:
        """The service's time."""

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """Let time pass; workers go on meanwhile."""

    @abstractmethod
    def traces(self) -> Traces:
        """The items stored and workers started so far."""

    @abstractmethod
    def warm_up(self) -> None:
        """Call the functions once, so that none has a cold start."""

    @abstractmethod
    def agent_takes(self, seconds: float) -> None:
        """The agent's duration from now on; 0 by default."""

    @abstractmethod
    def agent_blocks(self, seconds: float) -> None:
        """From now on an agent that takes so long and does not notice the end of its turn."""

    @abstractmethod
    def agent_asks_back(self, seconds: float) -> None:
        """From now on an agent that asks which Anna is meant, and waits so long for the answer."""

    @abstractmethod
    def turn_may_think_for(self, seconds: float) -> None:
        """Seconds from question to deadline; 70 by default."""

    @abstractmethod
    def allow_a_user(self, *, asks_per_minute: int = 0, answers_per_day: int = 0) -> None:
        """The budgets of each user; 0 for none."""

    @abstractmethod
    def allow_the_workspace(self, answers_per_day: int) -> None:
        """The budget of all users; needs `have_workers_for`."""

    @abstractmethod
    def have_workers_for(self, turns: int) -> None:
        """The limit of thinking turns of all users; none by default."""

    @abstractmethod
    def cut_off_worker(self) -> None:
        """Make every invocation of a worker fail."""

    @abstractmethod
    def reconnect_worker(self) -> None:
        """End `cut_off_worker`."""

    @abstractmethod
    def cut_off_store(self) -> None:
        """Make every read and write of an ask fail."""

    @abstractmethod
    def kill_worker(self) -> None:
        """Kill the running worker."""

    @abstractmethod
    def close(self) -> None:
        """Stop what the scenario started, and restore all conditions."""
