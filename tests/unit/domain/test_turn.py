"""Turn: states, transitions and their conditions."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from domain.chat import InputRequest, Step, Turn, TurnState
from domain.errors import TransitionRefused
from domain.failure_codes import FailureCode
from tests.fakes.clock import NOON
from tests.support.story import Story

QUEUED, RUNNING, ANSWERED, NEEDS_INPUT, FAILED, CANCELLED = TurnState
ALLOWED = {
    (QUEUED, RUNNING),
    (QUEUED, FAILED),
    (QUEUED, CANCELLED),
    (RUNNING, ANSWERED),
    (RUNNING, NEEDS_INPUT),
    (RUNNING, FAILED),
    (RUNNING, CANCELLED),
    (NEEDS_INPUT, FAILED),
}
LATER = NOON + timedelta(seconds=10)
ASKED = InputRequest("01KA0000000000000000000009", "Which Anna?", ("Anna B.", "Anna K."), NOON + timedelta(hours=1))


def turn_in(state: TurnState, story: Story) -> Turn:
    queued = story.turn()
    running = queued.claimed("lease", NOON)
    return {
        QUEUED: queued,
        RUNNING: running,
        ANSWERED: running.answered("lease", NOON),
        NEEDS_INPUT: running.asked_back("lease", ASKED, NOON),
        FAILED: running.failed(FailureCode.WORKER_DIED, NOON),
        CANCELLED: running.cancelled(NOON),
    }[state]


def moved(turn: Turn, state: TurnState, story: Story) -> Turn:
    match state:
        case TurnState.RUNNING:
            return turn.claimed("another-lease", LATER)
        case TurnState.ANSWERED:
            return turn.answered(turn.lease or "", LATER)
        case TurnState.NEEDS_INPUT:
            return turn.asked_back(turn.lease or "", ASKED, LATER)
        case TurnState.FAILED:
            return turn.failed(FailureCode.TIMED_OUT, LATER)
        case TurnState.CANCELLED:
            return turn.cancelled(LATER)
        case TurnState.QUEUED:
            return replace(turn_in(QUEUED, story), turn_id="a retry is a new turn")


@pytest.mark.parametrize(("one", "other"), sorted(ALLOWED))
def test_allowed_transition_keeps_ids_and_deadline(story: Story, one: TurnState, other: TurnState) -> None:
    turn = turn_in(one, story)
    after = moved(turn, other, story)
    assert after.state is other
    kept = ("chat_id", "user_id", "turn_id", "question_id", "asked_at", "deadline", "dispatch_token")
    assert [getattr(after, name) for name in kept] == [getattr(turn, name) for name in kept]


@pytest.mark.parametrize(
    ("one", "other"),
    sorted(pair for pair in product(TurnState, TurnState) if pair not in ALLOWED and pair[1] != QUEUED),
)
def test_every_other_transition_is_refused(story: Story, one: TurnState, other: TurnState) -> None:
    turn = turn_in(one, story)
    with pytest.raises(TransitionRefused):
        moved(turn, other, story)


def test_claim_sets_lease_and_start(story: Story) -> None:
    running = story.turn().claimed("lease", LATER)
    assert (running.lease, running.started_at, running.ended_at) == ("lease", LATER, None)


def test_a_turn_cannot_be_claimed_at_its_deadline(story: Story) -> None:
    turn = story.turn()
    with pytest.raises(TransitionRefused):
        turn.claimed("lease", turn.deadline)
    assert turn.claimed("lease", turn.deadline - timedelta(milliseconds=1)).state is RUNNING


def test_a_turn_cannot_be_answered_at_its_deadline(story: Story) -> None:
    turn = turn_in(RUNNING, story)
    with pytest.raises(TransitionRefused):
        turn.answered("lease", turn.deadline)
    assert turn.answered("lease", turn.deadline - timedelta(milliseconds=1)).state is ANSWERED


@pytest.mark.parametrize("lease", ["", "stolen"])
def test_answer_with_another_lease_is_refused(story: Story, lease: str) -> None:
    with pytest.raises(TransitionRefused):
        turn_in(RUNNING, story).answered(lease, LATER)


def test_a_turn_may_fail_after_its_deadline(story: Story) -> None:
    turn = story.turn()
    failed = turn.failed(FailureCode.TIMED_OUT, turn.deadline + timedelta(hours=1))
    assert (failed.state, failed.failure) == (FAILED, "timed_out")


@pytest.mark.parametrize("end", [ANSWERED, FAILED, CANCELLED])
def test_end_removes_the_draft_and_keeps_the_steps(story: Story, end: TurnState) -> None:
    steps = (Step(NOON, "Searching"),)
    ended = moved(replace(turn_in(RUNNING, story), draft="Level", progress=steps), end, story)
    assert (ended.draft, ended.progress, ended.ended_at) == (None, steps, LATER)


def test_a_turn_is_overdue_from_its_deadline_on_while_it_thinks(story: Story) -> None:
    for state in (QUEUED, RUNNING):
        turn = turn_in(state, story)
        assert turn.thinking
        assert not turn.overdue(turn.deadline - timedelta(milliseconds=1))
        assert turn.overdue(turn.deadline)


@pytest.mark.parametrize("end", [ANSWERED, FAILED, CANCELLED])
def test_an_ended_turn_is_never_overdue(story: Story, end: TurnState) -> None:
    turn = turn_in(end, story)
    assert not turn.thinking
    assert not turn.overdue(turn.deadline + timedelta(days=1))


def test_reasoning_time_is_set_when_a_started_turn_ends(story: Story) -> None:
    running = turn_in(RUNNING, story)
    assert running.reasoning_time is None
    assert running.answered("lease", LATER).reasoning_time == timedelta(seconds=10)
    assert story.turn().cancelled(LATER).reasoning_time is None


def test_draft_and_progress_do_not_affect_equality(story: Story) -> None:
    turn = turn_in(RUNNING, story)
    assert replace(turn, draft="Level", progress=(Step(NOON, "Searching"),)) == turn


def test_repr_hides_token_and_lease(story: Story) -> None:
    turn = turn_in(RUNNING, story)
    assert turn.dispatch_token not in repr(turn)
    assert "lease" not in repr(turn)
