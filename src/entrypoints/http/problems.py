"""From an error to what the caller is told: one table, and nothing of an exception's own text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

from domain import errors
from domain.poll_hint import RETRY_WHEN_UNREACHABLE, retry_when_busy


class RequestInvalid(Exception):
    """The request cannot be read. `detail` is written by us; `field` is the part at fault, where it is one."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class BodyTooLarge(Exception):
    """The body is larger than any that the route takes."""


class MediaTypeUnsupported(Exception):
    """The body is not said to be JSON."""


class RouteNotFound(Exception):
    """No route has this path."""


class MethodNotAllowed(Exception):
    """The path exists, with the methods in `allowed`."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


@dataclass(frozen=True)
class Problem:
    """What one kind of error looks like on the wire. The functions are given the error, with its facts."""

    status: int
    code: str
    title: str
    detail: Callable[[Any], str]
    #: When the caller may ask again, as `Retry-After`; None says nothing about that.
    retry_after: Callable[[Any], timedelta] | None = None
    allowed: Callable[[Any], tuple[str, ...]] | None = None

    def headers(self, error: Exception) -> dict[str, str]:
        """The headers that go with `error`."""
        allow = {"Allow": ", ".join(self.allowed(error))} if self.allowed else {}
        return {**allow, **retry_after(self.retry_after(error) if self.retry_after else None)}


def retry_after(wait: timedelta | None) -> dict[str, str]:
    """`Retry-After` in whole seconds, rounded up; no header for None."""
    return {} if wait is None else {"Retry-After": str(ceil(wait.total_seconds()))}


def _fixed(text: str) -> Callable[[Any], str]:
    return lambda _: text


def _busy(error: Any) -> timedelta:
    return retry_when_busy(timedelta(seconds=error.retry_after))


PROBLEMS: Final[dict[type[Exception], Problem]] = {
    errors.QuestionMissing: Problem(
        400, "question_missing", "No question", _fixed("Send a question: a string with something visible in it.")
    ),
    errors.QuestionTooLong: Problem(
        413,
        "question_too_long",
        "Question too long",
        lambda error: f"The question has {error.length:,} characters; at most {error.limit:,} are taken.",
    ),
    errors.MemoryTooLong: Problem(
        413,
        "memory_too_long",
        "Memory too long",
        lambda error: f"A memory has {error.length:,} characters; at most {error.limit:,} are taken.",
    ),
    errors.UnreadableText: Problem(
        400,
        "invalid_request",
        "Invalid request",
        lambda error: f"`{error.field}` is empty, or holds NULs or unpaired surrogates.",
    ),
    errors.ChatNotFound: Problem(404, "chat_not_found", "No such chat", _fixed("There is no such chat.")),
    errors.ChatForbidden: Problem(403, "chat_forbidden", "Not your chat", _fixed("The chat is another user's.")),
    errors.ChatBusy: Problem(
        409, "chat_busy", "Still thinking", _fixed("The last question of this chat is still being answered."), _busy
    ),
    errors.NothingToRetry: Problem(
        409, "nothing_to_retry", "Nothing to retry", _fixed("The last question of this chat has its answer.")
    ),
    errors.TooManyTurns: Problem(
        429,
        "too_many_turns",
        "Too many questions at once",
        lambda error: f"{error.limit} of your questions are being answered; wait for one of them.",
        _busy,
    ),
    errors.AtCapacity: Problem(
        429,
        "at_capacity",
        "Too many people ask",
        _fixed("As many questions as there are workers are being answered; ask again in a moment."),
        _busy,
    ),
    errors.IdempotencyKeyReused: Problem(
        422,
        "idempotency_key_reused",
        "Idempotency key reused",
        _fixed("This Idempotency-Key came before with another body."),
    ),
    errors.MemoryNotFound: Problem(404, "memory_not_found", "No such memory", _fixed("You have no such memory.")),
    errors.TryAgain: Problem(
        503,
        "try_again",
        "Try again",
        _fixed("The service is not reachable now. Send the same request again."),
        lambda _: RETRY_WHEN_UNREACHABLE,
    ),
    RequestInvalid: Problem(400, "invalid_request", "Invalid request", lambda error: error.detail),
    BodyTooLarge: Problem(
        413, "body_too_large", "Body too large", _fixed("The body is larger than any valid request.")
    ),
    MediaTypeUnsupported: Problem(
        415, "unsupported_media_type", "Not JSON", _fixed("Send the body as application/json.")
    ),
    RouteNotFound: Problem(404, "route_not_found", "No such route", _fixed("There is nothing at this path.")),
    MethodNotAllowed: Problem(
        405,
        "method_not_allowed",
        "Method not allowed",
        lambda error: f"This path takes {', '.join(error.allowed)}.",
        allowed=lambda error: error.allowed,
    ),
}

INTERNAL: Final = Problem(
    500, "internal_error", "Internal error", _fixed("Something broke here. Quote the request id when you report it.")
)


def problem_for(error: Exception) -> Problem:
    """The entry of the error's class or of its nearest ancestor; `INTERNAL` for a defect."""
    for ancestor in type(error).__mro__:
        if ancestor in PROBLEMS:
            return PROBLEMS[ancestor]
    return INTERNAL
