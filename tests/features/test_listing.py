"""Steps of listing.feature."""

from __future__ import annotations

from typing import Any

from pytest_bdd import given, parsers, scenarios, step, then

from tests.features.app import App
from tests.features.driver import Driver, Reply

scenarios("listing.feature")

#: How often a list that lags is read again, half a second apart.
TRIES = 8


@step(parsers.parse("{who:w} marks the chat as read"), target_fixture="reply")
def _(app: App, who: str, chat: str) -> Reply:
    return app.send(who, "POST", f"/chats/{chat}/read")


@given(parsers.parse('{who:w} has another chat titled "{title}"'))
def _(app: App, who: str, title: str) -> None:
    app.ask_until_answered(who, title)


@given(parsers.parse("{who:w} has asked and cancelled {count:d} questions in new chats"))
def _(app: App, who: str, count: int) -> None:
    for number in range(count):
        chat_id = app.accepted(app.ask(who, f"Question number {number}?"))
        assert app.send(who, "POST", f"/chats/{chat_id}/cancel").status == 200


@then(parsers.parse("the first chat in {who:w}'s list is"))
def _(app: App, driver: Driver, who: str, datatable: list[list[str]]) -> None:
    """Title and content may be given in part."""
    titles, wanted = datatable
    expected = dict(zip(titles, wanted, strict=True))
    for _ in range(TRIES):
        chats = app.chats(who)
        if chats and _matches(chats[0], expected):
            return
        driver.wait(0.5)
    raise AssertionError(f"{chats} is not {expected}")


def _matches(chat: dict[str, Any], expected: dict[str, str]) -> bool:
    last = chat["last_message"]
    return (
        chat["title"].endswith(expected["title"])
        and (chat["status"], last["role"]) == (expected["status"], expected["role"])
        and expected["content"] in last["content"]
        and chat["unread"] is (expected["unread"] == "yes")
    )


@then(parsers.re(r'the titles in (?P<who>\w+)\'s list are "(?P<first>[^"]+)"(?: and "(?P<second>[^"]+)")?'))
def _(app: App, driver: Driver, who: str, first: str, second: str | None) -> None:
    expected = [title for title in (first, second) if title]
    for _ in range(TRIES):
        titles = [chat["title"] for chat in app.chats(who)]
        if titles == expected:
            return
        driver.wait(0.5)
    raise AssertionError(f"{titles} is not {expected}")


@then(parsers.parse("{who:w} finds each of the {count:d} once in pages of {limit:d}"))
def _(app: App, driver: Driver, who: str, count: int, limit: int) -> None:
    driver.wait(1)
    query, titles = {"limit": str(limit)}, []
    while True:
        page = app.send(who, "GET", "/chats", query).body
        assert len(page["chats"]) <= limit
        titles += [chat["title"] for chat in page["chats"]]
        if page["next"] is None:
            break
        query = {"limit": str(limit), "cursor": page["next"]}
    assert titles == [f"Question number {number}?" for number in reversed(range(count))]
