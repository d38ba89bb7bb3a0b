"""Fts5MemoryRanking: the agent's search, as the port that `GET /memories?q=` uses."""

from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.search.engine import MemorySearch
from domain.memory import Memory
from domain.ports import MemoryRanking
from domain.records import FoundMemories


class Fts5MemoryRanking(MemoryRanking):
    """BM25 over stemmed words and dates; ties are ordered newest first."""

    def rank(
        self,
        query: str,
        memories: Sequence[Memory],
        limit: int,
        now: datetime | None = None,
        time_is_up: Callable[[], bool] = lambda: False,
    ) -> FoundMemories:
        with MemorySearch(memories, time_is_up) as search:
            best = search.search(query, now)[:limit]
            return FoundMemories(tuple(memories[found.row] for found in best), search.complete)
