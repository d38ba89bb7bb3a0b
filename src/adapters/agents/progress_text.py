"""Wording of progress steps."""

from collections.abc import Sequence

from domain.memory import Memory


def counted(memories: Sequence[Memory]) -> str:
    """Their number: `1 memory`, `214 memories`."""
    return "1 memory" if len(memories) == 1 else f"{len(memories)} memories"


def months(memories: Sequence[Memory]) -> str:
    """The months that the memories are from: `March 2025`, or `March 2025 to May 2026`. There is at least one."""
    first, last = min(one.occurred_at for one in memories), max(one.occurred_at for one in memories)
    return (
        f"{first:%B %Y}" if (first.year, first.month) == (last.year, last.month) else f"{first:%B %Y} to {last:%B %Y}"
    )
