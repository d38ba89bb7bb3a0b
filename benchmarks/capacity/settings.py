"""A workspace's limits, from terraform/workspaces and the defaults of the service's module."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from scripts.hcl import TERRAFORM, Module


@dataclass(frozen=True)
class Environment:
    """What workspace `prod` allows: asks and calls per second, asks at once, and slots and megabytes by function."""

    asks: float
    asks_at_once: int
    searches: float
    calls: float
    deadline: int
    concurrency: dict[str, int]
    memory: dict[str, int]


@cache
def production() -> Environment:
    """As workspace `prod` has it, with the defaults of all where it has none of its own."""
    prod = json.loads((TERRAFORM / "workspaces" / "prod.json").read_text(encoding="utf-8"))
    service = Module()

    def setting(name: str) -> Any:
        return prod.get(name, service.variables[name]["default"])

    asks, searches, calls = setting("ask_throttle"), setting("search_throttle"), setting("throttle")
    usual = {name: int(kind.split(",")[1].strip(" )}")) for name, kind in service.attributes("memory").items()}
    memory = {**usual, **prod.get("memory", {})}
    return Environment(
        asks["rate"],
        asks["burst"],
        searches["rate"],
        calls["rate"],
        setting("deadline_seconds"),
        prod["concurrency"],
        memory,
    )
