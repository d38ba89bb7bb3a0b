"""Memory: a short note that a user stored, and what questions are answered from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.errors import MemoryTooLong, UnreadableText
from domain.text import is_storable, is_visible

MEMORY_LIMIT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Memory:
    """A stored memory: text, time of the event, and tags."""

    memory_id: str
    text: str
    occurred_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory that is not stored yet. `occurred_at` None means now."""

    text: str
    occurred_at: datetime | None = None
    tags: tuple[str, ...] = ()

    def checked(self) -> "NewMemory":
        """This memory, trimmed. Raises `MemoryTooLong` or `UnreadableText`."""
        text = self.text.strip()
        if not all(map(is_storable, (text, *self.tags))) or not is_visible(text):
            raise UnreadableText("text")
        if len(text) > MEMORY_LIMIT:
            raise MemoryTooLong(len(text), MEMORY_LIMIT)
        return NewMemory(text, self.occurred_at, self.tags)
