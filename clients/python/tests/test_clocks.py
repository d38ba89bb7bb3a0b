"""Deadlines under wrong clocks: only the service's times and the monotonic clock count."""

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from async_chat_client import ChatClient
from async_chat_client.errors import StillThinking
from async_chat_client.testing import Disturbance, FakeService, Handler, ScriptedTurn
from tests.conftest import Clients

HOUR = timedelta(hours=1)


def dated(service: FakeService, wrong_by: timedelta | None, *, endless: bool = False) -> Disturbance:
    """Polls whose `Date` is wrong or missing; with `endless` they show a turn that never ends."""

    def poll(request: httpx.Request, handle: Handler) -> httpx.Response:
        passed = service.time.seconds
        service.time.seconds = min(passed, 60.0) if endless else passed
        response = handle(request)
        service.time.seconds = passed
        del response.headers["Date"]
        if wrong_by is not None:
            response.headers["Date"] = format_datetime(service.time.date() + wrong_by, usegmt=True)
        return response

    return poll


@pytest.mark.parametrize("wrong_by", [-HOUR, HOUR, None], ids=["behind", "ahead", "missing"])
def test_implausible_date_header_does_not_lose_the_answer(
    service: FakeService, alice: ChatClient, wrong_by: timedelta | None
) -> None:
    service.next_turns(ScriptedTurn(seconds=66))
    service.disturb(*[dated(service, wrong_by)] * 99, on="/chats/messages")
    assert alice.chat().ask("Where did I park?").answer().content == "An answer."


@pytest.mark.parametrize(("wrong_by", "latest"), [(timedelta(0), 76), (-HOUR, 78), (HOUR, 78), (None, 78)])
def test_implausible_date_header_does_not_extend_the_deadline(
    service: FakeService, clients: Clients, wrong_by: timedelta | None, latest: float
) -> None:
    service.next_turns(ScriptedTurn(seconds=9999))
    service.disturb(*[dated(service, wrong_by, endless=True)] * 99, on="/chats/messages")
    with pytest.raises(StillThinking):
        clients(grace=5).chat().ask("Where did I park?").answer()
    assert 75 <= service.time.seconds <= latest


def test_resumed_turn_keeps_its_original_deadline(service: FakeService, clients: Clients) -> None:
    service.next_turns(ScriptedTurn(seconds=9999))
    chat_id = clients().chat().ask("Where did I park?").chat_id
    service.time.seconds = 50
    service.disturb(*[dated(service, timedelta(0), endless=True)] * 99, on="/chats/messages")
    with pytest.raises(StillThinking):
        clients(grace=5).resume(chat_id).answer()
    assert 75 <= service.time.seconds <= 76
