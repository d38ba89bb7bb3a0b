"""MemoryService: store, list, search and delete a user's memories."""

from collections.abc import Callable, Sequence

from domain.errors import MemoryNotFound
from domain.memory import Memory, NewMemory
from domain.ports import Clock, IdSource, MemoryRanking, MemoryStore


class MemoryService:
    """Every call is limited to one user's memories. `ranking` makes the search engine on first use: it loads slowly."""

    def __init__(
        self, memories: MemoryStore, ranking: Callable[[], MemoryRanking], clock: Clock, ids: IdSource
    ) -> None:
        self._memories = memories
        self._ranking = ranking
        self._clock = clock
        self._ids = ids

    def remember(self, user_id: str, new: Sequence[NewMemory]) -> tuple[Memory, ...]:
        """Store all of them, in the order given. Raises `MemoryTooLong` or `UnreadableText` before any is stored."""
        checked = [memory.checked() for memory in new]
        memories: list[Memory] = []
        for memory in checked:
            memory_id = self._ids.new_id(after=memories[-1].memory_id if memories else None)
            memories.append(Memory(memory_id, memory.text, memory.occurred_at or self._clock.now(), memory.tags))
        self._memories.put_many(user_id, memories)
        return tuple(memories)

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> tuple[Memory, ...]:
        """At most `limit` memories, newest first; with `before`, only those older than that memory id."""
        return self._memories.list_page(user_id, limit, before)

    def search(self, user_id: str, query: str, limit: int) -> tuple[Memory, ...]:
        """At most `limit` memories that match `query`, best first. The agent uses the same search."""
        return self._ranking().rank(query, self._memories.list_all(user_id), limit, self._clock.now())

    def forget(self, user_id: str, memory_id: str) -> None:
        """Delete the memory. Raises `MemoryNotFound`."""
        if not self._memories.delete(user_id, memory_id):
            raise MemoryNotFound
