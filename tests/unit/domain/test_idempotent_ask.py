"""Asking again with the same idempotency key: the first answer, one turn, and a worker that does start."""

from datetime import timedelta

import pytest

from domain.chat import TurnState
from domain.errors import IdempotencyKeyReused, TooManyTurns, WorkerUnreachable
from domain.failure_codes import FailureCode
from domain.records import Ask, AskAccepted
from tests.support.service import Service
from tests.support.story import ALICE, BOB, PARKING, TURN_LIMIT


def tap(service: Service, question: str = PARKING, *, chat_id: str | None = None, user: str = ALICE) -> AskAccepted:
    return service.chat_service.dispatch(Ask(user, question, chat_id, key="tap-1"))


def test_a_second_tap_brings_the_first_answer(service: Service) -> None:
    first = tap(service)
    assert tap(service) == AskAccepted(first.chat_id, replayed=True)
    assert len(service.chats.chats) == 1


def test_white_space_around_it_makes_no_other_question(service: Service) -> None:
    assert tap(service, f"  {PARKING} ").chat_id == tap(service, PARKING).chat_id


@pytest.mark.parametrize("end", ["answers", "cancels"])
def test_a_tap_long_after_starts_nothing(service: Service, end: str) -> None:
    chat_id = tap(service).chat_id
    getattr(service.story, end)(service.story.stored(chat_id))
    service.invoker.waiting.clear()
    service.clock.sleep(timedelta(hours=23))
    assert tap(service) == AskAccepted(chat_id, replayed=True)
    assert service.invoker.waiting == []


def test_a_tap_after_a_day_asks_anew(service: Service) -> None:
    first = tap(service)
    service.clock.sleep(timedelta(hours=24))
    again = tap(service)
    assert (again.replayed, again.chat_id != first.chat_id) == (False, True)


def test_the_same_key_with_another_body_is_refused(service: Service) -> None:
    chat_id = service.story.talks(1)
    tap(service)
    with pytest.raises(IdempotencyKeyReused):
        tap(service, "Where are my keys?")
    with pytest.raises(IdempotencyKeyReused):
        tap(service, chat_id=chat_id)


def test_bobs_key_is_not_alices(service: Service) -> None:
    assert tap(service, user=ALICE).chat_id != tap(service, user=BOB).chat_id


def test_a_tap_while_the_turn_waits_sends_its_event_again_for_one_run(service: Service) -> None:
    chat_id = tap(service).chat_id
    tap(service)
    one, other = service.invoker.waiting
    assert (one.chat_id, one.turn_id, one.token) == (other.chat_id, other.turn_id, other.token)
    service.run_worker()
    assert len(service.agent.assignments) == 1
    assert service.story.stored(chat_id).state is TurnState.ANSWERED


def test_a_tap_while_the_agent_runs_starts_nothing(service: Service) -> None:
    chat_id = tap(service).chat_id
    service.invoker.waiting.clear()
    service.story.claims(service.story.stored(chat_id))
    tap(service)
    assert service.invoker.waiting == []


def test_a_tap_starts_a_worker_that_never_started(service: Service) -> None:
    service.invoker.unreachable = True
    with pytest.raises(WorkerUnreachable):
        tap(service)
    service.invoker.unreachable = False
    chat_id = tap(service).chat_id
    service.run_worker()
    assert service.story.stored(chat_id).state is TurnState.ANSWERED
    assert [assignment.question for assignment in service.agent.assignments] == [PARKING]
    assert len(service.chats.messages[chat_id]) == 2


def test_a_tap_after_the_deadline_starts_a_worker_that_never_started(service: Service) -> None:
    chat_id = tap(service).chat_id
    service.invoker.waiting.clear()  # the event was dropped
    service.clock.sleep(timedelta(seconds=70))
    assert tap(service) == AskAccepted(chat_id, replayed=True)
    assert service.story.stored(chat_id).deadline == service.clock.now() + timedelta(seconds=70)
    assert [turn.failure for turn in service.observer.turns if turn.failure] == ["timed_out"]


def test_a_tap_does_not_run_an_agent_again_that_has_run(service: Service) -> None:
    chat_id = tap(service).chat_id
    failed = service.story.fails(service.story.claims(service.story.stored(chat_id)))
    service.invoker.waiting.clear()
    tap(service)
    assert service.story.stored(chat_id) == failed
    assert service.invoker.waiting == []


def test_a_tap_after_the_next_question_leaves_that_one_alone(service: Service) -> None:
    chat_id = tap(service).chat_id
    service.story.fails(service.story.stored(chat_id), FailureCode.NOT_STARTED)
    next_turn = service.story.asks("Well?", chat_id=chat_id)
    service.invoker.waiting.clear()
    tap(service)
    assert service.story.stored(chat_id) == next_turn
    assert service.invoker.waiting == []


def test_a_tap_for_a_chat_that_was_deleted_stays_the_first_answer(service: Service) -> None:
    chat_id = tap(service).chat_id
    service.chat_service.delete(ALICE, chat_id)
    service.invoker.waiting.clear()
    assert tap(service) == AskAccepted(chat_id, replayed=True)
    assert service.invoker.waiting == []


def test_a_turn_that_is_run_again_needs_a_place(service: Service) -> None:
    chat_id = tap(service).chat_id
    service.story.fails(service.story.stored(chat_id), FailureCode.NOT_STARTED)
    for _ in range(TURN_LIMIT):
        service.story.asks()
    with pytest.raises(TooManyTurns):
        tap(service)
