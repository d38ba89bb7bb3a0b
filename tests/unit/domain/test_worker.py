"""ChatService.reason, persist and fail: the worker's side of a turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from domain.chat import Citation, Turn, TurnState
from domain.chat_service import HISTORY_LENGTH
from domain.errors import AgentFailed, StoreUnavailable, TurnOver
from domain.failure_codes import FailureCode
from domain.records import Abandoned, Answer, Answered, Ask, WorkerInvocation
from tests.fakes.clock import NOON
from tests.support.service import Service
from tests.support.story import ALICE, BAY, PARKING, UNKNOWN_CHAT, Story, texts

FAR = NOON + timedelta(hours=1)


def invocation_of(turn: Turn) -> WorkerInvocation:
    return WorkerInvocation(turn.chat_id, turn.turn_id, turn.dispatch_token, "request-7")


def work(service: Service, turn: Turn) -> Turn | None:
    reasoned = service.chat_service.reason(invocation_of(turn), FAR)
    return service.chat_service.persist(reasoned) if reasoned else None


def test_answer_is_saved_together_with_the_end_of_its_turn(service: Service, story: Story) -> None:
    service.agent.answer = Answer(BAY, (Citation("01KAMEMORY", "bay 12"),))
    turn = work(service, story.asks())
    assert turn is not None
    page = story.newest(turn.chat_id)
    assert page.chat.turn == turn
    assert (turn.state, turn.reasoning_time) == (TurnState.ANSWERED, timedelta(seconds=56))
    assert page.messages[-1].citations == (Citation("01KAMEMORY", "bay 12"),)
    assert texts(page) == [PARKING, BAY]


@pytest.mark.parametrize(("zone", "told"), [("Asia/Tokyo", "Asia/Tokyo"), (None, "UTC")])
def test_agent_is_told_the_zone_of_the_question_also_for_a_retry(
    service: Service, story: Story, zone: str | None, told: str
) -> None:
    asked = service.chat_service.dispatch(Ask(ALICE, PARKING, time_zone=zone))
    story.fails(story.claims(story.stored(asked.chat_id)))
    service.chat_service.retry(ALICE, asked.chat_id)
    work(service, story.stored(asked.chat_id))
    assert [assignment.time_zone for assignment in service.agent.assignments] == [told]


def test_answer_that_takes_56_seconds_is_saved_within_70_seconds_of_the_question(
    service: Service, story: Story
) -> None:
    turn = work(service, story.asks())
    assert turn is not None
    assert turn.ended_at is not None
    assert turn.ended_at - turn.asked_at < timedelta(seconds=70)


def test_answer_sorts_after_its_question_when_the_workers_clock_is_behind(service: Service, story: Story) -> None:
    ahead = story.question(message_id="01KA" + "0" * 18 + "5000")
    story.chats.save_question(ahead)
    work(service, ahead.turn)
    assert texts(story.newest(ahead.turn.chat_id)) == [PARKING, BAY]


def test_observer_is_called_for_each_transition(service: Service, story: Story) -> None:
    work(service, story.asks())
    assert [turn.state for turn in service.observer.turns] == [TurnState.RUNNING, TurnState.ANSWERED]


def test_question_and_user_come_from_the_table(service: Service, story: Story) -> None:
    turn = story.asks()
    work(service, turn)
    (assignment,) = service.agent.assignments
    assert (assignment.user_id, assignment.question, assignment.history) == (ALICE, PARKING, ())
    assert assignment.asked_at == turn.asked_at


def test_agent_gets_the_latest_messages_as_history(service: Service, story: Story) -> None:
    chat_id = story.talks(20)
    work(service, story.asks("And now?", chat_id=chat_id))
    (assignment,) = service.agent.assignments
    assert assignment.question == "And now?"
    assert [message.content for message in assignment.history][-2:] == ["Question 20", "Answer 20"]
    assert len(assignment.history) == HISTORY_LENGTH - 1


@pytest.mark.parametrize(("lambda_end", "answer_by"), [(90, 67), (50, 47)], ids=["the deadline", "Lambda's timeout"])
def test_agent_must_answer_before_the_deadline_and_lambdas_timeout(
    service: Service, story: Story, lambda_end: float, answer_by: float
) -> None:
    service.chat_service.reason(invocation_of(story.asks()), NOON + timedelta(seconds=lambda_end))
    assert service.agent.assignments[0].answer_by == NOON + timedelta(seconds=answer_by)


# ---- events that are ignored


@pytest.mark.parametrize("end", ["claims", "answers", "fails", "cancels"])
def test_a_duplicate_or_late_event_does_nothing(service: Service, story: Story, end: str) -> None:
    turn = story.asks()
    moved = getattr(story, end)(turn)
    assert work(service, turn) is None
    assert story.stored(turn.chat_id) == moved
    assert service.agent.assignments == []


def test_an_event_of_an_earlier_turn_does_nothing(service: Service, story: Story) -> None:
    first = story.fails(story.asks())
    second = story.asks("Again?", chat_id=first.chat_id)
    assert work(service, first) is None
    assert story.stored(first.chat_id) == second


def test_event_with_a_wrong_token_turn_or_chat_does_nothing(service: Service, story: Story) -> None:
    turn = story.asks()
    for forged in (replace(turn, dispatch_token="guessed"), replace(turn, turn_id="guessed")):
        assert work(service, forged) is None
    assert work(service, story.turn(chat_id=UNKNOWN_CHAT)) is None
    assert story.stored(turn.chat_id) == turn


def test_an_event_after_the_deadline_does_nothing(service: Service, story: Story) -> None:
    turn = story.asks()
    story.pass_deadline(turn)
    assert work(service, turn) is None
    assert service.agent.assignments == []


def test_worker_that_loses_the_claim_does_nothing(
    service: Service, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = story.asks()
    monkeypatch.setattr(service.ids, "new_token", before(service.ids.new_token, lambda: story.cancels(turn)))
    assert work(service, turn) is None
    assert story.stored(turn.chat_id).state is TurnState.CANCELLED
    assert service.agent.assignments == []


def before(call: Callable[[], str], first: Callable[[], object]) -> Callable[[], str]:
    def called() -> str:
        first()
        return call()

    return called


def test_turn_stays_queued_when_the_store_is_down_before_the_claim(service: Service, story: Story) -> None:
    turn = story.asks()
    service.chats.down = True
    with pytest.raises(StoreUnavailable):
        work(service, turn)
    service.chats.down = False
    assert work(service, turn) is not None, "a redelivered event must run the turn"


# ---- agents that do not answer


@pytest.mark.parametrize("code", list(FailureCode))
def test_agents_failure_code_is_stored(service: Service, story: Story, code: FailureCode) -> None:
    service.agent.error = AgentFailed(code)
    turn = work(service, story.asks())
    assert turn is not None
    assert (turn.state, turn.failure) == (TurnState.FAILED, code)
    assert texts(story.newest(turn.chat_id)) == [PARKING]


def test_unknown_failure_code_of_an_agent_becomes_agent_failed(service: Service, story: Story) -> None:
    service.agent.error = AgentFailed("the vendor says: key sk-123 has no quota")
    turn = work(service, story.asks())
    assert turn is not None
    assert turn.failure == "agent_failed"


@pytest.mark.parametrize(
    ("message", "stored"),
    [
        ("Which of the two Claras\n do you mean?", "Which of the two Claras do you mean?"),
        ("\u200b \n", None),
        ("", None),
        ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
        ("x" * 501, "x" * 499 + "…"),
    ],
)
def test_agents_own_sentence_is_stored_as_it_can_be_shown(
    service: Service, story: Story, message: str, stored: str | None
) -> None:
    service.agent.error = AgentFailed(message=message)
    turn = work(service, story.asks())
    assert turn is not None
    assert (turn.failure, turn.failure_message) == ("agent_failed", stored)
    assert story.stored(turn.chat_id).failure_message == stored


def test_agents_own_sentence_keeps_its_code(service: Service, story: Story) -> None:
    service.agent.error = AgentFailed(FailureCode.REFUSED, "I do not talk about money.")
    turn = work(service, story.asks())
    assert turn is not None
    assert (turn.failure, turn.failure_message) == ("refused", "I do not talk about money.")


def test_agent_is_told_chat_and_turn(service: Service, story: Story) -> None:
    turn = work(service, story.asks())
    assert turn is not None
    (assignment,) = service.agent.assignments
    assert (assignment.chat_id, assignment.turn_id) == (turn.chat_id, turn.turn_id)


def test_agents_unexpected_error_fails_the_turn(service: Service, story: Story) -> None:
    service.agent.error = ZeroDivisionError("division by zero")
    turn = work(service, story.asks())
    assert turn is not None
    assert turn.failure == "agent_failed"
    assert service.observer.exceptions == [service.agent.error]


def test_agent_that_cannot_be_created_fails_the_turn(service: Service, story: Story) -> None:
    def broken() -> None:
        raise ImportError("no such framework")

    service.chat_service._agent = broken  # type: ignore[assignment]  # as a broken package would
    turn = work(service, story.asks())
    assert turn is not None
    assert turn.failure == "agent_failed"


def test_answer_after_the_deadline_fails_the_turn(service: Service, story: Story) -> None:
    service.agent.takes = timedelta(seconds=70)
    turn = work(service, story.asks())
    assert turn is not None
    assert (turn.state, turn.failure) == (TurnState.FAILED, "timed_out")
    assert texts(story.newest(turn.chat_id)) == [PARKING]


def test_late_answer_is_not_stored_after_the_turn_has_timed_out(service: Service, story: Story) -> None:
    turn = story.asks()
    running = story.claims(turn)
    story.pass_deadline(turn)
    shown = service.chat_service.cancel(ALICE, turn.chat_id)
    assert shown.failure == "timed_out"
    service.clock.sleep(timedelta(milliseconds=1))
    assert service.chat_service.persist(Answered(running, Answer(BAY), after=running.question_id)) is None
    assert story.stored(turn.chat_id) == shown


# ---- cancellation


def test_an_agent_stops_soon_after_its_user_has_cancelled(service: Service, story: Story) -> None:
    turn = story.asks()

    def cancel() -> None:
        service.chat_service.cancel(ALICE, turn.chat_id)

    service.clock.at(NOON + timedelta(seconds=10), cancel)
    assert work(service, turn) is None
    assert service.clock.now() - NOON <= timedelta(seconds=12)
    assert story.stored(turn.chat_id).state is TurnState.CANCELLED


def test_an_answer_to_a_cancelled_turn_is_not_stored(service: Service, story: Story) -> None:
    turn = story.asks()

    def cancelled_at_the_last_moment(_: object) -> Answer:
        service.chat_service.cancel(ALICE, turn.chat_id)
        return Answer(BAY)

    service.agent.answer = cancelled_at_the_last_moment
    assert work(service, turn) is None
    assert texts(story.newest(turn.chat_id)) == [PARKING]


def test_turn_over_is_not_reported_as_an_agent_crash(service: Service, story: Story) -> None:
    service.agent.error = TurnOver()
    assert work(service, story.asks()) is None
    assert service.observer.exceptions == []


# ---- slots of a turn that somebody else ended


Stop = Callable[[Service, Turn], object]
STOPS: dict[str, Stop] = {
    "cancelled": lambda service, turn: service.chat_service.cancel(ALICE, turn.chat_id),
    "deleted": lambda service, turn: service.chat_service.delete(ALICE, turn.chat_id),
    "reported as failed": lambda service, turn: service.chat_service.fail(invocation_of(turn), FailureCode.WORKER_DIED),
}
by_stop = pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)


def stop_after_ten_seconds(service: Service, turn: Turn, stop: Stop) -> None:
    def stops() -> None:
        stop(service, turn)

    service.clock.at(NOON + timedelta(seconds=10), stops)


@by_stop
@pytest.mark.parametrize(
    "error", [None, AgentFailed("timed_out"), ZeroDivisionError()], ids=["answers", "fails", "breaks"]
)
def test_worker_of_a_stopped_turn_holds_its_slots_until_its_agent_returns(
    service: Service, story: Story, stop: Stop, error: Exception | None
) -> None:
    turn = story.asks()
    service.agent.checks, service.agent.error = False, error
    held: list[int] = []
    stop_after_ten_seconds(service, turn, stop)
    service.clock.at(NOON + timedelta(seconds=55), lambda: held.append(len(service.chats.permits)))
    assert work(service, turn) is None
    assert (held, service.chats.permits) == ([1], {})


@by_stop
def test_worker_of_a_stopped_turn_releases_its_slots_when_its_agent_notices(
    service: Service, story: Story, stop: Stop
) -> None:
    turn = story.asks()
    stop_after_ten_seconds(service, turn, stop)
    assert work(service, turn) is None
    assert service.clock.now() - NOON <= timedelta(seconds=12)
    assert service.chats.permits == {}


@by_stop
def test_slots_are_released_when_the_store_returns(service: Service, story: Story, stop: Stop) -> None:
    turn = story.asks()
    service.agent.checks = False
    stop_after_ten_seconds(service, turn, stop)
    outage(service, NOON + timedelta(seconds=55), NOON + timedelta(seconds=60))
    assert work(service, turn) is None
    assert service.chats.permits == {}


@by_stop
def test_turn_that_is_stopped_before_a_worker_claims_it_holds_no_slot(
    service: Service, story: Story, stop: Stop
) -> None:
    turn = story.asks()
    stop(service, turn)
    assert service.chats.permits == {}


def test_overdue_turn_leaves_its_slots_to_its_worker(service: Service, story: Story) -> None:
    turn = story.asks()
    running = story.claims(turn)
    story.pass_deadline(turn)
    service.chat_service.cancel(ALICE, turn.chat_id)
    assert list(service.chats.permits) == [turn.turn_id]
    service.chat_service.persist(Abandoned(running))
    assert service.chats.permits == {}


# ---- outages of the store


def test_answer_is_saved_when_the_store_returns_before_the_deadline(service: Service, story: Story) -> None:
    turn = story.asks()
    outage(service, NOON + timedelta(seconds=55), NOON + timedelta(seconds=68))
    assert work(service, turn) is not None
    assert story.stored(turn.chat_id).state is TurnState.ANSWERED


def test_persist_gives_up_before_the_deadline_when_the_store_stays_down(service: Service, story: Story) -> None:
    turn = story.asks()
    outage(service, NOON + timedelta(seconds=55), FAR)
    with pytest.raises(StoreUnavailable):
        work(service, turn)
    assert NOON + timedelta(seconds=68) <= service.clock.now() < turn.deadline


def test_outage_while_the_agent_works_does_not_lose_the_answer(service: Service, story: Story) -> None:
    turn = story.asks()
    outage(service, NOON + timedelta(seconds=1), NOON + timedelta(seconds=50))
    assert work(service, turn) is not None


def outage(service: Service, start: datetime, end: datetime) -> None:
    for moment, down in ((start, True), (end, False)):
        service.clock.at(moment, partial(setattr, service.chats, "down", down))


# ---- fail, as the failures function calls it


def test_turn_of_a_dead_worker_fails(service: Service, story: Story) -> None:
    turn = story.asks()
    story.claims(turn)
    failed = service.chat_service.fail(invocation_of(turn), FailureCode.WORKER_DIED)
    assert failed is not None
    assert story.stored(turn.chat_id) == failed
    assert service.observer.turns[-1].failure == "worker_died"


@pytest.mark.parametrize("end", ["answers", "fails", "cancels"])
def test_failing_an_ended_turn_changes_nothing(service: Service, story: Story, end: str) -> None:
    turn = story.asks()
    ended = getattr(story, end)(turn)
    assert service.chat_service.fail(invocation_of(turn), FailureCode.WORKER_DIED) is None
    assert story.stored(turn.chat_id) == ended


def test_failing_with_a_wrong_token_or_chat_changes_nothing(service: Service, story: Story) -> None:
    turn = story.asks()
    forged = replace(invocation_of(turn), token="guessed")
    assert service.chat_service.fail(forged, FailureCode.WORKER_DIED) is None
    assert service.chat_service.fail(replace(forged, chat_id=UNKNOWN_CHAT), FailureCode.WORKER_DIED) is None
    assert story.stored(turn.chat_id) == turn
