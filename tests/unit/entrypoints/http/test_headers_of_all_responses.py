"""The headers that every response has, whatever its route and outcome."""

from collections.abc import Mapping

import pytest

from entrypoints.http.routes import PUBLIC
from tests.support.deployed import FUNCTIONS
from tests.support.gateway import Answer
from tests.support.service import Service
from tests.support.story import PARKING, UNKNOWN_CHAT

pytestmark = pytest.mark.usefixtures("built_chat_page")

ROUTES = [*FUNCTIONS, "GET /nowhere", "PATCH /chats"]
BODIES: Mapping[str, object] = {
    "POST /memories/chat": {"question": PARKING},
    "POST /memories": {"text": PARKING},
    "PUT /chats/{chat_id}/messages/{message_id}/feedback": {"rating": 1},
}
PATH = {"chat_id": UNKNOWN_CHAT, "message_id": UNKNOWN_CHAT, "memory_id": UNKNOWN_CHAT}


def assert_secure(answer: Answer) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("raw_body", [None, "not JSON"], ids=["good body", "bad body"])
def test_browsers_keep_to_https_and_to_the_media_type(service: Service, route: str, raw_body: str | None) -> None:
    assert_secure(service.gateway.call(route, body=BODIES.get(route), raw_body=raw_body, path=PATH))


@pytest.mark.parametrize("route", [route for route in FUNCTIONS if "/chat" in route])
def test_errors_have_them_too(service: Service, route: str) -> None:
    service.chats.down = True
    answer = service.gateway.call(route, body=BODIES.get(route), path=PATH, query={"chat_id": UNKNOWN_CHAT})
    assert answer.status == 503
    assert_secure(answer)


@pytest.mark.parametrize("route", ["GET /", "GET /markdown.mjs", "GET /openapi.json"])
def test_unchanged_public_file_has_them_too(service: Service, route: str) -> None:
    answer = service.gateway.call(route, user="", headers={"If-None-Match": "*"})
    assert answer.status == 304
    assert_secure(answer)
    assert answer.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("route", ROUTES)
def test_only_successes_of_public_routes_are_cached(service: Service, route: str) -> None:
    answer = service.gateway.call(route, body=BODIES.get(route), path=PATH)
    expected = "public, max-age=60" if route in PUBLIC else "private, no-store"
    assert answer.headers["Cache-Control"] == expected
