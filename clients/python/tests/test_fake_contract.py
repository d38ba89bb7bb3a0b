"""The fake services of both clients keep the contract: the same requests go to a real service too, where one is named.

ASYNC_CHAT_STACK=path/to/stack.json names a running stack.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright._impl._driver import compute_driver_executable

from async_chat_client._runners import http_settings
from async_chat_client.testing import FakeService

QUESTION = {"question": "Where did I park the car?"}
UNKNOWN_CHAT = "01J00000000000000000000000"
JAVASCRIPT = Path(__file__).resolve().parents[2] / "web/tests/fake-over-http.js"
UNREAD = ["chat_id", "title", "status", "last_message", "unread"]


@dataclass(frozen=True)
class Side:
    """A service under test, fake or real."""

    alice: httpx.Client
    bob: httpx.Client
    stranger: httpx.Client
    wait: Callable[[float], None]

    def ask(self, **more: str) -> str:
        """Alice asks. Returns the chat's id."""
        return str(self.alice.post("/memories/chat", json={**QUESTION, **more}).json()["chat_id"])

    def poll(self, chat_id: str, **query: str) -> httpx.Response:
        """Alice polls."""
        return self.alice.get("/chats/messages", params={"chat_id": chat_id, **query})

    def end(self, chat_id: str) -> dict[str, Any]:
        """The first poll that shows the end of the turn."""
        while (page := self.poll(chat_id).json())["status"] == "thinking":
            self.wait(page["poll_after_ms"] / 1000)
        return dict(page)


def fake() -> Side:
    service = FakeService()
    service.hold_polls()

    def client(user: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {user}"} if user else {}
        return httpx.Client(base_url="https://chat.test", transport=service.transport(), headers=headers)

    return Side(client("alice"), client("bob"), client(""), service.time.sleep)


@pytest.fixture(scope="module")
def javascript() -> Iterator[str]:
    """The address of the JavaScript client's fake service."""
    with subprocess.Popen(
        [str(compute_driver_executable()[0]), str(JAVASCRIPT)], stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout
        yield node.stdout.readline().strip()
        node.terminate()


def in_javascript(address: str) -> Side:
    def client(user: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {user}"} if user else {}
        # Plain HTTP: loading the certificates would take longer than the test.
        return httpx.Client(base_url=address, headers=headers, timeout=30, verify=False)

    def tell(**what: object) -> None:
        httpx.post(f"{address}/fake", json=what, verify=False).raise_for_status()

    tell(turns=[{"seconds": 5, "queued": 0.5}] * 3, hint={"firstSeconds": 2, "pollAfterMs": 2000})
    alice = f"alice-{uuid4().hex}"
    return Side(client(alice), client("bob"), client(""), lambda seconds: tell(advance=seconds))


def real(stack_file: Path) -> Side:
    stack = json.loads(stack_file.read_text(encoding="utf-8"))
    tokens = {user["name"]: user["token"] for user in stack["users"]}

    def client(token: str | None) -> httpx.Client:
        settings = http_settings(stack["api_url"])
        return httpx.Client(
            **{**settings, "timeout": 30, "headers": {"Authorization": f"Bearer {token}"} if token else {}}
        )

    return Side(client(tokens["alice"]), client(tokens["bob"]), client(None), time.sleep)


SIDES: dict[str, Callable[[], Side]] = {"fake": fake}
if "ASYNC_CHAT_STACK" in os.environ:
    SIDES["real"] = lambda: real(Path(os.environ["ASYNC_CHAT_STACK"]))


@pytest.fixture(params=["in_javascript", *sorted(SIDES)])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "in_javascript":
        side = in_javascript(request.getfixturevalue("javascript"))
    else:
        side = SIDES[request.param]()
    yield side
    for client in (side.alice, side.bob, side.stranger):
        client.close()


@pytest.fixture(params=sorted(SIDES))
def holding(request: pytest.FixtureRequest) -> Iterator[Side]:
    """A service that holds polls: the JavaScript fake is one that knows no held polls."""
    side = SIDES[request.param]()
    yield side
    for client in (side.alice, side.bob, side.stranger):
        client.close()


def problem(response: httpx.Response) -> tuple[int, str]:
    """The status and code of a problem."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "request_id"} == set(body)
    return response.status_code, body["code"]


def test_an_ask_is_accepted_with_a_hint(side: Side) -> None:
    accepted = side.alice.post("/memories/chat", json=QUESTION)
    assert accepted.status_code == 200
    assert accepted.json() == {"chat_id": accepted.json()["chat_id"], "status": "thinking"}
    assert int(accepted.headers["retry-after"]) > 0
    assert "date" in accepted.headers


def test_a_day_without_a_time_and_a_time_zone_are_kept(side: Side) -> None:
    museum = {"text": "Visited the glass museum", "occurred_at": "2026-08-05", "time_zone": "Asia/Tokyo"}
    owl = {"text": "Saw an owl", "occurred_at": "2026-08-04T22:30:00.000Z", "time_zone": "Europe/Berlin"}
    ids = side.alice.post("/memories", json={"memories": [museum, owl]}).json()["memory_ids"]
    listed = side.alice.get("/memories", params={"limit": 2}).json()["memories"]
    assert listed == [
        {"memory_id": ids[1], **owl, "tags": [], "day": None},
        {"memory_id": ids[0], **museum, "occurred_at": "2026-08-05T12:00:00.000Z", "tags": []}
        | {"day": "2026-08-05", "time_zone": None},
    ]


def test_poll_that_can_be_held_is_told_whether_to(holding: Side) -> None:
    chat_id = holding.ask()
    assert "wait" not in holding.poll(chat_id).json()
    told = holding.poll(chat_id, wait="20").json()
    assert list(told)[-1] == "wait"
    assert told["wait"] in {None, 20}
    assert holding.poll(chat_id, wait="0").json()["wait"] is None
    assert problem(holding.poll(chat_id, wait="21")) == (400, "invalid_request")
    assert problem(holding.poll(chat_id, wait="2.5")) == (400, "invalid_request")
    holding.alice.post(f"/chats/{chat_id}/cancel")
    ended = holding.poll(chat_id, wait="20").json()
    assert (ended["poll_after_ms"], ended["wait"]) == (None, None)


def test_held_poll_ends_with_its_wait_or_with_the_turn(holding: Side) -> None:
    chat_id = holding.ask()

    def held(**more: str) -> httpx.Response:
        return holding.alice.get("/chats/messages/held", params={"chat_id": chat_id, **more})

    plain = holding.poll(chat_id)
    assert problem(held(before=plain.json()["after"])) == (400, "invalid_request")
    newer = held(after="0" * 26, wait="20")
    assert [message["role"] for message in newer.json()["messages"]] == ["user"]
    after = newer.json()["after"]
    assert held(after=after, wait="1").json()["messages"] == []
    while (page := held(after=after, wait="20").json())["poll_after_ms"] is not None:
        assert page["status"] == "thinking"
    assert (page["status"], page["wait"]) == ("answered", None)


def test_turn_is_thinking_then_answered(side: Side) -> None:
    chat_id = side.ask()
    thinking = side.poll(chat_id)
    body = thinking.json()
    assert (body["status"], body["turn"]["error"], body["turn"]["ended_at"]) == ("thinking", None, None)
    assert int(thinking.headers["retry-after"]) * 1000 >= body["poll_after_ms"] > 0
    ended = side.end(chat_id)
    assert (ended["status"], ended["turn"]["phase"], ended["poll_after_ms"]) == ("answered", "done", None)
    assert [message["role"] for message in ended["messages"]] == ["user", "assistant"]
    assert set(body) == set(ended)
    assert set(body["turn"]) == set(ended["turn"])
    assert set(ended["messages"][1]) == {
        "message_id",
        "role",
        "content",
        "created_at",
        "citations",
        "usage",
    }


def test_poll_with_a_cursor_returns_only_newer_messages(side: Side) -> None:
    chat_id = side.ask()
    first = side.poll(chat_id, limit="4").json()
    side.end(chat_id)
    new = side.poll(chat_id, after=first["after"]).json()
    assert [message["role"] for message in new["messages"]] == ["assistant"]
    nothing = side.poll(chat_id, after=new["after"]).json()
    assert (nothing["messages"], nothing["after"]) == ([], new["after"])


def test_unchanged_poll_is_not_modified(side: Side) -> None:
    chat_id = side.ask()
    side.end(chat_id)
    page = side.poll(chat_id)
    path, query = "/chats/messages", {"chat_id": chat_id}
    again = side.alice.get(path, params=query, headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_key_is_replayed_and_rejected_for_another_question(side: Side) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = side.alice.post("/memories/chat", json=QUESTION, headers=key)
    replayed = side.alice.post("/memories/chat", json=QUESTION, headers=key)
    assert replayed.json() == first.json()
    assert replayed.headers["idempotency-replayed"] == "true"
    reused = side.alice.post("/memories/chat", json={"question": "And the bicycle?"}, headers=key)
    assert problem(reused) == (422, "idempotency_key_reused")


def test_busy_chat_rejects_ask_and_retry(side: Side) -> None:
    chat_id = side.ask()
    busy = side.alice.post("/memories/chat", json={**QUESTION, "chat_id": chat_id})
    assert problem(busy) == (409, "chat_busy")
    assert int(busy.headers["retry-after"]) > 0
    assert problem(side.alice.post(f"/chats/{chat_id}/retry")) == (409, "chat_busy")
    side.end(chat_id)
    assert problem(side.alice.post(f"/chats/{chat_id}/retry")) == (409, "nothing_to_retry")


def test_cancelled_turn_stays_cancelled_until_retried(side: Side) -> None:
    chat_id = side.ask()
    for _ in range(2):
        assert side.alice.post(f"/chats/{chat_id}/cancel").json() == {"chat_id": chat_id, "status": "cancelled"}
    assert side.poll(chat_id).json()["status"] == "cancelled"
    assert side.alice.post(f"/chats/{chat_id}/retry").json() == {"chat_id": chat_id, "status": "thinking"}
    assert side.end(chat_id)["status"] == "answered"


def test_newest_activity_is_first_and_unread_until_read(side: Side) -> None:
    chat_id = side.ask()
    side.end(chat_id)
    newest = side.alice.get("/chats", params={"limit": "1"}).json()
    [chat] = newest["chats"]
    assert sorted(chat) == sorted(UNREAD)
    assert (chat["chat_id"], chat["status"], chat["unread"]) == (chat_id, "answered", True)
    assert side.alice.post(f"/chats/{chat_id}/read").status_code == 204
    assert not side.alice.get("/chats", params={"limit": "1"}).json()["chats"][0]["unread"]


def test_answer_is_rated_and_a_question_is_not(side: Side) -> None:
    chat_id = side.ask()
    question, answer = side.end(chat_id)["messages"]
    place = f"/chats/{chat_id}/messages"
    assert side.alice.put(f"{place}/{answer['message_id']}/feedback", json={"rating": 1}).status_code == 204
    assert side.poll(chat_id).json()["messages"][-1]["feedback"] == {"rating": 1, "reason": None}
    refused = side.alice.put(f"{place}/{question['message_id']}/feedback", json={"rating": 1})
    assert problem(refused) == (404, "answer_not_found")


def test_deleted_chat_is_not_found(side: Side) -> None:
    chat_id = side.ask()
    assert side.alice.delete(f"/chats/{chat_id}").status_code == 204
    assert problem(side.alice.delete(f"/chats/{chat_id}")) == (404, "chat_not_found")
    assert problem(side.poll(chat_id)) == (404, "chat_not_found")


def test_another_users_chat_is_forbidden_and_an_unknown_one_not_found(side: Side) -> None:
    chat_id = side.ask()
    assert problem(side.bob.get("/chats/messages", params={"chat_id": chat_id})) == (403, "chat_forbidden")
    assert problem(side.bob.post("/memories/chat", json={**QUESTION, "chat_id": chat_id})) == (403, "chat_forbidden")
    assert problem(side.poll(UNKNOWN_CHAT)) == (404, "chat_not_found")
    side.alice.post(f"/chats/{chat_id}/cancel")


def test_every_route_but_health_needs_a_token(side: Side) -> None:
    refused = side.stranger.get("/chats")
    assert (refused.status_code, refused.json()) == (401, {"message": "Unauthorized"})
    assert {"version", "workspace"} <= set(side.stranger.get("/health").json())


def test_empty_question_is_rejected(side: Side) -> None:
    assert problem(side.alice.post("/memories/chat", json={"question": "  "})) == (400, "question_missing")
    assert problem(side.alice.get("/nowhere")) == (404, "route_not_found")


def test_memories_are_stored_found_and_deleted(side: Side) -> None:
    word = f"word{uuid4().hex}"
    new = {"text": f"Parked at {word}.", "occurred_at": "2026-11-20T18:30:00+01:00", "tags": ["car"]}
    stored = side.alice.post("/memories", json={"memories": [new, {"text": "Something else."}]})
    assert stored.status_code == 201
    first, second = stored.json()["memory_ids"]
    [found] = side.alice.get("/memories", params={"q": word}).json()["memories"]
    assert (found["memory_id"], found["text"], found["tags"]) == (first, new["text"], ["car"])
    assert [memory["memory_id"] for memory in side.alice.get("/memories").json()["memories"]][:2] == [second, first]
    for memory_id in (first, second):
        assert side.alice.delete(f"/memories/{memory_id}").status_code == 204
    assert problem(side.alice.delete(f"/memories/{first}")) == (404, "memory_not_found")


def test_memories_are_paged(side: Side) -> None:
    ids = side.alice.post("/memories", json={"memories": [{"text": f"Page {n}."} for n in range(3)]}).json()[
        "memory_ids"
    ]
    first = side.alice.get("/memories", params={"limit": "2"}).json()
    rest = side.alice.get("/memories", params={"limit": "2", "cursor": first["next"]}).json()
    seen = [memory["memory_id"] for memory in (*first["memories"], *rest["memories"])]
    assert seen[:3] == list(reversed(ids))
    for memory_id in ids:
        side.alice.delete(f"/memories/{memory_id}")


def test_turn_and_answer_tell_their_usage_as_null_or_as_an_object(side: Side) -> None:
    chat_id = side.ask()
    page = side.end(chat_id)
    fields = {"model", "requests", "input_tokens", "cached_tokens", "output_tokens"}
    for usage in (page["turn"]["usage"], page["messages"][-1]["usage"]):
        assert usage is None or set(usage) == fields
    assert "usage" not in page["messages"][0]
