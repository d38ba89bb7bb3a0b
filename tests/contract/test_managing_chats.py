"""ChatRepository: the list of a user's chats, read marks, deletion."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.chat import ChatSummary, Feedback, Message, Role, TurnState
from domain.errors import AnswerNotFound, ChatForbidden, ChatNotFound, StoreUnavailable
from domain.records import PageRequest
from tests.contract.conftest import Aws
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SequentialIds
from tests.support.story import ALICE, BAY, BOB, PARKING, UNKNOWN_CHAT, Story, texts


def listed(story: Story, user: str = ALICE) -> list[ChatSummary]:
    return list(story.chats.list_chats(user, 50).chats)


def titles(story: Story, user: str = ALICE) -> list[str]:
    return [chat.title for chat in listed(story, user)]


# ---- the list


def test_the_chat_that_was_active_last_comes_first(story: Story) -> None:
    parking = story.asks(PARKING)
    story.asks("Where are my keys?")
    assert titles(story) == ["Where are my keys?", PARKING]
    story.answers(parking)
    assert titles(story) == [PARKING, "Where are my keys?"]


def test_a_user_sees_only_own_chats(story: Story) -> None:
    story.asks(PARKING, user=ALICE)
    story.asks("What did the doctor say?", user=BOB)
    assert (titles(story, ALICE), titles(story, BOB)) == ([PARKING], ["What did the doctor say?"])
    assert titles(story, "carol") == []


def test_listed_chat_has_title_last_text_and_state(story: Story) -> None:
    turn = story.asks(PARKING)
    story.clock.sleep(timedelta(seconds=56))
    answered = story.answers(story.claims(turn), BAY)
    (chat,) = listed(story)
    assert (chat.chat_id, chat.title, chat.last_text, chat.state) == (turn.chat_id, PARKING, BAY, TurnState.ANSWERED)
    assert (chat.active_at, chat.deadline) == (answered.ended_at, turn.deadline)
    assert chat.last_message_id == chat.last_answer_id


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_of_the_list_show_every_chat_once(story: Story, limit: int) -> None:
    asked = [story.talks(1) for _ in range(7)]
    seen: list[str] = []
    start = None
    for _ in range(10):
        page = story.chats.list_chats(ALICE, limit, start)
        assert 0 < len(page.chats) <= limit
        seen += [chat.chat_id for chat in page.chats]
        start = page.next
        if start is None:
            break
    assert seen == asked[::-1]


def test_cursor_of_another_users_list_shows_none_of_that_users_chats(story: Story) -> None:
    for number in range(3):
        story.asks(f"Question {number}", user=ALICE)
    cursor = story.chats.list_chats(ALICE, 1).next
    assert story.chats.list_chats(BOB, 50, cursor).chats == ()


# ---- read marks


def test_answer_is_unread_until_the_chat_is_marked_read(story: Story) -> None:
    turn = story.asks()
    assert not listed(story)[0].unread
    story.answers(turn)
    assert listed(story)[0].unread
    story.chats.mark_read(turn.chat_id, ALICE)
    assert not listed(story)[0].unread


def test_the_next_answer_is_unread_again(story: Story) -> None:
    turn = story.answers(story.asks())
    story.chats.mark_read(turn.chat_id, ALICE)
    story.answers(story.asks("And on which level?", chat_id=turn.chat_id))
    assert listed(story)[0].unread


def test_marking_read_changes_neither_turn_nor_activity(story: Story) -> None:
    turn = story.claims(story.asks())
    before = listed(story)[0].active_at
    story.clock.sleep(timedelta(seconds=5))
    story.chats.mark_read(turn.chat_id, ALICE)
    assert story.stored(turn.chat_id) == turn
    assert listed(story)[0].active_at == before


@pytest.mark.parametrize("call", ["mark_read", "delete"])
def test_another_users_chat_can_be_neither_marked_read_nor_deleted(story: Story, call: str) -> None:
    chat_id = story.talks(1)
    with pytest.raises(ChatForbidden):
        getattr(story.chats, call)(chat_id, BOB)
    assert listed(story)[0].unread
    assert len(texts(story.newest(chat_id))) == 2


@pytest.mark.parametrize("call", ["mark_read", "delete"])
def test_unknown_chat_can_be_neither_marked_read_nor_deleted(story: Story, call: str) -> None:
    with pytest.raises(ChatNotFound):
        getattr(story.chats, call)(UNKNOWN_CHAT, ALICE)
    assert story.chats.load(UNKNOWN_CHAT) is None


# ---- feedback

GOOD, WRONG_LEVEL = Feedback(1), Feedback(-1, "That was last week's level.")


def test_feedback_is_read_with_its_answer_and_with_no_other_message(story: Story) -> None:
    chat_id = story.talks(2)
    answer = story.newest(chat_id).messages[-1]
    assert story.chats.set_feedback(chat_id, answer.message_id, WRONG_LEVEL) is None
    *others, rated = story.newest(chat_id).messages
    assert rated == replace(answer, feedback=WRONG_LEVEL)
    assert {message.feedback for message in others} == {None}


def test_feedback_replaces_what_was_said_before_which_comes_back(story: Story) -> None:
    chat_id = story.talks(1)
    answer_id = story.newest(chat_id).messages[-1].message_id
    story.chats.set_feedback(chat_id, answer_id, WRONG_LEVEL)
    assert story.chats.set_feedback(chat_id, answer_id, GOOD) == WRONG_LEVEL
    assert story.chats.set_feedback(chat_id, answer_id, GOOD) == GOOD
    assert story.newest(chat_id).messages[-1].feedback == GOOD


def test_feedback_changes_nothing_else_of_the_chat(story: Story) -> None:
    chat_id = story.talks(1)
    before, shown = story.chats.load(chat_id), listed(story)
    story.chats.set_feedback(chat_id, story.newest(chat_id).messages[-1].message_id, GOOD)
    assert (story.chats.load(chat_id), listed(story)) == (before, shown)


def test_neither_a_question_nor_an_unknown_message_takes_feedback(story: Story) -> None:
    chat_id = story.talks(1)
    question_id = story.newest(chat_id).messages[0].message_id
    for message_id in (question_id, story.ids.new_id()):
        with pytest.raises(AnswerNotFound):
            story.chats.set_feedback(chat_id, message_id, GOOD)
    assert {message.feedback for message in story.newest(chat_id).messages} == {None}


def test_feedback_on_an_answer_of_a_deleted_chat_makes_no_message(story: Story) -> None:
    chat_id = story.talks(1)
    answer_id = story.newest(chat_id).messages[-1].message_id
    story.chats.delete(chat_id, ALICE)
    with pytest.raises(AnswerNotFound):
        story.chats.set_feedback(chat_id, answer_id, GOOD)
    assert story.chats.read(chat_id, PageRequest(50)) is None


# ---- deletion


def test_deleted_chat_is_gone_for_every_read(story: Story) -> None:
    chat_id = story.talks(30)
    story.chats.delete(chat_id, ALICE)
    cursor = story.ids.new_id()
    pages = (PageRequest(50), PageRequest(50, after="0" * 26), PageRequest(50, before=cursor))
    assert [story.chats.read(chat_id, page) for page in pages] == [None, None, None]
    assert story.chats.load(chat_id) is None
    assert listed(story) == []


def test_deleted_chat_can_be_neither_deleted_nor_marked_read(story: Story) -> None:
    chat_id = story.talks(1)
    story.chats.delete(chat_id, ALICE)
    for call in (story.chats.delete, story.chats.mark_read):
        with pytest.raises(ChatNotFound):
            call(chat_id, ALICE)


def test_deleting_a_chat_keeps_the_others(story: Story) -> None:
    gone, kept = story.talks(2), story.talks(2)
    story.chats.delete(gone, ALICE)
    assert [chat.chat_id for chat in listed(story)] == [kept]
    assert len(texts(story.newest(kept))) == 4


def test_answer_and_progress_in_a_deleted_chat_are_refused(story: Story) -> None:
    running = story.claims(story.asks())
    story.chats.delete(running.chat_id, ALICE)
    late = running.answered(running.lease or "", story.clock.now())
    assert not story.chats.compare_and_set_turn(running, late, story.answer())
    assert not story.chats.save_progress(running, (), "Level")
    assert story.chats.load(running.chat_id) is None


def test_question_in_a_deleted_chat_is_refused(story: Story) -> None:
    chat_id = story.talks(1)
    story.chats.delete(chat_id, ALICE)
    with pytest.raises(ChatNotFound):
        story.chats.save_question(story.question(chat_id=chat_id))


def test_deletion_of_a_long_chat_ends_by_time_and_the_same_call_goes_on(
    aws: Aws, clock: FakeClock, dynamodb_story: Story
) -> None:
    """Each batch of 25 messages takes two seconds: 8 in the 7 seconds of a call fit four batches."""
    chat_id = dynamodb_story.talks(1)
    ids = SequentialIds()
    old = [Message(ids.new_id(), Role.USER, f"Old {number}", clock.now()) for number in range(240)]
    aws.fill(chat_id, old)
    aws.wire.sent.clear()
    aws.wire.interfere = lambda operation: clock.sleep(timedelta(seconds=2)) if operation == "BatchWriteItem" else None

    def delete() -> int:
        """Returns the number of batches that it took."""
        before = aws.wire.operations.count("BatchWriteItem")
        dynamodb_story.chats.delete(chat_id, ALICE, clock.now() + timedelta(seconds=7))
        return aws.wire.operations.count("BatchWriteItem") - before

    for done in (4, 8):
        with pytest.raises(StoreUnavailable):
            delete()
        assert aws.wire.operations.count("BatchWriteItem") == done
        assert dynamodb_story.chats.load(chat_id) is None, "it is hidden from the first call on"
    assert delete() == 3, "two more batches, and the header"
    with pytest.raises(ChatNotFound):
        dynamodb_story.chats.delete(chat_id, ALICE)
