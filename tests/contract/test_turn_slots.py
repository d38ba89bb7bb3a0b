"""ChatRepository: the limit of turns of one user that hold a slot."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from domain.chat import Turn
from domain.errors import ChatBusy, ChatNotFound, TooManyTurns
from domain.failure_codes import FailureCode
from domain.limits import UserLimits
from tests.support.story import ALICE, BOB, TURN_LIMIT, UNKNOWN_CHAT, Story

#: Every end of a turn by somebody else than its worker.
ENDS_BY_OTHERS: Final[dict[str, Callable[[Story, Turn], object]]] = {
    "cancelled": lambda story, turn: story.cancels(turn),
    "worker_died": lambda story, turn: story.fails(turn, FailureCode.WORKER_DIED),
    "timed_out": lambda story, turn: story.fails(turn, FailureCode.TIMED_OUT),
    "chat deleted": lambda story, turn: story.chats.delete(turn.chat_id, ALICE),
    "cancelled, then chat deleted": lambda story, turn: (story.cancels(turn), story.chats.delete(turn.chat_id, ALICE)),
}
#: And those by the worker itself.
ENDS_BY_WORKER: Final[dict[str, Callable[[Story, Turn], object]]] = {
    "answered": lambda story, turn: story.answers(turn),
    "failed": lambda story, turn: story.fails(turn, FailureCode.AGENT_FAILED, by_worker=True),
}


def by_name(ends: dict[str, Callable[[Story, Turn], object]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("end", ends.values(), ids=ends)


def assert_full(story: Story) -> None:
    with pytest.raises(TooManyTurns):
        story.chats.save_question(story.question())


def test_one_question_more_than_the_limit_is_too_many(story: Story) -> None:
    for _ in range(TURN_LIMIT):
        story.asks()
        story.clock.sleep(timedelta(seconds=1))
    with pytest.raises(TooManyTurns) as refused:
        story.chats.save_question(story.question())
    assert (refused.value.limit, refused.value.retry_after) == (TURN_LIMIT, 65)
    assert len(story.chats.list_chats(ALICE, 50).chats) == TURN_LIMIT


def test_turn_limit_is_counted_per_user(story: Story) -> None:
    for _ in range(TURN_LIMIT):
        story.asks(user=ALICE)
    assert story.chats.save_question(story.question(user=BOB)) is None


@by_name(ENDS_BY_OTHERS)
def test_queued_turn_that_ends_releases_its_slot(story: Story, end: Callable[[Story, Turn], object]) -> None:
    turns = [story.asks() for _ in range(TURN_LIMIT)]
    end(story, turns[2])
    story.asks()
    assert_full(story)


@by_name(ENDS_BY_WORKER)
def test_running_turn_that_its_worker_ends_releases_its_slot(
    story: Story, end: Callable[[Story, Turn], object]
) -> None:
    turns = [story.claims(story.asks()) for _ in range(TURN_LIMIT)]
    end(story, turns[2])
    story.asks()
    assert_full(story)


@by_name(ENDS_BY_OTHERS)
def test_running_turn_that_somebody_else_ends_holds_its_slot_until_its_worker_lets_go(
    story: Story, end: Callable[[Story, Turn], object]
) -> None:
    turns = [story.claims(story.asks()) for _ in range(TURN_LIMIT)]
    end(story, turns[2])
    assert_full(story)
    story.chats.release_slots(turns[2])
    story.asks()
    assert_full(story)


@by_name(ENDS_BY_OTHERS)
def test_running_turn_whose_worker_never_lets_go_holds_its_slot_until_its_deadline(
    story: Story, end: Callable[[Story, Turn], object]
) -> None:
    turns = [story.claims(story.asks())]
    story.clock.sleep(timedelta(seconds=30))
    turns += [story.claims(story.asks()) for _ in range(TURN_LIMIT - 1)]
    end(story, turns[0])
    story.clock.move_to(turns[0].deadline - timedelta(milliseconds=1))
    assert_full(story)
    story.pass_deadline(turns[0])
    story.asks()
    assert_full(story)


def test_late_release_frees_no_slot_of_a_retry(story: Story) -> None:
    cancelled = story.claims(story.asks())
    story.cancels(cancelled)
    ended = story.stored(cancelled.chat_id)
    again = story.turn(chat_id=ended.chat_id, question_id=ended.question_id)
    assert story.chats.compare_and_set_turn(ended, again, limits=UserLimits(TURN_LIMIT))
    for _ in range(TURN_LIMIT - 2):
        story.asks()
    assert_full(story)
    for _ in range(2):
        story.chats.release_slots(cancelled)
    story.asks()
    assert_full(story)


def test_retry_counts_beside_the_run_that_still_holds_its_slot(story: Story) -> None:
    turns = [story.claims(story.asks()) for _ in range(TURN_LIMIT)]
    ended = story.cancels(turns[0])
    again = story.turn(chat_id=ended.chat_id, question_id=ended.question_id)
    with pytest.raises(TooManyTurns):
        story.chats.compare_and_set_turn(ended, again, limits=UserLimits(TURN_LIMIT))


def test_releasing_what_holds_no_slot_changes_nothing(story: Story) -> None:
    story.chats.release_slots(story.turn())
    for _ in range(TURN_LIMIT):
        story.asks()
    story.chats.release_slots(story.turn())
    assert_full(story)


def test_repeated_question_takes_no_second_slot(story: Story) -> None:
    new = story.question(limit=2)
    for _ in range(3):
        story.chats.save_question(new)
    assert story.chats.save_question(story.question(limit=2)) is None


def test_overdue_turn_holds_no_slot(story: Story) -> None:
    for _ in range(TURN_LIMIT - 1):
        story.asks()
    story.clock.sleep(timedelta(seconds=69))
    story.asks()
    story.clock.sleep(timedelta(seconds=1))
    for _ in range(TURN_LIMIT - 1):
        story.asks()
    with pytest.raises(TooManyTurns) as refused:
        story.chats.save_question(story.question())
    assert refused.value.retry_after == 69


def test_ending_overdue_turns_releases_no_slot_of_later_turns(story: Story) -> None:
    stale = [story.asks() for _ in range(TURN_LIMIT)]
    story.pass_deadline(stale[0])
    for _ in range(TURN_LIMIT):
        story.asks()
    for turn in stale:
        story.fails(turn, FailureCode.TIMED_OUT)
    with pytest.raises(TooManyTurns):
        story.chats.save_question(story.question())


def test_asking_again_in_a_chat_with_an_overdue_turn_takes_one_slot(story: Story) -> None:
    turns = [story.asks() for _ in range(TURN_LIMIT)]
    story.pass_deadline(turns[0])
    for turn in turns:
        story.asks("And now?", chat_id=turn.chat_id)
    with pytest.raises(TooManyTurns):
        story.chats.save_question(story.question())


def test_busy_and_unknown_chats_are_reported_before_the_user_limit(story: Story) -> None:
    turns = [story.asks() for _ in range(TURN_LIMIT)]
    with pytest.raises(ChatBusy):
        story.chats.save_question(story.question(chat_id=turns[0].chat_id))
    with pytest.raises(ChatNotFound):
        story.chats.save_question(story.question(chat_id=UNKNOWN_CHAT))


def test_retry_without_a_free_slot_is_refused(story: Story) -> None:
    failed = story.fails(story.asks())
    again = story.turn(chat_id=failed.chat_id, question_id=failed.question_id)
    for _ in range(TURN_LIMIT):
        story.asks()
    with pytest.raises(TooManyTurns):
        story.chats.compare_and_set_turn(failed, again, limits=UserLimits(TURN_LIMIT))
    assert story.stored(failed.chat_id) == failed


def test_retry_may_take_the_slot_of_an_overdue_turn(story: Story) -> None:
    failed = story.fails(story.asks())
    others = [story.asks() for _ in range(TURN_LIMIT)]
    story.pass_deadline(others[0])
    again = story.turn(chat_id=failed.chat_id, question_id=failed.question_id)
    assert story.chats.compare_and_set_turn(failed, again, limits=UserLimits(TURN_LIMIT))
