"""MemoryService: store, list, search and delete a user's memories."""

import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from domain.errors import IdempotencyKeyReused, MemoryNotFound
from domain.memory import USAGE_LIMIT, Memory, MemoryUsage, NewMemory
from domain.ports import Clock, IdSource, MemoryRanking, MemoryStore
from domain.records import KEY_TTL, FoundMemories, IdempotencyKey, MemoryPage, MemoryTerms, Remembered

#: The client gives up after ten seconds. On a whole core, 20,000 memories are searched in one or two.
SEARCH_TIME: Final = timedelta(seconds=6)
#: More than the store's own page holds, so that it decides.
LARGEST_PAGE: Final = 10_000


class MemoryService:
    """Every call is limited to one user's memories. `ranking` makes the search engine on first use: it loads slowly."""

    def __init__(
        self,
        memories: MemoryStore,
        ranking: Callable[[], MemoryRanking],
        clock: Clock,
        ids: IdSource,
        limit: MemoryUsage = USAGE_LIMIT,
    ) -> None:
        self._memories = memories
        self._ranking = ranking
        self._clock = clock
        self._ids = ids
        self._limit = limit

    def remember(self, user_id: str, new: Sequence[NewMemory], key: str | None = None) -> Remembered:
        """Store all of them, in the order given. A repetition with the same idempotency key stores nothing twice.

        Raises `MemoryTooLong`, `UnreadableText`, `MemoriesFull` or `IdempotencyKeyReused` before any is stored.
        """
        checked = [memory.checked(index) for index, memory in enumerate(new)]
        now = self._clock.now()
        terms = MemoryTerms(now, _idempotency_key(key, checked, now + KEY_TTL), key is None, self._limit)
        memories = self._with_ids(checked, now)
        past = self._memories.put_many(user_id, memories, terms)
        if past is None:
            return Remembered(tuple(memory.memory_id for memory in memories))
        if past.fingerprint != terms.key.fingerprint:
            raise IdempotencyKeyReused
        return Remembered(past.memory_ids, replayed=True)

    def _with_ids(self, new: Sequence[NewMemory], now: datetime) -> list[Memory]:
        memories: list[Memory] = []
        for memory in new:
            memory_id = self._ids.new_id(after=memories[-1].memory_id if memories else None)
            memories.append(memory.stored_as(memory_id, now))
        return memories

    def usage(self, user_id: str) -> MemoryUsage:
        """How much the user has."""
        return self._memories.usage(user_id)

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        """At most `limit` memories, newest first; with `before`, only those older than that memory id."""
        return self._memories.list_page(user_id, limit, before)

    def search(self, user_id: str, query: str, limit: int, zone: tzinfo = UTC) -> FoundMemories:
        """At most `limit` memories that match `query`, best first. The agent uses the same search. Days are of `zone`.

        After `SEARCH_TIME` it ends with what it has: the newest memories are searched first.
        """
        now = self._clock.now()
        time_is_up = time_limit(self._clock, now + SEARCH_TIME)
        read = read_memories(self._memories, user_id, time_is_up)
        found = self._ranking().rank(query, read.memories, limit, now.astimezone(zone), time_is_up)
        return FoundMemories(found.memories, read.complete and found.complete)

    def forget(self, user_id: str, memory_id: str) -> None:
        """Delete the memory. Raises `MemoryNotFound`."""
        if not self._memories.delete(user_id, memory_id):
            raise MemoryNotFound


def time_limit(clock: Clock, until: datetime) -> Callable[[], bool]:
    """Whether `until` has come."""
    return lambda: clock.now() >= until


def read_memories(store: MemoryStore, user_id: str, time_is_up: Callable[[], bool]) -> FoundMemories:
    """The user's memories, newest first, page by page until the time is up; at least the first page."""
    page = store.list_page(user_id, LARGEST_PAGE)
    memories = list(page.memories)
    while page.next is not None and not time_is_up():
        page = store.list_page(user_id, LARGEST_PAGE, page.next)
        memories += page.memories
    return FoundMemories(tuple(memories), complete=page.next is None)


def _idempotency_key(key: str | None, new: Sequence[NewMemory], expires_at: datetime) -> IdempotencyKey:
    """The client's key; without one, a key made of the content, which no client can send: it begins with a space."""
    # Without the time zone: who repeats a request after a journey has not written another body.
    times = [memory.day or memory.occurred_at for memory in new]
    content = [(memory.text, at and at.isoformat(), memory.tags) for memory, at in zip(new, times, strict=True)]
    # Keyed by the client's key, which is not stored: who reads the record cannot guess short texts from it.
    fingerprint = hmac.digest((key or "").encode(), repr(content).encode(), "sha256").hex()
    return IdempotencyKey(key or f" {fingerprint}", fingerprint, expires_at)
