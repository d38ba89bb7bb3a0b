"""API Gateway and Lambda in process: selects routes as AWS does, and calls the handlers with their events."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.aws.worker_event import worker_event as written_event
from domain.records import WorkerInvocation
from entrypoints.container import Container
from entrypoints.http.routes import PUBLIC
from entrypoints.schemas.stop import STOP
from tests.support.deployed import FUNCTIONS, FakeContext, function_of, handlers
from tests.support.story import ALICE

REQUEST_ID: Final = "request-7"
JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """The response that API Gateway would send."""

    status: int
    headers: Mapping[str, str]
    text: str | None

    @property
    def body(self) -> Any:
        return json.loads(self.text or "null")

    @property
    def code(self) -> str:
        """The code of a problem, after checking its media type and members."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert {*self.body, "errors"} == {"type", "title", "status", "detail", "code", "request_id", "errors"}
        assert self.body["type"].endswith(f"openapi.json#/components/examples/{self.body['code']}")
        for fault in self.body.get("errors", ()):
            assert set(fault) in ({"detail", "pointer"}, {"detail", "param"})
        assert (self.body["status"], self.body["request_id"]) == (self.status, REQUEST_ID)
        return str(self.body["code"])


DEFAULT: Final = "$default"


@dataclass(frozen=True)
class HttpApi:
    """The routes of an HTTP API besides our own and `$default`, and the origins of its CORS configuration."""

    more_routes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def select(self, method: str, path: str) -> str:
        """The key of the route: a full match, a greedy match, then $default.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html, "Routing API requests".
        """
        keys = sorted((*FUNCTIONS, *self.more_routes), key=lambda key: ("+}" in key, key.count("{")))
        return next((key for key in keys if _matches(key, method, path)), DEFAULT)

    def needs_token(self, route: str) -> bool:
        return route not in {*PUBLIC, *self.more_routes}

    def preflight(self, headers: Mapping[str, str]) -> Answer | None:
        """API Gateway's own answer to a preflight, where CORS is configured.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html: it needs both headers, and an
        authorizer of the selected route comes first.
        """
        if not self.origins or not {"Origin", "Access-Control-Request-Method"} <= headers.keys():
            return None
        allowed = {"Access-Control-Allow-Origin": headers["Origin"]} if headers["Origin"] in self.origins else {}
        return Answer(204, allowed, None)


def _matches(route: str, method: str, path: str) -> bool:
    wanted, pattern = route.split(" ")
    parts = (
        ("[^/]+", ".+")["+}" in part] if part.startswith("{") else re.escape(part) for part in _PARTS.split(pattern)
    )
    return wanted in {method, "ANY"} and re.fullmatch("".join(parts), path) is not None


_PARTS: Final = re.compile(r"(\{\w+\+?\})")


@dataclass(frozen=True)
class Gateway:
    """Calls the function of a route with an event of payload version 2.0."""

    container: Container
    functions: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "functions", handlers(self.container))

    def call(self, route: str, event: Mapping[str, Any] | None = None, **parts: Any) -> Answer:
        """Call `route` with `event`, or with one made of `parts`: see `http_event`."""
        event = http_event(route, **parts) if event is None else event
        reply = self.functions[function_of(route)](event, FakeContext())
        assert json.dumps(reply), "Lambda takes JSON only"
        return Answer(reply["statusCode"], reply["headers"], reply.get("body"))

    def send(self, method: str, path: str, *, headers: Mapping[str, str], api: "HttpApi", user: str | None) -> Answer:
        """A request as it reaches API Gateway: route, authorizer, then its own answer to a preflight or the function's."""
        route = api.select(method, path)
        if api.needs_token(route) and user is None:
            return Answer(401, {"Content-Type": "application/json"}, '{"message":"Unauthorized"}')
        if method == "OPTIONS" and (answer := api.preflight(headers)):
            return answer
        event = {**http_event(f"{method} {path}", user=user or "", headers=headers), "routeKey": route}
        return self.call(route, event)

    def ask(self, question: object, chat_id: object = None, **parts: Any) -> Answer:
        body = {"question": question} if chat_id is None else {"question": question, "chat_id": chat_id}
        return self.call("POST /memories/chat", body=body, **parts)

    def poll(
        self, chat_id: str, *, user: str = ALICE, headers: Mapping[str, str] | None = None, **query: str
    ) -> Answer:
        query = {"chat_id": chat_id, **query}
        return self.call("GET /chats/messages", user=user, query=query, headers=headers or {})

    def hold(
        self, chat_id: str, *, user: str = ALICE, headers: Mapping[str, str] | None = None, **query: str
    ) -> Answer:
        """A held poll, of at most 20 seconds unless `wait` is given."""
        query = {"chat_id": chat_id, "wait": "20", **query}
        return self.call("GET /chats/messages/held", user=user, query=query, headers=headers or {})

    def work(self, event: Mapping[str, Any], remaining: float = 90) -> None:
        """Lambda delivers an asynchronous event to the chat function."""
        assert self.functions["chat"](event, FakeContext(remaining)) is None

    def stop(self, chat_id: str, turn_id: str, reason: str) -> Any:
        """An operator invokes the failures function; returns its answer."""
        wanted = {"chat_id": chat_id, "turn_id": turn_id, "reason": reason}
        return self.functions["failures"]({STOP: wanted}, FakeContext())

    def fail(self, *records: str) -> list[str]:
        """Lambda delivers the failures queue's messages; returns the ids that failed."""
        event = {"Records": [{"messageId": f"record-{number}", "body": body} for number, body in enumerate(records)]}
        return [
            failure["itemIdentifier"]
            for failure in self.functions["failures"](event, FakeContext())["batchItemFailures"]
        ]


def http_event(
    route: str,
    *,
    user: str = ALICE,
    claims: object = ...,
    body: object = None,
    raw_body: str | None = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    base64: bool = False,
) -> dict[str, Any]:
    """API Gateway's event for a call: `body` is sent as JSON, `raw_body` unchanged.

    `claims` are those of the token, by default with the `sub` of `user`; None for a route without an authorizer.
    """
    method, pattern = route.split(" ")
    sent = raw_body if raw_body is not None else json.dumps(body) if body is not None else None
    claims = {"sub": user} if claims is ... else claims
    authorizer = {} if claims is None else {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}
    optional = {"pathParameters": path, "queryStringParameters": query, "body": sent}
    return {
        "version": "2.0",
        "routeKey": route if route in FUNCTIONS else "$default",
        "rawPath": pattern.format(**(path or {})),
        "rawQueryString": "",
        "headers": {**JSON, **(headers or {})},
        "requestContext": {
            "requestId": REQUEST_ID,
            **authorizer,
            "http": {"method": method, "path": pattern},
        },
        "isBase64Encoded": base64,
        **{name: value for name, value in optional.items() if value is not None},
    }


def worker_event(invocation: WorkerInvocation, **changes: object) -> dict[str, object]:
    """The worker's event, as the dispatcher writes it, with `changes`."""
    return {**written_event(invocation), **changes}
