"""Deleting a chat while its turn is thinking."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from domain.errors import StoreUnavailable
from domain.records import PageRequest
from tests.fakes.clock import FakeClock
from tests.support.aws import Wire, dynamodb_client, make_tables, refusal
from tests.support.story import ALICE, Story


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def story(wire: Wire) -> Iterator[Story]:
    with mock_aws():
        client = dynamodb_client()
        wire.tap(client)
        clock = FakeClock()
        yield Story(DynamoDbChatRepository(client, make_tables(client).chats, clock), clock)


def test_worker_cannot_answer_in_a_partly_deleted_chat(story: Story, wire: Wire) -> None:
    turn = story.claims(story.asks())
    wire.interfere = lambda operation: refusal("ThrottlingException") if operation == "Query" else None
    with pytest.raises(StoreUnavailable):
        story.chats.delete(turn.chat_id, ALICE)
    wire.interfere = lambda operation: None
    answered = turn.answered(turn.lease or "", story.clock.now())
    assert not story.chats.compare_and_set_turn(turn, answered, story.answer())
    assert story.chats.read(turn.chat_id, PageRequest(50)) is None


def test_deleting_a_thinking_chat_releases_its_slot(story: Story) -> None:
    turn = story.asks()
    story.chats.delete(turn.chat_id, ALICE)
    assert story.chats.save_question(story.question(limit=1)) is None
