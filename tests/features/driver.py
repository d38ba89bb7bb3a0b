"""The service as a story sees it: it can be called, time passes, and the world around it is in some condition."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Call:
    """One call of the API. `who` is the caller's name, None for somebody without a token."""

    who: str | None
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Reply:
    """What came back, and how many seconds that took. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    took: float

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in it."""
        body = json.loads(self.text)
        assert isinstance(body, dict), body
        return body


@dataclass(frozen=True)
class Traces:
    """What calls leave behind: names of all that is stored, and how many workers were started.

    From outside a worker shows only by what it stores: over HTTP `started` stays 0.
    """

    stored: frozenset[str]
    started: int


class Driver(Protocol):
    """Drives the service under test. Conditions hold to the end of the scenario unless they are lifted."""

    @abstractmethod
    def call(self, call: Call) -> Reply:
        """Call the API, whatever it answers."""

    @abstractmethod
    def user_id(self, who: str) -> str:
        """The `sub` of this person's tokens."""

    @abstractmethod
    def now(self) -> datetime:
        """The time of day, as the service's messages tell it."""

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """Let time pass, for the workers too."""

    @abstractmethod
    def traces(self) -> Traces:
        """What has been stored and started so far."""

    @abstractmethod
    def warm_up(self) -> None:
        """Have the functions called once, so that none is cold."""

    @abstractmethod
    def agent_takes(self, seconds: float) -> None:
        """How long the agent reasons about each question from now on; it answers at once by default."""

    @abstractmethod
    def turn_may_think_for(self, seconds: float) -> None:
        """How long after its question a turn is at its deadline; 70 seconds by default."""

    @abstractmethod
    def have_workers_for(self, turns: int) -> None:
        """How many turns may think at once, of all users; any number by default."""

    @abstractmethod
    def cut_off_worker(self) -> None:
        """From now on no worker can be started."""

    @abstractmethod
    def reconnect_worker(self) -> None:
        """Workers can be started again."""

    @abstractmethod
    def cut_off_store(self) -> None:
        """From now on an ask can neither read nor write."""

    @abstractmethod
    def kill_worker(self) -> None:
        """End the worker at work where it stands."""

    @abstractmethod
    def close(self) -> None:
        """Leave nothing of the scenario running, and everything as it was found."""
