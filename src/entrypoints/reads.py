"""The reads function: polls, the list of chats, the page. It may end an overdue turn, and writes nothing else."""

# First: see there.
from entrypoints.lambda_runtime import LambdaHandler, http_function, lambda_function

# isort: split
from typing import Final

from entrypoints.container import Container
from entrypoints.http.parameters import (
    chat_cursor_in_query,
    chat_id_in_query,
    encode_cursor,
    limit_in_query,
    message_page,
    wait_in_query,
)
from entrypoints.http.request import Request, Response, with_etag
from entrypoints.poll_reply import PollReply

#: Of the public routes, by any cache: their throttle is low. Afterwards a browser revalidates, usually with a 304.
PUBLIC: Final = {"Cache-Control": "public, max-age=60"}


def poll(request: Request, services: Container) -> Response:
    chat_id, wanted, wait = chat_id_in_query(request), message_page(request), wait_in_query(request)
    page = services.chat_service().read(request.user_id, chat_id, wanted)
    return PollReply(services, request, wanted, wait).response(page)


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
