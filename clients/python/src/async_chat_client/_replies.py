"""Reading responses: errors, problem bodies, headers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from async_chat_client._sansio import Outcome, Reply
from async_chat_client.errors import AsyncChatError, Fault, ServiceError, Unreachable, UnreadableReply

T = TypeVar("T")
NOT_MODIFIED = 304


def error_in(outcome: Outcome) -> AsyncChatError | None:
    """The error of an attempt; None for success and 304."""
    if not isinstance(outcome, Reply):
        return Unreachable(outcome.reason, sent=outcome.sent)
    if 200 <= outcome.status < 300 or outcome.status == NOT_MODIFIED:  # noqa: PLR2004  # RFC 9110's classes of status
        return None
    if outcome.status < 400:  # noqa: PLR2004  # the same
        return UnreadableReply(f"The response is a redirect ({outcome.status}); check the base URL.")
    return problem_in(outcome)


def problem_in(reply: Reply) -> ServiceError:
    """The error that a problem body describes. API Gateway's own bodies have no code: the status becomes the code."""
    body = _object(reply)
    code = str(body.get("code") or f"http_{reply.status}")
    detail = str(body.get("detail") or body.get("title") or body.get("message") or _unexplained(reply.status))
    request_id = body.get("request_id") or reply.headers.get("apigw-requestid")
    kind = ServiceError.class_for(reply.status, code)
    error = kind(reply.status, code, detail, request_id and str(request_id), retry_after(reply))
    error.faults = _faults(body.get("errors"))
    return error


def _faults(found: object) -> tuple[Fault, ...]:
    faults = [fault for fault in found if isinstance(fault, dict)] if isinstance(found, list) else []
    return tuple(
        Fault(str(fault.get("detail", "")), *(value and str(value) for value in map(fault.get, ("pointer", "param"))))
        for fault in faults
    )


def _unexplained(status: int) -> str:
    if status >= 500:  # noqa: PLR2004  # RFC 9110's classes of status
        return f"HTTP status {status}"
    return f"HTTP status {status}, and no word of the service's own: is this its URL?"


def read(reply: Reply, parse: Callable[[dict[str, Any]], T]) -> T:
    """Parse the body. Raises `UnreadableReply`."""
    try:
        return parse(_object(reply))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnreadableReply("The response is not from this service.") from None


def retry_after(reply: Reply) -> float | None:
    """The seconds of `Retry-After`, given as a number or as a date; None without the header."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    moment, now = _http_date(value), date_of(reply)
    if moment is None or now is None:
        return None
    return max(0.0, (moment - now) / timedelta(seconds=1))


def date_of(reply: Reply) -> datetime | None:
    """The `Date` header."""
    return _http_date(reply.headers.get("date", ""))


def _object(reply: Reply) -> dict[str, Any]:
    """The body as a JSON object; empty for anything else."""
    try:
        body = json.loads(reply.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
