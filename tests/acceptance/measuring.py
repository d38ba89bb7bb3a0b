"""What a user waits for: turns asked one after another, each polled when the service says."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import quantiles
from typing import Final

from tests.acceptance.deployment import Deployment, Unusable, User
from tests.features.driver import Call

QUESTION: Final = "Where did I park the car?"
PATIENCE_SECONDS: Final = 120.0


@dataclass
class Waits:
    """Seconds, one entry for each ask or poll."""

    ask: list[float] = field(default_factory=list)
    #: From the stored question to the worker's claim, by the service's own clock.
    pick_up: list[float] = field(default_factory=list)
    poll: list[float] = field(default_factory=list)
    #: From the stored answer to the poll that shows it; too long by up to the time of the ask.
    saved_to_seen: list[float] = field(default_factory=list)
    #: The status of each turn's end.
    ends: list[str] = field(default_factory=list)


def measure(deployment: Deployment, user: User, turns: int) -> Waits:
    """Asks `turns` times in new chats."""
    waits = Waits()
    for _ in range(turns):
        began = time.monotonic()
        asked = deployment.call(user, Call(None, "POST", "/memories/chat", body=json.dumps({"question": QUESTION})))
        waits.ask.append(asked.took)
        if asked.status != 200:
            raise Unusable(f"An ask to be measured was answered {asked.status}: {asked.text}")
        _watch(deployment, user, asked.body["chat_id"], began, waits)
    return waits


def _watch(deployment: Deployment, user: User, chat_id: str, began: float, waits: Waits) -> None:
    while True:
        reply = deployment.call(user, Call(None, "GET", "/chats/messages", {"chat_id": chat_id}))
        waits.poll.append(reply.took)
        page = reply.body
        if page["status"] != "thinking":
            break
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise Unusable(f"A turn was still thinking after {PATIENCE_SECONDS:g} s.")
        time.sleep(page["poll_after_ms"] / 1000)
    turn = page["turn"]
    waits.ends.append(page["status"])
    waits.saved_to_seen.append(max(0.0, time.monotonic() - began - _seconds(turn["asked_at"], turn["ended_at"])))
    if turn["started_at"]:
        waits.pick_up.append(_seconds(turn["asked_at"], turn["started_at"]))


def _seconds(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """p50 and p95, interpolated between the measured values."""
    if len(seconds) < 2:
        return (seconds[0], seconds[0])
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9], cuts[18]
