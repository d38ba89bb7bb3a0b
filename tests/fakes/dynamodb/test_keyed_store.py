"""The keyed store answers and counts as DynamoDB does; tests/contract runs over it too."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakes.dynamodb.expressions import Item, holds, updated
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.units import item_size, read_units, write_units
from tests.support.gateway import http_event
from tests.support.keyed_service import KeyedService
from tests.support.story import ALICE, BOB, PARKING

ITEM: Item = {"pk": {"S": "a"}, "n": {"N": "7"}, "s": {"S": "x"}, "set": {"SS": ["p", "q"]}}
VALUES: Item = {
    ":seven": {"N": "7.0"},
    ":ten": {"N": "10"},
    ":x": {"S": "x"},
    ":y": {"S": "y"},
    ":more": {"SS": ["q", "r"]},
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("n = :seven", True),
        ("n < :ten AND s = :x", True),
        ("n > :ten OR s = :x", True),
        ("n > :ten OR s = :y AND n = :seven", False),
        ("(n > :ten OR s = :x) AND n = :seven", True),
        ("s IN (:y, :x)", True),
        ("gone = :x", False),
        ("gone < :ten", False),
        ("attribute_not_exists(gone) AND attribute_exists(#s)", True),
        ("size(set) < :ten", True),
    ],
)
def test_condition_expression_is_evaluated(condition: str, expected: bool) -> None:
    request = {"ExpressionAttributeNames": {"#s": "s"}, "ExpressionAttributeValues": VALUES}
    assert holds(condition, ITEM, request) is expected


@pytest.mark.parametrize(
    ("update", "changed"),
    [
        ("SET s = :y, n = :ten", {"s": {"S": "y"}, "n": {"N": "10"}}),
        ("SET s = :y REMOVE n, gone", {"s": {"S": "y"}, "n": None}),
        ("SET copy = s", {"copy": {"S": "x"}}),
        ("ADD set :more", {"set": {"SS": ["p", "q", "r"]}}),
        ("DELETE set :more", {"set": {"SS": ["p"]}}),
        ("ADD n :ten, fresh :seven", {"n": {"N": "17"}, "fresh": {"N": "7.0"}}),
    ],
)
def test_update_expression_is_applied(update: str, changed: dict[str, Any]) -> None:
    after = {name: value for name, value in {**ITEM, **changed}.items() if value is not None}
    assert updated(update, ITEM, {"ExpressionAttributeValues": VALUES}) == after


@pytest.mark.parametrize("expression", ["n ~ :x", "contains(s, :x)", "s = :x ?"])
def test_unsupported_expression_raises(expression: str) -> None:
    with pytest.raises((SyntaxError, KeyError)):
        holds(expression, ITEM, {"ExpressionAttributeValues": VALUES})


def test_item_sizes_and_units_follow_dynamodbs_documentation() -> None:
    assert item_size({"pk": {"S": "ab"}, "n": {"N": "123"}, "l": {"L": [{"S": "xy"}]}}) == 4 + 4 + 7
    assert [read_units(size, consistent=True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert read_units(4097, consistent=False) == 1
    large = {"pk": {"S": "x" * 1500}}
    assert (write_units({}, large), write_units(large, {}, transaction=True)) == (2, 4)


def test_a_page_ends_at_a_megabyte() -> None:
    table = KeyedTable("pk", "sk")
    table.fill({"pk": {"S": "a"}, "sk": {"S": f"{number:04d}"}, "t": {"S": "x" * 100_000}} for number in range(30))
    request = {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}
    page = table.query(request)
    assert len(page.items) == 11
    rest = table.query({**request, "ExclusiveStartKey": page.last_key})
    assert rest.items[0]["sk"] == {"S": "0011"}


# ---- the service over the keyed store


@pytest.fixture
def service() -> Iterator[KeyedService]:
    service = KeyedService()
    yield service
    service.container.reset_override()


@pytest.fixture
def poll(service: KeyedService) -> Callable[..., dict[str, Any]]:
    def poll(user: str = ALICE, **query: str) -> dict[str, Any]:
        return service.call("reads", http_event("GET /chats/messages", user=user, query=query))

    return poll


def asked(service: KeyedService, user: str = ALICE, **more: str) -> dict[str, Any]:
    return service.call("chat", http_event("POST /memories/chat", user=user, body={"question": PARKING, **more}))


def test_an_ask_shows_in_the_poll_and_in_the_list(service: KeyedService, poll: Callable[..., dict[str, Any]]) -> None:
    reply = asked(service)
    chat_id = json.loads(reply["body"])["chat_id"]
    body = json.loads(poll(chat_id=chat_id)["body"])
    assert [message["content"] for message in body["messages"]] == [PARKING]
    listed = service.call("reads", http_event("GET /chats", user=ALICE))
    assert [chat["chat_id"] for chat in json.loads(listed["body"])["chats"]] == [chat_id]


def test_conditions_refuse_as_dynamodbs_do(service: KeyedService, poll: Callable[..., dict[str, Any]]) -> None:
    chat_id = json.loads(asked(service)["body"])["chat_id"]
    assert asked(service, chat_id=chat_id)["statusCode"] == 409
    assert asked(service, BOB, chat_id=chat_id)["statusCode"] == 403
    assert poll(BOB, chat_id=chat_id)["statusCode"] == 403
    for _ in range(4):
        asked(service)
    assert asked(service)["statusCode"] == 429
