"""ChatRepository: the limit of turns of all users that hold a slot."""

from collections.abc import Callable

import pytest

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.turn_slots import SLOTS_PER_SHARD, TurnSlots
from domain.chat import Turn
from domain.errors import AtCapacity, ChatBusy, TooManyTurns
from domain.limits import UserLimits, WorkspaceLimits
from domain.ports import ChatRepository
from tests.contract.conftest import IN_MEMORY, Aws
from tests.contract.test_turn_slots import ENDS_BY_OTHERS, ENDS_BY_WORKER, by_name
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.support.story import ALICE, BOB, TURN_LIMIT, Story

CAPACITY = 3
CAROL = "carol"


@pytest.fixture
def chats(chats: ChatRepository, aws: Aws, clock: FakeClock, request: pytest.FixtureRequest) -> ChatRepository:
    if request.node.callspec.params["chats"] == IN_MEMORY:
        return InMemoryChatRepository(limits=WorkspaceLimits(CAPACITY))
    return DynamoDbChatRepository(aws.dynamodb, aws.tables.chats, clock, WorkspaceLimits(CAPACITY))


def assert_full(story: Story) -> None:
    with pytest.raises(AtCapacity):
        story.chats.save_question(story.question(user=CAROL))


def test_question_beyond_capacity_is_refused(story: Story) -> None:
    for user in (ALICE, BOB, BOB):
        story.asks(user=user)
    with pytest.raises(AtCapacity) as refused:
        story.chats.save_question(story.question(user=CAROL))
    assert refused.value.retry_after == 70
    assert story.chats.list_chats(CAROL, 50).chats == ()


@by_name({**ENDS_BY_OTHERS, **ENDS_BY_WORKER})
def test_queued_turn_that_ends_releases_its_slot(story: Story, end: Callable[[Story, Turn], object]) -> None:
    turns = [story.asks(user=user) for user in (ALICE, BOB, BOB)]
    end(story, turns[0])
    story.asks(user=CAROL)
    assert_full(story)


@by_name(ENDS_BY_OTHERS)
def test_running_turn_that_somebody_else_ends_holds_its_slot_until_its_worker_lets_go(
    story: Story, end: Callable[[Story, Turn], object]
) -> None:
    turns = [story.claims(story.asks(user=user)) for user in (ALICE, BOB, BOB)]
    end(story, turns[0])
    assert_full(story)
    story.chats.release_slots(turns[0])
    story.asks(user=CAROL)
    assert_full(story)


def test_overdue_turn_holds_no_slot(story: Story) -> None:
    turns = [story.asks(user=user) for user in (ALICE, BOB, BOB)]
    story.pass_deadline(turns[0])
    for user in (CAROL, CAROL, ALICE):
        story.asks(user=user)
    assert_full(story)


def test_repeated_question_takes_no_second_slot(story: Story) -> None:
    new = story.question()
    for _ in range(3):
        story.chats.save_question(new)
    story.asks(user=BOB)
    story.asks(user=BOB)
    assert_full(story)


def test_retry_without_a_free_slot_is_refused(story: Story) -> None:
    failed = story.fails(story.asks())
    again = story.turn(chat_id=failed.chat_id, question_id=failed.question_id)
    for _ in range(CAPACITY):
        story.asks(user=BOB)
    with pytest.raises(AtCapacity):
        story.chats.compare_and_set_turn(failed, again, limits=UserLimits(TURN_LIMIT))
    assert story.stored(failed.chat_id) == failed


def test_busy_chat_and_user_limit_are_reported_before_capacity(story: Story) -> None:
    turns = [story.asks() for _ in range(CAPACITY)]
    with pytest.raises(ChatBusy):
        story.chats.save_question(story.question(chat_id=turns[0].chat_id))
    with pytest.raises(TooManyTurns):
        story.chats.save_question(story.question(limit=CAPACITY))


@pytest.mark.parametrize("capacity", [1, SLOTS_PER_SHARD, SLOTS_PER_SHARD + 1, 50, 350])
def test_limits_of_all_shards_add_up_to_the_capacity(capacity: int, clock: FakeClock) -> None:
    story = Story(InMemoryChatRepository(), clock)
    slots = TurnSlots("chats", WorkspaceLimits(capacity))
    limits = {shard.owner: shard.limit for _ in range(1000) for shard in slots.shards_for(story.turn())[1:]}
    assert sum(limits.values()) == capacity
    assert max(limits.values()) <= SLOTS_PER_SHARD


def test_without_a_capacity_only_the_user_limit_needs_a_slot(clock: FakeClock) -> None:
    turn = Story(InMemoryChatRepository(), clock).turn(user=BOB)
    assert [shard.owner for shard in TurnSlots("chats", WorkspaceLimits()).shards_for(turn)] == ["user#bob"]
