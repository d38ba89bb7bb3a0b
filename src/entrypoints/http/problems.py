"""Maps errors to HTTP problems (RFC 9457) in one table. Never uses an exception's own text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

from domain import errors
from domain.poll_hint import RETRY_WHEN_UNREACHABLE, retry_when_busy


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of the request that is at fault: a place in the body, as a JSON pointer, or a parameter by its name.

    `detail` is our own text about it; empty for the problem's.
    """

    pointer: str | None = None
    param: str | None = None
    detail: str = ""


class RequestInvalid(Exception):
    """The request is invalid. `detail` is our own text; `faults` are the parts at fault, if there are such."""

    def __init__(self, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class SubjectMissing(Exception):
    """The token names no user: its `sub` is missing, empty, too long, or cannot be stored."""


class BodyTooLarge(Exception):
    """The body is larger than the route's limit."""


class MediaTypeUnsupported(Exception):
    """The content type is not JSON."""


class RouteNotFound(Exception):
    """No route has this path."""


class MethodNotAllowed(Exception):
    """The path exists, with the methods in `allowed`."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


@dataclass(frozen=True)
class Problem:
    """The HTTP response for one class of errors. The functions take the error, with its facts."""

    status: int
    code: str
    title: str
    detail: Callable[[Any], str]
    #: The time to wait for `Retry-After`; None for no header.
    retry_after: Callable[[Any], timedelta] | None = None
    allowed: Callable[[Any], tuple[str, ...]] | None = None
    faults: Callable[[Any], tuple[Fault, ...]] | None = None

    def headers(self, error: Exception) -> dict[str, str]:
        """The headers for `error`."""
        allow = {"Allow": ", ".join(self.allowed(error))} if self.allowed else {}
        return {**allow, **retry_after(self.retry_after(error) if self.retry_after else None)}


def retry_after(wait: timedelta | None) -> dict[str, str]:
    """`Retry-After` in whole seconds, rounded up; no header for None."""
    return {} if wait is None else {"Retry-After": str(ceil(wait.total_seconds()))}


def _fixed(text: str) -> Callable[[Any], str]:
    return lambda _: text


def _fixed_faults(*faults: Fault) -> Callable[[Any], tuple[Fault, ...]]:
    return lambda _: faults


def _in_body(name: str) -> Callable[[Any], tuple[Fault, ...]]:
    return _fixed_faults(Fault(pointer=pointer(name)))


def _pointer(error: Any, path: str) -> str:
    """To a field of the question or memory that `error` is about."""
    return pointer(path) if error.index is None else pointer("memories", error.index, path)


def _place(error: Any, path: str) -> str:
    """The same in words."""
    return f"`{_pointer(error, path).removeprefix('#/').replace('/', '.')}`"


def pointer(*steps: object) -> str:
    """A JSON pointer into the request's body, as a URI fragment (RFC 6901, as RFC 9457 shows it)."""
    return "".join(f"/{step}" for step in ("#", *steps)).removeprefix("/")


def _busy(error: Any) -> timedelta:
    return retry_when_busy(timedelta(seconds=error.retry_after))


def _window(error: Any) -> timedelta:
    return timedelta(seconds=error.retry_after)


PROBLEMS: Final[dict[type[Exception], Problem]] = {
    errors.QuestionMissing: Problem(
        400,
        "question_missing",
        "Question missing",
        _fixed("`question` must not be empty: send a string with at least one visible character."),
        faults=_in_body("question"),
    ),
    errors.QuestionTooLong: Problem(
        413,
        "question_too_long",
        "Question too long",
        lambda error: f"The question has {error.length:,} characters; at most {error.limit:,} are allowed.",
        faults=_in_body("question"),
    ),
    errors.MemoryTooLong: Problem(
        413,
        "memory_too_long",
        "Memory too long",
        lambda error: f"{_place(error, 'text')} has {error.length:,} characters; at most {error.limit:,} are allowed.",
        faults=lambda error: (Fault(pointer=_pointer(error, "text")),),
    ),
    errors.UnreadableText: Problem(
        400,
        "invalid_request",
        "Invalid request",
        lambda error: f"{_place(error, error.field)} is empty, or holds NULs or unpaired surrogates.",
        faults=lambda error: (Fault(pointer=_pointer(error, error.field)),),
    ),
    errors.ChatNotFound: Problem(404, "chat_not_found", "Chat not found", _fixed("The chat does not exist.")),
    errors.ChatForbidden: Problem(403, "chat_forbidden", "Chat forbidden", _fixed("The chat belongs to another user.")),
    errors.AnswerNotFound: Problem(
        404, "answer_not_found", "Answer not found", _fixed("The chat has no answer with this id.")
    ),
    errors.ChatBusy: Problem(
        409, "chat_busy", "Chat busy", _fixed("The last question of this chat is still being answered."), _busy
    ),
    errors.NothingToRetry: Problem(
        409, "nothing_to_retry", "Nothing to retry", _fixed("The last question of this chat was answered.")
    ),
    errors.AlreadyAnswered: Problem(
        409, "already_answered", "Already answered", _fixed("The agent's question has been answered. Poll the chat.")
    ),
    errors.InputExpired: Problem(
        409, "input_expired", "Input expired", _fixed("What the agent asked can no longer be answered. Ask again.")
    ),
    errors.InputNotFound: Problem(
        404,
        "input_not_found",
        "Input not found",
        _fixed("The agent does not wait for this answer: it has not asked, or another question came after it."),
    ),
    errors.TooManyTurns: Problem(
        429,
        "too_many_turns",
        "Too many questions at once",
        lambda error: f"{error.limit} of your questions are being worked on. Wait for one of them to finish.",
        _busy,
    ),
    errors.AtCapacity: Problem(
        429,
        "at_capacity",
        "Service at capacity",
        _fixed("All workers are busy. Try again in a few seconds."),
        _busy,
    ),
    errors.TooManyAsks: Problem(
        429,
        "too_many_asks",
        "Too many questions",
        lambda error: f"You have asked {error.limit:,} questions within a minute. Wait until the next minute.",
        _window,
    ),
    errors.BudgetUsedUp: Problem(
        429,
        "budget_used_up",
        "Budget used up",
        lambda error: f"You have asked your {error.limit:,} questions of today. The next day begins at 0:00 UTC.",
        _window,
    ),
    errors.WorkspaceBudgetUsedUp: Problem(
        429,
        "budget_used_up",
        "Budget used up",
        _fixed("The service has answered all the questions that it may today. The next day begins at 0:00 UTC."),
        _window,
    ),
    errors.IdempotencyKeyReused: Problem(
        422,
        "idempotency_key_reused",
        "Idempotency key reused",
        _fixed("This Idempotency-Key was used before with another body."),
        faults=_fixed_faults(Fault(param="Idempotency-Key")),
    ),
    errors.MemoriesFull: Problem(
        409,
        "memories_full",
        "Memories full",
        lambda error: (
            f"You have {error.memories:,} memories of {error.size:,} bytes. With these they would be more than "
            f"{error.memory_limit:,} memories or {error.size_limit:,} bytes. Delete some first."
        ),
    ),
    errors.MemoryNotFound: Problem(404, "memory_not_found", "Memory not found", _fixed("The memory does not exist.")),
    errors.TryAgain: Problem(
        503,
        "try_again",
        "Try again",
        _fixed("The service is temporarily unavailable. Send the same request again."),
        lambda _: RETRY_WHEN_UNREACHABLE,
    ),
    RequestInvalid: Problem(
        400, "invalid_request", "Invalid request", lambda error: error.detail, faults=lambda error: error.faults
    ),
    SubjectMissing: Problem(
        403,
        "subject_missing",
        "Subject missing",
        _fixed("The token's `sub` must be a user id of 1 to 255 characters."),
    ),
    BodyTooLarge: Problem(
        413, "body_too_large", "Body too large", _fixed("The body is larger than any valid request.")
    ),
    MediaTypeUnsupported: Problem(
        415, "unsupported_media_type", "Unsupported media type", _fixed("Send the body as application/json.")
    ),
    RouteNotFound: Problem(404, "route_not_found", "Route not found", _fixed("This path does not exist.")),
    MethodNotAllowed: Problem(
        405,
        "method_not_allowed",
        "Method not allowed",
        lambda error: f"Allowed methods: {', '.join(error.allowed)}.",
        allowed=lambda error: error.allowed,
    ),
}

INTERNAL: Final = Problem(
    500, "internal_error", "Internal error", _fixed("Unexpected error. Include the request id when you report it.")
)


def problem_for(error: Exception) -> Problem:
    """The entry of the error's class or of its nearest base class; `INTERNAL` for a defect."""
    for ancestor in type(error).__mro__:
        if ancestor in PROBLEMS:
            return PROBLEMS[ancestor]
    return INTERNAL
