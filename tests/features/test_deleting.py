"""Steps of deleting.feature alone."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios, then

from tests.features.app import App
from tests.features.driver import Driver, Reply

scenarios("deleting.feature")


@given(parsers.parse("{who:w} has asked {count:d} more questions in chats of their own"))
def _(app: App, who: str, count: int) -> None:
    for number in range(1, count + 1):
        app.accepted(app.ask(who, f"Question number {number}?"))


@then("she is told that her question is being thought about")
def _(reply: Reply) -> None:
    assert (reply.status, reply.body["status"]) == (200, "thinking"), reply.text


@then(parsers.parse("{who:w}'s list of chats comes to be empty"))
def _(app: App, driver: Driver, who: str) -> None:
    """The list may lag behind by about a second."""
    for _ in range(6):
        if not app.chats(who):
            return
        driver.wait(0.5)
    raise AssertionError(app.chats(who))
