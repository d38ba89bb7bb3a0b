"""The edits function: changes of chats and memories other than asking."""

# First: see there.
from entrypoints.lambda_runtime import LambdaHandler, http_function, lambda_function

# isort: split
from domain.errors import MemoryTooLong, UnreadableText
from entrypoints.container import Container
from entrypoints.http.parameters import chat_id_in_path, idempotency_key, memory_id_in_path, message_id_in_path
from entrypoints.http.request import REPLAYED, Request, Response
from entrypoints.schemas.cancel import TurnStatus
from entrypoints.schemas.feedback import FeedbackRequest
from entrypoints.schemas.fields import status_of
from entrypoints.schemas.memories import RememberRequest, RememberResponse


def cancel(request: Request, services: Container) -> Response:
    chat_id = chat_id_in_path(request)
    turn = services.chat_service().cancel(request.user_id, chat_id)
    return Response(200, TurnStatus(chat_id=chat_id, status=status_of(turn.state)))


def mark_read(request: Request, services: Container) -> Response:
    services.chat_service().mark_read(request.user_id, chat_id_in_path(request))
    return Response(204)


def rate(request: Request, services: Container) -> Response:
    chat_id, message_id = chat_id_in_path(request), message_id_in_path(request)
    services.chat_service().rate(request.user_id, chat_id, message_id, request.body(FeedbackRequest).to_domain())
    return Response(204)


def delete_chat(request: Request, services: Container) -> Response:
    services.chat_service().delete(request.user_id, chat_id_in_path(request))
    return Response(204)


def remember(request: Request, services: Container) -> Response:
    body = request.body(RememberRequest)
    new = [memory.to_domain() for memory in body.all()]
    try:
        stored = services.memory_service().remember(request.user_id, new, idempotency_key(request))
    except (MemoryTooLong, UnreadableText) as refusal:
        if not body.batch:
            refusal.index = None
        raise
    headers = REPLAYED if stored.replayed else {}
    return Response(201, RememberResponse(memory_ids=list(stored.memory_ids)), headers)


def forget(request: Request, services: Container) -> Response:
    services.memory_service().forget(request.user_id, memory_id_in_path(request))
    return Response(204)


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters."""
    handlers = {
        "cancel": cancel,
        "mark_read": mark_read,
        "rate": rate,
        "delete_chat": delete_chat,
        "remember": remember,
        "forget": forget,
    }
    return http_function("edits", handlers, services)


handler = lambda_function(make_handler, before_snapshot=("chat_service", "memory_service"))
