"""Steps of idempotency.feature."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios, step, then, when

from tests.features.app import App
from tests.features.driver import Reply
from tests.features.in_process_driver import InProcessDriver

scenarios("idempotency.feature")


@step(parsers.parse('{who:w} asks with the key "{key}": "{question}"'), target_fixture="reply")
def _(app: App, who: str, key: str, question: str) -> Reply:
    return app.ask(who, question, key=key)


@when(parsers.parse('{who:w} asks again with the key "{key}": "{question}"'), target_fixture="replay")
def _(app: App, who: str, key: str, question: str) -> Reply:
    return app.ask(who, question, key=key)


@when(parsers.parse('{who:w} asks in the chat with the key "{key}": "{question}"'), target_fixture="reply")
def _(app: App, who: str, key: str, question: str, chat: str) -> Reply:
    return app.ask(who, question, chat, key)


@when(parsers.parse('{who:w} asks again in the chat with the key "{key}": "{question}"'), target_fixture="replay")
def _(app: App, who: str, key: str, question: str, chat: str) -> Reply:
    return app.ask(who, question, chat, key)


@when(parsers.parse("{who:w} asks with a key of {count:d} characters"), target_fixture="reply")
def _(app: App, who: str, count: int) -> Reply:
    return app.ask(who, "When does Emil swim?", key="k" * count)


@given("the event is lost")
def _(in_process: InProcessDriver) -> None:
    in_process.invoker.waiting.clear()


@then("both responses are the same and the second is marked as a replay")
def _(reply: Reply, replay: Reply) -> None:
    assert (replay.status, replay.body) == (reply.status, reply.body)
    assert replay.headers["location"] == reply.headers["location"]
    assert replay.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in reply.headers


@then("the response is not marked as a replay")
def _(reply: Reply) -> None:
    assert reply.status == 200
    assert "idempotency-replayed" not in reply.headers


@then(parsers.parse("{who:w} has {count:d} chat"))
def _(app: App, who: str, count: int) -> None:
    assert len(app.chats(who)) == count
