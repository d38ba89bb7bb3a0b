"""Steps of limits.feature."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios

from tests.features.app import App
from tests.features.driver import Driver

scenarios("limits.feature")


@given(parsers.re(r"there are workers for (?P<turns>\d+) turns?"), converters={"turns": int})
def _(driver: Driver, turns: int) -> None:
    driver.have_workers_for(turns)


@given(
    parsers.re(r"(?P<who>\w+) has (?P<count>\d+) chats? thinking"),
    converters={"count": int},
    target_fixture="thinking_chats",
)
def _(app: App, who: str, count: int) -> list[str]:
    return [app.accepted(app.ask(who, f"Question number {number}?")) for number in range(1, count + 1)]


@given(parsers.parse("{who:w} cancels the turn in one of them"))
def _(app: App, who: str, thinking_chats: list[str]) -> None:
    assert app.send(who, "POST", f"/chats/{thinking_chats[2]}/cancel").body["status"] == "cancelled"
