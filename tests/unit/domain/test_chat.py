"""Chat: title, excerpt, checks and read marks; and which texts are visible and storable."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat import EXCERPT_LENGTH, TITLE_LENGTH, Chat, ChatSummary, TurnState
from domain.errors import ChatBusy, ChatForbidden, NothingToRetry
from domain.failure_codes import FailureCode
from domain.text import excerpt, is_storable, is_visible
from tests.fakes.clock import NOON
from tests.support.story import ALICE, BOB, Story


def chat_about(text: str, story: Story) -> Chat:
    new = story.question(text)
    return Chat.begun(new.message, new.turn)


def test_title_is_the_first_question_on_one_line(story: Story) -> None:
    assert chat_about("Where\n did   I\tpark? ", story).title == "Where did I park?"


def test_long_title_and_excerpt_are_cut_with_an_ellipsis(story: Story) -> None:
    chat = chat_about("park " * 100, story)
    assert (len(chat.title), chat.title[-2:]) == (TITLE_LENGTH, "k\u2026")
    assert len(chat.last_text) == EXCERPT_LENGTH


@given(st.text(), st.integers(2, 200))
def test_excerpt_is_the_start_of_the_text_on_one_line(text: str, length: int) -> None:
    line = excerpt(text, length)
    assert len(line) <= length
    assert " ".join(text.split()).startswith(line.removesuffix("\u2026").rstrip())


def test_further_question_keeps_the_title(story: Story) -> None:
    chat, new = chat_about("Where did I park?", story), story.question("And when?")
    after = chat.with_question(new.message, new.turn)
    assert (after.title, after.last_text, after.last_message_id) == (
        "Where did I park?",
        "And when?",
        new.message.message_id,
    )


def test_other_users_are_forbidden(story: Story) -> None:
    chat = chat_about("Where did I park?", story)
    chat.check_owner(ALICE)
    for other in (BOB, "", "ALICE", "alice "):
        with pytest.raises(ChatForbidden):
            chat.check_owner(other)


def test_thinking_chat_is_busy_until_its_deadline(story: Story) -> None:
    chat = chat_about("Where did I park?", story)
    with pytest.raises(ChatBusy) as busy:
        chat.check_free(NOON + timedelta(seconds=69.5))
    assert busy.value.retry_after == 0.5
    chat.check_free(NOON + timedelta(seconds=70))


def test_only_a_failed_or_cancelled_turn_can_be_retried(story: Story) -> None:
    chat = chat_about("Where did I park?", story)
    with pytest.raises(ChatBusy):
        chat.check_retriable(NOON)
    with pytest.raises(NothingToRetry):
        chat.with_turn(chat.turn.claimed("lease", NOON).answered("lease", NOON)).check_retriable(NOON)
    chat.with_turn(chat.turn.cancelled(NOON)).check_retriable(NOON)
    chat.with_turn(chat.turn.failed(FailureCode.TIMED_OUT, NOON)).check_retriable(NOON)


def summary(state: TurnState = TurnState.ANSWERED, answer: str | None = "02", read: str | None = None) -> ChatSummary:
    return ChatSummary("01", "Parking", "Level 3", "02", answer, read, NOON, state, NOON + timedelta(seconds=70))


@pytest.mark.parametrize(
    ("answer", "read", "unread"),
    [(None, None, False), ("02", None, True), ("02", "01", True), ("02", "02", False), ("02", "03", False)],
)
def test_a_chat_is_unread_when_its_last_answer_is(answer: str | None, read: str | None, unread: bool) -> None:
    assert summary(answer=answer, read=read).unread is unread


def test_turn_past_its_deadline_is_listed_as_failed() -> None:
    running = summary(TurnState.RUNNING)
    assert running.state_at(running.deadline - timedelta(milliseconds=1)) is TurnState.RUNNING
    assert running.state_at(running.deadline) is TurnState.FAILED
    assert summary(TurnState.ANSWERED).state_at(running.deadline) is TurnState.ANSWERED


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u00a0\u2003", "\u200b\u200d", "\u202e", "\x00\x07", "\ufeff"])
def test_invisible_characters_are_not_text(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("text", ["?", "\U0001f697", "\u0623", "\u0301", " x ", "\u202eleft", "\U000e1234"])
def test_any_visible_character_is_text(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\udfff.", "ok \ud83d"])
def test_nuls_and_unpaired_surrogates_cannot_be_stored(text: str) -> None:
    assert not is_storable(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_other_text_is_storable_and_survives_utf8(text: str) -> None:
    assert is_storable(text)
    assert text.encode().decode() == text
