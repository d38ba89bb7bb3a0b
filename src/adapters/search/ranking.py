"""Fts5MemoryRanking: the agent's search, as the port that `GET /memories?q=` uses."""

from collections.abc import Sequence
from datetime import datetime

from adapters.search.engine import MemorySearch
from domain.memory import Memory
from domain.ports import MemoryRanking


class Fts5MemoryRanking(MemoryRanking):
    """BM25 over stemmed words and dates; ties are ordered newest first."""

    def rank(
        self, query: str, memories: Sequence[Memory], limit: int, now: datetime | None = None
    ) -> tuple[Memory, ...]:
        with MemorySearch(memories) as search:
            return tuple(memories[found.row] for found in search.search(query, now)[:limit])
