"""The asynchronous client. The contracts of the methods are in `_client.py`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Self

import httpx

from async_chat_client._async_chat import AsyncChat, AsyncTurn
from async_chat_client._async_memories import AsyncMemories
from async_chat_client._calls import Calls
from async_chat_client._gate import made
from async_chat_client._models import ChatSummary, Health
from async_chat_client._runners import AsyncRunner, AsyncToken, http_settings
from async_chat_client._sansio import RetryBudget, Timing


class AsyncChatClient:
    """A user's chats and memories at one service. A `token` function may be a coroutine function.

    With an event loop other than asyncio's, pass its library's `sleep`.
    """

    def __init__(
        self,
        base_url: str,
        token: AsyncToken = None,
        *,
        time_zone: str | None = None,
        hold: bool = True,
        retry_budget: RetryBudget = RetryBudget(),  # noqa: B008  # frozen
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing = Timing(),  # noqa: B008  # frozen
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._http = made(httpx.AsyncClient, transport=transport, **http_settings(base_url))
        self._runner = AsyncRunner(self._http, token, sleep)
        self._calls = Calls(retry_budget, timing, time_zone, hold)

    @property
    def memories(self) -> AsyncMemories:
        return AsyncMemories(self._runner, self._calls)

    def chat(self, chat_id: str | None = None) -> AsyncChat:
        """Sends no request."""
        return AsyncChat(self._runner, self._calls, chat_id)

    def chats(self) -> AsyncIterator[ChatSummary]:
        return self._runner.stream(self._calls.chats())

    def resume(self, chat_id: str) -> AsyncTurn:
        """Sends no request."""
        return self.chat(chat_id).resume()

    async def health(self) -> Health:
        return await self._runner.run(self._calls.health())

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
