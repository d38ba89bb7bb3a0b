"""The limits that a workspace has by its own Terraform, read from terraform/environments.tf."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.hcl import block

FILE: Final = Path(__file__).resolve().parents[2] / "terraform" / "environments.tf"


@dataclass(frozen=True)
class Environment:
    """What workspace `prod` allows: requests and asks per second, and slots by function."""

    requests: float
    asks: float
    concurrency: dict[str, int]


def production() -> Environment:
    """As workspace `prod` has it, with the defaults of all where it has none of its own."""
    text = FILE.read_text(encoding="utf-8")
    defaults, prod = block(text, "environment_defaults ="), block(text, '"prod" =')
    return Environment(
        requests=_numbers(prod, defaults, "throttle")["rate"],
        asks=_numbers(prod, defaults, "ask_throttle")["rate"],
        concurrency={name: int(value) for name, value in _numbers(prod, defaults, "concurrency").items()},
    )


def memory() -> dict[str, int]:
    """Megabytes by function."""
    defaults = block(FILE.read_text(encoding="utf-8"), "environment_defaults =")
    return {name: int(value) for name, value in _numbers(defaults, defaults, "memory").items()}


def _numbers(prod: str, defaults: str, name: str) -> dict[str, float]:
    """`name = { rate = 50, burst = 100 }` as a mapping."""
    for text in (prod, defaults):
        found = re.search(rf"^\s*{name}\s*= \{{([^}}]*)\}}", text, re.MULTILINE)
        if found:
            return {key: float(value) for key, value in re.findall(r"(\w+)\s*=\s*([\d.]+)", found[1])}
    raise ValueError(f"no {name} in {FILE.name}")
