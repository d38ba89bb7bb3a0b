"""A MemoryStore in memory."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from domain.errors import MemoriesFull
from domain.memory import Memory, MemoryUsage
from domain.ports import MemoryStore
from domain.records import MemoryPage, MemoryRecord, MemoryTerms


class InMemoryMemoryStore(MemoryStore):
    def __init__(self) -> None:
        self._memories: dict[str, dict[str, Memory]] = defaultdict(dict)
        self._records: dict[tuple[str, str], tuple[MemoryRecord, datetime]] = {}

    def put_many(
        self, user_id: str, memories: Sequence[Memory], terms: MemoryTerms | None = None
    ) -> MemoryRecord | None:
        new = {memory.memory_id: memory for memory in memories}
        if terms is not None:
            past = self._record(user_id, terms)
            if past is not None:
                return None if past.memory_ids == tuple(new) else past
            self._check_room(user_id, new, terms.limit)
            if not terms.forget_key:
                record = MemoryRecord(tuple(new), terms.key.fingerprint)
                self._records[user_id, terms.key.key] = record, terms.key.expires_at
        self._memories[user_id] = {**new, **self._memories[user_id]}
        return None

    def _record(self, user_id: str, terms: MemoryTerms) -> MemoryRecord | None:
        past, expires_at = self._records.get((user_id, terms.key.key), (None, terms.now))
        return past if expires_at > terms.now else None

    def _check_room(self, user_id: str, new: dict[str, Memory], limit: MemoryUsage) -> None:
        usage = self.usage(user_id)
        added = [memory for memory_id, memory in new.items() if memory_id not in self._memories[user_id]]
        if added and not (usage + MemoryUsage.of(added)).within(limit):
            raise MemoriesFull(usage.memories, usage.size, limit.memories, limit.size)

    def usage(self, user_id: str) -> MemoryUsage:
        return MemoryUsage.of(self._memories[user_id].values())

    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        return tuple(sorted(self._memories[user_id].values(), key=lambda memory: memory.memory_id, reverse=True))

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        older = [memory for memory in self.list_all(user_id) if before is None or memory.memory_id < before]
        page = tuple(older[:limit])
        return MemoryPage(page, page[-1].memory_id if len(older) > limit else None)

    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        return tuple(memory for memory in self.list_all(user_id) if memory.memory_id in memory_ids)

    def delete(self, user_id: str, memory_id: str) -> bool:
        return self._memories[user_id].pop(memory_id, None) is not None
