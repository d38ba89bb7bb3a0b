"""Path and query parameters, checked before anything is read or written."""

import re
from typing import Final

from domain.records import PageRequest
from entrypoints.http.problems import RequestInvalid
from entrypoints.http.router import Request
from entrypoints.schemas.fields import ULID

MOST: Final = 100
DEFAULT: Final = 50
_ID: Final = re.compile(ULID)


def chat_id_in_path(request: Request) -> str:
    """`{chat_id}` of the path. Raises `RequestInvalid`."""
    return _id(request.path.get("chat_id"), "chat_id")


def memory_id_in_path(request: Request) -> str:
    """`{memory_id}` of the path. Raises `RequestInvalid`."""
    return _id(request.path.get("memory_id"), "memory_id")


def chat_id_in_query(request: Request) -> str:
    """The required `chat_id` of the query. Raises `RequestInvalid`."""
    return _id(request.query.get("chat_id"), "chat_id")


def cursor_in_query(request: Request, name: str) -> str | None:
    """An optional cursor that is an id. Raises `RequestInvalid`."""
    return _id(request.query[name], name) if name in request.query else None


def limit_in_query(request: Request) -> int:
    """The page's size. Raises `RequestInvalid`."""
    limit = request.query.get("limit", str(DEFAULT))
    if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST:
        raise RequestInvalid(f"`limit` takes a number from 1 to {MOST}.")
    return int(limit)


def message_page(request: Request) -> PageRequest:
    """Which messages a poll asks for. Raises `RequestInvalid`."""
    after, before = cursor_in_query(request, "after"), cursor_in_query(request, "before")
    if after and before:
        raise RequestInvalid("`after` and `before` exclude each other.")
    return PageRequest(limit_in_query(request), after, before)


def _id(value: str | None, name: str) -> str:
    if value is None or not _ID.fullmatch(value):
        raise RequestInvalid(f"`{name}` takes one id, as this service gave it.")
    return value
