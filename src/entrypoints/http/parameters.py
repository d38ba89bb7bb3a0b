"""Path and query parameters and pagination cursors, checked before anything is read or written."""

import base64
import binascii
import json
import re
from datetime import tzinfo
from typing import Final

from domain.records import PageRequest
from entrypoints.http.problems import Fault, RequestInvalid
from entrypoints.http.request import Request
from entrypoints.schemas.fields import ULID

MOST: Final = 100
DEFAULT: Final = 50
#: Of a held poll, in seconds: API Gateway gives up after 30.
LONGEST_WAIT: Final = 20
#: Limit of a search query, in characters.
LONGEST_QUERY: Final = 1_000
#: In characters; our own cursors are shorter.
LONGEST_CURSOR: Final = 200
_ID: Final = re.compile(ULID)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def chat_id_in_path(request: Request) -> str:
    """The path parameter `chat_id`. Raises `RequestInvalid`."""
    return _id(request.path.get("chat_id"), "chat_id")


def message_id_in_path(request: Request) -> str:
    """The path parameter `message_id`. Raises `RequestInvalid`."""
    return _id(request.path.get("message_id"), "message_id")


def memory_id_in_path(request: Request) -> str:
    """The path parameter `memory_id`. Raises `RequestInvalid`."""
    return _id(request.path.get("memory_id"), "memory_id")


def chat_id_in_query(request: Request) -> str:
    """The required `chat_id` of the query. Raises `RequestInvalid`."""
    return _id(request.query.get("chat_id"), "chat_id")


def cursor_in_query(request: Request, name: str) -> str | None:
    """An optional cursor whose form is an id. Raises `RequestInvalid`."""
    return _id(request.query[name], name) if name in request.query else None


def idempotency_key(request: Request) -> str | None:
    """The optional `Idempotency-Key`. Raises `RequestInvalid`."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise _wrong("Idempotency-Key", "must be 1 to 255 visible ASCII characters")
    return key


def limit_in_query(request: Request) -> int:
    """The page size. Raises `RequestInvalid`."""
    limit = request.query.get("limit", str(DEFAULT))
    if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST:
        raise _wrong("limit", f"must be a number from 1 to {MOST}")
    return int(limit)


def wait_in_query(request: Request) -> int | None:
    """`wait` in whole seconds: the client can hold a poll. None if it is absent. Raises `RequestInvalid`."""
    wait = request.query.get("wait")
    if wait is None:
        return None
    if not re.fullmatch(r"[0-9]{1,2}", wait) or int(wait) > LONGEST_WAIT:
        raise _wrong("wait", f"must be a number from 0 to {LONGEST_WAIT}")
    return int(wait)


def message_page(request: Request) -> PageRequest:
    """The page of messages that a poll requests. Raises `RequestInvalid`."""
    after, before = cursor_in_query(request, "after"), cursor_in_query(request, "before")
    if after and before:
        raise _wrong("before", "cannot be combined with `after`")
    return PageRequest(limit_in_query(request), after, before)


def search_in_query(request: Request) -> str | None:
    """`q`, or None for no search. Raises `RequestInvalid`."""
    query = request.query.get("q")
    if query is not None and len(query) > LONGEST_QUERY:
        raise _wrong("q", f"must have at most {LONGEST_QUERY:,} characters")
    return query


def time_zone_in_query(request: Request) -> tzinfo:
    """The zone that `time_zone` names, or UTC. Raises `RequestInvalid`."""
    from adapters.time_zones import zone_named  # only a search needs it

    name = request.query.get("time_zone", "UTC")
    zone = zone_named(name)
    if zone is None:
        raise _wrong("time_zone", "must be an IANA name such as Europe/Berlin")
    return zone


def encode_cursor(position: tuple[str, str] | None) -> str | None:
    """A position in a list of chats (activity and chat id) as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode() if position else None


def chat_cursor_in_query(request: Request) -> tuple[str, str] | None:
    """The position in a list of chats that `cursor` stands for. Raises `RequestInvalid`."""
    cursor = request.query.get("cursor")
    if cursor is None:
        return None
    try:
        activity, chat_id = json.loads(base64.b64decode(cursor[:LONGEST_CURSOR], altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        activity = chat_id = None
    if not (_is_id(activity) and _is_id(chat_id)):
        raise _wrong("cursor", "must be a cursor of this service")
    return activity, chat_id


def _is_id(part: object) -> bool:
    return isinstance(part, str) and _ID.fullmatch(part) is not None


def _id(value: str | None, name: str) -> str:
    if value is None or not _ID.fullmatch(value):
        raise _wrong(name, "must be an id of this service")
    return value


def _wrong(name: str, fault: str) -> RequestInvalid:
    detail = f"`{name}` {fault}."
    return RequestInvalid(detail, Fault(param=name, detail=detail))
