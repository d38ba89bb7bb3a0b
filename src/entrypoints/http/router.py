"""Routes an API Gateway event to its handler, in the same steps for every route: read, call, answer, log."""

import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from adapters.observability.emf_metrics import METRICS_LOG
from adapters.observability.redaction import raised_at
from entrypoints.http.problems import INTERNAL, MethodNotAllowed, RouteNotFound, problem_for
from entrypoints.http.request import Request, Response, read_request
from entrypoints.http.routes import PREFLIGHT, PUBLIC, ROUTES, methods_of
from entrypoints.schemas.fields import ULID, FaultBody, Problem

if TYPE_CHECKING:
    from entrypoints.container import Container

log: Final = logging.getLogger(__name__)

Handler = Callable[[Request, "Container"], Response]


class Router:
    """The routes of one function. Raises `ValueError` unless `handlers` has exactly one entry for each, by its name."""

    def __init__(self, function: str, handlers: Mapping[str, Handler], services: "Container") -> None:
        names = {route.name: route.key for route in ROUTES if route.function == function}
        if names.keys() != handlers.keys():
            raise ValueError(f"{function} has routes {sorted(names)} and handlers {sorted(handlers)}")
        self._handlers = {names[name]: handler for name, handler in handlers.items()}
        self._services = services

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a proxy event of payload version 2.0. Never raises."""
        began = time.perf_counter()
        request_id = str(event["requestContext"].get("requestId", ""))
        response, error, asked = self._answer(event, request_id)
        fields = {
            "route": event.get("routeKey"),
            "status": response.status,
            "request_id": request_id,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
            **asked,
            **response.log_fields,
        }
        if response.status == INTERNAL.status:
            log.error("request", extra={**fields, "error": type(error).__name__, "at": raised_at(error)})
        else:
            (METRICS_LOG if "_aws" in fields else log).info("request", extra=fields)
        return response.to_gateway()

    def _answer(
        self, event: Mapping[str, Any], request_id: str
    ) -> tuple[Response, Exception | None, Mapping[str, object]]:
        asked: Mapping[str, object] = {}
        route = str(event.get("routeKey"))
        try:
            request = read_request(event, request_id, public=route in {*PUBLIC, PREFLIGHT})
            asked = self._log_fields(request)
            handler = self._handlers.get(route) or _not_ours(route, event)
            return handler(request, self._services), None, asked
        except Exception as error:  # noqa: BLE001  # every error becomes a problem response
            return _problem(error, request_id, route), error, asked

    def _log_fields(self, request: Request) -> dict[str, object]:
        """The user's hash and the chat id. A malformed id may be any text of a user and is not logged."""
        fields: dict[str, object] = {"user": self._services.user_hash()(request.user_id)} if request.user_id else {}
        chat_id = request.path.get("chat_id") or request.query.get("chat_id")
        return {**fields, "chat_id": chat_id} if chat_id and _ID.fullmatch(chat_id) else fields


_ID: Final = re.compile(ULID)


def _not_ours(route: str, event: Mapping[str, Any]) -> Handler:
    """A preflight is for API Gateway to answer; should it ask the function, a browser takes no status but a success."""
    if route == PREFLIGHT:
        return lambda _request, _services: Response(204)
    allowed = methods_of(str(event.get("rawPath", "")))
    # A route of ours whose function this workspace does not have: of held polls.
    if allowed and event["requestContext"].get("http", {}).get("method") not in allowed:
        raise MethodNotAllowed(allowed)
    raise RouteNotFound


def problem_body(error: Exception, request_id: str, path: str = "/") -> Problem:
    """The problem body for `error`, on a route with this path."""
    refusal = problem_for(error)
    detail = refusal.detail(error)
    faults = [
        FaultBody(detail=fault.detail or detail, pointer=fault.pointer, param=fault.param)
        for fault in (refusal.faults(error) if refusal.faults else ())
    ]
    return Problem(
        type=_documentation(refusal.code, path),
        title=refusal.title,
        status=refusal.status,
        detail=detail,
        code=refusal.code,
        request_id=request_id,
        errors=faults or None,
    )


def _documentation(code: str, path: str) -> str:
    """The code's entry in openapi.json, relative to the request's URL: so it also leads there below a path prefix."""
    return f"{'../' * (path.count('/') - 1)}openapi.json#/components/examples/{code}"


def _problem(error: Exception, request_id: str, route: str) -> Response:
    _, _, path = route.partition(" ")
    body, headers = problem_body(error, request_id, path), problem_for(error).headers(error)
    text = body.model_dump_json(exclude_none=True)
    return Response(body.status, text, headers, "application/problem+json", {"code": body.code})
