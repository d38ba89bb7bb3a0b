"""The asynchronous client behind the blocking interface, so that one test covers both."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

from async_chat_client import AsyncChatClient, ChatClient


def blocking(client: AsyncChatClient, runner: asyncio.Runner) -> ChatClient:
    """`client`, with each call run to its end."""
    return cast("ChatClient", _Blocking(client, runner))


class _Blocking:
    def __init__(self, asynchronous: Any, runner: asyncio.Runner) -> None:
        self._asynchronous = asynchronous
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        return self._plain(getattr(self._asynchronous, name))

    def _plain(self, value: Any) -> Any:
        if inspect.ismethod(value):
            return lambda *given, **named: self._plain(value(*given, **named))
        if inspect.iscoroutine(value):
            return self._plain(self._runner.run(value))
        if inspect.isasyncgen(value):
            return self._each(value)
        if type(value).__module__.startswith("async_chat_client._async_"):
            return _Blocking(value, self._runner)
        return value

    def _each(self, values: AsyncIterator[Any]) -> Iterator[Any]:
        nothing = object()
        while (value := self._runner.run(_next(values, nothing))) is not nothing:
            yield value


async def _next(values: AsyncIterator[Any], otherwise: object) -> Any:
    return await anext(values, otherwise)
