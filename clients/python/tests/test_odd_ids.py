"""Ids are one segment of a path, whatever text they are. The JavaScript client is tested with the same table."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from async_chat_client import AsyncChatClient, ChatClient, RetryBudget
from async_chat_client.errors import AsyncChatError

TABLE = json.loads((Path(__file__).parents[2] / "web" / "tests" / "odd-ids.json").read_text(encoding="utf-8"))
CALLS: dict[str, tuple[str, Callable[[ChatClient, str], object], Callable[[AsyncChatClient, str], object]]] = {
    "delete": ("DELETE /v1/chats/ID", lambda c, i: c.chat(i).delete(), lambda c, i: c.chat(i).delete()),
    "mark_read": ("POST /v1/chats/ID/read", lambda c, i: c.chat(i).mark_read(), lambda c, i: c.chat(i).mark_read()),
    "rate": (
        "PUT /v1/chats/ID/messages/01A/feedback",
        lambda c, i: c.chat(i).rate("01A", 1),
        lambda c, i: c.chat(i).rate("01A", 1),
    ),
    "rate, the answer": (
        "PUT /v1/chats/01C/messages/ID/feedback",
        lambda c, i: c.chat("01C").rate(i, 1),
        lambda c, i: c.chat("01C").rate(i, 1),
    ),
    "cancel": ("POST /v1/chats/ID/cancel", lambda c, i: c.chat(i).cancel(), lambda c, i: c.chat(i).cancel()),
    "turn.cancel": ("POST /v1/chats/ID/cancel", lambda c, i: c.resume(i).cancel(), lambda c, i: c.resume(i).cancel()),
    "retry": ("POST /v1/chats/ID/retry", lambda c, i: c.chat(i).retry(), lambda c, i: c.chat(i).retry()),
    "forget": ("DELETE /v1/memories/ID", lambda c, i: c.memories.forget(i), lambda c, i: c.memories.forget(i)),
}


class Recorder:
    """A service that refuses everything and keeps the first lines of the requests."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "chat.test"
        self.lines.append(f"{request.method} {request.url.raw_path.decode()}")
        return httpx.Response(418, json={"code": "teapot", "detail": "No."})


def blocking(call: str, odd: str) -> list[str]:
    seen = Recorder()
    budget = RetryBudget(sending=0)
    client = ChatClient("https://chat.test/v1", "t", transport=httpx.MockTransport(seen), retry_budget=budget)
    with client, suppress(AsyncChatError):
        CALLS[call][1](client, odd)
    return seen.lines


def awaited(call: str, odd: str) -> list[str]:
    seen = Recorder()

    async def run() -> None:
        transport = httpx.MockTransport(seen)
        async with AsyncChatClient("https://chat.test/v1", "t", transport=transport) as client:
            with suppress(AsyncChatError):
                await CALLS[call][2](client, odd)  # type: ignore[misc]  # each of them is a coroutine

    asyncio.run(run())
    return seen.lines


@pytest.mark.parametrize("run", [blocking, awaited])
@pytest.mark.parametrize("call", CALLS)
def test_any_id_is_one_segment_of_the_path(run: Callable[[str, str], list[str]], call: str) -> None:
    before, after = CALLS[call][0].split("ID")
    for odd in TABLE["one segment"]:
        [line] = run(call, odd)
        assert line.startswith(before)
        assert line.endswith(after)
        segment = line[len(before) : len(line) - len(after)]
        assert not set("/?#\\") & set(segment)
        assert unquote(segment) == odd


@pytest.mark.parametrize("run", [blocking, awaited])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("odd", [*TABLE["refused"], "\ud800"])
def test_text_that_cannot_be_an_id_is_refused_without_a_request(
    run: Callable[[str, str], list[str]], call: str, odd: str
) -> None:
    with pytest.raises(ValueError, match="id"):
        run(call, odd)
