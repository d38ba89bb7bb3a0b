"""Memory: a short note that a user stored, and what questions are answered from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final

from domain.errors import MemoryTooLong, UnreadableText
from domain.text import is_storable, is_visible

MEMORY_LIMIT: Final = 4_000
NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Memory:
    """A stored memory: text, time of the event, and tags.

    `time_zone` is the IANA name of the zone whose day it happened on, None if it is not known. Of a memory that has a
    day but no time, `day` is that day in every zone, and `occurred_at` is noon UTC, to order it among the others.
    """

    memory_id: str
    text: str
    occurred_at: datetime
    tags: tuple[str, ...] = ()
    day: date | None = None
    time_zone: str | None = None

    @property
    def size(self) -> int:
        """The bytes of text and tags in UTF-8, which count towards the user's limit."""
        return sum(len(part.encode()) for part in (self.text, *self.tags))


@dataclass(frozen=True, slots=True)
class MemoryUsage:
    """How many memories a user has, and the sum of their sizes in bytes."""

    memories: int = 0
    size: int = 0

    @staticmethod
    def of(memories: Iterable[Memory]) -> "MemoryUsage":
        """The usage of these memories."""
        sizes = [memory.size for memory in memories]
        return MemoryUsage(len(sizes), sum(sizes))

    def __add__(self, other: "MemoryUsage") -> "MemoryUsage":
        return MemoryUsage(self.memories + other.memories, self.size + other.size)

    def __sub__(self, other: "MemoryUsage") -> "MemoryUsage":
        return MemoryUsage(self.memories - other.memories, self.size - other.size)

    def within(self, limit: "MemoryUsage") -> bool:
        """Whether neither number is above the limit's."""
        return self.memories <= limit.memories and self.size <= limit.size


#: What a user may have, unless the workspace sets another limit. A search of this much is measured in docs/agents.md.
USAGE_LIMIT: Final = MemoryUsage(20_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory that is not stored yet: of a time, of a `day` without a time, or with neither of now."""

    text: str
    occurred_at: datetime | None = None
    tags: tuple[str, ...] = ()
    day: date | None = None
    time_zone: str | None = None

    def checked(self, index: int | None = None) -> "NewMemory":
        """This memory, trimmed. Raises `MemoryTooLong` or `UnreadableText` with its `index` among several."""
        text = self.text.strip()
        if not is_storable(text) or not is_visible(text):
            raise UnreadableText("text", index)
        for place, tag in enumerate(self.tags):
            if not is_storable(tag):
                raise UnreadableText(f"tags/{place}", index)
        if len(text) > MEMORY_LIMIT:
            raise MemoryTooLong(len(text), MEMORY_LIMIT, index)
        return replace(self, text=text)

    def stored_as(self, memory_id: str, now: datetime) -> Memory:
        """The memory with its id and time. A day without a time needs no zone."""
        if self.day is not None:
            return Memory(memory_id, self.text, datetime.combine(self.day, NOON, UTC), self.tags, day=self.day)
        return Memory(memory_id, self.text, self.occurred_at or now, self.tags, time_zone=self.time_zone)
