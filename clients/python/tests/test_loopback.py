"""The client over real sockets with network faults."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from async_chat_client import AsyncChatClient, ChatClient, RetryBudget
from async_chat_client.errors import StillThinking, TurnCancelled, Unreachable
from async_chat_client.testing import Handler, ScriptedTurn
from async_chat_client.updates import PollFailed
from tests.blocking import blocking
from tests.loopback import Fault, Loopback, serving

QUESTION = "Where did I park the car?"
FAULTS: list[Fault] = ["cut", "reset", "half", "garbage", "closed afterwards"]


@pytest.fixture
def service(loopback: Loopback) -> Loopback:
    return loopback


@pytest.fixture(params=["blocking", "asynchronous"])
def alice(request: pytest.FixtureRequest, service: Loopback) -> Iterator[ChatClient]:
    """A client whose waits are cut to a fiftieth of a second."""
    with asyncio.Runner() as runner:
        if request.param == "blocking":
            client = ChatClient(service.url, "alice", sleep=lambda _: time.sleep(0.02))
        else:
            client = blocking(AsyncChatClient(service.url, "alice", sleep=lambda _: asyncio.sleep(0.02)), runner)
        yield client
        client.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_turn_survives_network_faults(service: Loopback, alice: ChatClient, fault: Fault) -> None:
    service.next_turns(ScriptedTurn(answer="Level 3, bay 12.", seconds=0.3))
    service.faults += [fault, fault, fault]
    assert alice.chat().ask(QUESTION).answer(timeout=20).content == "Level 3, bay 12."
    assert service.faults == []


@pytest.mark.parametrize("fault", ["cut", "reset", "half", "garbage"])
def test_network_fault_becomes_poll_failed(service: Loopback, alice: ChatClient, fault: Fault) -> None:
    service.faults.append(fault)
    first = next(iter(alice.chat().ask(QUESTION).updates()))
    assert isinstance(first, PollFailed)
    assert isinstance(first.error, Unreachable)


def test_slow_poll_ends_at_the_callers_timeout(service: Loopback, alice: ChatClient) -> None:
    service.faults += ["slow"] * 3
    turn = alice.chat().ask(QUESTION)
    began = time.monotonic()
    with pytest.raises(StillThinking) as still:
        turn.answer(timeout=0.5)
    assert time.monotonic() - began < 2
    assert isinstance(still.value.__cause__, Unreachable)


def test_unchanged_polls_have_no_body(service: Loopback, alice: ChatClient) -> None:
    service.next_turns(ScriptedTurn(seconds=0.5))
    alice.chat().ask(QUESTION).answer()
    assert sum("if-none-match" in poll.headers for poll in service.polls()) > 3


def test_refused_connection_raises_unreachable() -> None:
    with serving() as gone:
        url = gone.url
    with ChatClient(url, "alice", retry_budget=RetryBudget(sending=0)) as client, pytest.raises(Unreachable) as error:
        client.health()
    assert not error.value.sent


def test_environment_proxy_is_not_used_for_loopback(service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with ChatClient(service.url) as client:
        assert client.health().workspace == "test"


@pytest.mark.parametrize("url", ["", "chat.example.com", "ftp://chat.example.com", "http://"])
def test_invalid_base_url_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        ChatClient(url)


@pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])
@pytest.mark.parametrize(
    "url",
    [
        "http://chat.example",
        "HTTP://chat.example:8443/v1",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "http://2130706433",
    ],
)
def test_service_that_is_not_encrypted_is_refused(client: type[ChatClient | AsyncChatClient], url: str) -> None:
    with pytest.raises(ValueError, match="not encrypted"):
        client(url, "token")


@pytest.mark.parametrize("client", [ChatClient, AsyncChatClient])
@pytest.mark.parametrize(
    "url", ["https://chat.example", "http://127.0.0.1:1", "http://localhost", "http://[::1]:1", "http://a.localhost:1"]
)
def test_service_that_is_encrypted_or_on_this_machine_is_taken(
    client: type[ChatClient | AsyncChatClient], url: str
) -> None:
    assert isinstance(client(url, "token"), client)


def test_token_function_is_called_for_each_request(service: Loopback) -> None:
    tokens = iter(["alice", "bob"])
    with ChatClient(service.url, lambda: next(tokens)) as client:
        list(client.chats())
        list(client.memories.list())
    assert [request.headers["authorization"] for request in service.requests] == ["Bearer alice", "Bearer bob"]


def test_token_function_may_be_a_coroutine(service: Loopback) -> None:
    async def token() -> str:
        return "alice"

    async def ask() -> str:
        async with AsyncChatClient(service.url, token) as client:
            return (await client.chat().ask(QUESTION)).chat_id

    assert asyncio.run(ask())


def test_many_turns_are_watched_concurrently(service: Loopback) -> None:
    service.next_turns(*[ScriptedTurn(answer=f"Answer {number}", seconds=0.5) for number in range(10)])

    async def ask_all() -> list[str]:
        async with AsyncChatClient(service.url, "alice") as client:
            turns = [await client.chat().ask(f"Question {number}") for number in range(10)]
            return [str(answer) for answer in await asyncio.gather(*(turn.answer() for turn in turns))]

    assert asyncio.run(ask_all()) == [f"Answer {number}" for number in range(10)]


def test_watching_can_be_cancelled(service: Loopback) -> None:
    service.next_turns(ScriptedTurn(seconds=60))

    async def ask() -> None:
        async with AsyncChatClient(service.url, "alice") as client:
            turn = await client.chat().ask(QUESTION)
            async with asyncio.timeout(0.3):
                await turn.answer()

    with pytest.raises(TimeoutError):
        asyncio.run(ask())


def test_a_base_url_may_have_a_path(service: Loopback) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/_aws/execute-api/abc/health"
        return httpx.Response(200, json={"version": "1", "workspace": "local"})

    for url in ("https://chat.test/_aws/execute-api/abc", "https://chat.test/_aws/execute-api/abc/"):
        assert ChatClient(url, transport=httpx.MockTransport(handle)).health().workspace == "local"


@pytest.fixture
def silence(service: Loopback) -> Iterator[threading.Event]:
    """Set once a held poll has begun, of which nothing comes as long as the test runs."""
    begun, over = threading.Event(), threading.Event()

    def hold(request: httpx.Request, handle: Handler) -> httpx.Response:
        service.one_at_a_time.release()
        begun.set()
        over.wait(10)
        service.one_at_a_time.acquire()
        return handle(request)

    service.hold_polls()
    service.next_turns(ScriptedTurn(seconds=60))
    service.disturb(hold, on="/held")
    yield begun
    over.set()


def test_cancel_in_another_thread_aborts_a_held_poll(service: Loopback, silence: threading.Event) -> None:
    with ChatClient(service.url, "alice") as client, ThreadPoolExecutor(1) as other:
        turn = client.chat().ask(QUESTION)
        ended = other.submit(turn.answer)
        assert silence.wait(5)
        assert turn.cancel() == "cancelled"
        with pytest.raises(TurnCancelled):
            ended.result(5)
    assert len(service.held_polls()) == 1


def test_cancel_in_another_task_aborts_a_held_poll(service: Loopback, silence: threading.Event) -> None:
    async def watch() -> None:
        async with AsyncChatClient(service.url, "alice") as client:
            turn = await client.chat().ask(QUESTION)
            ended = asyncio.create_task(turn.answer())
            assert await asyncio.to_thread(silence.wait, 5)
            assert await turn.cancel() == "cancelled"
            with pytest.raises(TurnCancelled):
                await asyncio.wait_for(ended, 5)

    asyncio.run(watch())
    assert len(service.held_polls()) == 1


def test_held_poll_shows_the_answer_when_it_comes(service: Loopback, alice: ChatClient) -> None:
    service.hold_polls()
    service.next_turns(ScriptedTurn(answer="Level 3.", seconds=0.4, queued=0))
    assert alice.chat().ask(QUESTION).answer(timeout=20).content == "Level 3."
    assert len(service.held_polls()) == 1
