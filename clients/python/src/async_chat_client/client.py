"""The blocking client."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import httpx

from async_chat_client.calls import Calls
from async_chat_client.chat import Chat, Turn
from async_chat_client.drivers import Driver, Token, http_settings
from async_chat_client.flows import Patience, Timing
from async_chat_client.memories import Memories
from async_chat_client.models import ChatSummary, Health


class ChatClient:
    """A user's chats and memories at one service. `token` is an access token, or a function that brings one.

    `transport`, `timing` and `sleep` are for tests: see `async_chat_client.testing`.
    """

    def __init__(
        self,
        base_url: str,
        token: Token = None,
        *,
        patience: Patience = Patience(),  # noqa: B008  # frozen
        transport: httpx.BaseTransport | None = None,
        timing: Timing = Timing(),  # noqa: B008  # frozen
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(transport=transport, **http_settings(base_url))
        self._driver = Driver(self._http, token, sleep)
        self._calls = Calls(patience, timing)

    @property
    def memories(self) -> Memories:
        """What the user has asked to be remembered."""
        return Memories(self._driver, self._calls)

    def chat(self, chat_id: str | None = None) -> Chat:
        """The chat named, or a new one, which begins with its first question. Nothing is sent."""
        return Chat(self._driver, self._calls, chat_id)

    def chats(self) -> Iterator[ChatSummary]:
        """The user's chats, newest activity first; further pages are fetched as they are needed."""
        return self._driver.stream(self._calls.chats())

    def resume(self, chat_id: str) -> Turn:
        """The latest turn of a chat, to watch it or to have its answer: after a restart, or on another device."""
        return self.chat(chat_id).resume()

    def health(self) -> Health:
        """Which version answers in which workspace; needs no token."""
        return self._driver.run(self._calls.health())

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
