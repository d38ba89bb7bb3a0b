"""Models of memories."""

import re
from datetime import UTC, date, datetime
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
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from domain.memory import MEMORY_LIMIT, Memory, NewMemory
from entrypoints.schemas.fields import ApiModel, Timestamp
from entrypoints.schemas.time_zone import TimeZone


def _only_text(value: object) -> object:
    """Rejects numbers: pydantic would read them, also as text, as seconds since 1970."""
    if not isinstance(value, str) or not _DATE_FIRST.match(value):
        raise _no_time()
    return value


def _day_or_time(value: object, read_time: ValidatorFunctionWrapHandler) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        moment: datetime = read_time(value)
        return moment
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _no_time() from None


def _no_time() -> PydanticCustomError:
    return PydanticCustomError("time", "A time is written as in 2026-11-23T12:00:00.000Z, a day as in 2026-11-23")


def _utc_whole_millis(moment: datetime) -> datetime:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time", "In UTC this is beyond the calendar") from None
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_FIRST: Final = re.compile(_DAY.pattern + "[Tt ]")
#: A time, or a day without a time.
Occurred = Annotated[
    AwareDatetime,
    BeforeValidator(_only_text),
    AfterValidator(_utc_whole_millis),
    WrapValidator(_day_or_time),
    # No format, which would need a union of two: generated clients make a class of their own of that.
    WithJsonSchema({"type": "string"}),
]


class NewMemoryBody(ApiModel):
    """A memory to store; without `occurred_at` the time is now. A day without a time is that day in every zone."""

    text: StrictStr = Field(
        description="Trimmed; must contain a visible character.",
        json_schema_extra={"minLength": 1, "maxLength": MEMORY_LIMIT},
    )
    occurred_at: Occurred | None = Field(
        default=None,
        description="When it happened: a time such as `2026-08-05T18:30:00+02:00`, or a day such as `2026-08-05`.",
    )
    time_zone: TimeZone | None = Field(
        default=None,
        description="The IANA name of the zone whose day it happened on. If absent, the zone of whoever asks.",
    )
    tags: list[Annotated[StrictStr, StringConstraints(min_length=1, max_length=64)]] = Field(
        default_factory=list, max_length=20
    )

    def to_domain(self) -> NewMemory:
        """As a record of the domain."""
        occurred: date | None = self.occurred_at
        moment, day = (occurred, None) if isinstance(occurred, datetime) else (None, occurred)
        return NewMemory(self.text, moment, tuple(self.tags), day, self.time_zone)


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

    @property
    def batch(self) -> bool:
        """Whether several memories were sent, if only in form."""
        return isinstance(self.root, MemoryBatch)

    def all(self) -> list[NewMemoryBody]:
        """The memories, whether one or a batch was sent."""
        return self.root.memories if isinstance(self.root, MemoryBatch) else [self.root]


class RememberResponse(ApiModel):
    """The ids of the stored memories, in the order of the request."""

    memory_ids: list[str]


class MemoryBody(ApiModel):
    """A memory."""

    memory_id: str
    text: str
    occurred_at: Timestamp = Field(description="Of a memory with a `day`: noon UTC of that day.")
    tags: list[str]
    day: date | None = Field(
        default=None, description="The day of a memory without a time; it is that day in every zone."
    )
    time_zone: str | None = Field(
        default=None, description="The zone whose day it happened on, if the memory was stored with one."
    )


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
        memory_id=memory.memory_id,
        text=memory.text,
        occurred_at=memory.occurred_at,
        tags=list(memory.tags),
        day=memory.day,
        time_zone=memory.time_zone,
    )
