"""Steps of limits.feature."""

from __future__ import annotations

from pytest_bdd import given, parsers, scenarios, then, when

from tests.features.app import App
from tests.features.driver import Driver, Reply
from tests.features.in_process_driver import InProcessDriver

scenarios("limits.feature")


@given(parsers.re(r"there are workers for (?P<turns>\d+) turns?"), converters={"turns": int})
def _(driver: Driver, turns: int) -> None:
    driver.have_workers_for(turns)


@given(parsers.parse("a user may ask {times:d} times a minute"))
def _(driver: Driver, times: int) -> None:
    driver.allow_a_user(asks_per_minute=times)


@given(parsers.parse("a user may have {answers:d} answers a day"))
def _(driver: Driver, answers: int) -> None:
    driver.allow_a_user(answers_per_day=answers)


@given(parsers.parse("the workspace may have {answers:d} answers a day"))
def _(driver: Driver, answers: int) -> None:
    driver.allow_the_workspace(answers)


@given("a minute has begun")
def _(driver: Driver) -> None:
    """At most half of it is over: the asks that follow are in one minute."""
    if (second := driver.now().second) > 30:
        driver.wait(60 - second)


@then(parsers.parse("she may ask again within {seconds:d} seconds"))
def _(reply: Reply, seconds: int) -> None:
    assert 0 < int(reply.headers["retry-after"]) <= seconds


@when("she waits as long as she was told")
def _(driver: Driver, reply: Reply) -> None:
    driver.wait(int(reply.headers["retry-after"]))


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
