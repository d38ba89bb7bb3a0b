"""TurnObserver: no call raises."""

import pytest

from adapters.observability.redaction import UserHash
from adapters.observability.turn_observer import LoggingTurnObserver
from domain.chat import Feedback, Turn
from domain.errors import AtCapacity, BudgetUsedUp, TooManyAsks, WorkspaceBudgetUsedUp
from domain.failure_codes import FailureCode
from domain.ports import TurnObserver
from tests.fakes.observer import RecordingObserver
from tests.support.story import Story


@pytest.fixture(params=["recording", "logging"])
def observer(request: pytest.FixtureRequest) -> TurnObserver:
    return RecordingObserver() if request.param == "recording" else LoggingTurnObserver("test", UserHash("k"))


def every_kind_of_turn(story: Story) -> list[Turn]:
    queued = story.turn()
    running = queued.claimed("lease", story.clock.now())
    ended = [running.answered("lease", story.clock.now()), running.failed(FailureCode.AGENT_FAILED, story.clock.now())]
    return [queued, running, *ended, running.cancelled(story.clock.now()), queued.cancelled(story.clock.now())]


def test_on_transition_accepts_every_turn(observer: TurnObserver, dynamodb_story: Story) -> None:
    for turn in every_kind_of_turn(dynamodb_story):
        observer.on_transition(turn)


def test_on_step_accepts_every_number(observer: TurnObserver, dynamodb_story: Story) -> None:
    for number in (1, 31):
        observer.on_step(dynamodb_story.turn(), number)


def test_on_rejected_accepts_any_user_id(observer: TurnObserver) -> None:
    for refusal in (AtCapacity(3), TooManyAsks(30, 60), BudgetUsedUp(500, 9), WorkspaceBudgetUsedUp(5, 9)):
        observer.on_rejected("sub-of-\ud800", refusal)


def test_on_feedback_accepts_any_user_id_and_reason(observer: TurnObserver) -> None:
    for rating in (1, -1):
        observer.on_feedback("sub-of-\ud800", "01KA0000000000000000000001", Feedback(rating, "\x00"))


def test_on_agent_crash_accepts_any_exception(observer: TurnObserver, dynamodb_story: Story) -> None:
    observer.on_agent_crash(dynamodb_story.turn(), ValueError("never raised \ud800 \x00"))
    with pytest.raises(UnicodeDecodeError) as crash:
        b"\xff".decode()
    observer.on_agent_crash(dynamodb_story.turn(), crash.value)
