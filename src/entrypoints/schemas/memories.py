"""Models of memories."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Discriminator,
    Field,
    RootModel,
    StrictStr,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticCustomError

from domain.memory import MEMORY_LIMIT, Memory, NewMemory
from entrypoints.schemas.fields import ApiModel, Timestamp


def _only_text(value: object) -> object:
    """Rejects numbers: pydantic would read them, also as text, as seconds since 1970."""
    if not isinstance(value, str) or not _DATE_FIRST.match(value):
        raise PydanticCustomError("time", "A time is written as in 2026-11-23T12:00:00.000Z")
    return value


def _utc_whole_millis(moment: datetime) -> datetime:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time", "In UTC this is beyond the calendar") from None
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


_DATE_FIRST: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
Occurred = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_utc_whole_millis)]


class NewMemoryBody(ApiModel):
    """A memory to store; without `occurred_at` the time is now."""

    text: StrictStr = Field(
        description="Trimmed; must contain a visible character.",
        json_schema_extra={"minLength": 1, "maxLength": MEMORY_LIMIT},
    )
    occurred_at: Occurred | None = None
    tags: list[Annotated[StrictStr, StringConstraints(min_length=1, max_length=64)]] = Field(
        default_factory=list, max_length=20
    )

    def to_domain(self) -> NewMemory:
        """As a record of the domain."""
        return NewMemory(self.text, self.occurred_at, tuple(self.tags))


class MemoryBatch(ApiModel):
    """Up to 100 memories at once."""

    memories: list[NewMemoryBody] = Field(min_length=1, max_length=100)


def _one_or_many(body: object) -> str:
    return "many" if isinstance(body, dict) and "memories" in body else "one"


class RememberRequest(
    RootModel[
        Annotated[
            Annotated[NewMemoryBody, Tag("one")] | Annotated[MemoryBatch, Tag("many")], Discriminator(_one_or_many)
        ]
    ]
):
    """One memory, or a batch."""

    def all(self) -> list[NewMemoryBody]:
        """The memories, whether one or a batch was sent."""
        return self.root.memories if isinstance(self.root, MemoryBatch) else [self.root]


class MemoryIds(ApiModel):
    """The ids of the stored memories, in the order of the request."""

    memory_ids: list[str]


class MemoryBody(ApiModel):
    """A memory."""

    memory_id: str
    text: str
    occurred_at: Timestamp
    tags: list[str]


class MemoriesResponse(ApiModel):
    """A page of the user's memories, newest first; for a search, best match first."""

    memories: list[MemoryBody]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")
    complete: bool = Field(
        default=True,
        description="False for a search whose time was over before all memories were searched, "
        "or whose memories do not fit into one reply.",
    )


def memory_body(memory: Memory) -> MemoryBody:
    """The memory as a response model."""
    return MemoryBody(
        memory_id=memory.memory_id, text=memory.text, occurred_at=memory.occurred_at, tags=list(memory.tags)
    )
