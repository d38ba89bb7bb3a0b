"""Steps of limits.feature alone."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios

from tests.features.app import App

scenarios("limits.feature")


@given(parsers.parse("{who:w} has {count:d} chats thinking"), target_fixture="thinking_chats")
def _(app: App, who: str, count: int) -> list[str]:
    return [app.accepted(app.ask(who, f"Question number {number}?")) for number in range(1, count + 1)]


@given(parsers.parse("{who:w} cancels the turn in one of them"))
def _(app: App, who: str, thinking_chats: list[str]) -> None:
    assert app.send(who, "POST", f"/chats/{thinking_chats[2]}/cancel").body["status"] == "cancelled"
