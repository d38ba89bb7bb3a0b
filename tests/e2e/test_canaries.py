"""Canaries: unique words go through the whole service, and are found nowhere but in the tables."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.app import App
from tests.features.http_driver import HttpDriver


@dataclass(frozen=True)
class Canaries:
    """One word for each kind of user text, and the user's token."""

    token: str
    question: str
    memory: str
    tag: str
    key: str
    query: str
    field: str


class Storage:
    """Where a word could be kept besides the tables."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack

    def logs(self) -> str:
        logs = self._stack.client("logs")
        groups = logs.describe_log_groups()["logGroups"]
        return "\n".join(
            event["message"]
            for group in groups
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            for event in page["events"]
        )

    def queue(self) -> str:
        """Messages in the failures queue."""
        found = self._stack.client("sqs").receive_message(
            QueueUrl=self._stack.outputs["failures_queue_url"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return "\n".join(message["Body"] for message in found.get("Messages", []))

    def terraform(self) -> str:
        """State, outputs, and the logs of the last plan and apply."""
        kept = (
            path for path in (self._stack.home / "terraform").rglob("*") if path.is_file() and not path.is_symlink()
        )
        return "\n".join(
            path.read_text(encoding="utf-8", errors="replace") for path in kept if ".terraform" not in path.parts
        )

    def tables(self) -> str:
        dynamodb = self._stack.client("dynamodb")
        pages = (
            dynamodb.get_paginator("scan").paginate(TableName=name)
            for name in self._stack.outputs["table_names"].values()
        )
        return json.dumps([page["Items"] for table in pages for page in table])


@pytest.fixture
def unsettled_failures(stack: RunningStack) -> Iterator[None]:
    """Failures stay in their queue."""
    lambda_ = stack.client("lambda")
    (mapping,) = lambda_.list_event_source_mappings(FunctionName=stack.outputs["function_names"]["failures"])[
        "EventSourceMappings"
    ]
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def say_everything(app: App, canaries: Canaries) -> str:
    """Send accepted, refused and search requests. Returns the chat that was answered."""
    app.send(
        "Alice", "POST", "/memories", body={"text": f"The {canaries.memory} hangs in the shed.", "tags": [canaries.tag]}
    )
    question = f"Where is the {canaries.memory}, {canaries.question}?"
    chat = app.accepted(app.ask("Alice", question, key=canaries.key))
    assert canaries.memory in app.poll_to_the_end("Alice", chat)["messages"][-1]["content"]
    assert app.ask("Alice", canaries.question * 1000).status == 413
    assert app.ask("Alice", canaries.question, key=canaries.key).status == 422
    assert app.send("Alice", "POST", "/memories/chat", body={"question": {canaries.field: 1}}).status == 400
    assert app.send("Alice", "GET", "/memories", {"q": canaries.query}).status == 200
    return chat


def lose_a_worker(app: App, driver: HttpDriver, question: str) -> str:
    """Returns the chat whose worker was killed."""
    driver.agent_takes(30)
    chat = app.accepted(app.ask("Alice", question))
    app.poll_until_begun("Alice", chat)
    driver.kill_worker()
    return chat


def wait_for_its_failure(storage: Storage, chat: str) -> str:
    """The content of the queue, once it holds the chat's failure."""
    for _ in range(40):
        if chat in (waiting := storage.queue()):
            return waiting
        time.sleep(0.5)
    raise AssertionError("the failure did not reach the queue")


@pytest.mark.usefixtures("unsettled_failures")
def test_user_text_is_kept_only_in_the_tables(
    app: App, driver: HttpDriver, stack: RunningStack, stack_controls: StackControls
) -> None:
    token = driver.token("Alice")
    words = [f"canary{kind}{secrets.token_hex(6)}" for kind in ("question", "memory", "tag", "key", "query", "field")]
    canaries = Canaries(token, *words)
    storage = Storage(stack)

    chat = say_everything(app, canaries)
    waiting = wait_for_its_failure(storage, lose_a_worker(app, driver, canaries.question))
    logged = storage.logs()

    assert chat in logged, "the logs are not those of these calls"
    for word in (canaries.question, canaries.memory, canaries.tag):
        assert word in storage.tables(), "a canary was not stored"
    kept = {"logs": logged, "failures queue": waiting, "Terraform": storage.terraform()}
    assert found_in(kept, canaries) == []


def found_in(kept: Mapping[str, str], canaries: Canaries) -> list[str]:
    return [
        f"{kind} in {where}" for where, text in kept.items() for kind, word in vars(canaries).items() if word in text
    ]
