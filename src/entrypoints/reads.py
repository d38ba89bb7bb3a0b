"""The reads function: polls, the list of chats, the page. It may end an overdue turn, and writes nothing else."""

# First: see there.
from entrypoints.lambda_runtime import LambdaHandler, http_function, lambda_function

# isort: split
from datetime import timedelta
from typing import Final

from adapters.observability.emf_metrics import POLLS, emf_fields
from domain.records import ChatPage, PageRequest
from entrypoints.container import Container
from entrypoints.http.parameters import (
    chat_cursor_in_query,
    chat_id_in_query,
    encode_cursor,
    limit_in_query,
    message_page,
)
from entrypoints.http.problems import retry_after
from entrypoints.http.reply_size import LARGEST_REPLY, size_in_reply
from entrypoints.http.request import Request, Response, with_etag
from entrypoints.schemas.poll import PollResponse, fitting, poll_response

#: Of the public routes, by any cache: their throttle is low. Afterwards a browser revalidates, usually with a 304.
PUBLIC: Final = {"Cache-Control": "public, max-age=60"}


def poll(request: Request, services: Container) -> Response:
    chat_id, wanted = chat_id_in_query(request), message_page(request)
    page = services.chat_service().read(request.user_id, chat_id, wanted)
    hint = None if wanted.before else _hint(page, services)
    body = _poll_response(page, wanted, hint)
    text = body.model_dump_json()
    if size_in_reply(text) > LARGEST_REPLY:
        page = fitting(page, wanted)
        hint = None if wanted.before else _hint(page, services)
        body = _poll_response(page, wanted, hint)
        text = body.model_dump_json()
    # The ETag leaves out the poll hint, which comes last: it may change from poll to poll.
    state, _, _ = text.rpartition(',"poll_after_ms":')
    log_fields = {
        "turn_id": page.chat.turn.turn_id,
        "turn_status": body.status,
        **emf_fields(services.settings().workspace, {POLLS: 1}),
    }
    return with_etag(request, Response(200, text, retry_after(hint), log_fields=log_fields), state)


def _poll_response(page: ChatPage, wanted: PageRequest, hint: timedelta | None) -> PollResponse:
    return poll_response(page, wanted.after, None if hint is None else round(hint / timedelta(milliseconds=1)))


def _hint(page: ChatPage, services: Container) -> timedelta | None:
    return timedelta(0) if page.has_newer else services.chat_service().poll_after(page.chat)


def list_chats(request: Request, services: Container) -> Response:
    from entrypoints.schemas.chats import ChatsResponse, chat_body  # imported here: a cold poll does not need it

    start = chat_cursor_in_query(request)
    found = services.chat_service().list_chats(request.user_id, limit_in_query(request), start)
    now = services.clock().now()
    return Response(
        200, ChatsResponse(chats=[chat_body(chat, now) for chat in found.chats], next=encode_cursor(found.next))
    )


def health(_request: Request, services: Container) -> Response:
    from entrypoints.schemas.health import Health  # likewise

    settings = services.settings()
    return Response(200, Health(version=settings.version, workspace=settings.workspace), PUBLIC)


def openapi(request: Request, services: Container) -> Response:
    from entrypoints.chat_page.static_files import static_file  # likewise

    document = static_file("openapi.json")
    return with_etag(request, Response(200, document, PUBLIC), document)


def chat_page(request: Request, services: Container) -> Response:
    from entrypoints.chat_page.document import page  # likewise

    shown = page(services.settings().sign_in)
    headers = {
        **PUBLIC,
        "Content-Security-Policy": shown.policy,
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return with_etag(request, Response(200, shown.html, headers, "text/html; charset=utf-8"), shown.html)


def markdown(request: Request, services: Container) -> Response:
    from entrypoints.chat_page.static_files import static_file  # likewise

    script = static_file("markdown.mjs")
    return with_etag(request, Response(200, script, PUBLIC, "text/javascript; charset=utf-8"), script)


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters."""
    handlers = {
        "poll": poll,
        "list_chats": list_chats,
        "health": health,
        "openapi": openapi,
        "page": chat_page,
        "markdown": markdown,
    }
    return http_function("reads", handlers, services)


handler = lambda_function(make_handler, before_snapshot=("chat_service",))
