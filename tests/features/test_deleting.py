"""Steps of deleting.feature."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios, then

from tests.features.app import App
from tests.features.driver import Driver

scenarios("deleting.feature")


@given(parsers.parse("{who:w} has asked {count:d} more questions in new chats"))
def _(app: App, who: str, count: int) -> None:
    for number in range(1, count + 1):
        app.accepted(app.ask(who, f"Question number {number}?"))


@then(parsers.parse("{who:w}'s list of chats is empty"))
def _(app: App, driver: Driver, who: str) -> None:
    """The list may lag by about a second."""
    for _ in range(6):
        if not app.chats(who):
            return
        driver.wait(0.5)
    raise AssertionError(app.chats(who))
