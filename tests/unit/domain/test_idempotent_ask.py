"""ChatService.dispatch with an idempotency key: a repeated ask gets the first response, and one turn runs."""

import hashlib
from datetime import timedelta

import pytest

from domain.chat import TurnState
from domain.errors import IdempotencyKeyReused, TooManyTurns, WorkerUnreachable
from domain.failure_codes import FailureCode
from domain.records import Ask, AskAccepted
from tests.support.service import Service
from tests.support.story import ALICE, BOB, PARKING, TURN_LIMIT


def ask_with_key(
    service: Service, question: str = PARKING, *, chat_id: str | None = None, user: str = ALICE
) -> AskAccepted:
    return service.chat_service.dispatch(Ask(user, question, chat_id, key="tap-1"))


def test_repeated_ask_returns_the_first_chat_as_a_replay(service: Service) -> None:
    first = ask_with_key(service)
    assert ask_with_key(service) == AskAccepted(first.chat_id, replayed=True)
    assert len(service.chats.chats) == 1


def test_white_space_around_the_question_does_not_matter(service: Service) -> None:
    assert ask_with_key(service, f"  {PARKING} ").chat_id == ask_with_key(service, PARKING).chat_id


def test_stored_fingerprint_cannot_be_guessed_from_the_question(service: Service) -> None:
    """The same question under two keys has two fingerprints, and neither is a hash of the question alone."""
    for key in ("tap-1", "tap-2"):
        service.chat_service.dispatch(Ask(ALICE, PARKING, key=key))
    stored = {record.fingerprint for record, _ in service.chats.keys.values()}
    plain = {hashlib.sha256(text.encode()).hexdigest() for text in (PARKING, f"\n{PARKING}")}
    assert len(stored) == 2
    assert not stored & plain


@pytest.mark.parametrize("end", ["answers", "cancels"])
def test_ask_repeated_after_the_end_starts_no_worker(service: Service, end: str) -> None:
    chat_id = ask_with_key(service).chat_id
    getattr(service.story, end)(service.story.stored(chat_id))
    service.invoker.waiting.clear()
    service.clock.sleep(timedelta(hours=23))
    assert ask_with_key(service) == AskAccepted(chat_id, replayed=True)
    assert service.invoker.waiting == []


def test_ask_repeated_after_a_day_is_a_new_ask(service: Service) -> None:
    first = ask_with_key(service)
    service.clock.sleep(timedelta(hours=24))
    again = ask_with_key(service)
    assert (again.replayed, again.chat_id != first.chat_id) == (False, True)


def test_same_key_with_another_body_is_refused(service: Service) -> None:
    chat_id = service.story.talks(1)
    ask_with_key(service)
    with pytest.raises(IdempotencyKeyReused):
        ask_with_key(service, "Where are my keys?")
    with pytest.raises(IdempotencyKeyReused):
        ask_with_key(service, chat_id=chat_id)


def test_same_key_of_another_user_is_another_ask(service: Service) -> None:
    assert ask_with_key(service, user=ALICE).chat_id != ask_with_key(service, user=BOB).chat_id


def test_ask_repeated_while_queued_sends_the_event_again_and_runs_once(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    ask_with_key(service)
    one, other = service.invoker.waiting
    assert (one.chat_id, one.turn_id, one.token) == (other.chat_id, other.turn_id, other.token)
    service.run_worker()
    assert len(service.agent.assignments) == 1
    assert service.story.stored(chat_id).state is TurnState.ANSWERED


def test_ask_repeated_while_running_starts_no_worker(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    service.invoker.waiting.clear()
    service.story.claims(service.story.stored(chat_id))
    ask_with_key(service)
    assert service.invoker.waiting == []


def test_ask_repeated_after_a_failed_start_starts_the_worker(service: Service) -> None:
    service.invoker.unreachable = True
    with pytest.raises(WorkerUnreachable):
        ask_with_key(service)
    service.invoker.unreachable = False
    chat_id = ask_with_key(service).chat_id
    service.run_worker()
    assert service.story.stored(chat_id).state is TurnState.ANSWERED
    assert [assignment.question for assignment in service.agent.assignments] == [PARKING]
    assert len(service.chats.messages[chat_id]) == 2


def test_ask_repeated_after_a_lost_event_and_the_deadline_starts_a_new_turn(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    service.invoker.waiting.clear()  # the event was dropped
    service.clock.sleep(timedelta(seconds=70))
    assert ask_with_key(service) == AskAccepted(chat_id, replayed=True)
    assert service.story.stored(chat_id).deadline == service.clock.now() + timedelta(seconds=70)
    assert [turn.failure for turn in service.observer.turns if turn.failure] == ["timed_out"]


def test_ask_repeated_after_the_agent_ran_and_failed_starts_no_worker(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    failed = service.story.fails(service.story.claims(service.story.stored(chat_id)))
    service.invoker.waiting.clear()
    ask_with_key(service)
    assert service.story.stored(chat_id) == failed
    assert service.invoker.waiting == []


def test_ask_repeated_after_the_next_question_does_not_change_that_turn(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    service.story.fails(service.story.stored(chat_id), FailureCode.NOT_STARTED)
    next_turn = service.story.asks("Well?", chat_id=chat_id)
    service.invoker.waiting.clear()
    ask_with_key(service)
    assert service.story.stored(chat_id) == next_turn
    assert service.invoker.waiting == []


def test_ask_repeated_after_deletion_returns_the_first_chat(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    service.chat_service.delete(ALICE, chat_id)
    service.invoker.waiting.clear()
    assert ask_with_key(service) == AskAccepted(chat_id, replayed=True)
    assert service.invoker.waiting == []


def test_restarted_turn_needs_a_free_slot(service: Service) -> None:
    chat_id = ask_with_key(service).chat_id
    service.story.fails(service.story.stored(chat_id), FailureCode.NOT_STARTED)
    for _ in range(TURN_LIMIT):
        service.story.asks()
    with pytest.raises(TooManyTurns):
        ask_with_key(service)
