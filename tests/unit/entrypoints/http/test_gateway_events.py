"""Events as API Gateway documents them (payload version 2.0), field by field, with each variation it names.

The base is the documented example with all its fields:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html ("Payload format
structure"), and for the authorizer http-api-jwt-authorizer.html. AWS's words that the table rests on: header names are
lower-cased, "duplicate headers are combined with commas", "duplicate query strings are combined with commas", `cookies`
is a field of its own, a binary or compressed body is base64-encoded, and a field without a value is left out.

The embedded AWS differs where it does not matter here: it keeps cookies among the headers, joins duplicate headers
with ", ", leaves a named stage out of `rawPath`, and sends `pathParameters: null`.
"""

import base64
import gzip
import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.gateway import REQUEST_ID
from tests.support.service import Service
from tests.support.story import ALICE, PARKING, UNKNOWN_CHAT

ASK, POLL, CHATS, HEALTH, OTHER = (
    "POST /memories/chat",
    "GET /chats/messages",
    "GET /chats",
    "GET /health",
    "$default",
)
CANCEL = "POST /chats/{chat_id}/cancel"
QUESTION = json.dumps({"question": PARKING})
FLAG: dict[str, Any] = {"_async_worker": True, "version": 1, "chat_id": UNKNOWN_CHAT, "turn_id": "t", "token": "t"}
#: Removes a field that the documented event has.
LEFT_OUT = object()

DOCUMENTED: dict[str, Any] = {
    "version": "2.0",
    "rawQueryString": "",
    "cookies": ["cookie1", "cookie2"],
    "headers": {
        "accept": "*/*",
        "authorization": "Bearer token",
        "content-length": "34",
        "content-type": "application/json",
        "host": "id.execute-api.us-east-1.amazonaws.com",
        "x-amzn-trace-id": "Root=1-5e272390-8c398be037738dc042009320",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    },
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "api-id",
        "authentication": {
            "clientCert": {
                "clientCertPem": "CERT_CONTENT",
                "subjectDN": "www.example.com",
                "issuerDN": "Example issuer",
                "serialNumber": "a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1",
                "validity": {"notBefore": "May 28 12:30:02 2019 GMT", "notAfter": "Aug  5 09:36:04 2021 GMT"},
            }
        },
        # All claims are strings, whatever they are in the token.
        "authorizer": {
            "jwt": {
                "claims": {
                    "auth_time": "1583361234",
                    "client_id": "1example23456789",
                    "cognito:groups": "[admins readers]",
                    "email_verified": "true",
                    "exp": "1583364834",
                    "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example",
                    "scope": "chats.read chats.write",
                    "sub": ALICE,
                    "token_use": "access",
                },
                "scopes": ["chats.write"],
            }
        },
        "domainName": "id.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "id",
        "http": {"protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent"},
        "requestId": REQUEST_ID,
        "stage": "$default",
        "time": "12/Mar/2020:19:03:58 +0000",
        "timeEpoch": 1583348638390,
    },
    "stageVariables": {"stageVariable1": "value1", "stageVariable2": "value2"},
    "isBase64Encoded": False,
}


@dataclass
class Event:
    """A variation of the documented event. A change's key is a path of fields, such as `requestContext.stage`."""

    route: str
    status: int
    code: str = ""
    path: str = ""
    changes: dict[str, Any] = field(default_factory=dict)

    def made(self) -> dict[str, Any]:
        event = deepcopy(DOCUMENTED)
        method, path = ("GET", self.path) if self.route == OTHER else self.route.split(" ")
        event |= {"routeKey": self.route, "rawPath": self.path or path}
        event["requestContext"]["routeKey"] = self.route
        event["requestContext"]["http"] |= {"method": method, "path": self.path or path}
        if self.route == ASK:
            event["body"] = QUESTION
        if self.route == HEALTH:
            del event["requestContext"]["authorizer"]
        for name, value in self.changes.items():
            *parents, last = name.split(".")
            place = event
            for parent in parents:
                place = place[parent]
            if value is LEFT_OUT:
                place.pop(last, None)
            else:
                place[last] = value
        return event


def ask(status: int, code: str = "", **changes: Any) -> Event:
    return Event(ASK, status, code, changes={name.replace("__", "."): value for name, value in changes.items()})


def typed(media_type: str) -> dict[str, Any]:
    return {**DOCUMENTED["headers"], "content-type": media_type}


def b64(body: str | bytes) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else body.encode()
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}


def poll(status: int, code: str, query: Any) -> Event:
    return Event(POLL, status, code, changes={"queryStringParameters": query})


def other(path: str, status: int, code: str, method: str = "GET") -> Event:
    return Event(OTHER, status, code, path, {"requestContext.http.method": method})


def claims(**changed: Any) -> dict[str, Any]:
    return {"requestContext__authorizer": {"jwt": {"claims": changed, "scopes": None}}}


NO_SUBJECT = (403, "subject_missing")
EVENTS = {
    # ---- the body
    "documented": ask(200),
    "body in base64": ask(200, **b64(QUESTION)),
    "base64 and a charset": ask(200, headers=typed("application/json; charset=UTF-8"), **b64(QUESTION)),
    "media type in capitals": ask(200, headers=typed("Application/JSON")),
    "media type with spaces": ask(200, headers=typed(" application/json ;charset=utf-8")),
    "no content type": ask(200, headers={"host": "x"}),
    "no headers": ask(200, headers=LEFT_OUT),
    "headers null": ask(200, headers=None),
    "header names in capitals": ask(200, headers={"CONTENT-TYPE": "application/json"}),
    "octet stream": ask(415, "unsupported_media_type", headers=typed("application/octet-stream"), **b64(QUESTION)),
    "form": ask(415, "unsupported_media_type", headers=typed("application/x-www-form-urlencoded"), body="question=x"),
    "two content types": ask(415, "unsupported_media_type", headers=typed("application/json,text/plain")),
    "bad base64": ask(400, "invalid_request", body="%%%", isBase64Encoded=True),
    "cut base64": ask(400, "invalid_request", body=b64(QUESTION)["body"][:-3], isBase64Encoded=True),
    "base64 of other than ASCII": ask(400, "invalid_request", body="\u00e9\u00e9", isBase64Encoded=True),
    "bytes that are no UTF-8": ask(400, "invalid_request", **b64(b'{"question": "\xff"}')),
    "gzip": ask(400, "invalid_request", **b64(gzip.compress(QUESTION.encode()))),
    "no body": ask(400, "invalid_request", body=LEFT_OUT),
    "null body": ask(400, "invalid_request", body=None),
    "empty body": ask(400, "invalid_request", body=""),
    "byte order mark": ask(200, **b64(b"\xef\xbb\xbf" + QUESTION.encode())),
    "UTF-16": ask(200, **b64(QUESTION.encode("utf-16"))),
    # ---- headers, cookies, query
    "no cookies": ask(200, cookies=LEFT_OUT),
    "a cookie named like a header": ask(200, cookies=["idempotency-key=k", "sub=bob"]),
    "an idempotency key": ask(200, headers={**typed("application/json"), "idempotency-key": "k1"}),
    "two idempotency keys are one": ask(200, headers={**typed("application/json"), "idempotency-key": "k1,k2"}),
    "an empty idempotency key": ask(
        400, "invalid_request", headers={**typed("application/json"), "idempotency-key": ""}
    ),
    "a query on an ask": ask(200, queryStringParameters={"sub": "bob"}, rawQueryString="sub=bob"),
    "no stage variables": ask(200, stageVariables=LEFT_OUT),
    "poll without query": poll(400, "invalid_request", LEFT_OUT),
    "poll with null query": poll(400, "invalid_request", None),
    "poll of an unknown chat": poll(404, "chat_not_found", {"chat_id": UNKNOWN_CHAT}),
    "poll with the id twice": poll(400, "invalid_request", {"chat_id": f"{UNKNOWN_CHAT},{UNKNOWN_CHAT}"}),
    "poll with two limits": poll(400, "invalid_request", {"chat_id": UNKNOWN_CHAT, "limit": "5,5"}),
    "poll with an empty limit": poll(400, "invalid_request", {"chat_id": UNKNOWN_CHAT, "limit": ""}),
    "poll with unknown parameters": poll(404, "chat_not_found", {"chat_id": UNKNOWN_CHAT, "x": "1,2"}),
    "list without query": Event(CHATS, 200),
    # ---- paths
    "path parameter": Event(CANCEL, 404, "chat_not_found", changes={"pathParameters": {"chat_id": UNKNOWN_CHAT}}),
    "path parameter null": Event(CANCEL, 400, "invalid_request", changes={"pathParameters": None}),
    "no path parameter": Event(CANCEL, 400, "invalid_request"),
    "decoded path parameter": Event(CANCEL, 400, "invalid_request", changes={"pathParameters": {"chat_id": "a/b"}}),
    "unknown path": other("/nowhere", 404, "route_not_found"),
    "path with a named stage": other("/prod/chats", 404, "route_not_found"),
    "two slashes": other("//chats", 404, "route_not_found"),
    "slash at the end": other("/chats/", 404, "route_not_found"),
    "decoded path": other("/chats/\u00e9 %2F", 405, "method_not_allowed"),
    "decoded slash": other("/chats/a/b/cancel", 404, "route_not_found"),
    "empty path": other("", 404, "route_not_found"),
    "other method": other("/chats", 405, "method_not_allowed", "PUT"),
    "HEAD": other("/health", 405, "method_not_allowed", "HEAD"),
    "OPTIONS": other("/memories/chat", 405, "method_not_allowed", "OPTIONS"),
    # ---- the authorizer
    "scopes null": ask(200, **claims(sub=ALICE)),
    "a subject of 255 characters": ask(200, **claims(sub="x" * 255)),
    "a subject of 255 emoji": ask(200, **claims(sub="\U0001f697" * 255)),
    "a subject of 256 characters": ask(*NO_SUBJECT, **claims(sub="x" * 256)),
    "a subject of 2,100 characters": ask(*NO_SUBJECT, **claims(sub="x" * 2_100)),
    "no subject": ask(*NO_SUBJECT, **claims(client_id="machine")),
    "an empty subject": ask(*NO_SUBJECT, **claims(sub="")),
    "a subject of white space": ask(*NO_SUBJECT, **claims(sub=" \t")),
    "a subject of invisible characters": ask(*NO_SUBJECT, **claims(sub="\u200b")),
    "a subject with NUL": ask(*NO_SUBJECT, **claims(sub="alice\x00")),
    "a subject with half a surrogate": ask(*NO_SUBJECT, **claims(sub="alice\ud800")),
    "a subject null": ask(*NO_SUBJECT, **claims(sub=None)),
    "a subject that is a number": ask(*NO_SUBJECT, **claims(sub=7)),
    "a subject that is a list": ask(*NO_SUBJECT, **claims(sub=[ALICE])),
    "a subject that is an object": ask(*NO_SUBJECT, **claims(sub={"sub": ALICE})),
    "a subject that is true": ask(*NO_SUBJECT, **claims(sub=True)),
    "Subject in capitals": ask(*NO_SUBJECT, **claims(Sub=ALICE)),
    "no claims": ask(*NO_SUBJECT, **claims()),
    "claims null": ask(*NO_SUBJECT, requestContext__authorizer={"jwt": {"claims": None, "scopes": None}}),
    "claims that are a list": ask(*NO_SUBJECT, requestContext__authorizer={"jwt": {"claims": ["sub"]}}),
    "jwt null": ask(*NO_SUBJECT, requestContext__authorizer={"jwt": None}),
    "authorizer empty": ask(*NO_SUBJECT, requestContext__authorizer={}),
    "authorizer null": ask(*NO_SUBJECT, requestContext__authorizer=None),
    "no authorizer": ask(*NO_SUBJECT, requestContext__authorizer=LEFT_OUT),
    "a Lambda authorizer": ask(*NO_SUBJECT, requestContext__authorizer={"lambda": {"sub": ALICE}}),
    "an IAM authorizer": ask(*NO_SUBJECT, requestContext__authorizer={"iam": {"userId": ALICE}}),
    "no subject on an unknown path": Event(
        OTHER, 403, "subject_missing", "/nowhere", {"requestContext.authorizer": {}}
    ),
    # ---- public routes do not look at it
    "public": Event(HEALTH, 200),
    "public, authorizer null": Event(HEALTH, 200, changes={"requestContext.authorizer": None}),
    "public, no subject": Event(HEALTH, 200, changes={"requestContext.authorizer": {"jwt": {"claims": {"sub": ""}}}}),
    # ---- the request context
    "no client certificate": ask(200, requestContext__authentication=LEFT_OUT),
    "client certificate null": ask(200, requestContext__authentication=None),
    "no time": ask(200, requestContext__timeEpoch=LEFT_OUT),
    "worker's flag beside the context": Event(ASK, 200, changes=FLAG),
    "worker's flag in the body": ask(400, "question_missing", body=json.dumps(FLAG)),
    "worker's flag in the query": ask(200, queryStringParameters={"_async_worker": "true"}),
}


def test_over_fifty_events_are_tried() -> None:
    assert len(EVENTS) > 50


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_documented_event_is_answered(event: Event) -> None:
    service = Service()
    answer = service.gateway.call(event.route, event=event.made())
    assert answer.status == event.status, answer.text
    if event.code:
        assert answer.code == event.code
    asked = event.route == ASK and event.status == 200
    assert len(service.chats.chats) == len(service.invoker.waiting) == asked, "a refused request changed something"


def test_two_idempotency_keys_are_a_key_of_their_own() -> None:
    service = Service()
    both = EVENTS["two idempotency keys are one"].made()
    first = service.gateway.call(ASK, event=both)
    again = service.gateway.call(ASK, event=both)
    single = service.gateway.call(ASK, event=EVENTS["an idempotency key"].made())
    assert first.body["chat_id"] == again.body["chat_id"] != single.body["chat_id"]


def test_user_of_a_refused_token_is_not_the_user_of_another(service: Service) -> None:
    """Without the refusal, all tokens without a subject would be one user."""
    for event in (EVENTS["no subject"], EVENTS["an empty subject"], EVENTS["a subject null"]):
        assert service.gateway.call(ASK, event=event.made()).code == "subject_missing"
    assert service.chats.list_chats("", 50).chats == ()
