"""ChatRepository.save_question."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.chat import TurnState
from domain.errors import ChatBusy, ChatForbidden, ChatNotFound, OutOfOrder
from domain.failure_codes import FailureCode
from domain.limits import UserLimits
from domain.records import NewQuestion, PageRequest
from tests.support.story import ALICE, BOB, PARKING, UNKNOWN_CHAT, Story, texts

#: Arabic, a family joined by zero-width joiners, markup, combining accents, a letter beyond the basic plane.
ODD_TEXT = (
    '\u0645\u0631\u062d\u0628\u0627 \U0001f469\u200d\U0001f469\u200d\U0001f467 "q" \\ \t\n <script> '
    "e\u0301 \u00e9 \U0001d4b3\u00a0\u200b" + "x" * 7_000
)


def test_a_first_question_begins_a_chat(story: Story) -> None:
    turn = story.asks(PARKING)
    chat = story.chats.load(turn.chat_id)
    assert chat is not None
    assert chat.turn == turn
    assert (chat.title, chat.last_text, chat.last_message_id) == (PARKING, PARKING, turn.question_id)
    assert texts(story.newest(turn.chat_id)) == [PARKING]


def test_saved_question_is_seen_by_every_read_at_once(story: Story) -> None:
    turn = story.asks()
    page = story.chats.read(turn.chat_id, PageRequest(50))
    assert page is not None
    assert page.chat.turn.state is TurnState.QUEUED
    assert story.stored(turn.chat_id) == turn
    assert [chat.chat_id for chat in story.chats.list_chats(ALICE, 50).chats] == [turn.chat_id]


def test_a_next_question_keeps_the_title_and_replaces_the_turn(story: Story) -> None:
    first = story.answers(story.asks(PARKING))
    second = story.asks("And on which level?", chat_id=first.chat_id)
    chat = story.newest(first.chat_id).chat
    assert (chat.title, chat.last_text) == (PARKING, "And on which level?")
    assert chat.turn == second


def test_next_question_clears_progress_and_failure_of_the_turn_before(story: Story) -> None:
    first = story.claims(story.asks())
    story.chats.save_progress(first, (), "Level")
    failed = first.failed(FailureCode.AGENT_FAILED, story.clock.now(), "Which car?")
    assert story.chats.compare_and_set_turn(first, failed, by_worker=True)
    story.asks("Again?", chat_id=first.chat_id)
    now = story.stored(first.chat_id)
    assert now.failure_message is None
    assert (now.draft, now.progress, now.failure, now.lease, now.started_at) == (None, (), None, None, None)


def test_question_text_is_stored_unchanged(story: Story) -> None:
    assert texts(story.newest(story.asks(ODD_TEXT).chat_id)) == [ODD_TEXT]


def test_time_zone_of_a_question_is_kept(story: Story) -> None:
    new = story.question()
    story.chats.save_question(replace(new, message=replace(new.message, time_zone="Europe/Berlin")))
    (message,) = story.newest(new.turn.chat_id).messages
    assert message.time_zone == "Europe/Berlin"


def test_an_unknown_chat_is_not_found(story: Story) -> None:
    with pytest.raises(ChatNotFound):
        story.chats.save_question(story.question(chat_id=UNKNOWN_CHAT))


def test_question_in_another_users_chat_is_forbidden_and_changes_nothing(story: Story) -> None:
    turn = story.answers(story.asks())
    with pytest.raises(ChatForbidden):
        story.chats.save_question(story.question("Mine now?", user=BOB, chat_id=turn.chat_id))
    assert "Mine now?" not in texts(story.newest(turn.chat_id))
    assert story.stored(turn.chat_id) == turn


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
def test_a_thinking_chat_is_busy(story: Story, claimed: bool) -> None:
    turn = story.asks()
    if claimed:
        story.claims(turn)
    story.clock.sleep(timedelta(seconds=30))
    with pytest.raises(ChatBusy) as busy:
        story.chats.save_question(story.question("Well?", chat_id=turn.chat_id))
    assert busy.value.retry_after == 40
    assert texts(story.newest(turn.chat_id)) == [PARKING]


def test_another_users_busy_chat_is_forbidden_not_busy(story: Story) -> None:
    turn = story.asks()
    with pytest.raises(ChatForbidden):
        story.chats.save_question(story.question(user=BOB, chat_id=turn.chat_id))


def test_an_overdue_turn_does_not_count_as_busy(story: Story) -> None:
    turn = story.claims(story.asks())
    story.pass_deadline(turn)
    again = story.asks("And now?", chat_id=turn.chat_id)
    assert story.stored(turn.chat_id) == again


def test_a_message_that_does_not_follow_the_last_one_is_out_of_order(story: Story) -> None:
    early = story.ids.new_id()
    turn = story.answers(story.asks())
    last = story.newest(turn.chat_id).chat.last_message_id
    for message_id in (early, last):
        with pytest.raises(OutOfOrder) as order:
            story.chats.save_question(story.question(chat_id=turn.chat_id, message_id=message_id))
        assert order.value.last_message_id == last


def test_the_same_question_stored_twice_is_stored_once(story: Story) -> None:
    new = story.question()
    assert [story.chats.save_question(new), story.chats.save_question(new)] == [None, None]
    assert texts(story.newest(new.turn.chat_id)) == [PARKING]


def test_the_same_next_question_stored_twice_is_stored_once(story: Story) -> None:
    chat_id = story.talks(1)
    new = story.question("And when?", chat_id=chat_id, key=story.key())
    assert [story.chats.save_question(new), story.chats.save_question(new)] == [None, None]
    assert texts(story.newest(chat_id)).count("And when?") == 1


def test_refused_question_keeps_no_idempotency_key(story: Story) -> None:
    busy = story.asks()
    refused = story.question("Well?", chat_id=busy.chat_id, key=story.key())
    with pytest.raises(ChatBusy):
        story.chats.save_question(refused)
    story.answers(busy)
    assert story.chats.save_question(_asked_later(refused, story)) is None, "the refused question had stored its key"


def _asked_later(refused: NewQuestion, story: Story) -> NewQuestion:
    message = replace(refused.message, message_id=story.ids.new_id())
    return replace(refused, message=message, turn=replace(refused.turn, question_id=message.message_id))


@pytest.mark.parametrize("then", ["asked further", "answered further", "retried"])
def test_an_older_question_stored_again_is_stored_once(story: Story, then: str) -> None:
    new = story.question()
    assert story.chats.save_question(new) is None
    story.fails(new.turn)
    if then == "retried":
        again = story.turn(ALICE, new.turn.chat_id, new.message.message_id)
        assert story.chats.compare_and_set_turn(story.stored(new.turn.chat_id), again, limits=UserLimits(5))
    else:
        further = story.asks("And then?", chat_id=new.turn.chat_id)
        if then == "answered further":
            story.answers(further)
    before = story.newest(new.turn.chat_id)
    assert story.chats.save_question(new) is None
    assert story.newest(new.turn.chat_id) == before


def test_another_message_under_a_known_id_is_out_of_order(story: Story) -> None:
    turn = story.answers(story.asks())
    with pytest.raises(OutOfOrder):
        story.chats.save_question(story.question("Other", chat_id=turn.chat_id, message_id=turn.question_id))


def test_a_known_message_in_another_users_chat_is_forbidden(story: Story) -> None:
    new = story.question(user=ALICE)
    story.chats.save_question(new)
    theirs = replace(new, turn=replace(new.turn, user_id=BOB))
    with pytest.raises(ChatForbidden):
        story.chats.save_question(theirs)
