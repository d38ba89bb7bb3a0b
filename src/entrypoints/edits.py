"""The edits function: what a user does with chats and memories, other than asking and reading."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.observability.turn_observer import user_hash
from entrypoints import ready
from entrypoints.container import Container
from entrypoints.http.parameters import chat_id_in_path, memory_id_in_path
from entrypoints.http.router import HttpApi, Reply, Request, came_at
from entrypoints.run_worker import LambdaContext
from entrypoints.schemas.cancel import TurnStatus
from entrypoints.schemas.fields import status_of
from entrypoints.schemas.memories import MemoryIds, RememberRequest

Handler = Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]


def make_handler(container: Container) -> Handler:
    """The function's handler over the container's adapters."""
    http = HttpApi(
        {
            "POST /chats/{chat_id}/cancel": _cancel(container),
            "POST /chats/{chat_id}/read": _mark_read(container),
            "DELETE /chats/{chat_id}": _delete(container),
            "POST /memories": _remember(container),
            "DELETE /memories/{memory_id}": _forget(container),
        }
    )

    def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        container.logging()
        container.gateway_time().came_at = came_at(event)
        return http(event)

    return handle


def _cancel(container: Container) -> Callable[[Request], Reply]:
    def cancel(request: Request) -> Reply:
        chat_id = chat_id_in_path(request)
        turn = container.chat_service().cancel(request.user_id, chat_id)
        return Reply(200, TurnStatus(chat_id=chat_id, status=status_of(turn.state)), about=_about(request))

    return cancel


def _mark_read(container: Container) -> Callable[[Request], Reply]:
    def mark_read(request: Request) -> Reply:
        container.chat_service().mark_read(request.user_id, chat_id_in_path(request))
        return Reply(204, about=_about(request))

    return mark_read


def _delete(container: Container) -> Callable[[Request], Reply]:
    def delete(request: Request) -> Reply:
        container.chat_service().delete(request.user_id, chat_id_in_path(request))
        return Reply(204, about=_about(request))

    return delete


def _remember(container: Container) -> Callable[[Request], Reply]:
    def remember(request: Request) -> Reply:
        new = [memory.to_domain() for memory in request.body(RememberRequest).all()]
        stored = container.memory_service().remember(request.user_id, new)
        return Reply(201, MemoryIds(memory_ids=[memory.memory_id for memory in stored]), about=_about(request))

    return remember


def _forget(container: Container) -> Callable[[Request], Reply]:
    def forget(request: Request) -> Reply:
        container.memory_service().forget(request.user_id, memory_id_in_path(request))
        return Reply(204, about=_about(request))

    return forget


def _about(request: Request) -> dict[str, object]:
    return {"user": user_hash(request.user_id), "chat_id": request.path.get("chat_id")}


_handle = make_handler(Container())
ready()


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What Lambda calls."""
    return _handle(event, context)
