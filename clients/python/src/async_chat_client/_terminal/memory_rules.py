"""The service's rules for memories, checked before anything is sent. A test compares them with openapi.json."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from async_chat_client._models import NewMemory

LONGEST_TEXT: Final = 4_000
MOST_TAGS: Final = 20
LONGEST_TAG: Final = 64
#: Unicode categories of characters that nobody sees.
_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})


def faults(memory: NewMemory) -> Iterator[str]:
    """What the service would refuse about the memory, in words."""
    text = memory.text.strip()
    if all(unicodedata.category(character) in _INVISIBLE for character in text):
        yield "`text` is empty"
    if len(text) > LONGEST_TEXT:
        yield f"`text` has {len(text):,} characters; at most {LONGEST_TEXT:,} are taken"
    if not _storable(text):
        yield "`text` holds NULs or halves of characters"
    if len(memory.tags) > MOST_TAGS:
        yield f"{len(memory.tags)} tags; at most {MOST_TAGS} are taken"
    for tag in memory.tags:
        if not 1 <= len(tag) <= LONGEST_TAG:
            yield f"a tag has {len(tag)} characters; 1 to {LONGEST_TAG} are taken"
        if not _storable(tag):
            yield "a tag holds NULs or halves of characters"
    if isinstance(memory.occurred_at, datetime):
        try:
            memory.occurred_at.astimezone(UTC)
        except OverflowError:
            yield "`occurred_at` is beyond the calendar"


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
