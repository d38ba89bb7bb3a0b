"""Invalid parameters and paths are refused; the user comes from the token only."""

import base64
import json

import pytest

from tests.support.service import Service
from tests.support.story import ALICE, BOB, PARKING, UNKNOWN_CHAT, Story

ID = UNKNOWN_CHAT
MALFORMED_IDS = [
    "",
    "x",
    "7",
    f"{ID},{ID}",
    ID + "0",
    ID[:-1],
    ID + "\n",
    f" {ID}",
    ID.lower(),
    "8" + ID[1:],
    "user#alice",
    "\u0661" * 26,
]
INVALID_LIMITS = ("", "0", "101", "-1", "1.5", "1e1", "ten", "\u0661", " 5", "5,5", "9" * 5_000)


@pytest.mark.parametrize("chat_id", MALFORMED_IDS, ids=ascii)
@pytest.mark.parametrize(
    "route",
    [
        "POST /chats/{chat_id}/retry",
        "POST /chats/{chat_id}/cancel",
        "POST /chats/{chat_id}/read",
        "DELETE /chats/{chat_id}",
    ],
)
def test_malformed_chat_id_is_rejected(service: Service, route: str, chat_id: str) -> None:
    assert service.gateway.call(route, path={"chat_id": chat_id}).code == "invalid_request"


@pytest.mark.parametrize("memory_id", MALFORMED_IDS, ids=ascii)
def test_malformed_memory_id_is_rejected(service: Service, memory_id: str) -> None:
    answer = service.gateway.call("DELETE /memories/{memory_id}", path={"memory_id": memory_id})
    assert answer.code == "invalid_request"


@pytest.mark.parametrize(
    "query",
    [
        {},
        *({"chat_id": chat_id} for chat_id in MALFORMED_IDS),
        *({"chat_id": ID, "after": cursor} for cursor in ("", "x", f"{ID},{ID}", "x" * 100_000)),
        *({"chat_id": ID, "before": cursor} for cursor in ("", "x", f"{ID},{ID}", "x" * 100_000)),
        {"chat_id": ID, "after": ID, "before": ID},
        *({"chat_id": ID, "limit": limit} for limit in INVALID_LIMITS),
    ],
    ids=lambda query: ascii(query)[:60],
)
def test_poll_with_invalid_parameters_is_refused(service: Service, query: dict[str, str]) -> None:
    answer = service.gateway.call("GET /chats/messages", query=query)
    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize("limit", INVALID_LIMITS, ids=lambda limit: ascii(limit)[:40])
def test_list_with_an_invalid_limit_is_refused(service: Service, limit: str) -> None:
    for route in ("GET /chats", "GET /memories"):
        answer = service.gateway.call(route, query={"limit": limit})
        assert (answer.status, answer.code) == (400, "invalid_request")


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


CURSORS = ["", "x", "\u00e9", "====", b64([]), b64([ID]), b64([ID, 7]), b64([ID, ID, ID]), b64({ID: 1, "x": 2}), b64(None), b64(7),
           b64([ID, "user#bob"]), b64([ID, ID]) + "," + b64([ID, ID]), "A" * 1_000_000, b64("[" * 150)]  # fmt: skip


@pytest.mark.parametrize("cursor", CURSORS, ids=lambda cursor: ascii(cursor)[:40])
def test_invalid_cursor_is_refused(service: Service, cursor: str) -> None:
    for route in ("GET /chats", "GET /memories"):
        answer = service.gateway.call(route, query={"cursor": cursor})
        assert (answer.status, answer.code) == (400, "invalid_request")


def test_search_of_more_than_1000_characters_is_refused(service: Service) -> None:
    assert service.gateway.call("GET /memories", query={"q": "x" * 1_001}).code == "invalid_request"
    assert service.gateway.call("GET /memories", query={"q": "x" * 1_000}).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/chats/x/y/z",
        "/memories/x/y",
        "//",
        "/chats/",
        "/openapi-json",
        "/memories/chat/",
        "/\u00e9",
        "/chats//messages/x",
    ],
)
def test_unknown_path_is_not_found(service: Service, path: str) -> None:
    assert service.gateway.call(f"GET {path}").code == "route_not_found"


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        ("DELETE /memories", "GET, POST"),
        ("PUT /chats", "GET"),
        ("GET /chats/01KA/cancel", "POST"),
        ("OPTIONS /memories/chat", "DELETE, POST"),
        ("POST /health", "GET"),
        ("DELETE /", "GET"),
    ],
)
def test_unsupported_method_is_refused_with_the_allowed_ones(service: Service, call: str, allowed: str) -> None:
    answer = service.gateway.call(call)
    assert (answer.code, answer.headers["Allow"]) == ("method_not_allowed", allowed)


# ---- the user


def test_user_comes_from_the_token_only(service: Service, story: Story) -> None:
    turn = story.asks(user=ALICE)
    claims = {"user": ALICE, "user_id": ALICE, "sub": ALICE}
    headers = {"X-User-Id": ALICE, "sub": ALICE}
    answer = service.gateway.call(
        "GET /chats/messages", user=BOB, query={"chat_id": turn.chat_id, **claims}, headers=headers
    )
    assert answer.code == "chat_forbidden"
    answer = service.gateway.call(
        "POST /memories/chat", user=BOB, body={"question": PARKING, **claims}, headers=headers
    )
    assert service.chats.chats[answer.body["chat_id"]].user_id == BOB
