"""Steps of ending.feature alone."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, scenarios, then, when

from domain.chat import TurnState
from tests.fakes.agent import PacedAgent
from tests.features.driver import Driver
from tests.features.in_process_driver import InProcessDriver

scenarios("ending.feature")


@given(parsers.parse('the agent breaks with "{words}"'))
def _(backstage: InProcessDriver, words: str) -> None:
    backstage.replace_agent(PacedAgent(backstage.clock, takes=timedelta(seconds=1), error=RuntimeError(words)))


@when("the worker is killed")
def _(driver: Driver) -> None:
    driver.kill_worker()


@when("the event arrives once more")
def _(backstage: InProcessDriver) -> None:
    backstage.deliver_again()


@then("the agent reasoned once")
def _(backstage: InProcessDriver) -> None:
    assert _claims(backstage) == 1


@then("the agent did not reason")
def _(backstage: InProcessDriver) -> None:
    assert _claims(backstage) == 0


def _claims(backstage: InProcessDriver) -> int:
    return [turn.state for turn in backstage.observer.turns].count(TurnState.RUNNING)
