"""What the document says of each route beyond its models: names, parameters, refusals and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from domain import errors
from entrypoints.http.parameters import DEFAULT, LONGEST_QUERY, LONGEST_WAIT, MOST
from entrypoints.http.problems import BodyTooLarge, MediaTypeUnsupported, RequestInvalid
from entrypoints.schemas.ask import AskRequest, AskResponse
from entrypoints.schemas.cancel import TurnStatus
from entrypoints.schemas.chats import ChatsResponse
from entrypoints.schemas.feedback import FeedbackRequest
from entrypoints.schemas.fields import ULID
from entrypoints.schemas.health import Health
from entrypoints.schemas.memories import MemoriesResponse, RememberRequest, RememberResponse
from entrypoints.schemas.poll import PollResponse

if TYPE_CHECKING:
    from pydantic import BaseModel

Schema = dict[str, Any]

ID: Final[Schema] = {"type": "string", "pattern": ULID}


@dataclass(frozen=True)
class Parameter:
    """A parameter in the path, query or headers."""

    name: str
    place: str
    meaning: str
    schema: Schema
    required: bool = False
    example: object = None


CHAT_IN_PATH: Final = Parameter("chat_id", "path", "The chat id.", ID, required=True)
ANSWER_IN_PATH: Final = Parameter("message_id", "path", "The answer's message id.", ID, required=True)
MEMORY_IN_PATH: Final = Parameter("memory_id", "path", "The memory id.", ID, required=True)
CHAT_IN_QUERY: Final = Parameter("chat_id", "query", "The chat id.", ID, required=True)
AFTER: Final = Parameter("after", "query", "Only messages newer than this cursor. Excludes `before`.", ID)
BEFORE: Final = Parameter("before", "query", "The page of messages older than this cursor.", ID)
LIMIT: Final = Parameter(
    "limit", "query", "The page size.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}
)
NEXT_CHATS: Final = Parameter("cursor", "query", "`next` of the previous page.", {"type": "string", "minLength": 1})
NEXT_MEMORIES: Final = Parameter("cursor", "query", "`next` of the previous page.", ID)
SEARCH: Final = Parameter(
    "q",
    "query",
    "A search query. Uses the agent's search; the best match comes first.",
    {"type": "string", "maxLength": LONGEST_QUERY},
    example="car",
)
ZONE: Final = Parameter(
    "time_zone",
    "query",
    "The IANA name of the zone whose days the query's dates are: `yesterday`. UTC if absent.",
    {"type": "string"},
    example="Europe/Berlin",
)
KEY: Final = Parameter(
    "Idempotency-Key",
    "header",
    "Makes the request idempotent for 24 hours: repeated with the same key and body, it has no second effect.",
    {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
    example="f3b1c2a0-parking",
)
SEEN: Final = Parameter(
    "If-None-Match", "header", "The `ETag` of an earlier response: 304 if nothing has changed.", {"type": "string"}
)
CAN_WAIT: Final = Parameter(
    "wait",
    "query",
    "The client can hold a poll for so many seconds; the response says in `wait` whether it should. 0: not now.",
    {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT},
    example=LONGEST_WAIT,
)
WAIT: Final = Parameter(
    "wait",
    "query",
    "How many seconds the response may take.",
    {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": LONGEST_WAIT},
)


@dataclass(frozen=True)
class Operation:
    """A route in OpenAPI. `answer` is the model of the body, a media type, or None for no body."""

    summary: str
    status: int = 200
    answer: type[BaseModel] | str | None = None
    body: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    #: Headers of the successful response, besides Cache-Control.
    headers: tuple[str, ...] = ()
    #: Errors of this route, besides those of every route.
    refusals: tuple[type[Exception], ...] = ()
    #: Links: operation, parameter, and the field of the body that is its value.
    leads_to: tuple[tuple[str, str, str], ...] = ()


A_CHAT: Final = (RequestInvalid, errors.ChatForbidden, errors.ChatNotFound)
A_BODY: Final = (RequestInvalid, BodyTooLarge, MediaTypeUnsupported)
A_START: Final = (
    errors.ChatBusy,
    errors.TooManyTurns,
    errors.AtCapacity,
    errors.TooManyAsks,
    errors.BudgetUsedUp,
)

#: By the route's name in entrypoints/http/routes.py.
OPERATIONS: Final[dict[str, Operation]] = {
    "ask": Operation(
        "Ask a question in a new or an existing chat. The question is durable before the response is sent.",
        answer=AskResponse,
        body=AskRequest,
        parameters=(KEY,),
        headers=("Location", "Retry-After", "Idempotency-Replayed"),
        refusals=(
            errors.QuestionMissing,
            errors.QuestionTooLong,
            errors.UnreadableText,
            errors.IdempotencyKeyReused,
            errors.AlreadyAnswered,
            errors.InputExpired,
            errors.InputNotFound,
            *A_CHAT,
            *A_BODY,
            *A_START,
        ),
        leads_to=tuple(
            (name, "chat_id", "/chat_id") for name in ("poll", "cancel", "retry", "mark_read", "delete_chat")
        ),
    ),
    "poll": Operation(
        "A page of messages (without a cursor the newest page; oldest message first) and the state of the latest turn.",
        answer=PollResponse,
        parameters=(CHAT_IN_QUERY, AFTER, BEFORE, LIMIT, CAN_WAIT, SEEN),
        headers=("ETag", "Retry-After"),
        refusals=A_CHAT,
        leads_to=(("poll", "after", "/after"),),
    ),
    "held_poll": Operation(
        "A poll that is answered when there is news: a newer message, or another `ETag` than that in `If-None-Match`. "
        "An end or a message at once, steps and draft gathered for a moment. Without news 304, or without "
        "`If-None-Match` the unchanged page, after `wait` seconds or as soon as holding is not worth it. "
        "`Retry-After: 0` of a 304 says to hold again at once, a greater one to poll plainly then. After any answer "
        "that is not one of the service's own (429, 503, 404 of an older service, none at all), poll plainly, without "
        "`wait`. `before` is refused.",
        answer=PollResponse,
        parameters=(CHAT_IN_QUERY, AFTER, LIMIT, WAIT, SEEN),
        headers=("ETag", "Retry-After"),
        refusals=A_CHAT,
        leads_to=(("held_poll", "after", "/after"),),
    ),
    "cancel": Operation(
        "Stop the current turn, even before its worker has started. An ended turn is not changed.",
        answer=TurnStatus,
        parameters=(CHAT_IN_PATH,),
        refusals=A_CHAT,
    ),
    "retry": Operation(
        "Run the last turn again if it failed or was cancelled. The question is not saved again.",
        answer=AskResponse,
        parameters=(CHAT_IN_PATH,),
        headers=("Location", "Retry-After"),
        refusals=(errors.NothingToRetry, *A_CHAT, *A_START),
    ),
    "list_chats": Operation(
        "The user's chats, newest activity first.",
        answer=ChatsResponse,
        parameters=(NEXT_CHATS, LIMIT),
        refusals=(RequestInvalid,),
        leads_to=(("list_chats", "cursor", "/next"),),
    ),
    "mark_read": Operation(
        "Mark the chat as read up to its newest message.", status=204, parameters=(CHAT_IN_PATH,), refusals=A_CHAT
    ),
    "rate": Operation(
        "Say of an answer whether it was good. Sent again, it replaces what was said before.",
        status=204,
        body=FeedbackRequest,
        parameters=(CHAT_IN_PATH, ANSWER_IN_PATH),
        refusals=(errors.AnswerNotFound, errors.UnreadableText, *A_CHAT, *A_BODY),
    ),
    "delete_chat": Operation(
        "Delete the chat and all its messages permanently; a running turn is cancelled first.",
        status=204,
        parameters=(CHAT_IN_PATH,),
        refusals=A_CHAT,
    ),
    "remember": Operation(
        "Store one memory, or up to 100 at once.",
        status=201,
        answer=RememberResponse,
        body=RememberRequest,
        parameters=(KEY,),
        headers=("Idempotency-Replayed",),
        refusals=(
            errors.MemoryTooLong,
            errors.UnreadableText,
            errors.MemoriesFull,
            errors.IdempotencyKeyReused,
            *A_BODY,
        ),
        leads_to=(("forget", "memory_id", "/memory_ids/0"),),
    ),
    "list_memories": Operation(
        "List the user's memories, newest first, or search them.",
        answer=MemoriesResponse,
        parameters=(SEARCH, ZONE, NEXT_MEMORIES, LIMIT),
        refusals=(RequestInvalid,),
        leads_to=(("list_memories", "cursor", "/next"),),
    ),
    "forget": Operation(
        "Delete a memory.", status=204, parameters=(MEMORY_IN_PATH,), refusals=(RequestInvalid, errors.MemoryNotFound)
    ),
    "health": Operation("Version and workspace.", answer=Health),
    "openapi": Operation("This document.", answer="application/json", parameters=(SEEN,), headers=("ETag",)),
    "page": Operation("The chat page.", answer="text/html", parameters=(SEEN,), headers=("ETag",)),
    "markdown": Operation(
        "The chat page's code for Markdown.", answer="text/javascript", parameters=(SEEN,), headers=("ETag",)
    ),
}
