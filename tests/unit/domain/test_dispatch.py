"""ChatService.dispatch: stores a question, invokes the worker, and returns at once."""

from datetime import timedelta

import pytest

from domain.chat import TurnState
from domain.errors import (
    AtCapacity,
    ChatBusy,
    ChatForbidden,
    ChatNotFound,
    QuestionMissing,
    QuestionTooLong,
    StoreUnavailable,
    TooManyTurns,
    UnreadableText,
    WorkerUnreachable,
)
from domain.limits import WorkspaceLimits
from domain.records import Ask, AskAccepted, ChatPage, IdempotencyRecord, NewQuestion, PageRequest
from tests.fakes.clock import NOON
from tests.support.service import Service
from tests.support.story import ALICE, BOB, PARKING, TURN_LIMIT, UNKNOWN_CHAT, texts


def ask(service: Service, question: str = PARKING, *, user: str = ALICE, chat_id: str | None = None) -> AskAccepted:
    return service.chat_service.dispatch(Ask(user, question, chat_id, correlation_id="request-7"))


def page_of(service: Service, chat_id: str) -> ChatPage:
    return service.chat_service.read(ALICE, chat_id, PageRequest(50))


def test_question_is_stored_and_its_worker_is_invoked(service: Service) -> None:
    chat_id = ask(service).chat_id
    turn = service.story.stored(chat_id)
    (invocation,) = service.invoker.waiting
    assert (invocation.chat_id, invocation.turn_id, invocation.token) == (chat_id, turn.turn_id, turn.dispatch_token)
    assert invocation.correlation_id == "request-7"
    assert texts(page_of(service, chat_id)) == [PARKING]


def test_ask_returns_before_the_agent_runs(service: Service) -> None:
    ask(service)
    assert service.clock.now() == NOON
    assert service.agent.assignments == []


def test_turn_has_a_deadline_70_seconds_after_the_question(service: Service) -> None:
    turn = service.story.stored(ask(service).chat_id)
    assert (turn.asked_at, turn.deadline) == (NOON, NOON + timedelta(seconds=70))


def test_a_question_is_trimmed(service: Service) -> None:
    assert texts(page_of(service, ask(service, "  Where did I park?\n").chat_id)) == [PARKING]


def test_further_question_is_added_to_its_chat(service: Service) -> None:
    chat_id = service.story.talks(1)
    assert ask(service, "And when?", chat_id=chat_id) == AskAccepted(chat_id)
    assert texts(page_of(service, chat_id))[-1] == "And when?"


@pytest.mark.parametrize("question", ["", "  \n", "\u200b", "\x00"])
def test_question_without_visible_characters_is_missing(service: Service, question: str) -> None:
    with pytest.raises(QuestionMissing):
        ask(service, question)
    assert_nothing_happened(service)


@pytest.mark.parametrize("question", ["Where\x00?", "\ud83d?"])
def test_a_question_that_cannot_be_stored_is_refused(service: Service, question: str) -> None:
    with pytest.raises(UnreadableText):
        ask(service, question)
    assert_nothing_happened(service)


def test_a_question_has_at_most_8000_characters_after_trimming(service: Service) -> None:
    ask(service, "  " + "\U0001f697" * 8_000 + "  ")
    with pytest.raises(QuestionTooLong) as refused:
        ask(service, "x" * 8_001)
    assert (refused.value.length, refused.value.limit) == (8_001, 8_000)


def test_an_unknown_chat_is_not_found(service: Service) -> None:
    with pytest.raises(ChatNotFound):
        ask(service, chat_id=UNKNOWN_CHAT)
    assert_nothing_happened(service)


def test_another_users_chat_is_forbidden(service: Service) -> None:
    chat_id = service.story.talks(1)
    with pytest.raises(ChatForbidden):
        ask(service, user=BOB, chat_id=chat_id)
    assert len(texts(page_of(service, chat_id))) == 2
    assert service.invoker.waiting == []


def test_question_in_a_thinking_chat_is_refused(service: Service) -> None:
    chat_id = ask(service).chat_id
    with pytest.raises(ChatBusy):
        ask(service, "Well?", chat_id=chat_id)
    assert len(service.invoker.waiting) == 1


def test_question_beyond_the_users_turn_limit_is_refused(service: Service) -> None:
    for _ in range(TURN_LIMIT):
        ask(service)
    with pytest.raises(TooManyTurns):
        ask(service)
    assert len(service.invoker.waiting) == TURN_LIMIT


def test_a_question_without_a_free_worker_is_refused(service: Service) -> None:
    service.chats.limits = WorkspaceLimits(turns=1)
    ask(service)
    with pytest.raises(AtCapacity):
        ask(service, user=BOB)
    assert len(service.invoker.waiting) == 1
    assert service.observer.rejected == [BOB]


def test_dispatch_retries_with_a_new_turn_id_when_a_shard_is_full(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    save = service.chats.save_question

    def full_for_the_first_two(new: NewQuestion) -> IdempotencyRecord | None:
        if len(refused) < 2:
            refused.append(new.turn.turn_id)
            raise AtCapacity(retry_after=70)
        return save(new)

    monkeypatch.setattr(service.chats, "save_question", full_for_the_first_two)
    turn = service.story.stored(ask(service).chat_id)
    assert len({*refused, turn.turn_id}) == 3


def test_dispatch_saves_and_invokes_nothing_when_the_store_is_down(service: Service) -> None:
    service.chats.down = True
    with pytest.raises(StoreUnavailable):
        ask(service)
    service.chats.down = False
    assert_nothing_happened(service)


def test_question_follows_the_last_message_when_the_clock_is_behind(service: Service) -> None:
    turn = service.story.answers(service.story.asks())
    ahead = service.story.question(chat_id=turn.chat_id, message_id="01KA" + "0" * 18 + "5000")
    service.chats.save_question(ahead)
    service.story.fails(ahead.turn)
    ask(service, "And when?", chat_id=turn.chat_id)
    assert texts(page_of(service, turn.chat_id))[-1] == "And when?"


def test_observer_is_called_for_a_new_turn(service: Service) -> None:
    chat_id = ask(service).chat_id
    assert [(turn.chat_id, turn.state) for turn in service.observer.turns] == [(chat_id, TurnState.QUEUED)]


# ---- unreachable worker


def test_a_turn_whose_worker_cannot_be_started_fails_at_once(service: Service) -> None:
    service.invoker.unreachable = True
    with pytest.raises(WorkerUnreachable):
        ask(service)
    (chat,) = service.chats.chats.values()
    assert (chat.turn.state, chat.turn.failure) == (TurnState.FAILED, "not_started")
    assert service.observer.turns[-1] == chat.turn


def test_chat_accepts_a_question_after_its_worker_failed_to_start(service: Service) -> None:
    chat_id = service.story.talks(1)
    service.invoker.unreachable = True
    with pytest.raises(WorkerUnreachable):
        ask(service, chat_id=chat_id)
    service.invoker.unreachable = False
    assert ask(service, "Again?", chat_id=chat_id) == AskAccepted(chat_id)


def test_turn_fails_at_its_deadline_when_neither_worker_nor_store_is_reachable(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_everything(_invocation: object) -> None:
        service.chats.down = True
        raise WorkerUnreachable

    monkeypatch.setattr(service.invoker, "invoke", lose_everything)
    with pytest.raises(WorkerUnreachable):
        ask(service)
    service.chats.down = False
    (chat_id,) = service.chats.chats
    service.clock.sleep(timedelta(seconds=70))
    assert page_of(service, chat_id).chat.turn.failure == "timed_out"


def test_dispatch_succeeds_when_the_worker_claimed_the_turn_but_the_reply_was_lost(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_reply(_invocation: object) -> None:
        (chat,) = service.chats.chats.values()
        service.story.claims(chat.turn)
        raise WorkerUnreachable

    monkeypatch.setattr(service.invoker, "invoke", lose_the_reply)
    assert service.story.stored(ask(service).chat_id).state is TurnState.RUNNING


def assert_nothing_happened(service: Service) -> None:
    assert (service.chats.chats, service.chats.messages, service.chats.keys) == ({}, {}, {})
    assert (service.invoker.waiting, service.observer.turns) == ([], [])
