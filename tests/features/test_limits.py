"""Steps of limits.feature."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios, when

from tests.features.app import App
from tests.features.driver import Driver, Reply
from tests.features.in_process_driver import InProcessDriver

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


@given("workers have started on all of them")
def _(app: App, thinking_chats: list[str]) -> None:
    for chat_id in thinking_chats:
        app.poll_until_begun("Alice", chat_id)


@given(parsers.parse("{who:w} cancels the turn in one of them"))
def _(app: App, who: str, thinking_chats: list[str]) -> None:
    assert app.send(who, "POST", f"/chats/{thinking_chats[-1]}/cancel").body["status"] == "cancelled"


@given(parsers.parse("{who:w} deletes one of them"))
def _(app: App, who: str, thinking_chats: list[str]) -> None:
    assert app.send(who, "DELETE", f"/chats/{thinking_chats[-1]}").status == 204


@given("the worker is killed")
def _(driver: Driver) -> None:
    driver.kill_worker()


@given("Lambda reports the event as failed")
def _(in_process: InProcessDriver) -> None:
    in_process.give_up()


@when(parsers.parse("{who:w} retries it"), target_fixture="reply")
def _(app: App, who: str, thinking_chats: list[str]) -> Reply:
    return app.send(who, "POST", f"/chats/{thinking_chats[-1]}/retry")
