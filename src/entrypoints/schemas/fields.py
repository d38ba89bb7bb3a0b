"""Base model, common fields, and the problem body."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from domain.chat import TurnState

ULID = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
Id = Annotated[str, StringConstraints(strict=True, pattern=ULID)]
Status = Literal["thinking", "answered", "needs_input", "failed", "cancelled"]
Phase = Literal["queued", "running", "done"]


STATUSES: Final[dict[TurnState, Status]] = {
    TurnState.QUEUED: "thinking",
    TurnState.RUNNING: "thinking",
    TurnState.ANSWERED: "answered",
    TurnState.NEEDS_INPUT: "needs_input",
    TurnState.FAILED: "failed",
    TurnState.CANCELLED: "cancelled",
}
PHASES: Final[dict[TurnState, Phase]] = {TurnState.QUEUED: "queued", TurnState.RUNNING: "running"}


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds: `2026-11-23T12:00:00.000Z`."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


Timestamp = Annotated[
    datetime, PlainSerializer(rfc3339, return_type=str), Field(json_schema_extra={"format": "date-time"})
]


def status_of(state: TurnState) -> Status:
    """The status that the app sees for a turn's state."""
    return STATUSES[state]


def phase_of(state: TurnState) -> Phase:
    """The phase that the app sees for a turn's state."""
    return PHASES.get(state, "done")


class ApiModel(BaseModel):
    """Base model of all bodies."""

    # Validators are built on first use: an ask does not need those of a poll.
    model_config = ConfigDict(
        frozen=True, extra="ignore", json_schema_serialization_defaults_required=True, defer_build=True
    )


class FaultBody(ApiModel):
    """What is wrong with one part of the request: `pointer` (RFC 6901) is its place in the body, `param` the name of a
    parameter in the path, the query or the headers. One of the two is present.
    """

    detail: str
    pointer: str | None = None
    param: str | None = None


class Problem(ApiModel):
    """A problem (RFC 9457) with a stable `code` and the request id that is in the logs.

    `type` leads to the problem's entry in this workspace's openapi.json. `errors` names the parts of the request that
    are at fault, where there are such.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FaultBody] | None = None
