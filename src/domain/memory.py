"""A memory: something that a user wants to be reminded of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.errors import MemoryTooLong, UnreadableText
from domain.text import is_storable, is_visible

MEMORY_LIMIT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Memory:
    """What happened, when it happened, and the user's own tags for it."""

    memory_id: str
    text: str
    occurred_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory that has no id yet; `occurred_at` is None for "now"."""

    text: str
    occurred_at: datetime | None = None
    tags: tuple[str, ...] = ()

    def checked(self) -> "NewMemory":
        """Itself, trimmed; raises `MemoryTooLong` or `UnreadableText`."""
        text = self.text.strip()
        if not all(map(is_storable, (text, *self.tags))) or not is_visible(text):
            raise UnreadableText("text")
        if len(text) > MEMORY_LIMIT:
            raise MemoryTooLong(len(text), MEMORY_LIMIT)
        return NewMemory(text, self.occurred_at, self.tags)
