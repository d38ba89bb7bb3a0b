"""Wording of progress steps."""

from collections.abc import Sequence
from datetime import tzinfo

from adapters.search.calendar import on_the_wall
from adapters.time_zones import local_time_of
from domain.memory import Memory


def counted(memories: Sequence[Memory]) -> str:
    """Their number: `1 memory`, `214 memories`."""
    return "1 memory" if len(memories) == 1 else f"{len(memories)} memories"


def months(memories: Sequence[Memory], zone: tzinfo | None) -> str:
    """The months that the memories are from: `March 2025`, or `March 2025 to May 2026`. There is at least one."""
    times = [on_the_wall(local_time_of(memory, zone)) for memory in memories]
    first, last = min(times), max(times)
    return (
        f"{first:%B %Y}" if (first.year, first.month) == (last.year, last.month) else f"{first:%B %Y} to {last:%B %Y}"
    )
