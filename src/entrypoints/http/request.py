"""Request and Response: what handlers take and return, from and to API Gateway's events (payload version 2.0)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, RootModel, ValidationError

from domain.text import is_storable, is_visible
from entrypoints.http.problems import (
    BodyTooLarge,
    Fault,
    MediaTypeUnsupported,
    RequestInvalid,
    SubjectMissing,
    pointer,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

#: In bytes: 100 memories of 4,000 characters as JSON escapes, with a margin.
LARGEST_BODY: Final = 5_000_000
#: In characters: OpenID Connect's limit of `sub`, https://openid.net/specs/openid-connect-core-1_0.html#IDToken.
LONGEST_SUBJECT: Final = 255
#: How many parts at fault an answer names.
MOST_FAULTS: Final = 20
PRIVATE: Final = "private, no-store"
#: On every response. The first is for the own domain of a deployer: browsers keep to HTTPS there for a year (RFC 6797).
SECURITY_HEADERS: Final = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
#: The header of a response to a repeated request with the same `Idempotency-Key`.
REPLAYED: Final = {"Idempotency-Replayed": "true"}


@dataclass(frozen=True)
class Request:
    """An HTTP request, read as far as every route needs. Header names are in lower case.

    `user_id` is empty on routes that need no token.
    """

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
            raise invalid(error, model) from None
        except (ValueError, RecursionError):
            raise RequestInvalid("The body is not JSON.") from None


@dataclass(frozen=True)
class Response:
    """An HTTP response. `log_fields` are added to the log line."""

    status: int = 200
    body: BaseModel | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    log_fields: Mapping[str, object] = field(default_factory=dict)

    def to_gateway(self) -> dict[str, Any]:
        """In the format that API Gateway expects from a function."""
        headers = {**SECURITY_HEADERS, "Cache-Control": PRIVATE, **self.headers}
        if self.body is None:
            return {"statusCode": self.status, "headers": headers}
        body = self.body if isinstance(self.body, str) else self.body.model_dump_json()
        return {"statusCode": self.status, "headers": {"Content-Type": self.media_type, **headers}, "body": body}


def read_request(event: Mapping[str, Any], request_id: str, *, public: bool = False) -> Request:
    """The request of an API Gateway event. `public`: of a route that needs no token.

    Raises `SubjectMissing`, `RequestInvalid`.
    """
    user_id = "" if public else _subject(event)
    try:
        body = event.get("body") or ""
        raw_body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        raise RequestInvalid("The body is not UTF-8.") from None
    return Request(
        user_id=user_id,
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        request_id=request_id,
        raw_body=raw_body,
    )


def _subject(event: Mapping[str, Any]) -> str:
    """The token's `sub`. The authorizer checks signature, issuer, audience and expiry, but requires no `sub`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    """
    found: object = event["requestContext"]
    for name in ("authorizer", "jwt", "claims", "sub"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str) and len(found) <= LONGEST_SUBJECT and is_visible(found) and is_storable(found):
        return found
    raise SubjectMissing


def invalid(error: ValidationError, model: type[BaseModel]) -> RequestInvalid:
    """All errors, in pydantic's words, which never quote the value; the first one as the problem's detail."""
    # The path into a union begins with the form that was tried: a name of our code, not of the body.
    begin = 1 if issubclass(model, RootModel) else 0
    found = error.errors(include_input=False, include_url=False)[:MOST_FAULTS]
    faults = [_fault(one, one["loc"][begin:]) for one in found]
    return RequestInvalid(faults[0].detail, *faults)


def _fault(found: "ErrorDetails", path: tuple[int | str, ...]) -> Fault:
    return Fault(pointer(*path), detail=f"`{'.'.join(map(str, path)) or 'body'}`: {found['msg']}.")


def etag_of(state: str) -> str:
    """The ETag of a response's state."""
    return '"' + hashlib.sha256(state.encode()).hexdigest()[:32] + '"'


def has_seen(request: Request, etag: str) -> bool:
    """Whether the caller already has the state with this ETag."""
    seen = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return etag in seen or "*" in seen


def with_etag(request: Request, response: Response, state: str) -> Response:
    """`response` with the ETag of `state`, or 304 without a body if the caller already has that state."""
    etag = etag_of(state)
    headers = {**response.headers, "ETag": etag}
    if has_seen(request, etag):
        return Response(304, None, headers, log_fields=response.log_fields)
    return Response(response.status, response.body, headers, response.media_type, response.log_fields)
