"""The routes of the API: the only list of them.

`make generate` writes openapi.json and terraform/modules/service/routes.json from it; Terraform makes API Gateway's
routes from the latter.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Route:
    """`name` names the handler and OpenAPI's operation. `scope` is what a token needs; None: no token is needed."""

    name: str
    method: str
    path: str
    function: Literal["chat", "reads", "waits", "search", "edits"]
    scope: str | None

    @property
    def key(self) -> str:
        """API Gateway's route key, such as `GET /chats`."""
        return f"{self.method} {self.path}"


ROUTES: Final = (
    Route("ask", "POST", "/memories/chat", "chat", "chats.write"),
    Route("retry", "POST", "/chats/{chat_id}/retry", "chat", "chats.write"),
    Route("poll", "GET", "/chats/messages", "reads", "chats.read"),
    Route("held_poll", "GET", "/chats/messages/held", "waits", "chats.read"),
    Route("list_chats", "GET", "/chats", "reads", "chats.read"),
    Route("list_memories", "GET", "/memories", "search", "memories.read"),
    Route("health", "GET", "/health", "reads", None),
    Route("openapi", "GET", "/openapi.json", "reads", None),
    Route("page", "GET", "/", "reads", None),
    Route("markdown", "GET", "/markdown.mjs", "reads", None),
    Route("cancel", "POST", "/chats/{chat_id}/cancel", "edits", "chats.write"),
    Route("mark_read", "POST", "/chats/{chat_id}/read", "edits", "chats.write"),
    Route("delete_chat", "DELETE", "/chats/{chat_id}", "edits", "chats.write"),
    Route("rate", "PUT", "/chats/{chat_id}/messages/{message_id}/feedback", "edits", "chats.write"),
    Route("remember", "POST", "/memories", "edits", "memories.write"),
    Route("forget", "DELETE", "/memories/{memory_id}", "edits", "memories.write"),
)
#: Keys of the routes that need no token.
PUBLIC: Final = frozenset(route.key for route in ROUTES if route.scope is None)

#: API Gateway's route for CORS preflights, without a token. Terraform makes it where origins are named.
PREFLIGHT: Final = "OPTIONS /{proxy+}"


def methods_of(path: str) -> tuple[str, ...]:
    """The methods of the routes at `path`; empty for an unknown path."""
    return tuple(sorted(route.method for route in ROUTES if _matches(route.path, path)))


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch("[^/]+".join(map(re.escape, _PARAMETER.split(pattern))), path) is not None


_PARAMETER: Final = re.compile(r"\{\w+\}")
