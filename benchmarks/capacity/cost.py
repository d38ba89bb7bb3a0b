"""The cost of 1,000 chats by part: the footprint of one, Lambda's time, and list prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.capacity.footprint import Footprint
from benchmarks.capacity.plan import Plan
from benchmarks.capacity.prices import Prices

CHATS: Final = 1_000
MILLION: Final = 1_000_000
GIB: Final = 1024**3
#: Memory in MB of each function in Terraform's module; a test compares.
MEMORY: Final = {"chat": 512, "worker": 256, "reads": 512, "waits": 256}
#: The memory with which a function has a whole core; less gives that share of one.
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
CORE_MB: Final = 1_769
#: Seconds of a core that a worker's run takes besides waiting for its model, and that an init takes: the measurements
#: of `make bench`, section `turns`, rounded up.
WORKER_CORE_SECONDS: Final = 0.15
INIT_CORE_SECONDS: Final = 0.3
#: Lambda bills INIT since August 2025. The fraction of invocations that start an environment, assumed: with little
#: traffic every ask and most polls may be cold.
COLD: Final = 0.01
#: While the failures queue is empty, Lambda keeps up to five long polls of 20 seconds open at it, at the least two:
#: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
IDLE_POLLS: Final = 5 * 3 * 60 * 24 * 30
#: Lambda traces the first request of each second and this fraction of the rest; no poll, by Terraform.
TRACED: Final = 0.05
MONTHS_KEPT: Final = 1
#: Of workspace `prod`; a test compares with Terraform.
METRICS, ALARMS = 12, 37
#: Alarms over several metrics: CloudWatch charges each metric of an alarm.
METRICS_OF = {"no-answers": 2, "store-throttled": 6, "store-errors": 9}


@dataclass(frozen=True)
class Tokens:
    """Tokens that the model reads and writes for one answer, all rounds together."""

    input: int = 9_000
    output: int = 900


def cost(plan: Plan, used: Footprint, prices: Prices) -> dict[str, float]:
    """US dollars for 1,000 chats, by part, without the model."""
    calls = sum(part.calls for part in used.parts)
    writes = sum(part.writes + part.index_writes for part in used.parts)
    logs = sum(part.log_bytes for part in used.parts) / GIB
    worker_memory = MEMORY["worker" if plan.dedicated else "chat"]
    worker = _gb_seconds(plan.seconds + on_core(WORKER_CORE_SECONDS, worker_memory), worker_memory)
    of_one = {
        "Lambda, the worker's time": worker * prices.lambda_gb_second,
        "Lambda, asks' and polls' time": prices.lambda_gb_second
        * (
            _gb_seconds(plan.ask_seconds, MEMORY["chat"])
            + _gb_seconds(used.polls.calls * plan.poll_seconds, MEMORY["reads"])
        ),
        "Lambda, the time of held polls": _gb_seconds(
            used.held.seconds + used.held.calls * plan.poll_seconds, MEMORY["waits"]
        )
        * prices.lambda_gb_second,
        "Lambda, cold starts (INIT)": prices.lambda_gb_second
        * COLD
        * (
            _init(worker_memory)
            + _init(MEMORY["chat"])
            + used.polls.calls * _init(MEMORY["reads"])
            + used.held.calls * _init(MEMORY["waits"])
        ),
        "Lambda, requests": calls * prices.lambda_million_requests / MILLION,
        "API Gateway, requests": used.http_calls * prices.api_million_requests / MILLION,
        "DynamoDB, writes": writes * prices.dynamodb_million_writes / MILLION,
        "DynamoDB, reads": sum(part.reads for part in used.parts) * prices.dynamodb_million_reads / MILLION,
        "DynamoDB, storage for a month": used.stored_bytes / GIB * prices.dynamodb_gb_month * MONTHS_KEPT,
        "CloudWatch, logs and metrics in them": logs * (prices.logs_gb + prices.logs_gb_month * MONTHS_KEPT),
        "X-Ray, traces": (used.ask.calls + used.worker.calls) * TRACED * prices.xray_million_traces / MILLION,
        "Data to the app": sum(part.answer_bytes for part in used.parts) / GIB * prices.transfer_gb,
    }
    return {name: amount * CHATS for name, amount in of_one.items()}


def model_cost(tokens: Tokens, prices: Prices) -> dict[str, float]:
    """US dollars for the model's tokens of 1,000 chats, by model."""
    return {
        name: CHATS * (tokens.input * read + tokens.output * written) / MILLION
        for name, (read, written) in prices.models.items()
    }


def fixed(prices: Prices) -> dict[str, float]:
    """US dollars a month without traffic, of a workspace with everything switched on."""
    return {
        f"{METRICS} metrics": METRICS * prices.metric_month,
        f"{ALARMS} alarms": (ALARMS + sum(METRICS_OF.values()) - len(METRICS_OF)) * prices.alarm_month,
        "dashboard": prices.dashboard_month,
        "key": prices.key_month,
        "idle polls of the failures queue": IDLE_POLLS / MILLION * prices.sqs_million_requests,
    }


def on_core(seconds: float, megabytes: int) -> float:
    """How long a function of that memory takes for so many seconds of a core."""
    return seconds / min(1.0, megabytes / CORE_MB)


def _init(megabytes: int) -> float:
    return _gb_seconds(on_core(INIT_CORE_SECONDS, megabytes), megabytes)


def _gb_seconds(seconds: float, megabytes: int) -> float:
    return seconds * megabytes / 1024
