"""A workspace's limits, from terraform/environments.tf."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scripts.hcl import Module


@dataclass(frozen=True)
class Environment:
    """What workspace `prod` allows: asks per second, and slots and megabytes by function."""

    asks: float
    concurrency: dict[str, int]
    memory: dict[str, int]


@cache
def production() -> Environment:
    """As workspace `prod` has it, with the defaults of all where it has none of its own."""
    found = Module().locals
    prod = {**found["environment_defaults"], **found["environments"]["prod"]}
    return Environment(prod["ask_throttle"]["rate"], prod["concurrency"], prod["memory"])
