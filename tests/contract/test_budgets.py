"""ChatRepository: the budgets of a user and of the workspace, counted in windows of time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.dynamodb.turn_slots import RING, slots_key
from domain.errors import BudgetUsedUp, TooManyAsks, TooManyTurns, WorkspaceBudgetUsedUp
from domain.limits import UserLimits, WorkspaceLimits
from domain.ports import ChatRepository
from tests.contract.conftest import IN_MEMORY, Aws
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.support.story import ALICE, BOB, Story

SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
#: A user's limits, the window that they count in, and the refusal.
EACH_BUDGET: Final = pytest.mark.parametrize(
    ("limits", "window", "refusal"),
    [
        (UserLimits(100, asks_per_minute=3), MINUTE, TooManyAsks),
        (UserLimits(100, answers_per_day=3), DAY, BudgetUsedUp),
        (UserLimits(100, asks_per_minute=3, answers_per_day=100), MINUTE, TooManyAsks),
        (UserLimits(100, asks_per_minute=100, answers_per_day=3), DAY, BudgetUsedUp),
    ],
    ids=["minute", "day", "minute beside a day", "day beside a minute"],
)
Refusal = type[BudgetUsedUp]


def asks(story: Story, limits: UserLimits, user: str = ALICE) -> None:
    assert story.chats.save_question(story.question(user=user, limits=limits)) is None


def refused(story: Story, limits: UserLimits, refusal: Refusal, user: str = ALICE) -> BudgetUsedUp:
    with pytest.raises(refusal) as error:
        story.chats.save_question(story.question(user=user, limits=limits))
    assert type(error.value) is refusal
    return error.value


@EACH_BUDGET
def test_one_ask_more_than_the_budget_is_refused_until_the_window_ends(
    story: Story, limits: UserLimits, window: timedelta, refusal: Refusal
) -> None:
    story.clock.sleep(7 * SECOND)
    for _ in range(3):
        asks(story, limits)
        story.clock.sleep(SECOND)
    error = refused(story, limits, refusal)
    noon_in_window = timedelta(0) if window == MINUTE else window / 2
    assert (error.limit, error.retry_after) == (3, (window - noon_in_window - 10 * SECOND).total_seconds())
    story.clock.sleep(timedelta(seconds=error.retry_after) - timedelta(milliseconds=1))
    refused(story, limits, refusal)
    story.clock.sleep(timedelta(milliseconds=1))
    for _ in range(3):
        asks(story, limits)
    refused(story, limits, refusal)


@EACH_BUDGET
@pytest.mark.parametrize("windows", [1, 2, 10, 11, 12, 22, 60, 7 * 11, 1440])
def test_an_earlier_window_counts_in_no_later_one(
    story: Story, limits: UserLimits, window: timedelta, refusal: Refusal, windows: int
) -> None:
    for _ in range(2):
        asks(story, limits)
    story.clock.sleep(window * windows)
    for _ in range(3):
        asks(story, limits)
    refused(story, limits, refusal)


@EACH_BUDGET
def test_a_budget_is_each_users_own(story: Story, limits: UserLimits, window: timedelta, refusal: Refusal) -> None:
    for _ in range(3):
        asks(story, limits)
    asks(story, limits, BOB)
    refused(story, limits, refusal)


@EACH_BUDGET
def test_a_retry_counts(story: Story, limits: UserLimits, window: timedelta, refusal: Refusal) -> None:
    ended = story.cancels(story.asks())
    for _ in range(3):
        again = story.turn(chat_id=ended.chat_id, question_id=ended.question_id)
        assert story.chats.compare_and_set_turn(ended, again, limits=limits)
        ended = story.cancels(again)
    once_more = story.turn(chat_id=ended.chat_id, question_id=ended.question_id)
    with pytest.raises(refusal):
        story.chats.compare_and_set_turn(ended, once_more, limits=limits)
    assert story.stored(ended.chat_id) == ended
    refused(story, limits, refusal)


@EACH_BUDGET
@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_a_turn_counts_however_it_ends(
    story: Story, limits: UserLimits, window: timedelta, refusal: Refusal, end: str
) -> None:
    for _ in range(3):
        new = story.question(limits=limits)
        story.chats.save_question(new)
        getattr(story, end)(new.turn)
    refused(story, limits, refusal)


@EACH_BUDGET
def test_a_repeated_question_counts_once(story: Story, limits: UserLimits, window: timedelta, refusal: Refusal) -> None:
    new = story.question(limits=limits)
    for _ in range(5):
        assert story.chats.save_question(new) is None
    for _ in range(2):
        asks(story, limits)
    refused(story, limits, refusal)


@EACH_BUDGET
def test_a_known_key_is_answered_when_the_budget_is_used_up(
    story: Story, limits: UserLimits, window: timedelta, refusal: Refusal
) -> None:
    key = story.key()
    first = story.question(limits=limits, key=key)
    story.chats.save_question(first)
    for _ in range(2):
        asks(story, limits)
    past = story.chats.save_question(story.question(limits=limits, key=key))
    assert past is not None
    assert past.question_id == first.message.message_id


@EACH_BUDGET
def test_what_is_refused_counts_in_no_budget(
    story: Story, limits: UserLimits, window: timedelta, refusal: Refusal
) -> None:
    one = UserLimits(1, limits.asks_per_minute, limits.answers_per_day)
    story.asks()
    for _ in range(5):
        with pytest.raises(TooManyTurns):
            story.chats.save_question(story.question(limits=one))
    for _ in range(3):
        asks(story, limits)
    refused(story, limits, refusal)


@EACH_BUDGET
def test_a_clock_that_is_behind_begins_no_window_again(
    story: Story, limits: UserLimits, window: timedelta, refusal: Refusal
) -> None:
    behind = FakeClock(story.clock.now() - SECOND)
    late = Story(story.chats, behind, story.ids)
    for _ in range(2):
        asks(story, limits)
    asks(late, limits)
    assert refused(late, limits, refusal).retry_after > refused(story, limits, refusal).retry_after


def test_the_longest_wait_is_named_first(story: Story) -> None:
    limits = UserLimits(1, asks_per_minute=1, answers_per_day=1)
    asks(story, limits)
    refused(story, limits, BudgetUsedUp)
    refused(story, UserLimits(1, asks_per_minute=1), TooManyAsks)


# ---- the workspace


@pytest.fixture
def shared(aws: Aws, clock: FakeClock, request: pytest.FixtureRequest) -> Callable[[WorkspaceLimits], Story]:
    def story(limits: WorkspaceLimits) -> Story:
        if request.param == IN_MEMORY:
            return Story(InMemoryChatRepository(limits=limits), clock)
        return Story(DynamoDbChatRepository(aws.dynamodb, aws.tables.chats, clock, limits), clock)

    return story


both = pytest.mark.parametrize("shared", [IN_MEMORY, "dynamodb"], indirect=True)


@both
def test_the_workspaces_budget_is_of_all_users_and_a_days(shared: Callable[[WorkspaceLimits], Story]) -> None:
    story = shared(WorkspaceLimits(turns=20, answers_per_day=3))
    for user in (ALICE, BOB, "carol"):
        asks(story, UserLimits(5), user)
    assert refused(story, UserLimits(5), WorkspaceBudgetUsedUp, "dan").retry_after == (DAY / 2).total_seconds()
    story.clock.sleep(DAY / 2)
    asks(story, UserLimits(5), "dan")


@both
def test_a_users_own_refusal_leaves_the_workspaces_budget_to_others(shared: Callable[[WorkspaceLimits], Story]) -> None:
    story = shared(WorkspaceLimits(turns=20, answers_per_day=3))
    mine = UserLimits(5, answers_per_day=2)
    for _ in range(2):
        asks(story, mine)
    for _ in range(5):
        refused(story, mine, BudgetUsedUp)
    asks(story, mine, BOB)


def test_the_workspaces_budget_is_spread_over_its_shards(aws: Aws, clock: FakeClock) -> None:
    """Three shards with 30 each: at most 90, and with five ids tried for each ask nearly all of them."""
    story = Story(
        DynamoDbChatRepository(aws.dynamodb, aws.tables.chats, clock, WorkspaceLimits(turns=60, answers_per_day=90)),
        clock,
    )
    begun = refusals = 0
    while refusals < 5:
        new = story.question(limits=UserLimits(100))
        try:
            story.chats.save_question(new)
        except WorkspaceBudgetUsedUp:
            refusals += 1
        else:
            story.cancels(new.turn)
            begun, refusals = begun + 1, 0
    assert 80 <= begun <= 90


# ---- round trips and items


def test_counting_takes_one_write_however_long_the_pause(aws: Aws, dynamodb_story: Story) -> None:
    limits = UserLimits(5, asks_per_minute=30, answers_per_day=500)
    pauses = [SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE, DAY, 2 * DAY, 7 * DAY]
    for pause in pauses:
        dynamodb_story.clock.sleep(pause)
        new = dynamodb_story.question(limits=limits)
        with aws.wire.counting() as sent:
            dynamodb_story.chats.save_question(new)
        assert [request.operation for request in sent] == ["TransactWriteItems"], pause
        dynamodb_story.cancels(new.turn)


def test_a_users_item_stays_small(aws: Aws, dynamodb_story: Story) -> None:
    """One write unit, whatever the user has asked before."""
    limits = UserLimits(5, asks_per_minute=30, answers_per_day=500)
    for _ in range(3 * RING):
        new = dynamodb_story.question(limits=limits)
        dynamodb_story.chats.save_question(new)
        dynamodb_story.cancels(new.turn)
        dynamodb_story.clock.sleep(DAY + MINUTE)
    item = aws.dynamodb.get_item(TableName=aws.tables.chats, Key=slots_key(f"user#{ALICE}"))["Item"]
    assert sorted(name.split("_")[0] for name in item) == ["day", "day", "minute", "minute", "pk", "sk"]


def test_chats_of_a_service_without_budgets_count_nothing(chats: ChatRepository, story: Story) -> None:
    for _ in range(40):
        asks(story, UserLimits(100))
