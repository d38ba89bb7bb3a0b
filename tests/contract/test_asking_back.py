"""ChatRepository: what an agent asks, the state that it keeps, and the answer."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.items import header_key, input_key
from domain.chat import InputRequest, Turn, TurnState
from domain.errors import (
    AlreadyAnswered,
    ChatBusy,
    ChatForbidden,
    ChatNotFound,
    InputExpired,
    InputNotFound,
    OutOfOrder,
)
from domain.records import STATE_BYTES, NewQuestion, PageRequest
from tests.contract.conftest import Aws
from tests.support.story import ALICE, BAY, BOB, DEADLINE, PARKING, UNKNOWN_CHAT, Story, texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

STATE = bytes(range(256)) * (STATE_BYTES // 256)


def request_of(turn: Turn) -> InputRequest:
    assert turn.input is not None
    return turn.input


def answer(story: Story, turn: Turn, *, user: str = ALICE, input_id: str | None = None) -> NewQuestion:
    """An answer to what the turn's agent asks, not stored."""
    return story.question("12", user=user, chat_id=turn.chat_id, answers=input_id or request_of(turn).input_id)


def test_question_back_ends_the_turn_and_is_the_newest_message(story: Story) -> None:
    asked = story.asks_back(story.asks())
    page = story.newest(asked.chat_id)
    assert (page.chat.turn, page.chat.turn.state) == (asked, TurnState.NEEDS_INPUT)
    assert texts(page) == [PARKING, "Which bay?"]
    assert page.chat.last_message_id == page.chat.last_answer_id == request_of(asked).input_id
    assert (page.chat.last_text, page.chat.last_duration) == ("Which bay?", None)


def test_question_back_is_listed_as_an_answer(story: Story) -> None:
    story.asks_back(story.asks())
    (shown,) = story.chats.list_chats(ALICE, 10).chats
    assert (shown.state, shown.last_text, shown.unread) == (TurnState.ANSWERED, "Which bay?", True)


def test_question_back_frees_the_slots(story: Story) -> None:
    story.asks_back(story.asks())
    assert story.chats.save_question(story.question(limit=1)) is None


def test_largest_state_comes_back_for_the_question_that_it_was_saved_with(story: Story) -> None:
    asked = story.asks_back(story.asks(), STATE)
    saved = story.chats.load_input(asked.chat_id, request_of(asked).input_id)
    assert saved is not None
    assert (saved.request, saved.state, saved.version) == (asked.input, STATE, 3)
    assert story.chats.load_input(asked.chat_id, PARKING) is None
    assert story.chats.load_input(UNKNOWN_CHAT, request_of(asked).input_id) is None


def test_next_question_back_takes_the_place_of_the_last_one(story: Story) -> None:
    first = story.asks_back(story.asks(), b"first")
    second = story.asks_back(story.asks(chat_id=first.chat_id), b"second")
    assert story.chats.load_input(first.chat_id, request_of(first).input_id) is None
    saved = story.chats.load_input(first.chat_id, request_of(second).input_id)
    assert saved is not None
    assert saved.state == b"second"


def test_refused_question_back_saves_nothing(story: Story) -> None:
    running = story.claims(story.asks())
    story.cancels(running)
    with pytest.raises(AssertionError):
        story.asks_back(running, b"state")
    assert texts(story.newest(running.chat_id)) == [PARKING]
    stored = story.stored(running.chat_id)
    assert (stored.state, stored.input) == (TurnState.CANCELLED, None)


def test_answer_starts_a_turn_that_keeps_the_state(story: Story) -> None:
    asked = story.asks_back(story.asks(), b"state")
    new = answer(story, asked)
    assert story.chats.save_question(new) is None
    page = story.newest(asked.chat_id)
    assert (page.chat.turn, page.messages[-1]) == (new.turn, new.message)
    assert page.messages[-1].answers == request_of(asked).input_id
    assert story.chats.load_input(asked.chat_id, page.messages[-1].answers or "") is not None
    assert story.chats.save_question(new) is None, "storing it twice is storing it once"


@pytest.mark.parametrize("then", ["thinks", "answered", "asks back"])
def test_second_answer_is_refused(story: Story, then: str) -> None:
    asked = story.asks_back(story.asks())
    new = answer(story, asked)
    assert story.chats.save_question(new) is None
    if then == "answered":
        story.answers(new.turn)
    elif then == "asks back":
        story.asks_back(new.turn)
    with pytest.raises(AlreadyAnswered):
        story.chats.save_question(answer(story, asked))


def test_answer_after_another_question_is_refused(story: Story) -> None:
    asked = story.asks_back(story.asks())
    other = story.asks(chat_id=asked.chat_id)
    with pytest.raises(ChatBusy):
        story.chats.save_question(answer(story, asked))
    story.answers(other, BAY)
    with pytest.raises(InputNotFound):
        story.chats.save_question(answer(story, asked))


def test_answer_is_refused_from_its_expiry_on(story: Story) -> None:
    asked = story.asks_back(story.asks())
    story.clock.move_to(request_of(asked).expires_at - timedelta(milliseconds=1))
    in_time = answer(story, asked)
    story.clock.move_to(request_of(asked).expires_at)
    with pytest.raises(InputExpired):
        story.chats.save_question(answer(story, asked))
    assert story.chats.save_question(in_time) is None, "it counts when it was asked"


def test_stored_expiry_is_final_and_leaves_the_slots_alone(story: Story) -> None:
    asked = story.asks_back(story.asks())
    story.clock.move_to(request_of(asked).expires_at)
    expired = asked.expired(story.clock.now())
    assert [story.chats.compare_and_set_turn(asked, expired) for _ in range(2)] == [True, True]
    assert story.stored(asked.chat_id) == expired
    with pytest.raises(InputExpired):
        story.chats.save_question(answer(story, asked))
    late = replace(answer(story, asked).turn, asked_at=asked.asked_at)
    with pytest.raises(InputExpired):
        story.chats.save_question(replace(answer(story, asked), turn=late))


def test_expiry_is_refused_once_the_answer_is_stored(story: Story) -> None:
    asked = story.asks_back(story.asks())
    new = answer(story, asked)
    assert story.chats.save_question(new) is None
    assert not story.chats.compare_and_set_turn(asked, asked.expired(request_of(asked).expires_at))
    assert story.stored(asked.chat_id) == new.turn


def test_answers_that_fit_nothing_are_refused(story: Story) -> None:
    asked = story.asks_back(story.asks())
    with pytest.raises(InputNotFound):
        story.chats.save_question(answer(story, asked, input_id=UNKNOWN_CHAT))
    with pytest.raises(ChatForbidden):
        story.chats.save_question(answer(story, asked, user=BOB))
    with pytest.raises(ChatNotFound):
        story.chats.save_question(answer(story, replace(asked, chat_id=UNKNOWN_CHAT)))
    first = replace(answer(story, asked), message=replace(answer(story, asked).message, message_id=asked.question_id))
    with pytest.raises(OutOfOrder):
        story.chats.save_question(first)
    answered = story.answers(story.asks())
    with pytest.raises(InputNotFound):
        story.chats.save_question(answer(story, answered, input_id=UNKNOWN_CHAT))


def test_deleted_chat_leaves_no_state(story: Story) -> None:
    asked = story.asks_back(story.asks(), b"state")
    story.chats.delete(asked.chat_id, ALICE)
    assert story.chats.load_input(asked.chat_id, request_of(asked).input_id) is None


# ---- only in DynamoDB


def test_a_poll_does_not_read_the_state(dynamodb_story: Story, aws: Aws) -> None:
    asked = dynamodb_story.asks_back(dynamodb_story.asks(), STATE)
    query = {
        "TableName": aws.tables.chats,
        "KeyConditionExpression": "pk = :chat",
        "ExpressionAttributeValues": {":chat": {"S": asked.chat_id}},
    }
    found = aws.dynamodb.query(**query)["Items"]  # type: ignore[arg-type]  # a plain dict
    assert len(str(found)) < 4_000
    assert dynamodb_story.chats.read(asked.chat_id, PageRequest(50, after=request_of(asked).input_id)) is not None


def test_state_expires_a_day_after_the_question(dynamodb_story: Story, aws: Aws) -> None:
    asked = dynamodb_story.asks_back(dynamodb_story.asks(), b"state")
    item = aws.dynamodb.get_item(TableName=aws.tables.chats, Key=input_key(asked.chat_id))["Item"]
    expiry = request_of(asked).expires_at
    assert int(item["expires_at"]["N"]) == (expiry + timedelta(days=1)).timestamp()
    assert expiry + timedelta(days=1) > expiry + DEADLINE


def test_state_in_a_newer_shape_is_not_read(
    dynamodb_story: Story, dynamodb_chats: DynamoDbChatRepository, aws: Aws
) -> None:
    asked = dynamodb_story.asks_back(dynamodb_story.asks(), b"state")
    _set(aws, input_key(asked.chat_id), "shape", {"N": "2"})
    assert dynamodb_chats.load_input(asked.chat_id, request_of(asked).input_id) is None


def test_older_version_of_the_service_finds_an_answered_turn(dynamodb_story: Story, aws: Aws) -> None:
    """And what it leaves in the header when it stores the next question means nothing."""
    asked = dynamodb_story.asks_back(dynamodb_story.asks())
    header = aws.dynamodb.get_item(TableName=aws.tables.chats, Key=header_key(asked.chat_id))["Item"]
    assert header["turn_state"] == {"S": "answered"}
    next_turn = dynamodb_story.answers(dynamodb_story.asks(chat_id=asked.chat_id))
    for name in ("input_id", "input_question", "input_choices", "input_until"):
        _set(aws, header_key(asked.chat_id), name, header[name])
    assert dynamodb_story.stored(asked.chat_id) == next_turn
    with pytest.raises(InputNotFound):
        dynamodb_story.chats.save_question(answer(dynamodb_story, asked))


def _set(aws: Aws, key: "dict[str, AttributeValueTypeDef]", name: str, value: "AttributeValueTypeDef") -> None:
    aws.dynamodb.update_item(
        TableName=aws.tables.chats,
        Key=key,
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )
