"""A user's memories, blocking."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from async_chat_client._calls import Calls
from async_chat_client._models import Memory, NewMemory
from async_chat_client._runners import Runner


class Memories:
    def __init__(self, runner: Runner, calls: Calls) -> None:
        self._runner = runner
        self._calls = calls

    def remember(
        self, text: str, *, occurred_at: datetime | date | None = None, tags: Iterable[str] = (), key: str | None = None
    ) -> str:
        """Store a memory and return its id. `occurred_at` is an aware datetime, or a date; by default now.

        The service stores nothing twice within a day under the same `key`; by default each call has a key of its own.
        """
        [ids] = self.remember_all(
            [NewMemory(text, occurred_at, tags if isinstance(tags, str) else tuple(tags))], key=key
        )
        return ids[0]

    def remember_all(self, memories: Iterable[NewMemory], *, key: str | None = None) -> Iterator[tuple[str, ...]]:
        """Store memories in batches of a hundred as the result is consumed; yields the ids of each stored batch.

        With the same `key` and the same memories, a repetition within a day stores only what is not stored yet.
        """
        return self._runner.stream(self._calls.remember(memories, key))

    def list(self) -> Iterator[Memory]:
        """All memories, newest first. Pages are fetched as they are needed."""
        return self._runner.stream(self._calls.memories(None))

    def search(self, words: str) -> Iterator[Memory]:
        """The matching memories, best first, by the search that the agent uses."""
        return self._runner.stream(self._calls.memories(words))

    def forget(self, memory_id: str) -> None:
        """Delete a memory permanently."""
        self._runner.run(self._calls.forget(memory_id))
