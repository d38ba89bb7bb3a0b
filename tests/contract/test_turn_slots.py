"""ChatRepository: the limit of thinking turns of one user."""

from datetime import timedelta

import pytest

from domain.errors import ChatBusy, ChatNotFound, TooManyTurns
from domain.failure_codes import FailureCode
from tests.support.story import ALICE, BOB, TURN_LIMIT, UNKNOWN_CHAT, Story


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


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_ended_turn_releases_its_slot(story: Story, end: str) -> None:
    turns = [story.asks() for _ in range(TURN_LIMIT)]
    getattr(story, end)(turns[2])
    assert story.chats.save_question(story.question()) is None
    with pytest.raises(TooManyTurns):
        story.chats.save_question(story.question())


def test_deleting_a_thinking_chat_releases_its_slot(story: Story) -> None:
    turns = [story.asks() for _ in range(TURN_LIMIT)]
    story.chats.delete(turns[2].chat_id, ALICE)
    assert story.chats.save_question(story.question()) is None
    with pytest.raises(TooManyTurns):
        story.chats.save_question(story.question())


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
        story.chats.compare_and_set_turn(failed, again, turn_limit=TURN_LIMIT)
    assert story.stored(failed.chat_id) == failed


def test_retry_may_take_the_slot_of_an_overdue_turn(story: Story) -> None:
    failed = story.fails(story.asks())
    others = [story.asks() for _ in range(TURN_LIMIT)]
    story.pass_deadline(others[0])
    again = story.turn(chat_id=failed.chat_id, question_id=failed.question_id)
    assert story.chats.compare_and_set_turn(failed, again, turn_limit=TURN_LIMIT)
