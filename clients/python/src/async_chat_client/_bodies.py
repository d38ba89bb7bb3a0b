"""JSON bodies to values and back. Unknown fields are ignored; a missing field raises."""

from datetime import UTC, date, datetime
from typing import Any, cast, get_args

from async_chat_client._models import (
    ChatSummary,
    Citation,
    Failure,
    Feedback,
    Health,
    InputRequest,
    Memory,
    Message,
    NewMemory,
    Page,
    Phase,
    Rating,
    Role,
    Status,
    Step,
    TurnState,
    Usage,
)

Json = dict[str, Any]
#: In milliseconds: an hour, more than any turn lasts.
LONGEST_HINT = 3_600_000
#: Seconds.
LONGEST_WAIT = 20


def page(body: Json) -> Page:
    """The body of a poll."""
    return Page(
        chat_id=_text(body["chat_id"]),
        status=status(body),
        messages=tuple(message(found) for found in body["messages"]),
        turn=_turn(body["turn"]),
        after=_text(body["after"]),
        before=_optional_text(body.get("before")),
        poll_after_ms=_millis(body.get("poll_after_ms")),
        wait=_wait(body.get("wait")),
    )


def chat_id(body: Json) -> str:
    return _text(body["chat_id"])


def status(body: Json) -> Status:
    """A status that is not known yet is an end without an answer."""
    found = _text(body["status"])
    return cast("Status", found if found in get_args(Status) else "failed")


def message(body: Json) -> Message:
    """A message. A user's message has no citations."""
    return Message(
        message_id=_text(body["message_id"]),
        role=cast("Role", _one_of(body["role"], get_args(Role))),
        content=_text(body["content"]),
        created_at=_moment(body["created_at"]),
        citations=tuple(Citation(_text(c["memory_id"]), _text(c["quote"])) for c in body.get("citations") or ()),
        usage=_usage(body.get("usage")),
        feedback=_feedback(body.get("feedback")),
    )


def chat_summary(body: Json) -> ChatSummary:
    return ChatSummary(
        chat_id=_text(body["chat_id"]),
        title=_text(body["title"]),
        status=status(body),
        last_message=message(body["last_message"]),
        unread=_truth(body["unread"]),
    )


def memory(body: Json) -> Memory:
    return Memory(
        memory_id=_text(body["memory_id"]),
        text=_text(body["text"]),
        occurred_at=_moment(body["occurred_at"]),
        tags=tuple(_text(tag) for tag in body.get("tags") or ()),
        day=date.fromisoformat(_text(body["day"])) if body.get("day") else None,
        time_zone=_optional_text(body.get("time_zone")),
    )


def health(body: Json) -> Health:
    return Health(_text(body["version"]), _text(body["workspace"]))


def new_memory(memory: NewMemory) -> Json:
    """The JSON body of a memory to store."""
    zone = {"time_zone": memory.time_zone} if memory.time_zone else {}
    return {"text": memory.text, "tags": list(memory.tags), **_happened(memory.occurred_at), **zone}


def _happened(at: datetime | date | None) -> Json:
    if isinstance(at, datetime):
        at = at.astimezone(UTC)
    return {"occurred_at": at.isoformat()} if at else {}


def _turn(body: Json) -> TurnState:
    error = body.get("error")
    return TurnState(
        phase=cast("Phase", _one_of(body["phase"], get_args(Phase))),
        asked_at=_moment(body["asked_at"]),
        deadline=_moment(body["deadline"]),
        started_at=_moment(body["started_at"]) if body.get("started_at") else None,
        ended_at=_moment(body["ended_at"]) if body.get("ended_at") else None,
        progress=tuple(Step(_moment(step["at"]), _text(step["text"])) for step in body.get("progress") or ()),
        draft=_optional_text(body.get("draft")),
        error=Failure(_text(error["code"]), _text(error["message"])) if error else None,
        usage=_usage(body.get("usage")),
        cancel_reason=_optional_text(body.get("cancel_reason")),
        input=_input(body["input"]) if body.get("input") else None,
    )


def _input(body: Json) -> InputRequest:
    return InputRequest(
        input_id=_text(body["id"]),
        question=_text(body["question"]),
        choices=tuple(_text(choice) for choice in body["choices"]),
        expires_at=_moment(body["expires_at"]),
    )


def _usage(body: Json | None) -> Usage | None:
    """None also from a service of before it told."""
    if not body:
        return None
    return Usage(
        model=_text(body["model"]),
        requests=int(body["requests"]),
        input_tokens=int(body["input_tokens"]),
        cached_tokens=int(body["cached_tokens"]),
        output_tokens=int(body["output_tokens"]),
    )


def _feedback(body: Json | None) -> Feedback | None:
    if not body:
        return None
    if body["rating"] not in get_args(Rating):
        raise ValueError("a rating that the contract does not define")
    return Feedback(body["rating"], _optional_text(body.get("reason")))


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone")
    return moment


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected a truth value, got {type(value).__name__}")
    return value


def _wait(value: object) -> int | None:
    """Seconds for which to hold a poll; None for a plain one."""
    return value if isinstance(value, int) and 1 <= value <= LONGEST_WAIT else None


def _millis(value: object) -> float | None:
    """A time to wait; None for none. JSON as Python reads it may hold infinity."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value <= LONGEST_HINT else None  # type: ignore[arg-type, operator]  # a number


def cursor(value: object) -> str | None:
    """`next` of a list."""
    return _optional_text(value)


def ids(value: object, count: int) -> tuple[str, ...]:
    """The ids of so many stored memories."""
    found = tuple(_text(one) for one in value) if isinstance(value, list) else ()
    if len(found) != count:
        raise ValueError("not one id for each memory")
    return found


def _one_of(value: object, words: tuple[str, ...]) -> str:
    if value not in words:
        raise ValueError("a value that the contract does not define")
    return str(value)
