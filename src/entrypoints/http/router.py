"""API Gateway's event to a route and back, in the same beats for every route: read, call, map, log, answer."""

import base64
import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.observability.turn_observer import place_of
from entrypoints.http.problems import (
    INTERNAL,
    BodyTooLarge,
    MediaTypeUnsupported,
    MethodNotAllowed,
    RequestInvalid,
    RouteNotFound,
    problem_for,
)
from entrypoints.http.routes import methods_of
from entrypoints.schemas.fields import ProblemBody

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)

#: 100 memories of 4,000 characters, each written as a JSON escape, and some room.
LARGEST_BODY: Final = 5_000_000
PRIVATE: Final = "private, no-store"


@dataclass(frozen=True)
class Request:
    """One call of the API, read as far as every route needs it. Header names are in lower case."""

    user_id: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    request_id: str
    raw_body: bytes = field(repr=False)

    def body(self, model: type[Model], largest: int = LARGEST_BODY) -> Model:
        """The body as `model`. Raises `MediaTypeUnsupported`, `BodyTooLarge` or `RequestInvalid`."""
        media_type = self.headers.get("content-type", "application/json").split(";")[0].strip().lower()
        if media_type != "application/json":
            raise MediaTypeUnsupported
        if len(self.raw_body) > largest:
            raise BodyTooLarge
        try:
            return model.model_validate(json.loads(self.raw_body))
        except ValidationError as error:
            raise invalid(error) from None
        except (ValueError, RecursionError):
            raise RequestInvalid("The body is not JSON.") from None


@dataclass(frozen=True)
class Reply:
    """What goes back. `about` goes into the log line."""

    status: int = 200
    body: BaseModel | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    about: Mapping[str, object] = field(default_factory=dict)


Route = Callable[[Request], Reply]


class HttpApi:
    """The routes of one function, by API Gateway's route key."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self._routes = routes

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a proxy event of payload version 2.0; never raises."""
        began = time.perf_counter()
        request_id = str(event["requestContext"].get("requestId", ""))
        reply, error = self._answer(event, request_id)
        about = {
            "route": event.get("routeKey"),
            "status": reply.status,
            "request_id": request_id,
            "took_ms": round((time.perf_counter() - began) * 1000, 1),
            **reply.about,
        }
        if reply.status == INTERNAL.status:
            log.error("request", extra={**about, "error": type(error).__name__, "at": place_of(error)})
        else:
            log.info("request", extra=about)
        return _to_gateway(reply)

    def _answer(self, event: Mapping[str, Any], request_id: str) -> tuple[Reply, Exception | None]:
        try:
            request = read_request(event, request_id)
            route = self._routes.get(str(event.get("routeKey"))) or _nowhere(str(event.get("rawPath", "")))
            return route(request), None
        except Exception as error:  # noqa: BLE001  # whatever happens, the caller gets the contract's answer
            return _problem(error, request_id), error


def came_at(event: Mapping[str, Any]) -> datetime | None:
    """When API Gateway took the request; None for an event that did not come through it."""
    millis = event.get("requestContext", {}).get("timeEpoch")
    return _EPOCH + timedelta(milliseconds=millis) if isinstance(millis, int) else None


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_request(event: Mapping[str, Any], request_id: str) -> Request:
    """The parts of API Gateway's event that routes use. Raises `RequestInvalid`."""
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    try:
        body = event.get("body") or ""
        raw_body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        raise RequestInvalid("The body is not UTF-8.") from None
    return Request(
        user_id=str(claims.get("sub", "")),
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        request_id=request_id,
        raw_body=raw_body,
    )


def invalid(error: ValidationError) -> RequestInvalid:
    """What is wrong with the first field at fault, in pydantic's words, which never quote the value."""
    fault = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, fault["loc"])) or "body"
    return RequestInvalid(f"`{place}`: {fault['msg']}.", field=place)


def with_etag(request: Request, reply: Reply, state: str) -> Reply:
    """`reply` with an ETag over `state`, or 304 without a body when the caller has seen that state."""
    etag = '"' + hashlib.sha256(state.encode()).hexdigest()[:32] + '"'
    headers = {**reply.headers, "ETag": etag}
    seen = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in seen or "*" in seen:
        return Reply(304, None, headers, about=reply.about)
    return Reply(reply.status, reply.body, headers, reply.media_type, reply.about)


def _nowhere(path: str) -> Route:
    allowed = methods_of(path)
    if allowed:
        raise MethodNotAllowed(allowed)
    raise RouteNotFound


def problem_body(error: Exception, request_id: str) -> ProblemBody:
    """What a caller is told of `error`."""
    problem = problem_for(error)
    return ProblemBody(
        title=problem.title,
        status=problem.status,
        detail=problem.detail(error),
        code=problem.code,
        request_id=request_id,
    )


def _problem(error: Exception, request_id: str) -> Reply:
    body, headers = problem_body(error, request_id), problem_for(error).headers(error)
    return Reply(body.status, body, headers, "application/problem+json", about={"code": body.code})


def _to_gateway(reply: Reply) -> dict[str, Any]:
    headers = {"Cache-Control": PRIVATE, **reply.headers}
    if reply.body is None:
        return {"statusCode": reply.status, "headers": headers}
    body = reply.body if isinstance(reply.body, str) else reply.body.model_dump_json()
    return {"statusCode": reply.status, "headers": {"Content-Type": reply.media_type, **headers}, "body": body}
