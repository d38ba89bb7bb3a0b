"""Reads are strongly consistent; moto's always are, so the requests are checked."""

import json

import pytest

from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from domain.memory import Memory
from domain.records import PageRequest
from tests.contract.conftest import Aws
from tests.fakes.clock import NOON
from tests.support.story import ALICE, Story

READS = {"GetItem", "Query"}


def read_everything(story: Story, memories: DynamoDbMemoryStore) -> None:
    chat_id = story.talks(2)
    first = story.newest(chat_id).messages[0].message_id
    story.chats.load(chat_id)
    for page in (
        PageRequest(1),
        PageRequest(50, after=first),
        PageRequest(1, after=first),
        PageRequest(1, before=first),
    ):
        story.chats.read(chat_id, page)
    story.chats.delete(chat_id, ALICE)
    memories.put_many(ALICE, [Memory(first, "Parked on level 3.", NOON)])
    memories.list_all(ALICE)
    memories.usage(ALICE)
    memories.list_page(ALICE, 50)
    memories.get_many(ALICE, [first])


def test_every_read_of_a_chat_or_memory_is_strongly_consistent(
    aws: Aws, dynamodb_story: Story, dynamodb_memories: DynamoDbMemoryStore
) -> None:
    read_everything(dynamodb_story, dynamodb_memories)
    reads = [json.loads(request.body) for request in aws.wire.sent if request.operation in READS]
    assert len(reads) > 8
    assert [read for read in reads if read.get("ConsistentRead") is not True] == []


@pytest.mark.parametrize("limit", [1, 50])
def test_list_is_read_from_the_index_which_is_eventually_consistent(
    aws: Aws, dynamodb_story: Story, limit: int
) -> None:
    dynamodb_story.chats.list_chats(ALICE, limit)
    (query,) = [json.loads(request.body) for request in aws.wire.sent]
    assert (query["IndexName"], query["Limit"], "ConsistentRead" in query) == ("by_activity", limit + 1, False)
