"""When to poll next, and whether to hold that poll."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.chat import Chat, Step, Turn
from domain.poll_hint import PollHint, poll_hint
from domain.usual_durations import ExpectedDuration
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import NOON
from tests.support.story import DEADLINE, Story

UNKNOWN = ExpectedDuration(timedelta(seconds=56))
KNOWN = ExpectedDuration(timedelta(seconds=56), timedelta(seconds=44))
QUICK = ExpectedDuration(timedelta(seconds=5), timedelta(seconds=4))


@pytest.fixture
def queued() -> Chat:
    chats = InMemoryChatRepository()
    Story(chats).asks()
    (chat,) = chats.chats.values()
    return chat


@pytest.fixture
def running(queued: Chat) -> Chat:
    return queued.with_turn(queued.turn.claimed("lease", NOON))


def with_steps(chat: Chat, *seconds: float) -> Chat:
    steps = tuple(Step(NOON + timedelta(seconds=at), "Searching") for at in seconds)
    return chat.with_turn(replace(chat.turn, progress=steps))


def with_draft(chat: Chat) -> Chat:
    return chat.with_turn(replace(chat.turn, draft="Level 3"))


def plain(chat: Chat, elapsed: float, expected: ExpectedDuration = UNKNOWN) -> float | None:
    """The wait of a client that cannot hold, in seconds."""
    hint = poll_hint(chat, NOON + timedelta(seconds=elapsed), expected)
    assert not hint.hold
    return None if hint.after is None else hint.after.total_seconds()


def holding(chat: Chat, elapsed: float, expected: ExpectedDuration) -> PollHint:
    """The hint of a client that can."""
    return poll_hint(chat, NOON + timedelta(seconds=elapsed), expected, can_hold=True)


# ---- a client that only polls


@pytest.mark.parametrize(("elapsed", "wait"), [(0, 2), (20, 2), (50, 2), (60, 3)])
def test_where_nothing_is_known_polls_are_frequent_all_the_time(running: Chat, elapsed: float, wait: float) -> None:
    assert plain(running, elapsed) == wait


@pytest.mark.parametrize(
    ("elapsed", "wait"), [(2, 2), (4, 5), (30, 5), (41.5, 3), (44, 2), (56, 2), (65, 4), (69.5, 0.5)]
)
def test_polls_are_five_seconds_apart_until_the_answer_is_likely(running: Chat, elapsed: float, wait: float) -> None:
    assert plain(running, elapsed, KNOWN) == wait


def test_no_wait_is_longer_than_five_seconds(queued: Chat, running: Chat) -> None:
    slow = ExpectedDuration(timedelta(seconds=600), timedelta(seconds=450))
    for expected in (UNKNOWN, KNOWN, QUICK, slow):
        for chat in (queued, running, with_steps(running, 1)):
            assert max(plain(chat, elapsed, expected) or 0 for elapsed in range(70)) <= 5


def test_steps_are_followed_every_two_seconds_until_they_come_no_more(running: Chat) -> None:
    one, two = with_steps(running, 4, 20), with_steps(running, 20, 21)
    assert [plain(one, elapsed, KNOWN) for elapsed in (20.5, 22, 30)] == [2, 5, 5]
    assert [plain(two, elapsed, KNOWN) for elapsed in (21.5, 24.9, 25, 30)] == [2, 2, 5, 5]


def test_a_draft_is_followed_every_second_and_a_long_one_every_three(running: Chat) -> None:
    for length, wait in ((1, 1), (149, 1), (150, 2), (300, 3), (9_000, 3)):
        drafting = running.with_turn(replace(running.turn, draft="." * length))
        assert [plain(drafting, elapsed, KNOWN) for elapsed in (3, 20, 60)] == [wait] * 3


def test_the_quick_agents_answer_is_looked_for_every_second(running: Chat) -> None:
    assert [plain(running, elapsed, QUICK) for elapsed in (1, 4, 6)] == [2, 1, 1]


def test_the_last_poll_is_at_the_deadline(running: Chat) -> None:
    assert plain(running, DEADLINE.total_seconds() - 1.25) == 1.25


def test_ended_turn_has_no_poll_hint(queued: Chat) -> None:
    ended: Turn = queued.turn.cancelled(NOON)
    assert plain(queued.with_turn(ended), 1) is None
    assert holding(queued.with_turn(ended), 1, UNKNOWN) == PollHint(None)


# ---- a client that can hold


@pytest.mark.parametrize("elapsed", [0, 2, 20, 69])
def test_where_nothing_is_known_polls_are_held_all_the_time(queued: Chat, running: Chat, elapsed: float) -> None:
    for chat in (queued, running):
        assert holding(chat, elapsed, UNKNOWN).hold_now


@pytest.mark.parametrize(("elapsed", "wait"), [(1, 2), (2, 4), (6, 12), (18, 14)])
def test_polls_are_rare_and_not_held_before_the_answer_is_likely(running: Chat, elapsed: float, wait: float) -> None:
    assert holding(running, elapsed, KNOWN) == PollHint(timedelta(seconds=wait))


def test_the_poll_from_which_an_answer_is_likely_is_held(running: Chat) -> None:
    assert holding(running, 32.5, KNOWN) == PollHint(timedelta(seconds=11.5), hold=True)
    assert holding(running, 44, KNOWN).hold_now
    assert holding(running, 66, KNOWN).hold_now


def test_polls_are_held_while_steps_or_a_draft_come(running: Chat) -> None:
    assert holding(with_draft(running), 20, KNOWN).hold_now
    stepping = with_steps(running, 20, 22)
    assert holding(stepping, 24.9, KNOWN).hold_now
    assert holding(stepping, 25, KNOWN) == PollHint(timedelta(seconds=5))


def test_one_step_alone_does_not_make_another_likely(running: Chat) -> None:
    assert holding(with_steps(running, 4, 20), 20.5, KNOWN) == PollHint(timedelta(seconds=5))


def test_a_held_poll_is_followed_by_a_held_one(running: Chat) -> None:
    hint = poll_hint(running, NOON + timedelta(seconds=6), KNOWN, can_hold=True, held=True)
    assert hint == PollHint(timedelta(seconds=12), hold=True)
