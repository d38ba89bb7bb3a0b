"""The chat function: asks and retries over HTTP, and, invoked by itself, the worker."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.observability.turn_observer import user_hash
from domain.errors import QuestionMissing
from domain.records import Ask, AskAccepted
from entrypoints import ready
from entrypoints.container import Container
from entrypoints.http.parameters import chat_id_in_path
from entrypoints.http.problems import RequestInvalid
from entrypoints.http.router import HttpApi, Reply, Request, came_at
from entrypoints.run_worker import LambdaContext, is_worker_event, run_worker
from entrypoints.schemas.ask import AskRequest, AskResponse

#: 8,000 characters, each written as a pair of JSON escapes, and some room.
LARGEST_ASK: Final = 128_000
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

Handler = Callable[[Mapping[str, Any], LambdaContext], dict[str, Any] | None]


def make_handler(container: Container) -> Handler:
    """The function's handler over the container's adapters."""
    http = HttpApi({"POST /memories/chat": _ask(container), "POST /chats/{chat_id}/retry": _retry(container)})

    def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any] | None:
        container.logging()
        container.gateway_time().came_at = came_at(event)
        if is_worker_event(event):
            run_worker(container.chat_service(), container.clock(), event, context)
            return None
        return http(event)

    return handle


def _ask(container: Container) -> Callable[[Request], Reply]:
    def ask(request: Request) -> Reply:
        body = _read_ask(request)
        key = request.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise RequestInvalid("`Idempotency-Key` takes 1 to 255 visible ASCII characters.")
        asked = Ask(request.user_id, body.question, body.chat_id, key, request.request_id)
        return _thinking(container.chat_service().dispatch(asked), request)

    return ask


def _retry(container: Container) -> Callable[[Request], Reply]:
    def retry(request: Request) -> Reply:
        chat_id = chat_id_in_path(request)
        return _thinking(container.chat_service().retry(request.user_id, chat_id, request.request_id), request)

    return retry


def _read_ask(request: Request) -> AskRequest:
    try:
        return request.body(AskRequest, LARGEST_ASK)
    except RequestInvalid as error:
        if error.field == "question":
            raise QuestionMissing from None
        raise


def _thinking(dispatched: AskAccepted, request: Request) -> Reply:
    headers = {"Location": f"/chats/messages?chat_id={dispatched.chat_id}", "Retry-After": "2"}
    if dispatched.replayed:
        headers["Idempotency-Replayed"] = "true"
    about = {"chat_id": dispatched.chat_id, "user": user_hash(request.user_id), "replayed": dispatched.replayed}
    return Reply(200, AskResponse(chat_id=dispatched.chat_id), headers, about=about)


_handle = make_handler(Container())
ready()


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """What Lambda calls."""
    return _handle(event, context)
