"""When to poll next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.chat import Chat, Turn
from domain.poll_hint import poll_after
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import NOON
from tests.support.story import DEADLINE, Story

USUAL = timedelta(seconds=56)


@pytest.fixture
def queued() -> Chat:
    chats = InMemoryChatRepository()
    Story(chats).asks()
    (chat,) = chats.chats.values()
    return chat


def running(chat: Chat, **changes: object) -> Chat:
    return chat.with_turn(replace(chat.turn.claimed("lease", NOON), **changes))  # type: ignore[arg-type]  # by field


def seconds_to_wait(chat: Chat, elapsed: float, usual: timedelta = USUAL) -> float | None:
    wait = poll_after(chat, NOON + timedelta(seconds=elapsed), usual)
    return None if wait is None else wait.total_seconds()


@pytest.mark.parametrize(("elapsed", "wait"), [(0, 2), (4, 2), (6, 6), (12.5, 13), (30, 14), (48, 4), (52, 2), (64, 4)])
def test_polls_are_sparse_until_the_answer_is_expected(queued: Chat, elapsed: float, wait: float) -> None:
    assert seconds_to_wait(running(queued), elapsed) == wait


@pytest.mark.parametrize(("elapsed", "wait"), [(2, 2), (8, 8), (40, 14)])
def test_queued_turn_is_polled_ever_less_often(queued: Chat, elapsed: float, wait: float) -> None:
    assert seconds_to_wait(queued, elapsed) == wait


def test_the_last_poll_is_at_the_deadline(queued: Chat) -> None:
    assert seconds_to_wait(running(queued), DEADLINE.total_seconds() - 1.25) == 1.25


def test_turn_with_a_draft_is_polled_more_often(queued: Chat) -> None:
    assert seconds_to_wait(running(queued, draft="Level 3"), 20) == 6


def test_poll_hint_follows_the_duration_of_the_last_answer(queued: Chat) -> None:
    quick = replace(running(queued), last_duration=timedelta(seconds=5))
    assert [seconds_to_wait(quick, elapsed) for elapsed in (2, 4.8, 6)] == [2, 1, 1]


def test_ended_turn_has_no_poll_hint(queued: Chat) -> None:
    ended: Turn = queued.turn.cancelled(NOON)
    assert seconds_to_wait(queued.with_turn(ended), 1) is None
