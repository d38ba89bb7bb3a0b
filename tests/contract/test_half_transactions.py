"""A restored table may hold half of a transaction: the chat can be read, and repaired."""

import json
import logging
from collections.abc import Callable
from typing import Any, Final

import pytest

from adapters.dynamodb.items import HEADER, message_key
from domain.chat import TurnState
from domain.errors import StoreUnavailable
from domain.records import PageRequest
from scripts.restore_chat import repair
from tests.contract.conftest import Aws
from tests.support.aws import dynamodb_client, refusal
from tests.support.gateway import http_event
from tests.support.keyed_service import KeyedService
from tests.support.story import ALICE, PARKING, Story, texts

Change = Callable[[Story, str], object]
TRANSACTIONS: Final[dict[str, Change]] = {
    "an answer": lambda story, chat_id: story.answers(story.stored(chat_id)),
    "a further question": lambda story, chat_id: story.asks("And then?", chat_id=chat_id),
}
HALVES: Final = ("its message is missing", "its header is missing")


def items_of(aws: Aws, chat_id: str) -> list[Any]:
    found = dynamodb_client().query(
        TableName=aws.tables.chats,
        KeyConditionExpression="pk = :chat",
        ExpressionAttributeValues={":chat": {"S": chat_id}},
    )
    return found["Items"]


def keep_half(aws: Aws, chat_id: str, before: list[Any], half: str) -> None:
    """Of the last transaction: take back the new message, or the change of the header."""
    plain, table = dynamodb_client(), aws.tables.chats
    known = [item["sk"] for item in before]
    for item in items_of(aws, chat_id):
        if half == HALVES[0] and item["sk"] not in known:
            plain.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    if half == HALVES[1]:
        plain.put_item(TableName=table, Item=next(item for item in before if item["sk"]["S"] == HEADER))


@pytest.fixture(params=TRANSACTIONS)
def transaction(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=HALVES)
def half(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def halved(aws: Aws, dynamodb_story: Story, transaction: str, half: str) -> str:
    """A chat of which the last transaction was restored by half."""
    chat_id = dynamodb_story.talks(2)
    if transaction == "an answer":
        dynamodb_story.claims(dynamodb_story.asks("And then?", chat_id=chat_id))
    before = items_of(aws, chat_id)
    TRANSACTIONS[transaction](dynamodb_story, chat_id)
    keep_half(aws, chat_id, before, half)
    return chat_id


def every_page(story: Story, chat_id: str) -> list[PageRequest]:
    ids = [message.message_id for message in story.newest(chat_id).messages]
    cursors = [page for at in ids for page in (PageRequest(1, after=at), PageRequest(1, before=at))]
    return [PageRequest(1), PageRequest(50), *cursors, *(PageRequest(50, after=at) for at in ids)]


def test_chat_with_half_a_transaction_can_be_read(dynamodb_story: Story, halved: str) -> None:
    shown = [message.message_id for message in dynamodb_story.newest(halved).messages]
    assert len(shown) >= 4
    for page in every_page(dynamodb_story, halved):
        found = dynamodb_story.chats.read(halved, page)
        assert found is not None
        assert [message.message_id for message in found.messages] == [
            at for at in shown if (page.after or "") < at < (page.before or "~")
        ][slice(page.limit) if page.after else slice(-page.limit, None)]


def test_following_a_chat_with_half_a_transaction_comes_to_an_end(dynamodb_story: Story, halved: str) -> None:
    shown = [message.message_id for message in dynamodb_story.newest(halved).messages]
    seen, newer, pages = [shown[0]], True, 0
    while newer and pages < 10:
        page = dynamodb_story.chats.read(halved, PageRequest(1, after=seen[-1]))
        assert page is not None
        seen += [message.message_id for message in page.messages]
        newer, pages = page.has_newer, pages + 1
    assert (seen, newer) == (shown, False)


def test_a_lost_message_is_logged_as_a_defect(
    dynamodb_story: Story, halved: str, half: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        dynamodb_story.newest(halved)
    assert (f"chat {halved} names a message that is lost" in caplog.text) == (half == HALVES[0])


def test_a_repaired_chat_is_whole(
    aws: Aws, dynamodb_story: Story, halved: str, transaction: str, half: str, caplog: pytest.LogCaptureFixture
) -> None:
    plain, table = dynamodb_client(), aws.tables.chats
    there = [item["sk"]["S"] for item in items_of(aws, halved)]
    assert repair(plain, table, halved) == "is repaired"
    assert repair(plain, table, halved) is None
    assert [item["sk"]["S"] for item in items_of(aws, halved)] == there
    page = dynamodb_story.newest(halved)
    answered = (transaction == "an answer") == (half == HALVES[1])
    assert page.chat.turn.state is (TurnState.ANSWERED if answered else TurnState.FAILED)
    assert page.chat.last_text == texts(page)[-1]
    assert page.chat.last_message_id == page.messages[-1].message_id
    assert page.chat.turn.question_id == page.messages[-2 if answered else -1].message_id
    dynamodb_story.answers(dynamodb_story.asks("And now?", chat_id=halved))
    assert texts(dynamodb_story.newest(halved))[-2] == "And now?"
    assert not caplog.records


@pytest.mark.parametrize("half", HALVES)
def test_half_of_a_first_question_is_removed(aws: Aws, dynamodb_story: Story, half: str) -> None:
    turn = dynamodb_story.asks()
    gone = message_key(turn.chat_id, turn.question_id)["sk"] if half == HALVES[0] else {"S": HEADER}
    dynamodb_client().delete_item(TableName=aws.tables.chats, Key={"pk": {"S": turn.chat_id}, "sk": gone})
    assert "is deleted" in (repair(dynamodb_client(), aws.tables.chats, turn.chat_id) or "")
    assert items_of(aws, turn.chat_id) == []


def test_whole_and_half_deleted_chats_are_left_as_they_are(aws: Aws, dynamodb_story: Story) -> None:
    whole = [dynamodb_story.talks(2), dynamodb_story.claims(dynamodb_story.asks()).chat_id]
    hidden = dynamodb_story.talks(1)
    aws.wire.interfere = lambda operation: refusal("ThrottlingException") if operation == "BatchWriteItem" else None
    with pytest.raises(StoreUnavailable):
        dynamodb_story.chats.delete(hidden, ALICE)
    for chat_id in (*whole, hidden):
        before = items_of(aws, chat_id)
        assert repair(dynamodb_client(), aws.tables.chats, chat_id) is None
        assert items_of(aws, chat_id) == before


def test_poll_of_a_chat_without_its_newest_message_shows_the_others() -> None:
    service = KeyedService()
    asked = service.call("chat", http_event("POST /memories/chat", user=ALICE, body={"question": PARKING}))
    chat_id = json.loads(asked["body"])["chat_id"]
    service.work()
    poll = http_event("GET /chats/messages", user=ALICE, query={"chat_id": chat_id})
    whole = json.loads(service.call("reads", poll)["body"])
    service.chats.write(message_key(chat_id, whole["messages"][-1]["message_id"]), {})
    reply = service.call("reads", poll)
    service.container.reset_override()
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["messages"] == whole["messages"][:-1]
