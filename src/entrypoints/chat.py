"""The chat function: asks and retries over HTTP, and, invoked by itself, the worker."""

# First: see there.
from entrypoints.lambda_runtime import Event, LambdaContext, LambdaHandler, http_function, lambda_function

# isort: split
from typing import Any, Final

from adapters.aws.worker_event import is_worker_event
from domain.errors import QuestionMissing
from domain.poll_hint import FIRST_POLL
from domain.records import Ask, AskAccepted
from entrypoints.container import Container
from entrypoints.http.parameters import chat_id_in_path, idempotency_key
from entrypoints.http.problems import Fault, RequestInvalid, pointer, retry_after
from entrypoints.http.request import REPLAYED, Request, Response
from entrypoints.run_worker import run_worker
from entrypoints.schemas.ask import AskRequest, AskResponse

#: In bytes: 8,000 characters as pairs of JSON escapes, with a margin.
LARGEST_ASK: Final = 128_000
QUESTION: Final = pointer("question")


def ask(request: Request, services: Container) -> Response:
    body = _read_ask(request)
    key = idempotency_key(request)
    asked = Ask(request.user_id, body.question, body.chat_id, key, request.request_id, body.time_zone, body.answers)
    return _thinking(services.chat_service().dispatch(asked))


def retry(request: Request, services: Container) -> Response:
    chat_id = chat_id_in_path(request)
    return _thinking(services.chat_service().retry(request.user_id, chat_id, request.request_id))


def _read_ask(request: Request) -> AskRequest:
    try:
        body = request.body(AskRequest, LARGEST_ASK)
    except RequestInvalid as error:
        if error.faults and error.faults[0].pointer == QUESTION:
            raise QuestionMissing from None
        raise
    if body.answers and not body.chat_id:
        detail = "`answers` needs `chat_id`."
        raise RequestInvalid(detail, Fault(pointer="/chat_id", detail=detail))
    return body


def _thinking(accepted: AskAccepted) -> Response:
    headers = {"Location": f"/chats/messages?chat_id={accepted.chat_id}", **retry_after(FIRST_POLL)}
    if accepted.replayed:
        headers |= REPLAYED
    log_fields = {"chat_id": accepted.chat_id, "replayed": accepted.replayed}
    return Response(200, AskResponse(chat_id=accepted.chat_id), headers, log_fields=log_fields)


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters."""
    answer_http = http_function("chat", {"ask": ask, "retry": retry}, services)

    def handle(event: Event, context: LambdaContext) -> dict[str, Any] | None:
        if is_worker_event(event):
            run_worker(event, context, services)
            return None
        return answer_http(event, context)

    return handle


handler = lambda_function(make_handler, before_snapshot=("chat_service", "lambda_", "agent"))
