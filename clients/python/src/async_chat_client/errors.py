"""All errors of the client, as classes.

    AsyncChatError
    ├── ServiceError              the service refused: `code`, `status`, `detail`, `faults`, `request_id`, `retry_after`
    │   ├── QuestionMissing, QuestionTooLong, MemoryTooLong, BodyTooLarge, InvalidRequest
    │   ├── MethodNotAllowed, UnsupportedMediaType, IdempotencyKeyReused
    │   ├── Unauthorized          no token, or an invalid or expired one
    │   ├── Forbidden             ── ChatForbidden, SubjectMissing
    │   ├── NotFound              ── ChatNotFound, InputNotFound, MemoryNotFound, RouteNotFound
    │   ├── Conflict              ── ChatBusy, NothingToRetry, AlreadyAnswered, InputExpired, MemoriesFull
    │   ├── TooManyRequests       ── TooManyTurns, AtCapacity, TooManyAsks, BudgetUsedUp
    │   └── ServiceFault          ── InternalError, TryAgain
    ├── Unreachable               no response: connection refused, cut, or too slow
    ├── UnreadableReply           a response that does not fit the contract
    ├── Unsendable                the request cannot be encoded: not sent
    ├── Misconfigured             proxies or certificates of the environment cannot be used
    ├── StillThinking             the turn did not end in time
    └── TurnEnded
        ├── TurnFailed            a stable `code`, and a sentence for a person
        ├── TurnCancelled
        └── InputNeeded           the agent asks the user: `request`; a new turn about the answer goes on

A code that this version does not know becomes the class of its status and keeps its code.
"""

from typing import ClassVar, NamedTuple

from async_chat_client._models import InputRequest


class Fault(NamedTuple):
    """A part of the request that is at fault: a JSON pointer into its body, or the name of a parameter."""

    detail: str
    pointer: str | None = None
    param: str | None = None


class AsyncChatError(Exception):
    """The base class of all errors of the client.

    `idempotency_key` is set when an ask or a `remember` may have taken effect all the same: repeated with this `key`
    within 24 hours, it takes effect once.
    """

    idempotency_key: str | None = None


class ServiceError(AsyncChatError):
    """The service refused the request. `retry_after` is in seconds, None without that header.

    `faults` are the parts of the request that are at fault, where the service names them.
    """

    faults: tuple[Fault, ...] = ()
    by_code: ClassVar[dict[str, type["ServiceError"]]] = {}
    by_status: ClassVar[dict[int, type["ServiceError"]]] = {}

    def __init_subclass__(cls, *, code: str | None = None, status: int | None = None) -> None:
        if code is not None:
            cls.by_code[code] = cls
        if status is not None:
            cls.by_status[status] = cls

    def __init__(
        self, status: int, code: str, detail: str, request_id: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.retry_after = retry_after

    @staticmethod
    def class_for(status: int, code: str) -> type["ServiceError"]:
        """The most specific class: by code, else by status, else by the hundred of the status."""
        kind = ServiceFault if status >= 500 else ServiceError  # noqa: PLR2004  # RFC 9110's classes of status
        return ServiceError.by_code.get(code) or ServiceError.by_status.get(status) or kind


class QuestionMissing(ServiceError, code="question_missing"):
    """The question has no visible character."""


class QuestionTooLong(ServiceError, code="question_too_long"):
    """The question is longer than the service allows."""


class MemoryTooLong(ServiceError, code="memory_too_long"):
    """A memory is longer than the service allows."""


class BodyTooLarge(ServiceError, code="body_too_large"):
    """The body is larger than the service allows."""


class InvalidRequest(ServiceError, code="invalid_request"):
    """The request is invalid; `detail` names the field."""


class MethodNotAllowed(ServiceError, code="method_not_allowed", status=405):
    """The route does not allow this method."""


class UnsupportedMediaType(ServiceError, code="unsupported_media_type", status=415):
    """The body's content type is not JSON."""


class IdempotencyKeyReused(ServiceError, code="idempotency_key_reused"):
    """The key was used for another request."""


class Unauthorized(ServiceError, status=401):
    """No token, or one that is invalid, expired or meant for another service: sign in again."""


class Forbidden(ServiceError, status=403):
    """The token does not allow this."""


class ChatForbidden(Forbidden, code="chat_forbidden"):
    """The chat belongs to another user."""


class SubjectMissing(Forbidden, code="subject_missing"):
    """The token names no user."""


class NotFound(ServiceError, status=404):
    """Not found."""


class ChatNotFound(NotFound, code="chat_not_found"):
    """The chat does not exist or was deleted."""


class AnswerNotFound(NotFound, code="answer_not_found"):
    """The chat has no such answer."""


class InputNotFound(NotFound, code="input_not_found"):
    """The agent does not ask this, or another question came after it."""


class MemoryNotFound(NotFound, code="memory_not_found"):
    """The user has no such memory."""


class RouteNotFound(NotFound, code="route_not_found"):
    """The service has no such route: check the base URL."""


class Conflict(ServiceError, status=409):
    """The chat's state does not allow this."""


class ChatBusy(Conflict, code="chat_busy"):
    """A turn of this chat is still thinking."""


class AlreadyAnswered(Conflict, code="already_answered"):
    """What the agent asked has its answer."""


class InputExpired(Conflict, code="input_expired"):
    """What the agent asked was not answered in time."""


class NothingToRetry(Conflict, code="nothing_to_retry"):
    """The chat's last question was answered."""


class MemoriesFull(Conflict, code="memories_full"):
    """With these the user would have more memories than the service allows; `detail` says how many."""


class TooManyRequests(ServiceError, status=429):
    """The service asks the client to wait."""


class TooManyTurns(TooManyRequests, code="too_many_turns"):
    """The user has the maximum number of turns thinking, or stopped while their workers are still at work."""


class AtCapacity(TooManyRequests, code="at_capacity"):
    """All workers of the service are busy."""


class TooManyAsks(TooManyRequests, code="too_many_asks"):
    """The user has asked as often as a minute allows; `retry_after` is the next minute."""


class BudgetUsedUp(TooManyRequests, code="budget_used_up"):
    """The user, or all users together, have asked as often as a day allows; `retry_after` is the next day (UTC)."""


class ServiceFault(ServiceError):
    """The service, or a proxy in front of it, is broken or overloaded."""


class InternalError(ServiceFault, code="internal_error"):
    """A bug in the service; quote `request_id` when you report it."""


class TryAgain(ServiceFault, code="try_again"):
    """The service did nothing; send the same request again."""


class Unreachable(AsyncChatError):
    """No response came. `sent` is False when the service cannot have received the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class UnreadableReply(AsyncChatError):
    """The response does not fit the contract: a proxy's page, or another service."""


class Unsendable(AsyncChatError, ValueError):
    """A text, a key or the token cannot be encoded; nothing was sent. The text does not quote it."""


class Misconfigured(AsyncChatError):
    """Proxies or certificates that the environment names cannot be used."""


class StillThinking(AsyncChatError, TimeoutError):
    """The turn did not end within the caller's timeout, or by its own deadline and a grace period."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(f"The turn did not end in time (chat {chat_id}).")
        self.chat_id = chat_id


class TurnEnded(AsyncChatError):
    """The turn ended without an answer."""


class TurnFailed(TurnEnded):
    """The turn failed: a stable `code`, and a sentence for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InputNeeded(TurnEnded):
    """The turn ended with what the agent asks: answer it by `chat.ask(text, answers=error.request.input_id)`."""

    def __init__(self, request: InputRequest) -> None:
        super().__init__(request.question)
        self.request = request


class TurnCancelled(TurnEnded):
    """The turn was stopped, by its user or, for a `reason` in words for a person, by the service's operator."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(f"The turn was stopped: {reason}" if reason else "The turn was stopped.")
        self.reason = reason
