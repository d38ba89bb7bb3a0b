"""Steps of ending.feature."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, scenarios, then, when

from domain.chat import TurnState
from tests.fakes.agent import PacedAgent
from tests.features.in_process_driver import InProcessDriver

scenarios("ending.feature")


@given(parsers.parse('the agent raises an error with the text "{words}"'))
def _(in_process: InProcessDriver, words: str) -> None:
    in_process.replace_agent(PacedAgent(in_process.clock, takes=timedelta(seconds=1), error=RuntimeError(words)))


@given("the dispatcher is a release ahead of the worker")
def _(in_process: InProcessDriver) -> None:
    in_process.dispatch_newer_events()


@when("the event is delivered again")
def _(in_process: InProcessDriver) -> None:
    in_process.deliver_again()


@then("the agent reasoned once")
def _(in_process: InProcessDriver) -> None:
    assert _claims(in_process) == 1


@then("the agent did not reason")
def _(in_process: InProcessDriver) -> None:
    assert _claims(in_process) == 0


def _claims(in_process: InProcessDriver) -> int:
    return [turn.state for turn in in_process.observer.turns].count(TurnState.RUNNING)
