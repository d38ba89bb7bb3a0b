"""A MemoryStore in memory."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from domain.memory import Memory
from domain.ports import MemoryStore


class InMemoryMemoryStore(MemoryStore):
    def __init__(self) -> None:
        self._memories: dict[str, dict[str, Memory]] = defaultdict(dict)

    def put_many(self, user_id: str, memories: Sequence[Memory]) -> None:
        self._memories[user_id].update({memory.memory_id: memory for memory in memories})

    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        return tuple(sorted(self._memories[user_id].values(), key=lambda memory: memory.memory_id, reverse=True))

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> tuple[Memory, ...]:
        older = [memory for memory in self.list_all(user_id) if before is None or memory.memory_id < before]
        return tuple(older[:limit])

    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        return tuple(memory for memory in self.list_all(user_id) if memory.memory_id in memory_ids)

    def delete(self, user_id: str, memory_id: str) -> bool:
        return self._memories[user_id].pop(memory_id, None) is not None
