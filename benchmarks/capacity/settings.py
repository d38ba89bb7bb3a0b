"""A workspace's limits, from terraform/environments.tf."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from scripts.hcl import Module


@dataclass(frozen=True)
class Environment:
    """What workspace `prod` allows: requests and asks per second, and slots by function."""

    requests: float
    asks: float
    concurrency: dict[str, int]


def production() -> Environment:
    """As workspace `prod` has it, with the defaults of all where it has none of its own."""
    prod = {**_locals()["environment_defaults"], **_locals()["environments"]["prod"]}
    return Environment(prod["throttle"]["rate"], prod["ask_throttle"]["rate"], prod["concurrency"])


def memory() -> dict[str, int]:
    """Megabytes by function."""
    megabytes: dict[str, int] = _locals()["environment_defaults"]["memory"]
    return megabytes


@cache
def _locals() -> dict[str, Any]:
    return Module().locals
