"""Asking: a question is asked exactly once, whatever fails."""

import json

import pytest

from async_chat_client import ChatClient
from async_chat_client.errors import (
    AsyncChatError,
    ChatBusy,
    ChatForbidden,
    IdempotencyKeyReused,
    QuestionMissing,
    ServiceFault,
    Unauthorized,
    Unreachable,
    UnreadableReply,
)
from async_chat_client.testing import Disturbance, FakeService, ScriptedTurn, answers, answers_lost, unreachable
from tests.conftest import Clients

QUESTION = "Where did I park the car?"


def test_ask_and_answer(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(answer="Level 3, bay 12."))
    turn = alice.chat().ask(QUESTION)
    assert str(turn.answer(timeout=90)) == "Level 3, bay 12."


def test_ask_returns_while_the_turn_is_thinking(service: FakeService, alice: ChatClient) -> None:
    turn = alice.chat().ask(QUESTION)
    assert turn.end is None
    assert service.time.seconds == 0


def test_every_request_carries_the_token(service: FakeService, alice: ChatClient) -> None:
    alice.chat().ask(QUESTION).answer()
    assert {request.headers["authorization"] for request in service.requests} == {"Bearer alice"}


def test_a_second_question_goes_to_the_same_chat(service: FakeService, alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask(QUESTION).answer()
    chat.ask("And the bicycle?").answer()
    assert [message.role for message in chat.messages()] == ["user", "assistant", "user", "assistant"]


@pytest.mark.parametrize("disturbance", [unreachable, answers_lost, answers(500), answers(502), answers(504)])
def test_failed_ask_is_repeated_under_the_same_key_and_runs_once(
    service: FakeService, alice: ChatClient, disturbance: Disturbance
) -> None:
    service.disturb(disturbance, disturbance, on="/memories/chat")
    alice.chat().ask(QUESTION).answer()
    keys = {request.headers["idempotency-key"] for request in service.requests[:3]}
    assert len(keys) == 1
    assert service.turns_run == 1


def test_each_question_gets_its_own_key(service: FakeService, alice: ChatClient) -> None:
    for _ in range(2):
        alice.chat().ask("ok")
    first, second = (request.headers["idempotency-key"] for request in service.requests)
    assert first != second


def test_callers_key_repeats_the_question_from_another_process(clients: Clients, service: FakeService) -> None:
    first = clients("alice").chat().ask(QUESTION, key="form-17")
    again = clients("alice").chat().ask(QUESTION, key="form-17")
    assert again.chat_id == first.chat_id
    assert service.turns_run == 1


@pytest.mark.parametrize(
    ("troubles", "in_doubt"),
    [
        ([answers_lost], True),
        ([answers(500)], True),
        ([answers(503, {"code": "try_again"})], True),  # the question may stand there, its turn failed
        ([answers(200, "<html>")], True),
        ([answers_lost, unreachable], True),
        ([answers_lost, answers(429)], True),
        ([answers_lost, answers(401)], True),
        ([unreachable], False),
        ([answers(429)], False),
        ([unreachable, answers(401)], False),
        ([answers(404, {"code": "chat_not_found"})], False),
    ],
)
def test_error_carries_the_key_if_the_question_may_have_been_taken(
    service: FakeService, clients: Clients, troubles: list[Disturbance], in_doubt: bool
) -> None:
    service.disturb(*troubles, on="/memories/chat")
    with pytest.raises(AsyncChatError) as error:
        clients("alice", sending=0.3 * len(troubles) - 0.2).chat().ask(QUESTION)
    sent = service.requests[0].headers["idempotency-key"]
    assert error.value.idempotency_key == (sent if in_doubt else None)
    assert len(service.requests) == len(troubles)


def test_asking_again_under_the_errors_key_runs_once(service: FakeService, clients: Clients) -> None:
    service.disturb(answers_lost, on="/memories/chat")
    with pytest.raises(Unreachable) as lost:
        clients("alice", sending=0).chat().ask(QUESTION)
    clients("alice").chat().ask(QUESTION, key=lost.value.idempotency_key).answer()
    assert service.turns_run == 1


def test_key_reused_for_another_question_is_rejected(alice: ChatClient) -> None:
    alice.chat().ask(QUESTION, key="form-17")
    with pytest.raises(IdempotencyKeyReused):
        alice.chat().ask("And the bicycle?", key="form-17")


def test_retry_after_of_an_overloaded_service_is_respected(service: FakeService, alice: ChatClient) -> None:
    service.disturb(answers(503, {"code": "try_again"}, {"Retry-After": "7"}))
    alice.chat().ask(QUESTION)
    assert service.time.waits == [7.0]


def test_retry_after_may_be_a_date(service: FakeService, alice: ChatClient) -> None:
    dates = {"Date": "Mon, 23 Nov 2026 12:00:00 GMT", "Retry-After": "Mon, 23 Nov 2026 12:00:09 GMT"}
    service.disturb(answers(429, headers=dates))
    alice.chat().ask(QUESTION)
    assert service.time.waits == [9.0]


def test_ask_retries_while_the_chat_is_busy(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=8))
    chat = alice.chat()
    chat.ask(QUESTION)
    chat.ask("And the bicycle?")
    assert service.time.waits == [5.0, 5.0]


def test_chat_that_stays_busy_raises_chat_busy(service: FakeService, clients: Clients) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    chat = clients(sending=12).chat()
    chat.ask(QUESTION)
    with pytest.raises(ChatBusy) as busy:
        chat.ask("And the bicycle?")
    assert busy.value.retry_after == 5.0
    assert service.time.seconds == 10.0


@pytest.mark.parametrize(
    ("question", "user", "chat_id", "error"),
    [
        ("  ", "alice", None, QuestionMissing),
        (QUESTION, "expired", None, Unauthorized),
        (QUESTION, "bob", "alices", ChatForbidden),
    ],
)
def test_refused_ask_is_not_retried(
    service: FakeService, clients: Clients, question: str, user: str, chat_id: str | None, error: type[Exception]
) -> None:
    alices = clients("alice").chat().ask(QUESTION).chat_id
    service.requests.clear()
    with pytest.raises(error):
        clients(user).chat(alices if chat_id else None).ask(question)
    assert len(service.requests) == 1


def test_ask_raises_unreachable_after_the_retry_budget(service: FakeService, clients: Clients) -> None:
    service.disturb(*[unreachable] * 99)
    with pytest.raises(Unreachable, match="no connection could be made"):
        clients(sending=30).chat().ask(QUESTION)
    assert 15 < service.time.seconds <= 30


def test_backoff_is_exponential_with_jitter(service: FakeService, clients: Clients) -> None:
    service.disturb(*[unreachable] * 5)
    clients(jitter=1.0).chat().ask(QUESTION)
    assert service.time.waits == [0.5, 1.0, 2.0, 4.0, 8.0]
    service.time.waits.clear()
    service.disturb(*[unreachable] * 5)
    clients(jitter=0.0).chat().ask(QUESTION)
    assert service.time.waits == [0.25, 0.5, 1.0, 2.0, 4.0]


def test_ask_raises_the_last_server_error_after_the_retry_budget(service: FakeService, clients: Clients) -> None:
    problem = {"code": "internal_error", "detail": "Something broke here.", "request_id": "r-1"}
    service.disturb(*[answers(500, problem)] * 99)
    with pytest.raises(ServiceFault, match="Something broke here") as fault:
        clients(sending=5).chat().ask(QUESTION)
    assert (fault.value.code, fault.value.request_id) == ("internal_error", "r-1")


@pytest.mark.parametrize("page", ["<html>Sign in to the wireless network</html>", "[]", '{"chat": 1}', ""])
def test_response_of_another_server_is_unreadable(service: FakeService, alice: ChatClient, page: str) -> None:
    service.disturb(answers(200, page))
    with pytest.raises(UnreadableReply):
        alice.chat().ask(QUESTION)


def test_redirect_is_not_followed(service: FakeService, clients: Clients) -> None:
    service.disturb(*[answers(302, headers={"Location": "https://elsewhere.test/"})] * 99)
    with pytest.raises(UnreadableReply, match="302"):
        clients(sending=1).chat().ask(QUESTION)
    assert {request.url.host for request in service.requests} == {"chat.test"}


def test_ask_body_holds_only_question_and_chat_id(service: FakeService, alice: ChatClient) -> None:
    chat = alice.chat()
    chat.ask(QUESTION).answer()
    chat.ask("And the bicycle?")
    bodies = [json.loads(request.content) for request in service.requests if request.method == "POST"]
    assert bodies == [{"question": QUESTION}, {"question": "And the bicycle?", "chat_id": chat.chat_id}]
