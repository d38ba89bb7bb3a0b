"""ChatRepository.compare_and_set_turn and .save_progress, for every transition."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

import pytest

from domain.chat import MODEL_LENGTH, MOST_USED, Citation, Message, Role, Step, Turn, Usage
from domain.failure_codes import FailureCode
from domain.limits import UserLimits
from tests.support.story import BAY, PARKING, UNKNOWN_CHAT, Story, texts

CITED: Final = (Citation("01KA0000000000000000000099", "parked on level 3, bay 12"),)


def claim(story: Story) -> tuple[Turn, Turn, Message | None]:
    queued = story.asks()
    return queued, queued.claimed("lease-of-worker-1", story.clock.now()), None


def answer(story: Story) -> tuple[Turn, Turn, Message | None]:
    running = story.claims(story.asks())
    story.clock.sleep(timedelta(seconds=56))
    return running, running.answered(running.lease or "", story.clock.now()), story.answer(BAY, CITED)


def fail(story: Story, *, claimed: bool) -> tuple[Turn, Turn, Message | None]:
    turn = story.claims(story.asks()) if claimed else story.asks()
    code = FailureCode.WORKER_DIED if claimed else FailureCode.NOT_STARTED
    return turn, turn.failed(code, story.clock.now()), None


def fail_with_a_sentence(story: Story) -> tuple[Turn, Turn, Message | None]:
    turn = story.claims(story.asks())
    return turn, turn.failed(FailureCode.AGENT_FAILED, story.clock.now(), "Which of the two Claras?"), None


def cancel(story: Story, *, claimed: bool, reason: str | None = None) -> tuple[Turn, Turn, Message | None]:
    turn = story.claims(story.asks()) if claimed else story.asks()
    return turn, turn.cancelled(story.clock.now(), reason), None


def retry(story: Story) -> tuple[Turn, Turn, Message | None]:
    running, failed, _ = fail_with_a_sentence(story)
    assert story.chats.compare_and_set_turn(running, failed)
    return failed, story.turn(chat_id=failed.chat_id, question_id=failed.question_id), None


Transition = Callable[[Story], tuple[Turn, Turn, Message | None]]
TRANSITIONS: Final[dict[str, Transition]] = {
    "claim": claim,
    "answer": answer,
    "fail queued": partial(fail, claimed=False),
    "fail running": partial(fail, claimed=True),
    "fail with the agent's sentence": fail_with_a_sentence,
    "stop queued": partial(cancel, claimed=False, reason="Maintenance."),
    "stop running": partial(cancel, claimed=True, reason="Maintenance."),
    "cancel queued": partial(cancel, claimed=False),
    "cancel running": partial(cancel, claimed=True),
    "retry": retry,
}
each_transition = pytest.mark.parametrize("transition", TRANSITIONS.values(), ids=TRANSITIONS)


@each_transition
def test_transition_is_stored_with_its_answer(story: Story, transition: Transition) -> None:
    expected, new, answered = transition(story)
    assert story.chats.compare_and_set_turn(expected, new, answered, limits=UserLimits(5))
    assert story.stored(new.chat_id) == new
    assert [message.citations for message in story.newest(new.chat_id).messages] == [(), CITED][: 2 if answered else 1]


@each_transition
def test_repeated_transition_whose_first_reply_was_lost_succeeds(story: Story, transition: Transition) -> None:
    expected, new, answered = transition(story)
    assert [story.chats.compare_and_set_turn(expected, new, answered, limits=UserLimits(5)) for _ in range(2)] == [
        True,
        True,
    ]
    assert texts(story.newest(new.chat_id)) == [PARKING, *([BAY] if answered else [])]


@each_transition
def test_only_one_of_two_concurrent_transitions_succeeds(story: Story, transition: Transition) -> None:
    expected, new, answered = transition(story)
    other = replace(new, lease="lease-of-worker-2", turn_id=f"{new.turn_id[:-1]}X")
    assert story.chats.compare_and_set_turn(expected, other, limits=UserLimits(5))
    assert not story.chats.compare_and_set_turn(expected, new, answered, limits=UserLimits(5))
    assert story.stored(new.chat_id) == other
    assert texts(story.newest(new.chat_id)) == [PARKING]


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_an_ended_turn_cannot_be_claimed(story: Story, end: str) -> None:
    queued = story.asks()
    ended = getattr(story, end)(queued)
    assert not story.chats.compare_and_set_turn(queued, queued.claimed("lease-of-worker-2", story.clock.now()))
    assert story.stored(queued.chat_id) == ended


@pytest.mark.parametrize("end", ["fails", "cancels"])
def test_an_answer_to_an_ended_turn_is_not_stored(story: Story, end: str) -> None:
    running = story.claims(story.asks())
    ended = getattr(story, end)(running)
    late = running.answered(running.lease or "", story.clock.now())
    assert not story.chats.compare_and_set_turn(running, late, story.answer())
    assert story.stored(running.chat_id) == ended
    assert texts(story.newest(running.chat_id)) == [PARKING]


def test_transition_of_a_running_turn_needs_its_lease(story: Story) -> None:
    running = story.claims(story.asks())
    for stranger in (replace(running, lease="stolen"), replace(running, lease=None)):
        assert not story.chats.compare_and_set_turn(
            stranger, stranger.failed(FailureCode.AGENT_FAILED, story.clock.now())
        )
    assert story.stored(running.chat_id) == running


def test_transition_of_an_earlier_turn_is_refused(story: Story) -> None:
    first = story.claims(story.asks())
    story.pass_deadline(first)
    second = story.asks("And now?", chat_id=first.chat_id)
    assert not story.chats.compare_and_set_turn(first, first.failed(FailureCode.TIMED_OUT, story.clock.now()))
    assert story.stored(first.chat_id) == second


def test_transition_in_an_unknown_chat_is_refused(story: Story) -> None:
    turn = story.turn(chat_id=UNKNOWN_CHAT)
    assert not story.chats.compare_and_set_turn(turn, turn.cancelled(story.clock.now()))
    assert story.chats.load(UNKNOWN_CHAT) is None


def test_answer_is_the_chats_newest_message_and_sets_its_last_duration(story: Story) -> None:
    running = story.claims(story.asks())
    story.clock.sleep(timedelta(seconds=56))
    answered = story.answers(running, BAY)
    chat = story.newest(answered.chat_id).chat
    assert (chat.last_text, chat.last_duration) == (BAY, timedelta(seconds=56))
    assert chat.last_message_id == chat.last_answer_id == story.newest(answered.chat_id).messages[-1].message_id


# ---- progress


def steps(story: Story, *lines: str) -> tuple[Step, ...]:
    return tuple(Step(story.clock.now(), text) for text in lines)


def test_saved_progress_shows_steps_and_draft(story: Story) -> None:
    running = story.claims(story.asks())
    searching = steps(story, "Searching 214 memories", "Reading 3")
    assert story.chats.save_progress(running, searching, "Level")
    shown = story.stored(running.chat_id)
    assert (shown.progress, shown.draft) == (searching, "Level")
    assert shown == running, "progress is not part of the compared state"


def test_progress_without_draft_keeps_the_draft(story: Story) -> None:
    running = story.claims(story.asks())
    story.chats.save_progress(running, (), "Level")
    story.chats.save_progress(running, steps(story, "Writing"), None)
    assert story.stored(running.chat_id).draft == "Level"


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_progress_after_the_end_is_refused(story: Story, end: str) -> None:
    running = story.claims(story.asks())
    story.chats.save_progress(running, steps(story, "Searching"), "Level")
    getattr(story, end)(running)
    assert not story.chats.save_progress(running, steps(story, "Searching", "Too late"), "Level 4")
    shown = story.stored(running.chat_id)
    assert [step.text for step in shown.progress] == ["Searching"], "the steps stay after the end"
    assert shown.draft is None


def test_progress_without_the_lease_is_refused(story: Story) -> None:
    queued = story.asks()
    running = story.claims(queued)
    for stranger in (replace(running, lease="stolen"), queued):
        assert not story.chats.save_progress(stranger, steps(story, "Lies"), "Level 4")
    assert story.stored(running.chat_id).progress == ()


def test_progress_in_an_unknown_chat_is_refused(story: Story) -> None:
    assert not story.chats.save_progress(story.turn(chat_id=UNKNOWN_CHAT), (), "Level")
    assert story.chats.load(UNKNOWN_CHAT) is None


def test_retry_starts_without_progress_and_draft(story: Story) -> None:
    running = story.claims(story.asks())
    story.chats.save_progress(running, steps(story, "Searching"), "Level")
    failed = story.fails(running)
    again = story.turn(chat_id=failed.chat_id, question_id=failed.question_id)
    assert story.chats.compare_and_set_turn(failed, again, limits=UserLimits(5))
    shown = story.stored(failed.chat_id)
    assert (shown.progress, shown.draft, shown.failure) == ((), None, None)


# ---- usage

USED = Usage("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3, 6_000, 4_100, 250)
LESS = Usage("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 1, 1_200, 0, 80)


def test_saved_usage_is_shown_and_replaced(story: Story) -> None:
    running = story.claims(story.asks())
    assert story.stored(running.chat_id).usage is None
    for usage in (LESS, USED):
        assert story.chats.save_progress(replace(running, usage=usage), (), None)
        assert story.stored(running.chat_id).usage == usage
    assert story.chats.save_progress(running, steps(story, "Writing"), None)
    assert story.stored(running.chat_id).usage == USED, "progress without usage keeps it"
    assert story.stored(running.chat_id) == running, "usage is not part of the compared state"


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_usage_stays_after_the_end(story: Story, end: str) -> None:
    running = story.claims(story.asks())
    story.chats.save_progress(replace(running, usage=USED), (), None)
    getattr(story, end)(running)
    assert story.stored(running.chat_id).usage == USED
    assert not story.chats.save_progress(replace(running, usage=LESS), (), None)
    assert story.stored(running.chat_id).usage == USED


def test_usage_of_the_end_replaces_the_saved_one_and_is_kept_with_the_answer(story: Story) -> None:
    running = story.claims(story.asks())
    story.chats.save_progress(replace(running, usage=LESS), (), None)
    now = story.clock.now()
    answered = replace(running, usage=USED).answered(running.lease or "", now)
    answer = Message(story.ids.new_id(running.question_id), Role.ASSISTANT, BAY, now, usage=USED)
    assert story.chats.compare_and_set_turn(running, answered, answer, by_worker=True)
    page = story.newest(running.chat_id)
    assert (page.chat.turn.usage, page.messages[-1].usage, page.messages[0].usage) == (USED, USED, None)


def test_next_question_and_retry_start_without_usage(story: Story) -> None:
    running = story.claims(story.asks())
    story.chats.save_progress(replace(running, usage=USED), (), None)
    failed = story.fails(running)
    again = story.turn(chat_id=failed.chat_id, question_id=failed.question_id)
    assert story.chats.compare_and_set_turn(failed, again, limits=UserLimits(5))
    assert story.stored(failed.chat_id).usage is None
    claimed = story.claims(again)
    story.chats.save_progress(replace(claimed, usage=USED), (), None)
    story.cancels(claimed)
    story.asks(chat_id=failed.chat_id)
    assert story.stored(failed.chat_id).usage is None


def test_largest_usage_is_stored_exactly(story: Story) -> None:
    largest = Usage("m" * MODEL_LENGTH, *[MOST_USED] * 4)
    running = story.claims(story.asks())
    story.chats.save_progress(replace(running, usage=largest), (), None)
    assert story.stored(running.chat_id).usage == largest
