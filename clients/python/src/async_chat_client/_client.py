"""The blocking client."""

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import httpx

from async_chat_client._calls import Calls
from async_chat_client._chat import Chat, Turn
from async_chat_client._gate import made
from async_chat_client._holding import UNSHARED, Holding
from async_chat_client._memories import Memories
from async_chat_client._models import ChatSummary, Health
from async_chat_client._runners import Runner, Token, http_settings
from async_chat_client._sansio import RetryBudget, Timing


class ChatClient:
    """A user's chats and memories at one service. `token` is an access token, or a function that returns one.

    `time_zone` is the IANA name of the user's zone, such as "Europe/Berlin": "today" in a question is a day of it.
    Without one it is UTC's: the zone of a server that calls for others is not theirs.

    With `hold`, polls are held until there is news, where the service offers it.

    `transport`, `timing` and `sleep` are for tests: see `async_chat_client.testing`.
    """

    def __init__(
        self,
        base_url: str,
        token: Token = None,
        *,
        time_zone: str | None = None,
        hold: bool = True,
        retry_budget: RetryBudget = RetryBudget(),  # noqa: B008  # frozen
        transport: httpx.BaseTransport | None = None,
        timing: Timing = Timing(),  # noqa: B008  # frozen
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._http = made(httpx.Client, transport=transport, **http_settings(base_url))
        self._holding = Holding(
            lambda: made(httpx.Client, transport=transport, limits=UNSHARED, **http_settings(base_url))
        )
        self._runner = Runner(self._http, self._holding, token, sleep)
        self._calls = Calls(retry_budget, timing, time_zone, hold)

    @property
    def memories(self) -> Memories:
        """The user's memories."""
        return Memories(self._runner, self._calls)

    def chat(self, chat_id: str | None = None) -> Chat:
        """The chat with this id, or a new one that its first question creates. Sends no request."""
        return Chat(self._runner, self._calls, chat_id)

    def chats(self) -> Iterator[ChatSummary]:
        """The user's chats, newest activity first. Pages are fetched as they are needed."""
        return self._runner.stream(self._calls.chats())

    def resume(self, chat_id: str) -> Turn:
        """The latest turn of a chat, after a restart or on another device. Sends no request."""
        return self.chat(chat_id).resume()

    def health(self) -> Health:
        """The service's version and workspace. Needs no token."""
        return self._runner.run(self._calls.health())

    def close(self) -> None:
        self._http.close()
        self._holding.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
