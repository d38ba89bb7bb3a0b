"""CORS preflights, through API Gateway's own order of routes and authorizers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.routes import PREFLIGHT, PUBLIC
from tests.support.deployed import FUNCTIONS
from tests.support.gateway import HttpApi
from tests.support.service import Service
from tests.support.story import ALICE, UNKNOWN_CHAT

ORIGIN = "https://app.example.org"
BEFORE = HttpApi(origins=(ORIGIN,))
WITH_ROUTE = HttpApi((PREFLIGHT,), (ORIGIN,))
ASKS = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}

IDS = dict.fromkeys(("chat_id", "message_id", "memory_id"), UNKNOWN_CHAT)
PATHS = sorted({key.split(" ")[1].format(**IDS) for key in FUNCTIONS} - {"/"})


@pytest.mark.parametrize("path", [*PATHS, "/nowhere", "/a/b/c"])
def test_preflight_is_answered_without_a_token_by_its_own_route_only(service: Service, path: str) -> None:
    before = service.gateway.send("OPTIONS", path, headers=ASKS, api=BEFORE, user=None)
    assert before.status == 401, "$default and its authorizer take OPTIONS too"
    answer = service.gateway.send("OPTIONS", path, headers=ASKS, api=WITH_ROUTE, user=None)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)


def test_preflight_of_another_origin_is_not_allowed(service: Service) -> None:
    headers = {**ASKS, "Origin": "https://elsewhere.example"}
    answer = service.gateway.send("OPTIONS", "/chats", headers=headers, api=WITH_ROUTE, user=None)
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": ORIGIN}], ids=["no origin", "no method"])
def test_function_answers_an_options_request_that_reaches_it(service: Service, headers: dict[str, str]) -> None:
    answer = service.gateway.send("OPTIONS", "/chats", headers=headers, api=WITH_ROUTE, user=None)
    assert (answer.status, answer.text) == (204, None)


@pytest.mark.parametrize("route", FUNCTIONS)
def test_route_of_preflights_opens_no_other_route(service: Service, route: str) -> None:
    method, pattern = route.split(" ")
    path = pattern.format(**IDS)
    assert WITH_ROUTE.select(method, path) == route
    assert WITH_ROUTE.needs_token(route) is (route not in PUBLIC)


@given(
    method=st.sampled_from(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]),
    segments=st.lists(
        st.sampled_from(["chats", "messages", "memories", "chat", "x", UNKNOWN_CHAT]), min_size=1, max_size=4
    ),
)
def test_any_path_needs_a_token_except_public_routes_and_preflights(method: str, segments: list[str]) -> None:
    route = WITH_ROUTE.select(method, "/" + "/".join(segments))
    assert WITH_ROUTE.needs_token(route) is (method != "OPTIONS" and route not in PUBLIC)


def test_unknown_path_reaches_the_function_with_a_token(service: Service) -> None:
    answer = service.gateway.send("GET", "/nowhere", headers={}, api=WITH_ROUTE, user=ALICE)
    assert answer.status == 404
