"""The OpenAPI document: up to date, complete, with an example of every response."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrypoints.http.problems import PROBLEMS, MethodNotAllowed, RouteNotFound
from entrypoints.http.routes import ROUTES
from entrypoints.schemas.ask import AskRequest
from entrypoints.schemas.memories import RememberRequest
from scripts.openapi import __main__ as command
from scripts.openapi import examples
from scripts.openapi.__main__ import check
from scripts.openapi.document import document
from scripts.openapi.operations import OPERATIONS

#: Responses for paths outside of the document.
ELSEWHERE = {PROBLEMS[kind].code for kind in (RouteNotFound, MethodNotAllowed)}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(document()))
    return made


def resolved(written: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    found: Any = written
    for step in part.get("$ref", "").removeprefix("#/").split("/"):
        found = found[step] if step else part
    return dict(found)


def answers(written: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in written["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                yield f"{method.upper()} {path}", status, resolved(written, response)


def test_committed_document_is_up_to_date_and_compatible() -> None:
    assert check() == []


def test_drift_and_breaking_changes_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: dict[str, Any]
) -> None:
    committed, released = tmp_path / "committed.json", tmp_path / "released.json"
    committed.write_text("{}", encoding="utf-8")
    older = {**written, "paths": {**written["paths"], "/chats/{chat_id}/share": {"post": {}}}}
    released.write_text(json.dumps(older), encoding="utf-8")
    monkeypatch.setattr(command, "COMMITTED", committed)
    monkeypatch.setattr(command, "RELEASED", released)
    drift, break_ = check()
    assert "make generate" in drift
    assert break_ == "breaks with the released contract: POST /chats/{chat_id}/share is gone"


def test_every_route_is_described() -> None:
    assert set(OPERATIONS) == {route.name for route in ROUTES}


def test_every_response_with_a_body_has_an_example(written: dict[str, Any]) -> None:
    served_files = {"application/json": "/openapi.json", "text/html": "/", "text/javascript": "/markdown.mjs"}
    missing = [
        (route, status, media_type)
        for route, status, response in answers(written)
        for media_type, content in response.get("content", {}).items()
        if not ({"example", "examples"} & set(content))
        and not (status == "200" and route.endswith(served_files[media_type]))
    ]
    assert missing == []


def test_every_error_code_is_documented(written: dict[str, Any]) -> None:
    named = set(written["components"]["examples"])
    assert named >= {problem.code for problem in PROBLEMS.values()} - ELSEWHERE
    used = {
        code
        for _, _, response in answers(written)
        for code in response.get("content", {}).get("application/problem+json", {}).get("examples", {})
    }
    assert used == named


def test_problem_examples_have_their_own_status_and_code(written: dict[str, Any]) -> None:
    for _, status, response in answers(written):
        for code, example in (
            response.get("content", {}).get("application/problem+json", {}).get("examples", {}).items()
        ):
            body = resolved(written, example)["value"]
            assert (body["code"], str(body["status"])) == (code, status)


@pytest.mark.parametrize("body", examples.REQUESTS["ask"].values(), ids=str)
def test_ask_examples_are_valid(body: dict[str, Any]) -> None:
    AskRequest.model_validate(body)


@pytest.mark.parametrize("body", examples.REQUESTS["remember"].values(), ids=str)
def test_memory_examples_are_valid(body: dict[str, Any]) -> None:
    RememberRequest.model_validate(body)


def test_all_but_the_public_routes_need_a_token(written: dict[str, Any]) -> None:
    assert written["security"] == [{"token": []}]
    opened = {
        f"{method.upper()} {path}"
        for path, methods in written["paths"].items()
        for method, operation in methods.items()
        if operation.get("security") == []
    }
    assert opened == {route.key for route in ROUTES if route.scope is None}


def test_links_name_operations_with_the_parameter(written: dict[str, Any]) -> None:
    takes = {
        operation["operationId"]: {parameter["name"] for parameter in operation["parameters"]}
        for methods in written["paths"].values()
        for operation in methods.values()
    }
    links = [link for _, _, response in answers(written) for link in response.get("links", {}).values()]
    assert links
    for link in links:
        assert set(link["parameters"]) <= takes[link["operationId"]]
