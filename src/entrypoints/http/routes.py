"""Every route of the contract, said once: who serves it and what a token needs for it.

OpenAPI is made from this list, and terraform/routes.json, which API Gateway's routes are made from: `make generate`
writes both anew.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is the handler's and OpenAPI's; any token with `scope` suffices, and None is answered without a token."""

    name: str
    method: str
    path: str
    function: Literal["chat", "reads", "edits"]
    scope: str | None

    @property
    def key(self) -> str:
        """API Gateway's word for the route, such as `GET /chats`."""
        return f"{self.method} {self.path}"


ROUTES: Final = (
    Route("ask", "POST", "/memories/chat", "chat", "chats.write"),
    Route("retry", "POST", "/chats/{chat_id}/retry", "chat", "chats.write"),
    Route("poll", "GET", "/chats/messages", "reads", "chats.read"),
    Route("list_chats", "GET", "/chats", "reads", "chats.read"),
    Route("list_memories", "GET", "/memories", "reads", "memories.read"),
    Route("health", "GET", "/health", "reads", None),
    Route("openapi", "GET", "/openapi.json", "reads", None),
    Route("page", "GET", "/", "reads", None),
    Route("cancel", "POST", "/chats/{chat_id}/cancel", "edits", "chats.write"),
    Route("mark_read", "POST", "/chats/{chat_id}/read", "edits", "chats.write"),
    Route("delete_chat", "DELETE", "/chats/{chat_id}", "edits", "chats.write"),
    Route("remember", "POST", "/memories", "edits", "memories.write"),
    Route("forget", "DELETE", "/memories/{memory_id}", "edits", "memories.write"),
)


def methods_of(path: str) -> tuple[str, ...]:
    """The methods that some route takes at `path`; none when there is no such path."""
    return tuple(sorted(route.method for route in ROUTES if _matches(route.path, path)))


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch("[^/]+".join(map(re.escape, _PARAMETER.split(pattern))), path) is not None


_PARAMETER: Final = re.compile(r"\{\w+\}")
