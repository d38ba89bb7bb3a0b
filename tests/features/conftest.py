"""Fixtures and steps that several features share."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_bdd import given, parsers, step, then, when

from entrypoints.http.problems import PROBLEMS
from tests.features.driver import Driver, Reply, Traces
from tests.features.in_process_driver import InProcessDriver

pytest.register_assert_rewrite("tests.features.app")

from tests.features.app import App  # noqa: E402  # after its assertions are registered

#: Codes of problems with Retry-After.
HINTED = {problem.code for problem in PROBLEMS.values() if problem.retry_after}


@pytest.fixture
def app(driver: Driver) -> App:
    return App(driver)


@pytest.fixture
def chat(app: App, reply: Reply) -> str:
    """The scenario's chat: the one of its last ask, unless a step sets it."""
    return app.accepted(reply)


@pytest.fixture
def page(app: App, chat: str) -> dict[str, Any]:
    """Set by the steps that poll."""
    raise LookupError("no step of this scenario has polled")


@pytest.fixture
def in_process(driver: Driver) -> InProcessDriver:
    """The driver of scenarios that only run in process."""
    assert isinstance(driver, InProcessDriver), "tag the scenario with @in-process-only, and say why"
    return driver


# ---- conditions


@given(parsers.parse("the agent takes {seconds:d} seconds"))
def _(driver: Driver, seconds: int) -> None:
    driver.agent_takes(seconds)


@given(parsers.parse("the agent takes {seconds:d} seconds and does not notice that its turn has ended"))
def _(driver: Driver, seconds: int) -> None:
    driver.agent_blocks(seconds)


@given(parsers.parse("a turn may think for {seconds:d} seconds"))
def _(driver: Driver, seconds: int) -> None:
    driver.turn_may_think_for(seconds)


@given("the service is warm")
def _(driver: Driver) -> None:
    driver.warm_up()


@given("no worker can be started")
def _(driver: Driver) -> None:
    driver.cut_off_worker()


@step("workers can be started again")
def _(driver: Driver) -> None:
    driver.reconnect_worker()


@given("an ask cannot reach the store")
def _(driver: Driver) -> None:
    driver.cut_off_store()


@given("the stored data and started workers are recorded", target_fixture="noted")
def _(driver: Driver) -> Traces:
    return driver.traces()


@given(parsers.parse('{who:w} remembers "{text}"'), target_fixture="memory_id")
def _(app: App, who: str, text: str) -> str:
    (memory_id,) = app.remember(who, text)
    return memory_id


@given(parsers.parse('{who:w} has asked "{question}"'), target_fixture="chat")
def _(app: App, who: str, question: str) -> str:
    return app.accepted(app.ask(who, question))


@given(parsers.parse('{who:w} has the answer to "{question}"'), target_fixture="chat")
def _(app: App, who: str, question: str) -> str:
    return str(app.ask_until_answered(who, question)["chat_id"])


@given(parsers.parse('{who:w} has asked "{question}", and it failed'), target_fixture="chat")
def _(app: App, driver: Driver, who: str, question: str) -> str:
    driver.cut_off_worker()
    assert app.ask(who, question).status == 503
    driver.reconnect_worker()
    return app.chat_titled(who, question)


# ---- requests


@when(parsers.parse('{who:w} asks "{question}"'), target_fixture="reply")
def _(app: App, who: str, question: str) -> Reply:
    return app.ask(who, question)


@when(parsers.parse('{who:w} asks "{question}" in the chat'), target_fixture="reply")
def _(app: App, who: str, question: str, chat: str) -> Reply:
    return app.ask(who, question, chat)


@when(parsers.parse('{who:w} asks "{question}" in the chat "{chat_id:w}"'), target_fixture="reply")
def _(app: App, who: str, question: str, chat_id: str) -> Reply:
    return app.ask(who, question, chat_id)


@when(parsers.parse("{who:w} sends the ask {body}"), target_fixture="reply")
def _(app: App, who: str, body: str) -> Reply:
    return app.send(who, "POST", "/memories/chat", text=body)


@when(parsers.parse("{who:w} polls the chat"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.poll(who, chat)


@step(parsers.parse("{who:w} polls until the turn has ended"), target_fixture="page")
def _(app: App, who: str, chat: str) -> dict[str, Any]:
    return app.poll_to_the_end(who, chat)


@step(parsers.parse("{who:w} polls until a worker has started"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.poll_until_begun(who, chat)


@step(parsers.parse("{who:w} cancels the turn"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.send(who, "POST", f"/chats/{chat}/cancel")


@step(parsers.parse("{who:w} retries"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.send(who, "POST", f"/chats/{chat}/retry")


@step(parsers.parse("{who:w} deletes the chat"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.send(who, "DELETE", f"/chats/{chat}")


@step(parsers.parse('{who:w} calls "{method:w} {target:S}"'), target_fixture="reply")
def _(app: App, who: str, method: str, target: str) -> Reply:
    return app.send(who, method, *_path_and_query(target))


@step(parsers.parse('{who:w} calls "{method:w} {target:S}" with {body}'), target_fixture="reply")
def _(app: App, who: str, method: str, target: str, body: str) -> Reply:
    return app.send(who, method, *_path_and_query(target), text=body)


def _path_and_query(target: str) -> tuple[str, dict[str, str]]:
    path, _, query = target.partition("?")
    return path, dict(parse_qsl(query, keep_blank_values=True))


@when(parsers.parse('{who:w} finds the chat "{title}" in the list'), target_fixture="chat")
def _(app: App, who: str, title: str) -> str:
    return app.chat_titled(who, title)


@given("events to workers are held back")
def _(in_process: InProcessDriver) -> None:
    in_process.hold_events()


@when("the event is delivered")
def _(in_process: InProcessDriver) -> None:
    in_process.deliver()


@when("the worker is killed")
def _(driver: Driver) -> None:
    driver.kill_worker()


@step(parsers.parse("{seconds:d} seconds pass"))
def _(driver: Driver, seconds: int) -> None:
    driver.wait(seconds)


# ---- responses


@then('the response holds only the chat\'s id and the status "thinking"')
def _(reply: Reply) -> None:
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    chat_id = reply.body["chat_id"]
    assert isinstance(chat_id, str)
    assert chat_id
    assert reply.body == {"chat_id": chat_id, "status": "thinking"}


@step(parsers.re(r'(?:she|he) is refused with (?P<status>\d+) "(?P<code>\w+)"'), converters={"status": int})
def _(reply: Reply, status: int, code: str) -> None:
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
    problem = reply.body
    assert {*problem, "errors"} == {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"]
    assert ("retry-after" in reply.headers) == (code in HINTED)
    assert int(reply.headers.get("retry-after", "1")) > 0


@then("the response is marked as a replay")
def _(replay: Reply) -> None:
    assert (replay.status, replay.headers["idempotency-replayed"]) == (200, "true")
    assert set(replay.body) == {"chat_id", "status"}


@then("the question is accepted")
def _(reply: Reply) -> None:
    assert (reply.status, reply.body["status"]) == (200, "thinking"), reply.text


@then("nothing more is stored or started")
def _(driver: Driver, noted: Traces) -> None:
    assert driver.traces() == noted


@then(parsers.parse('{who:w} sees a chat that is "{status}"'))
def _(app: App, who: str, chat: str, status: str, datatable: list[list[str]]) -> None:
    """One row for each message: its role, and its text for a question or a part of it for an answer."""
    page = app.page(who, chat)
    assert page["status"] == status
    shown = [(message["role"], message["content"]) for message in page["messages"]]
    assert [role for role, _ in shown] == [role for role, _ in datatable]
    for (role, content), (_, words) in zip(shown, datatable, strict=True):
        assert content == words if role == "user" else words in content


@step(parsers.parse('{who:w} sees that the turn failed with "{code}"'))
def _(app: App, who: str, chat: str, code: str) -> None:
    page = app.page(who, chat)
    assert (page["status"], page["turn"]["phase"], page["turn"]["error"]["code"]) == ("failed", "done", code)
    assert page["turn"]["error"]["message"].endswith(".")
    assert page["poll_after_ms"] is None


@then(parsers.parse('the answer cites the memory "{text}"'))
def _(app: App, page: dict[str, Any], memory_id: str, text: str) -> None:
    citations = page["messages"][-1]["citations"]
    assert [citation["memory_id"] for citation in citations] == [memory_id]
    assert citations[0]["quote"] in text


@then(parsers.re(r'the response says that the turn is "(?P<status>\w+)"'))
def _(reply: Reply, chat: str, status: str) -> None:
    assert (reply.status, reply.body) == (200, {"chat_id": chat, "status": status}), reply.text


@then(parsers.re(r"the response is (?P<status>\d+) without a body"), converters={"status": int})
def _(reply: Reply, status: int) -> None:
    assert (reply.status, reply.text) == (status, "")


@then(parsers.parse('the chat does not contain "{words}"'))
def _(app: App, chat: str, words: str) -> None:
    assert words not in app.poll("Alice", chat).text
