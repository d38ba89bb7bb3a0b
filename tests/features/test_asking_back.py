"""Steps of asking_back.feature."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, step, then, when

from tests.features.app import App
from tests.features.driver import Driver, Reply

scenarios("asking_back.feature")


@pytest.fixture
def asked(app: App, reply: Reply) -> dict[str, Any]:
    """The page that shows what the agent asks; steps that have read one set it."""
    return {"chat_id": app.accepted(reply)}


@pytest.fixture
def chat(asked: dict[str, Any]) -> str:
    return str(asked["chat_id"])


@given(parsers.parse("the agent asks which Anna is meant, and waits {seconds:d} seconds for the answer"))
def _(driver: Driver, seconds: int) -> None:
    driver.agent_asks_back(seconds)


@given(parsers.parse('the agent has asked {who:w} back about "{question}"'), target_fixture="asked")
def _(app: App, who: str, question: str) -> dict[str, Any]:
    page = app.poll_to_the_end(who, app.accepted(app.ask(who, question)))
    assert page["status"] == "needs_input", page
    return page


@step(parsers.re(r'(?P<who>\w+) answers "(?P<words>[^"]*)"'), target_fixture="reply")
@step(parsers.re(r'(?P<who>\w+) answers "(?P<words>[^"]*)" on another device'), target_fixture="reply")
def _(app: App, who: str, words: str, asked: dict[str, Any]) -> Reply:
    return app.answer(who, words, asked)


@when(parsers.re(r'(?P<who>\w+) answers "(?P<words>[^"]*)" to "(?P<input_id>\w+)"'), target_fixture="reply")
def _(app: App, who: str, words: str, input_id: str, asked: dict[str, Any]) -> Reply:
    return app.answer(who, words, {**asked, "turn": {"input": {"id": input_id}}})


@step(parsers.re(r'(?P<who>\w+) answers "(?P<words>[^"]*)" with the key "(?P<key>[^"]*)"'), target_fixture="reply")
def _(app: App, who: str, words: str, key: str, asked: dict[str, Any]) -> Reply:
    return app.answer(who, words, asked, key)


@when(
    parsers.re(r'(?P<who>\w+) answers "(?P<words>[^"]*)" with the key "(?P<key>[^"]*)" again'), target_fixture="replay"
)
def _(app: App, who: str, words: str, key: str, asked: dict[str, Any]) -> Reply:
    return app.answer(who, words, asked, key)


@when(parsers.parse('{who:w} asks "{question}" in the chat with the key "{key}" of her answer'), target_fixture="reply")
def _(app: App, who: str, question: str, key: str, chat: str) -> Reply:
    return app.ask(who, question, chat, key)


@then(
    parsers.parse('{who:w} sees that the agent asks "{question}" with the choices "{choices}"'), target_fixture="asked"
)
def _(app: App, who: str, chat: str, question: str, choices: str) -> dict[str, Any]:
    page = app.page(who, chat)
    asked = page["turn"]["input"]
    assert (page["status"], page["turn"]["phase"], page["poll_after_ms"]) == ("needs_input", "done", None)
    assert (asked["question"], asked["choices"]) == (question, choices.split("|"))
    assert asked["id"] == page["messages"][-1]["message_id"]
    assert asked["expires_at"] > page["turn"]["ended_at"]
    assert page["turn"]["error"] is None
    return page


@step(parsers.parse("{who:w} sees nothing that the agent asks"))
def _(app: App, who: str, chat: str) -> None:
    page = app.page(who, chat)
    assert page["status"] != "needs_input"
    assert page["turn"]["input"] is None


@then(parsers.parse('{who:w}\'s list shows "{text}" as unread'))
def _(app: App, driver: Driver, who: str, text: str) -> None:
    driver.wait(1)  # the list may lag
    (shown,) = app.chats(who)
    assert (shown["last_message"]["content"], shown["unread"]) == (text, True)
