"""Everything that can go wrong, as classes.

    AsyncChatError
    ├── ServiceError              the service refused: `code`, `status`, `detail`, `request_id`, `retry_after`
    │   ├── QuestionMissing, QuestionTooLong, MemoryTooLong, BodyTooLarge, InvalidRequest
    │   ├── MethodNotAllowed, UnsupportedMediaType, IdempotencyKeyReused
    │   ├── Unauthorized          no token, or one that is not good any more
    │   ├── Forbidden             ── ChatForbidden
    │   ├── NotFound              ── ChatNotFound, MemoryNotFound, RouteNotFound
    │   ├── Conflict              ── ChatBusy, NothingToRetry
    │   ├── TooManyRequests       ── TooManyTurns, AtCapacity
    │   └── ServiceFault          ── InternalError, TryAgain
    ├── Unreachable               no answer came: refused, cut, too slow
    ├── UnreadableReply           an answer came that is not the contract's
    ├── StillThinking             the turn's end was not seen in time
    └── TurnEnded
        ├── TurnFailed            a stable `code`, and a sentence for a person
        └── TurnCancelled

A code that is not known here becomes the class of its status, and keeps its code.
"""

from typing import ClassVar


class AsyncChatError(Exception):
    """The root of all."""


class ServiceError(AsyncChatError):
    """The service refused. `retry_after` is in seconds, None when it did not say."""

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
        """The most telling class: by code, else by status, else by the kind of status."""
        kind = ServiceFault if status >= 500 else ServiceError  # noqa: PLR2004  # RFC 9110's classes of status
        return ServiceError.by_code.get(code) or ServiceError.by_status.get(status) or kind


class QuestionMissing(ServiceError, code="question_missing"):
    """The question has nothing visible in it."""


class QuestionTooLong(ServiceError, code="question_too_long"):
    """The question is longer than the service takes."""


class MemoryTooLong(ServiceError, code="memory_too_long"):
    """A memory is longer than the service takes."""


class BodyTooLarge(ServiceError, code="body_too_large"):
    """The body is larger than any valid one."""


class InvalidRequest(ServiceError, code="invalid_request"):
    """The service cannot read the request; `detail` names the part at fault."""


class MethodNotAllowed(ServiceError, code="method_not_allowed", status=405):
    """The route does not take this method."""


class UnsupportedMediaType(ServiceError, code="unsupported_media_type", status=415):
    """The body was not said to be JSON."""


class IdempotencyKeyReused(ServiceError, code="idempotency_key_reused"):
    """The key came before with another question or chat."""


class Unauthorized(ServiceError, status=401):
    """No token, or one that has expired or is meant for another service: sign in again."""


class Forbidden(ServiceError, status=403):
    """The token does not allow this."""


class ChatForbidden(Forbidden, code="chat_forbidden"):
    """The chat is another user's."""


class NotFound(ServiceError, status=404):
    """There is nothing there."""


class ChatNotFound(NotFound, code="chat_not_found"):
    """No such chat, or it has been deleted."""


class MemoryNotFound(NotFound, code="memory_not_found"):
    """The user has no such memory."""


class RouteNotFound(NotFound, code="route_not_found"):
    """The service has no such route: is the base URL right?"""


class Conflict(ServiceError, status=409):
    """The chat's state does not allow this now."""


class ChatBusy(Conflict, code="chat_busy"):
    """A turn of this chat is still thinking."""


class NothingToRetry(Conflict, code="nothing_to_retry"):
    """The chat's last question has its answer."""


class TooManyRequests(ServiceError, status=429):
    """The service asks for a pause."""


class TooManyTurns(TooManyRequests, code="too_many_turns"):
    """The user has as many turns thinking as are allowed."""


class AtCapacity(TooManyRequests, code="at_capacity"):
    """The service has as many turns thinking, of all users, as it has workers for."""


class ServiceFault(ServiceError):
    """The service, or something before it, is broken or overloaded."""


class InternalError(ServiceFault, code="internal_error"):
    """A defect of the service; quote `request_id` when you report it."""


class TryAgain(ServiceFault, code="try_again"):
    """Nothing was done; the same request may be sent again."""


class Unreachable(AsyncChatError):
    """No answer came. `sent` is False when the service cannot have seen the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class UnreadableReply(AsyncChatError):
    """An answer came that is not the contract's: a proxy's page, or another service."""


class StillThinking(AsyncChatError, TimeoutError):
    """The turn's end was not seen in time: the caller's time, or the turn's own deadline and a little more."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(f"The end of the turn was not seen in time (chat {chat_id}).")
        self.chat_id = chat_id


class TurnEnded(AsyncChatError):
    """The turn ended without an answer."""


class TurnFailed(TurnEnded):
    """No answer could be made: a stable `code`, and a sentence for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TurnCancelled(TurnEnded):
    """The turn was stopped."""

    def __init__(self) -> None:
        super().__init__("The turn was stopped.")
