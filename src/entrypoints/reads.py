"""The reads function: polls, lists and searches. It may end an overdue turn, and writes nothing else."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from math import ceil
from typing import Any

from adapters.observability.emf_metrics import POLLS, embedded
from adapters.observability.turn_observer import user_hash
from domain.records import ChatPage
from entrypoints import ready
from entrypoints.container import Container
from entrypoints.http.cursors import list_cursor, list_place
from entrypoints.http.parameters import chat_id_in_query, cursor_in_query, limit_in_query, message_page
from entrypoints.http.problems import RequestInvalid
from entrypoints.http.router import HttpApi, Reply, Request, came_at, with_etag
from entrypoints.run_worker import LambdaContext
from entrypoints.schemas.poll import poll_response

LONGEST_QUERY = 1_000
#: Kept by browsers, and asked for anew each time: usually a 304.
PUBLIC_FILE = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}

Handler = Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]


def make_handler(container: Container) -> Handler:
    """The function's handler over the container's adapters."""
    http = HttpApi(
        {
            "GET /chats/messages": _poll(container),
            "GET /chats": _list_chats(container),
            "GET /memories": _list_memories(container),
            "GET /health": _health(container),
            "GET /openapi.json": _openapi,
            "GET /": _page(container),
        }
    )

    def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        container.logging()
        container.gateway_time().came_at = came_at(event)
        return http(event)

    return handle


def _poll(container: Container) -> Callable[[Request], Reply]:
    def poll(request: Request) -> Reply:
        chat_id, wanted = chat_id_in_query(request), message_page(request)
        page = container.chat_service().read(request.user_id, chat_id, wanted)
        hint = None if wanted.before else _hint(page, container)
        body = poll_response(page, wanted.after, None if hint is None else round(hint / timedelta(milliseconds=1)))
        headers = {} if hint is None else {"Retry-After": str(ceil(hint.total_seconds()))}
        about = {"chat_id": chat_id, "turn_id": page.chat.turn.turn_id, "user": user_hash(request.user_id)}
        counted = embedded(container.settings().workspace, {POLLS: 1})
        text = body.model_dump_json()
        # The hint, which comes last, may change from poll to poll: it is no news.
        state, _, _ = text.rpartition(',"poll_after_ms":')
        return with_etag(
            request, Reply(200, text, headers, about={**about, **counted, "turn_status": body.status}), state
        )

    return poll


def _hint(page: ChatPage, container: Container) -> timedelta | None:
    return timedelta(0) if page.has_newer else container.chat_service().poll_after(page.chat)


def _list_chats(container: Container) -> Callable[[Request], Reply]:
    def list_chats(request: Request) -> Reply:
        from entrypoints.schemas.chats import ChatsResponse, chat_body  # a poll does not pay for lists

        place = list_place(request.query.get("cursor"))
        found = container.chat_service().list_chats(request.user_id, limit_in_query(request), place)
        now = container.clock().now()
        body = ChatsResponse(chats=[chat_body(chat, now) for chat in found.chats], next=list_cursor(found.next))
        return Reply(200, body, about={"user": user_hash(request.user_id)})

    return list_chats


def _list_memories(container: Container) -> Callable[[Request], Reply]:
    def list_memories(request: Request) -> Reply:
        from entrypoints.schemas.memories import MemoriesResponse, memory_body  # nor for memories

        limit, cursor, query = limit_in_query(request), cursor_in_query(request, "cursor"), request.query.get("q")
        memories = container.memory_service()
        if query is None:
            found = memories.page(request.user_id, limit, cursor)
        elif len(query) > LONGEST_QUERY:
            raise RequestInvalid(f"`q` takes at most {LONGEST_QUERY:,} characters.")
        else:
            found = memories.search(request.user_id, query, limit)
        more = query is None and len(found) == limit
        body = MemoriesResponse(
            memories=[memory_body(memory) for memory in found], next=found[-1].memory_id if more else None
        )
        return Reply(200, body, about={"user": user_hash(request.user_id)})

    return list_memories


def _health(container: Container) -> Callable[[Request], Reply]:
    def health(_request: Request) -> Reply:
        from entrypoints.schemas.health import Health  # nor for the health check

        settings = container.settings()
        return Reply(200, Health(version=settings.version, workspace=settings.workspace))

    return health


def _page(container: Container) -> Callable[[Request], Reply]:
    def show_page(request: Request) -> Reply:
        from entrypoints.chat_page.document import page  # nor for the page

        shown = page(container.settings().sign_in)
        headers = {
            **PUBLIC_FILE,
            "Content-Security-Policy": shown.policy,
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        return with_etag(request, Reply(200, shown.html, headers, "text/html; charset=utf-8"), shown.html)

    return show_page


def _openapi(request: Request) -> Reply:
    from entrypoints.chat_page.static_files import static_file  # nor for the document

    document = static_file("openapi.json")
    return with_etag(request, Reply(200, document, PUBLIC_FILE), document)


_handle = make_handler(Container())
ready()


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What Lambda calls."""
    return _handle(event, context)
