"""Watching with failed polls, refused polls, and turns that never end."""

import httpx
import pytest

from async_chat_client import ChatClient
from async_chat_client.errors import (
    ChatForbidden,
    ChatNotFound,
    InvalidRequest,
    ServiceError,
    StillThinking,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    UnreadableReply,
)
from async_chat_client.testing import (
    Disturbance,
    FakeService,
    Handler,
    ScriptedTurn,
    answers,
    answers_lost,
    unreachable,
)
from async_chat_client.updates import Answered, PollFailed
from tests.conftest import Clients

QUESTION = "Where did I park the car?"
POLL = "/chats/messages"
GATEWAYS_PAGE = answers(200, "<html>Sign in to the wireless network</html>")


@pytest.mark.parametrize(
    "trouble",
    [unreachable, answers_lost, answers(500), answers(503), answers(302), GATEWAYS_PAGE],
    ids=["unreachable", "lost", "500", "503", "redirected", "captive portal"],
)
def test_failed_polls_do_not_end_the_turn(service: FakeService, alice: ChatClient, trouble: Disturbance) -> None:
    turn = alice.chat().ask(QUESTION)
    service.disturb(trouble, trouble, trouble, on=POLL)
    *troubles, answered = [update for update in turn.updates() if isinstance(update, PollFailed | Answered)]
    assert [type(update) for update in troubles] == [PollFailed] * 3
    assert isinstance(answered, Answered)


def test_turn_survives_a_minute_without_network(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=50))
    turn = alice.chat().ask(QUESTION)
    service.disturb(*[_offline_until(service, 58)] * 99, on=POLL)
    assert turn.answer().content == "An answer."


def _offline_until(service: FakeService, seconds: float) -> Disturbance:
    def offline(request: httpx.Request, handle: Handler) -> httpx.Response:
        if service.time.seconds < seconds:
            raise httpx.ConnectError("Network is unreachable", request=request)
        return handle(request)

    return offline


def test_watching_stops_when_the_outage_budget_is_spent(service: FakeService, clients: Clients) -> None:
    turn = clients(outage=20).chat().ask(QUESTION)
    service.disturb(*[unreachable] * 99, on=POLL)
    with pytest.raises(Unreachable):
        turn.answer()
    assert 12 < service.time.seconds <= 2 + 20


def test_successful_poll_resets_the_outage_budget(service: FakeService, clients: Clients) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    turn = clients(outage=3).chat().ask(QUESTION)
    for _ in range(20):
        service.disturb(unreachable, unreachable, lambda request, handle: handle(request), on=POLL)
    assert turn.answer().content == "An answer."


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (answers(401, {"message": "Unauthorized"}), Unauthorized),
        (answers(403, {"code": "chat_forbidden"}), ChatForbidden),
        (answers(404, {"code": "chat_not_found"}), ChatNotFound),
        (answers(400, {"code": "invalid_request"}), InvalidRequest),
        (answers(418), ServiceError),
    ],
)
def test_refused_poll_ends_the_watching(
    service: FakeService, alice: ChatClient, refusal: Disturbance, error: type[Exception]
) -> None:
    turn = alice.chat().ask(QUESTION)
    service.disturb(refusal, on=POLL)
    with pytest.raises(error):
        turn.answer()
    assert len(service.polls()) == 1


def test_expired_token_ends_the_watching(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(StillThinking):
        turn.answer(timeout=9)
    service.requests.clear()
    service.disturb(answers(401, {"message": "Unauthorized"}), on=POLL)
    with pytest.raises(Unauthorized):
        turn.answer()
    assert len(service.polls()) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_throttled_poll_waits_for_retry_after(service: FakeService, alice: ChatClient, status: int) -> None:
    turn = alice.chat().ask(QUESTION)
    service.disturb(answers(status, headers={"Retry-After": "11"}), on=POLL)
    turn.answer()
    assert service.time.waits == [2.0, 11.0]


def test_watching_ends_when_retry_after_exceeds_the_turns_deadline(service: FakeService, clients: Clients) -> None:
    service.next_turns(ScriptedTurn(seconds=60))
    turn = clients(outage=9999).chat().ask(QUESTION)
    with pytest.raises(StillThinking):
        turn.answer(timeout=5)
    service.disturb(answers(429, headers={"Retry-After": "600"}), on=POLL)
    with pytest.raises(TooManyRequests):
        turn.answer()
    assert service.time.seconds == 7


def test_poll_is_sent_at_the_deadline_whatever_the_hint(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=9999))
    service.hint(600_000)
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(Exception, match="The question could not be answered"):
        turn.answer()
    assert service.time.seconds == 70
    assert len(service.polls()) == 2


def _thinks_for_ever(service: FakeService) -> Disturbance:
    """A service that breaks its promise: the turn is still thinking after its deadline."""

    def think(request: httpx.Request, handle: Handler) -> httpx.Response:
        passed, service.time.seconds = service.time.seconds, min(service.time.seconds, 60.0)
        answer = handle(request)
        service.time.seconds = passed
        return answer

    return think


def test_watching_ends_soon_after_the_deadline_of_an_endless_turn(service: FakeService, clients: Clients) -> None:
    service.next_turns(ScriptedTurn(seconds=9999))
    turn = clients(grace=5).chat().ask(QUESTION)
    service.disturb(*[_thinks_for_ever(service)] * 99, on=POLL)
    with pytest.raises(StillThinking) as still:
        turn.answer()
    assert still.value.chat_id == turn.chat_id
    assert 75 <= service.time.seconds < 77


def test_poll_error_at_the_deadline_is_raised(service: FakeService, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=9999))
    turn = alice.chat().ask(QUESTION)
    with pytest.raises(StillThinking):
        turn.answer(timeout=60)
    service.disturb(*[answers(500)] * 99, on=POLL)
    with pytest.raises(StillThinking) as still:
        turn.answer()
    assert isinstance(still.value.__cause__, ServiceError)


def test_repeated_unreadable_polls_raise_unreadable_reply(service: FakeService, clients: Clients) -> None:
    turn = clients(outage=10).chat().ask(QUESTION)
    service.disturb(*[GATEWAYS_PAGE] * 99, on=POLL)
    with pytest.raises(UnreadableReply):
        turn.answer()
