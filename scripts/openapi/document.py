"""The OpenAPI 3.1 document, generated from the service's models, routes and errors."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from domain.errors import TryAgain
from entrypoints.http.problems import SubjectMissing, problem_for
from entrypoints.http.routes import ROUTES, Route
from entrypoints.schemas.fields import Problem
from entrypoints.schemas.poll import AssistantMessage, UserMessage
from scripts.openapi import examples
from scripts.openapi.operations import OPERATIONS, Operation, Parameter, Schema

if TYPE_CHECKING:
    from pydantic import BaseModel

PROJECT: Final = Path(__file__).resolve().parents[2]
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
REF: Final = "#/components/schemas/{model}"
#: Responses common to all routes.
ALIKE: Final = {401: "Unauthorized", 500: "Broken", 503: "NotReachable"}

REASONS: Final = {
    200: "Done.",
    201: "Stored.",
    204: "No content.",
    304: "Not modified since the response with this `ETag`.",
    400: "Invalid request.",
    401: "The token is missing or invalid. Answered by API Gateway.",
    403: "The chat belongs to another user, or the token lacks the scope or names no user.",
    404: "Not found.",
    409: "Conflict with the state of the chat.",
    413: "Too large.",
    415: "The content type is not JSON.",
    422: "The idempotency key was used with another body.",
    429: "Too many concurrent turns, or too many asks in a minute or a day.",
    500: "Unexpected error, logged with the request id.",
    503: "Temporarily unavailable. Nothing is left half done; send the same request again.",
}

HEADERS: Final[dict[str, tuple[str, Schema]]] = {
    "Cache-Control": ("Responses for a user are never cached.", {"type": "string"}),
    "ETag": ("Identifies this state of the response.", {"type": "string"}),
    "Idempotency-Replayed": (
        "The response to an earlier request with this key.",
        {"type": "string", "const": "true"},
    ),
    "Location": ("The URL to poll.", {"type": "string"}),
    "Retry-After": ("Seconds to wait before the next request.", {"type": "string", "pattern": "^[0-9]+$"}),
}
#: A message by its role. It has a name, which generated clients would otherwise make up.
MESSAGE: Final[Schema] = {
    "description": "A question or an answer.",
    "oneOf": [{"$ref": REF.format(model=model.__name__)} for model in (UserMessage, AssistantMessage)],
    "discriminator": {
        "propertyName": "role",
        "mapping": {
            "user": REF.format(model=UserMessage.__name__),
            "assistant": REF.format(model=AssistantMessage.__name__),
        },
    },
}
#: Sent only with some responses.
SOMETIMES: Final = {
    ("poll", "Retry-After"),
    ("held_poll", "Retry-After"),
    ("ask", "Idempotency-Replayed"),
    ("remember", "Idempotency-Replayed"),
}


def document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in ROUTES:
        if route.name not in OPERATIONS:
            raise LookupError(f"scripts/openapi/operations.py says nothing of the route `{route.name}`")
        paths[route.path][route.method.lower()] = _operation(route, OPERATIONS[route.name])
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Async Chat API",
            "version": version,
            "description": "Ask a question, get a chat id at once, and poll for the answer. Times are RFC 3339 in UTC "
            "with milliseconds; ids are opaque. Unknown request fields are ignored; ignore unknown response fields.",
        },
        "servers": [{"url": "./", "description": "The workspace that serves this document."}],
        "security": [{"token": []}],
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(),
            "responses": _alike(),
            "examples": _problems(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(route: Route, operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": route.name,
        "tags": [_tag(route)],
        "summary": operation.summary,
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {str(status): response for status, response in sorted(_responses(route, operation).items())},
    }
    if operation.body:
        content = {"schema": _ref(operation.body), "examples": _examples(examples.REQUESTS[route.name])}
        made["requestBody"] = {"required": True, "content": {JSON: content}}
    if route.scope is None:
        made["security"] = []
    return made


def _tag(route: Route) -> str:
    """`chats`, `memories`, or `service` for what needs no token."""
    return "service" if route.scope is None else route.scope.split(".")[0]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.meaning,
        "schema": parameter.schema,
    }
    example = parameter.example or examples.VALUES.get(parameter.name)
    return made | ({"example": example} if example else {})


def _responses(route: Route, operation: Operation) -> dict[int, dict[str, Any]]:
    responses = {operation.status: _success(route.name, operation)}
    if "ETag" in operation.headers:
        responses[304] = {"description": REASONS[304], "headers": _headers(route.name, operation.headers)}
    refusals: dict[int, list[type[Exception]]] = defaultdict(list)
    for kind in (*operation.refusals, *(() if route.scope is None else (SubjectMissing,))):
        refusals[problem_for(examples.ERRORS[kind]).status].append(kind)
    for status, kinds in refusals.items():
        responses[status] = _refusal(status, kinds)
    for status, text in _gateways_own(public=route.scope is None).items():
        if status in ALIKE:
            responses[status] = {"$ref": f"#/components/responses/{ALIKE[status]}"}
        else:
            _add_gateways_words(responses.setdefault(status, {"description": REASONS[status], "content": {}}), text)
    return responses


def _alike() -> dict[str, Any]:
    unauthorized: dict[str, Any] = {"description": REASONS[401], "content": {}}
    alike = {401: unauthorized, 500: _refusal(500, [RuntimeError]), 503: _refusal(503, [TryAgain])}
    for status, response in alike.items():
        _add_gateways_words(response, _gateways_own(public=False)[status])
    return {ALIKE[status]: response for status, response in alike.items()}


def _add_gateways_words(response: dict[str, Any], text: str) -> None:
    response["content"][JSON] = {"schema": _ref(Problem), "example": {"message": text}}


def _gateways_own(*, public: bool) -> dict[int, str]:
    """Responses of API Gateway itself, before or instead of a function's."""
    everyone = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
    return everyone if public else {401: "Unauthorized", 403: "Forbidden", **everyone}


def _success(name: str, operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": REASONS[operation.status],
        "headers": _headers(name, ("Cache-Control", *operation.headers)),
    }
    if isinstance(operation.answer, str):
        schema = {"type": "object"} if operation.answer == JSON else {"type": "string"}
        made["content"] = {operation.answer: {"schema": schema}}
    elif operation.answer:
        shown = _examples(examples.ANSWERS[name])
        made["content"] = {JSON: {"schema": _ref(operation.answer), "examples": shown}}
    if operation.leads_to:
        made["links"] = {f"{link[0]}_by_{link[1]}": _link(*link) for link in operation.leads_to}
    return made


def _refusal(status: int, kinds: list[type[Exception]]) -> dict[str, Any]:
    codes = sorted({problem_for(examples.ERRORS[kind]).code for kind in kinds})
    shown = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    made: dict[str, Any] = {
        "description": REASONS[status],
        "content": {PROBLEM: {"schema": _ref(Problem), "examples": shown}},
    }
    if any(problem_for(examples.ERRORS[kind]).retry_after for kind in kinds):
        made["headers"] = _headers("", ("Retry-After",), sometimes=True)
    return made


def _problems() -> dict[str, Any]:
    by_code = {problem_for(error).code: kind for kind, error in reversed(examples.ERRORS.items())}
    return {code: {"value": examples.problem_example(by_code[code])} for code in sorted(by_code)}


def _headers(operation: str, names: tuple[str, ...], *, sometimes: bool = False) -> dict[str, Any]:
    return {
        name: {
            "description": HEADERS[name][0],
            "required": not (sometimes or (operation, name) in SOMETIMES),
            "schema": HEADERS[name][1],
        }
        for name in names
    }


def _link(operation: str, parameter: str, place: str) -> dict[str, Any]:
    taken = {parameter: f"$response.body#{place}"}
    if (operation, parameter) == ("poll", "after"):
        taken["chat_id"] = "$response.body#/chat_id"
    return {"operationId": operation, "parameters": taken}


def _examples(bodies: dict[str, Any]) -> dict[str, Any]:
    return {name: {"value": body} for name, body in bodies.items()}


def _ref(model: type[BaseModel]) -> Schema:
    return _ref_to(model.__name__)


def _ref_to(name: str) -> Schema:
    return {"$ref": REF.format(model=name)}


def _schemas() -> dict[str, Schema]:
    asked: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for operation in OPERATIONS.values():
        if operation.body:
            asked.append((operation.body, "validation"))
        if isinstance(operation.answer, type):
            asked.append((operation.answer, "serialization"))
    asked.append((Problem, "serialization"))
    _, found = models_json_schema(asked, ref_template=REF)
    schemas = {name: _plain(schema) for name, schema in found["$defs"].items()}
    # One schema for every error, so that a generated client's `error.code` compiles. API Gateway's own body has only
    # `message`, a function's has all the others.
    message = {"type": "string", "description": "Only where API Gateway answered instead of a function."}
    schemas["Problem"] = _sparse(schemas["Problem"], message=message)
    schemas["PollResponse"]["properties"]["messages"]["items"] = _ref_to("Message")
    schemas["Message"] = MESSAGE
    answer = schemas["AssistantMessage"]["properties"]
    answer["feedback"] = _not_null(answer["feedback"])  # left out where there is none
    schemas["FaultBody"] = _sparse(schemas["FaultBody"], required=["detail"])
    return dict(sorted(schemas.items()))


def _sparse(schema: Schema, required: Sequence[str] = (), **more: Schema) -> Schema:
    """The schema of a body from which fields without a value are left out."""
    present = {name: _not_null(part) for name, part in schema["properties"].items()}
    return {**schema, "properties": {**present, **more}, "required": list(required)}


def _not_null(schema: Schema) -> Schema:
    forms = [form for form in schema.get("anyOf", ()) if form != {"type": "null"}]
    return {**{name: part for name, part in schema.items() if name != "anyOf"}, **forms[0]} if forms else schema


def _plain(schema: Any) -> Any:
    """Without titles, which say the names again."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {}
    for name, part in schema.items():
        if name == "properties":
            plain[name] = {property_name: _plain(inner) for property_name, inner in part.items()}
        elif name != "title" and not (name == "default" and part is None):
            # A default of null would make some generators require the field.
            plain[name] = _plain(part)
    return plain
