"""Which limit is reached at how many chats per second: first this service's, then AWS's defaults.

The quotas are those of AWS's documentation and of Service Quotas on the date of prices.toml. An account may have
others: see Service Quotas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.capacity.footprint import Footprint
from benchmarks.capacity.plan import SHARED_PART, turn_slots_for
from benchmarks.capacity.settings import production
from benchmarks.capacity.slots import BURST_PER_SECOND

#: Rounds of a model for one answer, and its tokens, input and output.
ROUNDS, TOKENS = 3, 9_900
MOST: Final = 10_000.0


@dataclass(frozen=True)
class Quota:
    """`met` is the rate in chats per second at which `limit` is reached."""

    name: str
    limit: str
    met: float
    ask_for: str


def quotas(seconds: float, used: Footprint, *, dedicated: bool) -> list[Quota]:
    """All quotas, the first one that is reached on top."""
    return sorted([*_own(seconds, dedicated=dedicated), *_aws(seconds, used)], key=lambda quota: quota.met)


def _own(seconds: float, *, dedicated: bool) -> Iterator[Quota]:
    prod = production()
    yield Quota("ours: asks", f"{prod.asks:g}/s", prod.asks, "`ask_throttle` in workspaces/prod.json")
    name = "worker" if dedicated else "chat"
    workers = prod.concurrency[name] if dedicated else int(prod.concurrency[name] * SHARED_PART)
    met = _highest_rate(_fits(workers, seconds))
    yield Quota(f"ours: turns at once (`{name}`)", f"{workers}", met, "`concurrency` in workspaces/prod.json")


def _aws(seconds: float, used: Footprint) -> Iterator[Quota]:
    http_calls = used.http_calls
    writes = sum(part.writes + part.index_writes for part in used.parts)
    reads = sum(part.reads for part in used.parts)
    calls = sum(part.calls for part in used.parts)
    short = 0.06 + used.polls.calls * 0.025
    workers = "workers from the table above, and a tenth more, by Service Quotas (L-B99A9384)"
    for slots, who in ((10, "a new account"), (1_000, "default")):
        met = _highest_rate(_fits(slots, seconds + short))
        yield Quota(f"Lambda: concurrent executions, {who}", f"{slots:,}", met, workers)
    known = "fixed: provisioned concurrency before a known rush"
    yield Quota("Lambda: growth of a function, in a sudden rush", "1,000 per 10 s", BURST_PER_SECOND, known)
    yield Quota("Lambda: synchronous requests", "10/s per slot of 1,000", 10_000 / http_calls, "grows with concurrency")
    yield Quota("API Gateway: requests", "10,000/s", 10_000 / http_calls, "by Service Quotas")
    yield Quota("DynamoDB: writes of a table", "40,000 units/s", 40_000 / writes, "by Service Quotas")
    yield Quota("DynamoDB: reads of a table", "40,000 units/s", 40_000 / reads, "by Service Quotas")
    doubles = "doubles by itself within 30 minutes of traffic; warm throughput at once"
    yield Quota("DynamoDB: a new on-demand table's first writes", "4,000 units/s", 4_000 / writes, doubles)
    yield Quota("CloudWatch: PutLogEvents", "5,000/s (1,500 in small regions)", 5_000 / calls, "by Service Quotas")
    large, each = "200/min (a large model; new accounts far less)", "for each chat per second"
    ask_for = f"{ROUNDS * 60} requests/min {each}"
    yield Quota("Bedrock: requests of one model", large, 200 / 60 / ROUNDS, ask_for)
    ask_for = f"{TOKENS * 60:,} tokens/min {each}"
    yield Quota("Bedrock: tokens of one model", "200,000/min (the same)", 200_000 / 60 / TOKENS, ask_for)


def _fits(slots: int, seconds: float) -> Callable[[float], bool]:
    return lambda rate: turn_slots_for(rate * seconds) <= slots


def _highest_rate(fits: Callable[[float], bool]) -> float:
    low, high = 0.0, MOST
    while high - low > 0.005 * max(high, 0.01):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
