"""A user's memories, asynchronous. The contracts of the methods are in `_memories.py`."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime

from async_chat_client._calls import Calls
from async_chat_client._models import Memory, NewMemory
from async_chat_client._runners import AsyncRunner


class AsyncMemories:
    """The asynchronous `Memories`."""

    def __init__(self, runner: AsyncRunner, calls: Calls) -> None:
        self._runner = runner
        self._calls = calls

    async def remember(
        self, text: str, *, occurred_at: datetime | date | None = None, tags: Iterable[str] = (), key: str | None = None
    ) -> str:
        [ids] = [
            batch
            async for batch in self.remember_all(
                [NewMemory(text, occurred_at, tags if isinstance(tags, str) else tuple(tags))], key=key
            )
        ]
        return ids[0]

    def remember_all(self, memories: Iterable[NewMemory], *, key: str | None = None) -> AsyncIterator[tuple[str, ...]]:
        return self._runner.stream(self._calls.remember(memories, key))

    def list(self) -> AsyncIterator[Memory]:
        return self._runner.stream(self._calls.memories(None))

    def search(self, words: str) -> AsyncIterator[Memory]:
        return self._runner.stream(self._calls.memories(words))

    async def forget(self, memory_id: str) -> None:
        await self._runner.run(self._calls.forget(memory_id))
