"""Subprocess: asks and polls through the handlers, alternating with the same AWS calls by bare clients.

Prints the milliseconds of each as JSON, and those of the processor. The handlers log to standard error, as on Lambda.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from adapters.aws.clients import AwsClients
from benchmarks import story
from entrypoints import chat, reads
from entrypoints.container import AWS, Container
from tests.support.deployed import FakeContext

Call = Callable[[], object]
#: Calls of a kind in a row: enough to warm the processor's caches.
BLOCK: Final = 10
#: The SDK's own service models, for bare clients.
NO_MODELS: Final = Path("nowhere")
#: Rounds that are not timed.
WARM_UP: Final = 5


def handled(module: Any, container: Container, event: Mapping[str, Any]) -> Call:
    handle, context = module.make_handler(container), FakeContext()

    def call() -> None:
        assert handle(event, context)["statusCode"] == 200

    return call


def _replayed(container: Container, handled: Call) -> Call:
    """The AWS calls of `handled`, with prepared parameters, by bare clients of the SDK."""
    sent: list[tuple[str, dict[str, Any]]] = []

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        sent.append((model.name, params))

    clients = [container.dynamodb(), container.lambda_()]
    for client in clients:
        client.meta.events.register("provide-client-params", note, unique_id="note")
    handled()
    for client in clients:
        client.meta.events.unregister("provide-client-params", unique_id="note")
    bare = AwsClients(AWS, NO_MODELS)
    methods: dict[str, Any] = {"Invoke": bare.lambda_().invoke}
    dynamodb = bare.dynamodb()
    methods |= {"TransactWriteItems": dynamodb.transact_write_items, "Query": dynamodb.query}
    calls = [(methods[name], parameters) for name, parameters in sent]

    def call() -> None:
        for method, parameters in calls:
            method(**parameters)

    return call


def main(rounds: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each call, as the mean of a block, taken and worked: every round runs a block of each, in another
    order."""
    container = Container()
    ask, poll = handled(chat, container, story.ASK), handled(reads, container, story.POLL)
    bare_ask, bare_poll = _replayed(container, ask), _replayed(container, poll)
    calls: dict[str, Call] = {
        "ask": ask, "bare ask": bare_ask, "bare ask again": bare_ask,
        "poll": poll, "bare poll": bare_poll, "bare poll again": bare_poll,
    }  # fmt: skip
    found: dict[str, dict[str, list[float]]] = {kind: {name: [] for name in calls} for kind in ("taken", "worked")}
    shuffled = random.Random(7)
    gc.freeze()
    for number in range(rounds + WARM_UP):
        for name in shuffled.sample(list(calls), len(calls)):
            taken, worked = _block(calls[name])
            if number >= WARM_UP:
                found["taken"][name].append(taken)
                found["worked"][name].append(worked)
    return found


def _block(call: Call) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    for _ in range(BLOCK):
        call()
    return (time.perf_counter() - began) * 1000 / BLOCK, (time.process_time() - worked) * 1000 / BLOCK


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
