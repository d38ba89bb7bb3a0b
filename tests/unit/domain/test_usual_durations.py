"""How long an agent usually takes, learned from the answers that were shown."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from domain.chat import Chat
from domain.usual_durations import ANSWERS, ENOUGH, NEVER, NEWEST, ExpectedDuration, UsualDurations
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.support.story import ALICE, BOB, Story

SETTING = timedelta(seconds=56)
_NUMBERS = count()


@pytest.fixture
def usual() -> UsualDurations:
    return UsualDurations(SETTING)


def a_chat(user: str = ALICE, *, took: float | None = None) -> Chat:
    """A chat whose last answer took so many seconds, if it has one."""
    chats = InMemoryChatRepository()
    Story(chats).asks(user=user)
    (chat,) = chats.chats.values()
    if took is None:
        return chat
    return replace(chat, last_answer_id=f"answer {next(_NUMBERS)}", last_duration=timedelta(seconds=took))


def learned(usual: UsualDurations, *seconds: float, user: str = ALICE) -> None:
    for took in seconds:
        usual.learn(a_chat(user, took=took))


def test_without_answers_the_setting_counts_and_an_answer_may_come_at_any_time(usual: UsualDurations) -> None:
    usual.learn(a_chat())
    assert usual.expect(a_chat()) == ExpectedDuration(SETTING, NEVER)


def test_the_chats_own_last_answer_comes_first(usual: UsualDurations) -> None:
    learned(usual, *[30] * ENOUGH)
    assert usual.expect(a_chat(took=20)).usual == timedelta(seconds=20)


def test_a_new_chat_goes_by_the_users_answers_before_everybodys(usual: UsualDurations) -> None:
    learned(usual, *[10] * ENOUGH, user=BOB)
    learned(usual, *[30] * ENOUGH)
    assert usual.expect(a_chat(ALICE)).usual == timedelta(seconds=30)
    assert usual.expect(a_chat(BOB)).usual == timedelta(seconds=10)


def test_a_user_with_few_answers_goes_by_everybodys(usual: UsualDurations) -> None:
    learned(usual, *[10] * NEWEST, user=BOB)
    learned(usual, *[30] * (ENOUGH - 1))
    assert usual.expect(a_chat(ALICE)).usual == timedelta(seconds=10)


def test_few_answers_of_everybody_are_no_evidence(usual: UsualDurations) -> None:
    learned(usual, *[10] * (ENOUGH - 1))
    assert usual.expect(a_chat()) == ExpectedDuration(SETTING, NEVER)


def test_answers_that_vary_are_likely_from_earlier_on(usual: UsualDurations) -> None:
    learned(usual, 50, 53, 56, 59, 62)
    assert usual.expect(a_chat()).earliest == timedelta(seconds=56 * 0.78)
    learned(usual, 1, 12, 25, 37, 48, 59, 65, user=BOB)
    assert usual.expect(a_chat(BOB)).earliest == NEVER


def test_a_chats_next_answer_may_be_as_early_as_the_users_others(usual: UsualDurations) -> None:
    learned(usual, 1, 12, 25, 37, 48)
    assert usual.expect(a_chat(took=60)) == ExpectedDuration(timedelta(seconds=60), NEVER)


def test_an_answer_that_is_shown_again_counts_once(usual: UsualDurations) -> None:
    shown = a_chat(took=10)
    for _ in range(ENOUGH):
        usual.learn(shown)
    assert usual.expect(a_chat()) == ExpectedDuration(SETTING, NEVER)


def test_only_the_newest_answers_count_and_few_are_kept(usual: UsualDurations) -> None:
    learned(usual, *[10] * ANSWERS, *[30] * NEWEST)
    assert usual.expect(a_chat()).usual == timedelta(seconds=30)
    assert len(usual._seen) == ANSWERS
