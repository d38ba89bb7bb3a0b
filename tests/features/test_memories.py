"""Steps of memories.feature."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pytest_bdd import given, parsers, scenarios, step, then, when

from tests.features.app import App
from tests.features.driver import Driver, Reply
from tests.features.in_process_driver import InProcessDriver

scenarios("memories.feature")


@step(parsers.parse("{who:w} deletes the memory"), target_fixture="reply")
def _(app: App, who: str, memory_id: str) -> Reply:
    return app.send(who, "DELETE", f"/memories/{memory_id}")


@step(parsers.parse("{who:w} stores {count:d} memories in one request"), target_fixture="reply")
def _(app: App, who: str, count: int) -> Reply:
    batch = [{"text": f"Memory number {number}."} for number in range(count)]
    return app.send(who, "POST", "/memories", body={"memories": batch})


@when(parsers.parse("{who:w} stores a memory of {length:d} characters"), target_fixture="reply")
def _(app: App, who: str, length: int) -> Reply:
    return app.send(who, "POST", "/memories", body={"text": "m" * length})


@when(
    parsers.parse('{who:w} calls "POST /memories" with a batch whose second memory is too long'), target_fixture="reply"
)
def _(app: App, who: str) -> Reply:
    return app.send(who, "POST", "/memories", body={"memories": [{"text": "Tea."}, {"text": "t" * 4001}]})


@when(parsers.parse('{who:w}, in the time zone "{zone}", asks "{question}"'), target_fixture="reply")
def _(app: App, who: str, zone: str, question: str) -> Reply:
    return app.send(who, "POST", "/memories/chat", body={"question": question, "time_zone": zone})


@given(parsers.parse("a user may have {count:d} memories"))
def _(in_process: InProcessDriver, count: int) -> None:
    in_process.users_may_have(count)


@step(parsers.parse('{who:w} stores {count:d} memories with the key "{key}"'), target_fixture="reply")
def _(app: App, who: str, count: int, key: str) -> Reply:
    return _store(app, who, count, key)


@step(parsers.parse('{who:w} stores {count:d} memories again with the key "{key}"'), target_fixture="replay")
def _(app: App, who: str, count: int, key: str) -> Reply:
    return _store(app, who, count, key)


def _store(app: App, who: str, count: int, key: str) -> Reply:
    batch = [{"text": f"Memory number {number}."} for number in range(count)]
    return app.send(who, "POST", "/memories", body={"memories": batch}, headers={"Idempotency-Key": key})


@then("both responses hold the same ids and the second is marked as a replay")
def _(reply: Reply, replay: Reply) -> None:
    assert (replay.status, replay.body) == (reply.status, reply.body) == (201, reply.body)
    assert replay.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in reply.headers


@then(parsers.parse("{who:w} has {count:d} memories"))
def _(app: App, who: str, count: int) -> None:
    assert len(_memories(app, who)) == count


@then(parsers.re(r"the response holds the ids of (?P<count>\d+) memor(?:y|ies)"))
def _(reply: Reply, count: str) -> None:
    assert reply.status == 201, reply.text
    assert len(set(reply.body["memory_ids"])) == int(count)


@then(parsers.parse('the newest of {who:w}\'s memories is "{text}", of "{occurred_at}", tagged "{tags}"'))
def _(app: App, who: str, text: str, occurred_at: str, tags: str) -> None:
    newest = _memories(app, who)[0]
    assert (newest["text"], newest["occurred_at"], newest["tags"]) == (text, occurred_at, tags.split(", "))


@then(parsers.parse("the newest of {who:w}'s memories is of the last minute"))
def _(app: App, driver: Driver, who: str) -> None:
    occurred = datetime.fromisoformat(_memories(app, who)[0]["occurred_at"])
    assert timedelta(0) <= driver.now() - occurred < timedelta(minutes=1)


@then(parsers.parse("{who:w} finds each of the {count:d} once, newest first, in pages of {limit:d}"))
def _(app: App, who: str, count: int, limit: int) -> None:
    query, texts = {"limit": str(limit)}, []
    while True:
        page = app.send(who, "GET", "/memories", query).body
        texts += [memory["text"] for memory in page["memories"]]
        if page["next"] is None:
            break
        query = {"limit": str(limit), "cursor": page["next"]}
    assert texts == [f"Memory number {number}." for number in reversed(range(count))]


@then(parsers.parse('the only memory found is "{text}"'))
def _(reply: Reply, text: str) -> None:
    assert [memory["text"] for memory in reply.body["memories"]] == [text]


@then("no memory is found")
def _(reply: Reply) -> None:
    assert (reply.status, reply.body) == (200, {"memories": [], "next": None, "complete": True})


@then("the answer cites nothing")
def _(page: dict[str, Any]) -> None:
    assert page["status"] == "answered"
    assert page["messages"][-1]["citations"] == []


def _memories(app: App, who: str) -> list[dict[str, Any]]:
    memories: list[dict[str, Any]] = app.send(who, "GET", "/memories").body["memories"]
    return memories
