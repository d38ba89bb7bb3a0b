"""AWS round trips of each request, counted below the real handlers, adapters and clients."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from domain.chat import Message, Role
from domain.records import Answer as AgentAnswer
from tests.contract.conftest import WORKER_FUNCTION, Aws
from tests.fakes.agent import PacedAgent
from tests.fakes.clock import FakeClock
from tests.support.aws import Sent, package_clients
from tests.support.deployed import deploy
from tests.support.gateway import Answer, Gateway
from tests.support.service import SETTINGS
from tests.support.story import BAY, BOB, PARKING, UNKNOWN_CHAT

Figure = Callable[[str], None]


@dataclass
class DeployedService:
    """The functions as in Lambda, except for clock and agent."""

    aws: Aws

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.agent = PacedAgent(self.clock, takes=timedelta(0))
        invoker_client = package_clients().lambda_()
        self.aws.wire.tap(invoker_client)
        tables = {"chats_table": self.aws.tables.chats, "memories_table": self.aws.tables.memories}
        self.container = deploy(
            settings=SETTINGS.model_copy(
                update={**tables, "worker_function": WORKER_FUNCTION, "max_concurrent_turns": 50}
            ),
            system_clock=self.clock,
            dynamodb=self.aws.dynamodb,
            lambda_=invoker_client,
            agent=self.agent,
        )
        self.gateway = Gateway(self.container)

    def asked(self, chat_id: str | None = None) -> str:
        """Ask a question without running its worker; returns its chat's id."""
        return str(self.gateway.ask(PARKING, chat_id).body["chat_id"])

    def work(self) -> None:
        """Run the worker with the last event that was sent."""
        event = next(sent.body for sent in reversed(self.aws.wire.sent) if sent.operation == "Invoke")
        self.gateway.work(json.loads(event))

    def answered(self) -> str:
        """A chat with one answer, a second ago: in the same millisecond a new id may conflict and need a retry."""
        chat_id = self.asked()
        self.work()
        self.clock.sleep(timedelta(seconds=1))
        return chat_id


@pytest.fixture
def service(aws: Aws, worker_function: str) -> Iterator[DeployedService]:
    service = DeployedService(aws)
    yield service
    service.container.reset_override()


@pytest.fixture
def counted(service: DeployedService, figure: Figure) -> Callable[[str, Callable[[], object]], list[str]]:
    """The AWS operations of one call, shown in the run's output under the given name."""

    def count(name: str, call: Callable[[], object]) -> list[str]:
        with service.aws.wire.counting() as sent:
            call()
        operations = [request.operation for request in sent]
        figure(f"AWS round trips of {name}: {len(operations)} ({', '.join(operations)})")
        return operations

    return count


Counted = Callable[[str, Callable[[], object]], list[str]]


def test_ask_in_a_new_chat_takes_two_round_trips(service: DeployedService, counted: Counted) -> None:
    assert counted("an ask, new chat", service.asked) == ["TransactWriteItems", "Invoke"]


def test_ask_in_an_existing_chat_takes_two_round_trips(service: DeployedService, counted: Counted) -> None:
    chat_id = service.answered()
    assert counted("an ask, existing chat", lambda: service.asked(chat_id)) == ["TransactWriteItems", "Invoke"]


def test_ask_with_an_idempotency_key_takes_two_round_trips(service: DeployedService, counted: Counted) -> None:
    ask = partial(service.gateway.ask, PARKING, headers={"Idempotency-Key": "tap-1"})
    assert counted("an ask with a key", ask) == ["TransactWriteItems", "Invoke"]


def test_rejected_ask_takes_one_round_trip(service: DeployedService, counted: Counted) -> None:
    chat_id = service.asked()
    assert counted("an ask, busy chat", lambda: service.gateway.ask(PARKING, chat_id)) == ["TransactWriteItems"]
    assert counted("an ask, 403", lambda: service.gateway.ask(PARKING, chat_id, user=BOB)) == ["TransactWriteItems"]


def test_invalid_ask_takes_no_round_trip(service: DeployedService, counted: Counted) -> None:
    assert counted("an ask, 400", lambda: service.gateway.ask("  ")) == []


def test_worker_run_takes_four_round_trips(service: DeployedService, counted: Counted) -> None:
    service.asked()
    run = counted("a worker run, with progress saved once", service.work)
    assert run == ["Query", "UpdateItem", "UpdateItem", "TransactWriteItems"]


def test_worker_whose_turn_was_cancelled_takes_one_round_trip_more(service: DeployedService, counted: Counted) -> None:
    chat_id = service.asked()

    def answer_after_the_cancel(_: object) -> AgentAnswer:
        service.gateway.call("POST /chats/{chat_id}/cancel", path={"chat_id": chat_id})
        return AgentAnswer(BAY)

    service.agent.answer = answer_after_the_cancel
    run = counted("a worker run whose turn is cancelled, and the cancel", service.work)
    cancel = ["GetItem", "UpdateItem"]
    assert run == ["Query", "UpdateItem", "UpdateItem", *cancel, "TransactWriteItems", "TransactWriteItems"]


def test_duplicate_event_takes_one_round_trip(service: DeployedService, counted: Counted) -> None:
    service.answered()
    assert counted("a duplicate of a worker's event", service.work) == ["Query"]


def test_poll_takes_one_round_trip(service: DeployedService, counted: Counted) -> None:
    chat_id = service.asked()
    poll = service.gateway.poll
    after = poll(chat_id).body["after"]
    assert counted("a poll, still thinking", lambda: poll(chat_id)) == ["Query"]
    service.work()
    assert counted("a poll, newest page", lambda: poll(chat_id)) == ["Query"]
    assert counted("a poll with a cursor", lambda: poll(chat_id, after=after)) == ["Query"]
    assert counted("a poll, 403", lambda: poll(chat_id, user=BOB)) == ["Query"]
    assert counted("a poll, 404", lambda: poll(UNKNOWN_CHAT)) == ["Query"]


def test_poll_that_ends_an_overdue_turn_takes_three_round_trips_and_the_next_poll_one(
    service: DeployedService, counted: Counted
) -> None:
    chat_id = service.asked()
    service.clock.sleep(timedelta(seconds=70))
    poll = service.gateway.poll
    assert counted("the poll that ends an overdue turn", lambda: poll(chat_id)) == [
        "Query",
        "TransactWriteItems",
        "Query",
    ]
    assert counted("the poll after it", lambda: poll(chat_id)) == ["Query"]


# ---- what a poll reads


def grown(service: DeployedService, messages: int) -> tuple[str, str]:
    """A chat with `messages` messages before its last two, and the cursor of the question's poll."""
    chat_id = service.answered()
    ids = service.container.ids()
    old = [Message(ids.new_id(), Role.USER, f"Old {number}", service.clock.now()) for number in range(messages)]
    service.aws.fill(chat_id, old)
    service.clock.sleep(timedelta(seconds=1))
    service.asked(chat_id)
    after = service.gateway.poll(chat_id).body["after"]
    service.work()
    return chat_id, str(after)


def read_by(service: DeployedService, call: Callable[[], Answer]) -> tuple[Answer, list[Sent]]:
    with service.aws.wire.counting() as sent:
        answer = call()
    return answer, sent


def items(sent: list[Sent]) -> dict[str, Any]:
    (query,) = sent
    return {"Count": query.reply["Count"], "ScannedCount": query.reply["ScannedCount"]}


def test_poll_with_a_cursor_reads_only_new_items_in_a_chat_of_any_length(
    service: DeployedService, figure: Figure
) -> None:
    for size in (10, 100, 1_000):
        chat_id, after = grown(service, size)
        answer, sent = read_by(service, partial(service.gateway.poll, chat_id, after=after))
        assert [message["content"] for message in answer.body["messages"]] == [BAY]
        assert items(sent) == {"Count": 2, "ScannedCount": 2}, "the answer and the header"
        figure(f"Items read by a poll with a cursor in a chat of {size + 4} messages: {items(sent)['ScannedCount']}")


def test_first_page_reads_one_page_of_items_in_a_chat_of_any_length(service: DeployedService) -> None:
    for size in (100, 1_000):
        chat_id, _ = grown(service, size)
        answer, sent = read_by(service, partial(service.gateway.poll, chat_id))
        assert len(answer.body["messages"]) == 50
        assert items(sent) == {"Count": 52, "ScannedCount": 52}, (
            "the page, the header, and one more item to know has_older"
        )


def test_poll_with_a_cursor_while_thinking_is_at_most_1024_bytes(service: DeployedService, figure: Figure) -> None:
    chat_id = service.asked()
    after = service.gateway.poll(chat_id).body["after"]
    answer = service.gateway.poll(chat_id, after=after)
    size = len(answer.text or "") + sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    figure(f"Bytes of a poll with a cursor while thinking, headers included: {size}")
    assert size <= 1024
