"""A workspace's limits, from terraform/workspaces and the defaults of the service's module."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from scripts.hcl import TERRAFORM, Module


@dataclass(frozen=True)
class Environment:
    """What workspace `prod` allows: asks per second, and slots and megabytes by function."""

    asks: float
    concurrency: dict[str, int]
    memory: dict[str, int]


@cache
def production() -> Environment:
    """As workspace `prod` has it, with the defaults of all where it has none of its own."""
    prod = json.loads((TERRAFORM / "workspaces" / "prod.json").read_text(encoding="utf-8"))
    service = Module()
    asks = prod.get("ask_throttle", service.variables["ask_throttle"]["default"])["rate"]
    usual = {name: int(kind.split(",")[1].strip(" )}")) for name, kind in service.attributes("memory").items()}
    return Environment(asks, prod["concurrency"], {**usual, **prod.get("memory", {})})
