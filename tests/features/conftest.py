"""What all stories share: people who ask and poll, and the conditions of the world around the service."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_bdd import given, parsers, step, then, when

from entrypoints.http.problems import PROBLEMS
from tests.features.driver import Driver, Reply, Traces
from tests.features.in_process_driver import InProcessDriver

pytest.register_assert_rewrite("tests.features.app")

from tests.features.app import App  # noqa: E402  # after the call that gives its assertions their words

#: Refusals that say when to ask again.
HINTED = {problem.code for problem in PROBLEMS.values() if problem.retry_after}


@pytest.fixture
def app(driver: Driver) -> App:
    return App(driver)


@pytest.fixture
def chat(app: App, reply: Reply) -> str:
    """The chat that a story is about: unless it began with one, the chat that the first ask began."""
    return app.accepted(reply)


@pytest.fixture
def page(app: App, chat: str) -> dict[str, Any]:
    """Overridden by the steps that poll."""
    raise LookupError("nobody has polled in this story")


@pytest.fixture
def backstage(driver: Driver) -> InProcessDriver:
    """For stories that are told in-process alone."""
    assert isinstance(driver, InProcessDriver), "tag the scenario with @in-process-only, and say why"
    return driver


# ---- how things stand


@given(parsers.parse("the agent takes {seconds:d} seconds"))
def _(driver: Driver, seconds: int) -> None:
    driver.agent_takes(seconds)


@given(parsers.parse("a turn may think for {seconds:d} seconds"))
def _(driver: Driver, seconds: int) -> None:
    driver.turn_may_think_for(seconds)


@given("the service is warm")
def _(driver: Driver) -> None:
    driver.warm_up()


@given("no worker can be started")
def _(driver: Driver) -> None:
    driver.cut_off_worker()


@when("workers can be started again")
def _(driver: Driver) -> None:
    driver.reconnect_worker()


@given("an ask cannot reach the store")
def _(driver: Driver) -> None:
    driver.cut_off_store()


@given("what is stored and started is noted", target_fixture="noted")
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


# ---- what people do


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


@step(parsers.parse("{who:w} polls as told until the turn has ended"), target_fixture="page")
def _(app: App, who: str, chat: str) -> dict[str, Any]:
    return app.poll_to_the_end(who, chat)


@step(parsers.parse("{who:w} polls until the worker has begun"), target_fixture="reply")
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


@when(parsers.parse('{who:w} calls "{method:w} {target:S}"'), target_fixture="reply")
def _(app: App, request: pytest.FixtureRequest, who: str, method: str, target: str) -> Reply:
    return app.send(who, method, *_place(request, target))


@when(parsers.parse('{who:w} calls "{method:w} {target:S}" with {body}'), target_fixture="reply")
def _(app: App, request: pytest.FixtureRequest, who: str, method: str, target: str, body: str) -> Reply:
    return app.send(who, method, *_place(request, target), text=body)


def _place(request: pytest.FixtureRequest, target: str) -> tuple[str, dict[str, str]]:
    """Path and query; `{chat}` stands for the chat of the story."""
    if "{chat}" in target:
        target = target.replace("{chat}", request.getfixturevalue("chat"))
    path, _, query = target.partition("?")
    return path, dict(parse_qsl(query, keep_blank_values=True))


@when(parsers.parse('{who:w} finds the chat "{title}" in the list'), target_fixture="chat")
def _(app: App, who: str, title: str) -> str:
    return app.chat_titled(who, title)


@given("no event reaches a worker")
def _(backstage: InProcessDriver) -> None:
    backstage.hold_events()


@when("the event arrives")
def _(backstage: InProcessDriver) -> None:
    backstage.deliver()


@step(parsers.parse("{seconds:d} seconds pass"))
def _(driver: Driver, seconds: int) -> None:
    driver.wait(seconds)


# ---- what people see


@step(parsers.re(r'(?:she|he) is refused with (?P<status>\d+) "(?P<code>\w+)"'), converters={"status": int})
def _(reply: Reply, status: int, code: str) -> None:
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
    problem = reply.body
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"]
    assert ("retry-after" in reply.headers) == (code in HINTED)
    assert int(reply.headers.get("retry-after", "1")) > 0


@then("nothing more is stored or started")
def _(driver: Driver, noted: Traces) -> None:
    assert driver.traces() == noted


@then(parsers.parse('{who:w} sees a chat that is "{status}"'))
def _(app: App, who: str, chat: str, status: str, datatable: list[list[str]]) -> None:
    """One line for each message: who speaks, and words that are in it; a question is given whole."""
    page = app.page(who, chat)
    assert page["status"] == status
    said = [(message["role"], message["content"]) for message in page["messages"]]
    assert [role for role, _ in said] == [role for role, _ in datatable]
    for (role, content), (_, words) in zip(said, datatable, strict=True):
        assert content == words if role == "user" else words in content


@step(parsers.parse('{who:w} sees that the turn failed as "{code}"'))
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


@then(parsers.re(r'(?:she|he) is told that the turn is "(?P<status>\w+)"'))
def _(reply: Reply, chat: str, status: str) -> None:
    assert (reply.status, reply.body) == (200, {"chat_id": chat, "status": status}), reply.text


@then(parsers.re(r"(?:she|he) is answered with (?P<status>\d+) and no body"), converters={"status": int})
def _(reply: Reply, status: int) -> None:
    assert (reply.status, reply.text) == (status, "")


@then(parsers.parse('nowhere in the chat she reads "{words}"'))
def _(app: App, chat: str, words: str) -> None:
    assert words not in app.poll("Alice", chat).text
