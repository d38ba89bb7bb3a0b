"""AWS's list prices, from prices.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Prices:
    """US dollars in one region; `models` per million tokens, input and output."""

    as_of: str
    region: str
    lambda_gb_second: float
    lambda_million_requests: float
    api_million_requests: float
    dynamodb_million_writes: float
    dynamodb_million_reads: float
    dynamodb_gb_month: float
    logs_gb: float
    logs_gb_month: float
    transfer_gb: float
    xray_million_traces: float
    sqs_million_requests: float
    metric_month: float
    alarm_month: float
    dashboard_month: float
    key_month: float
    models: Mapping[str, tuple[float, float]]


def read_prices(region: str) -> Prices:
    """The prices of `region`. Raises `KeyError` for an unknown region."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    models = {name: (price["input"], price["output"]) for name, price in found["model"].items()}
    return Prices(found["as_of"], region, models=models, **found["region"][region])


def regions() -> list[str]:
    return list(tomllib.loads(FILE.read_text(encoding="utf-8"))["region"])
