"""Subprocess: where a warm ask and a warm poll spend their time, part by part.

Each part is a function, wrapped in a timer that excludes the parts inside it; the timers themselves slow everything
down a little. Prints microseconds per call as JSON.
"""

import gc
import json
import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import adapters.dynamodb.chat_repository as repository
from adapters.ulid_ids import UlidIdSource
from benchmarks import story
from benchmarks.handler_times import handled
from domain.chat_service import ChatService
from entrypoints import chat, reads
from entrypoints.container import Container
from entrypoints.http import request, router
from entrypoints.schemas.poll import PollResponse

ROUNDS: Final = 300
AWS_CALLS: Final = "AWS calls: botocore, loopback, stub"
REST: Final = "routing, headers, and the rest"


@dataclass
class Stopwatches:
    """Time by part; parts may nest."""

    taken: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _inside: list[float] = field(default_factory=list)

    def watch(self, owner: Any, function: str, part: str) -> None:
        """Count `owner.function` as `part` from now on."""
        original = getattr(owner, function)

        def watched(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            self._inside.append(0.0)
            try:
                return original(*arguments, **named)
            finally:
                took = time.perf_counter() - began
                self.taken[part] += took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        setattr(owner, function, watched)


def _watch_all(stopwatches: Stopwatches, container: Container) -> None:
    dynamodb, lambda_ = container.dynamodb(), container.lambda_()
    for client, operation in ((dynamodb, "query"), (dynamodb, "transact_write_items"), (lambda_, "invoke")):
        stopwatches.watch(client, operation, AWS_CALLS)
    for owner, function, part in (
        (router, "read_request", "reading the event"),
        (request.Request, "body", "validating the body (pydantic)"),
        (ChatService, "dispatch", "rules of the domain"),
        (ChatService, "read", "rules of the domain"),
        (UlidIdSource, "new_id", "ids"),
        (repository.DynamoDbChatRepository, "save_question", "mapping to and from items"),
        (repository.DynamoDbChatRepository, "read", "mapping to and from items"),
        (reads, "poll_response", "making the body's models (pydantic)"),
        (PollResponse, "model_dump_json", "writing the body as JSON (pydantic)"),
        (reads, "with_etag", "ETag"),
        (logging.Logger, "info", "log lines"),
    ):
        stopwatches.watch(owner, function, part)


def _by_part(module: Any, event: Mapping[str, Any]) -> dict[str, float]:
    container = Container()
    call = handled(module, container, event)
    call()
    stopwatches = Stopwatches()
    _watch_all(stopwatches, container)
    gc.freeze()
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        stopwatches.taken.clear()
        began = time.perf_counter()
        call()
        whole = time.perf_counter() - began
        rounds.append({**stopwatches.taken, REST: whole - sum(stopwatches.taken.values())})
    return {part: median(one[part] for one in rounds) * 1_000_000 for part in rounds[0]}


if __name__ == "__main__":
    print(json.dumps({"ask": _by_part(chat, story.ASK), "poll": _by_part(reads, story.POLL)}))
