"""Steps of polling.feature."""

from __future__ import annotations

import math
from typing import Any

from pytest_bdd import given, parsers, scenarios, then, when

from tests.features.app import App
from tests.features.driver import Reply

scenarios("polling.feature")


@given(parsers.parse("{who:w} has polled the chat"), target_fixture="before")
def _(app: App, who: str, chat: str) -> Reply:
    return app.poll(who, chat)


@given(parsers.parse('{who:w} then got the answer to "{question}" in the chat'))
def _(app: App, who: str, question: str, chat: str) -> None:
    app.ask_until_answered(who, question, chat)


@when(parsers.parse("{who:w} polls with the earlier cursor"), target_fixture="reply")
def _(app: App, who: str, chat: str, before: Reply) -> Reply:
    return app.poll(who, chat, after=before.body["after"])


@when(parsers.parse("{who:w} polls with the earlier ETag"), target_fixture="reply")
def _(app: App, who: str, chat: str, before: Reply) -> Reply:
    seen = {"If-None-Match": before.headers["etag"]}
    return app.send(who, "GET", "/chats/messages", {"chat_id": chat}, headers=seen)


@when(parsers.parse("{who:w} reads the chat back to its beginning in pages of {limit:d}"), target_fixture="pages")
def _(app: App, who: str, chat: str, limit: int) -> list[list[dict[str, Any]]]:
    page = app.page(who, chat, limit=str(limit))
    pages = [page["messages"]]
    while page["before"]:
        page = app.page(who, chat, limit=str(limit), before=page["before"])
        pages.append(page["messages"])
    return pages


@when(parsers.parse("{who:w} polls the chat, and can hold"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.poll(who, chat, wait="20")


@when(parsers.parse("{who:w} holds a poll of the chat"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.hold(who, chat)


@when(parsers.parse("{who:w} holds polls until the turn has ended"), target_fixture="held")
def _(app: App, who: str, chat: str, reply: Reply) -> list[Reply]:
    """As often as an agent of some seconds may need it, whose steps end a wait each."""
    held = [reply]
    while held[-1].body["status"] == "thinking":
        assert held[-1].body["wait"], "news was likely"
        held.append(app.hold(who, chat, after=held[-1].body["after"]))
    return held[1:]


@then("the poll says to hold the next one")
def _(reply: Reply) -> None:
    assert (reply.body["status"], reply.body["poll_after_ms"], reply.body["wait"]) == ("thinking", 0, 20)


@then("the last of them shows the answer, and says that polling can stop")
def _(held: list[Reply]) -> None:
    last = held[-1].body
    assert [message["role"] for message in last["messages"]] == ["assistant"]
    assert (last["status"], last["poll_after_ms"], last["wait"]) == ("answered", None, None)


@then(parsers.parse("they were at most {count:d}"))
def _(held: list[Reply], count: int) -> None:
    assert len(held) <= count


@then(parsers.re(r'the turn is "(?P<phase>\w+)" and shows at least (?P<least>\d+) steps? of the agent'))
def _(reply: Reply, phase: str, least: str) -> None:
    turn = reply.body["turn"]
    assert turn["phase"] == phase
    assert len([step for step in turn["progress"] if step["text"]]) >= int(least)
    began, ended = turn["started_at"] is not None, turn["ended_at"] is not None
    assert (began, ended) == (phase != "queued", phase == "done")


@then("the poll says when to poll next")
def _(reply: Reply) -> None:
    assert reply.body["status"] == "thinking"
    assert reply.body["poll_after_ms"] > 0
    assert int(reply.headers["retry-after"]) == math.ceil(reply.body["poll_after_ms"] / 1000)


@then("the poll says that polling can stop")
def _(reply: Reply) -> None:
    assert (reply.body["status"], reply.body["poll_after_ms"]) == ("answered", None)
    assert "retry-after" not in reply.headers


@then(parsers.parse("the poll shows {count:d} messages"))
def _(reply: Reply, count: int) -> None:
    assert len(reply.body["messages"]) == count


@then(parsers.parse('the poll shows {count:d} messages, the first of which is "{content}"'))
def _(reply: Reply, count: int, content: str) -> None:
    messages = reply.body["messages"]
    assert (len(messages), messages[0]["content"]) == (count, content)


@then("the cursor has not changed")
def _(reply: Reply, before: Reply) -> None:
    assert reply.body["after"] == before.body["after"]


@then(parsers.parse('the pages begin with "{first}" and "{second}"'))
def _(pages: list[list[dict[str, Any]]], first: str, second: str) -> None:
    assert [page[0]["content"] for page in pages] == [first, second]


@then("together they hold every message once, oldest first")
def _(pages: list[list[dict[str, Any]]]) -> None:
    messages = [message for page in reversed(pages) for message in page]
    ids = [message["message_id"] for message in messages]
    assert ids == sorted(set(ids))
    assert [message["role"] for message in messages] == ["user", "assistant"] * 3
    asked = [message["content"] for message in messages[::2]]
    assert asked == ["First question?", "Second question?", "Third question?"]


@then("the response may not be cached")
def _(reply: Reply) -> None:
    assert reply.headers["cache-control"] == "private, no-store"
