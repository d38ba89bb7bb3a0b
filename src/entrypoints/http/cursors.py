"""Places in a list, as opaque words for the wire."""

import base64
import binascii
import json
import re

from entrypoints.http.problems import RequestInvalid
from entrypoints.schemas.fields import ULID

LONGEST = 200


def list_cursor(place: tuple[str, str] | None) -> str | None:
    """The word for a place in a list of chats."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode() if place else None


def list_place(cursor: str | None) -> tuple[str, str] | None:
    """The place that a word of ours stands for. Raises `RequestInvalid` for any other word."""
    if cursor is None:
        return None
    try:
        activity, chat_id = json.loads(base64.b64decode(cursor[:LONGEST], altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        activity = chat_id = None
    if not (_is_id(activity) and _is_id(chat_id)):
        raise RequestInvalid("`cursor` is not one that this service gave.")
    return activity, chat_id


def _is_id(part: object) -> bool:
    return isinstance(part, str) and re.fullmatch(ULID, part) is not None
