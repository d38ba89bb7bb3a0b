"""Every route of the contract and the function that serves it. Terraform's routes are held against this table."""

import re
from typing import Final

ROUTES: Final[dict[str, str]] = {
    "POST /memories/chat": "chat",
    "POST /chats/{chat_id}/retry": "chat",
    "GET /chats/messages": "reads",
    "GET /chats": "reads",
    "GET /memories": "reads",
    "GET /health": "reads",
    "GET /openapi.json": "reads",
    "GET /": "reads",
    "POST /chats/{chat_id}/cancel": "edits",
    "POST /chats/{chat_id}/read": "edits",
    "DELETE /chats/{chat_id}": "edits",
    "POST /memories": "edits",
    "DELETE /memories/{memory_id}": "edits",
}

#: Answered without a token.
PUBLIC: Final = frozenset({"GET /health", "GET /openapi.json", "GET /"})


def methods_of(path: str) -> tuple[str, ...]:
    """The methods that some route takes at `path`; none when there is no such path."""
    found = (route.split(" ") for route in ROUTES)
    return tuple(sorted(method for method, pattern in found if _matches(pattern, path)))


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch("[^/]+".join(map(re.escape, _PARAMETER.split(pattern))), path) is not None


_PARAMETER: Final = re.compile(r"\{\w+\}")
