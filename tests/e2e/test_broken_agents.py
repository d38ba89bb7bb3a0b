"""Whatever fault an agent has, the turn ends well before its deadline, and the chat accepts the next question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.running_stack import RunningStack
from tests.features.app import App
from tests.features.http_driver import HttpDriver

#: Lambda's timeout for the worker here, instead of 90 seconds.
TIMEOUT = 8


@pytest.fixture
def short_timeout(stack: RunningStack) -> Iterator[None]:
    lambda_, name = stack.client("lambda"), stack.outputs["function_names"]["chat"]
    before = lambda_.get_function_configuration(FunctionName=name)["Timeout"]
    lambda_.update_function_configuration(FunctionName=name, Timeout=TIMEOUT)
    yield
    lambda_.update_function_configuration(FunctionName=name, Timeout=before)


def ends_as(app: App, driver: HttpDriver, agent: str, code: str, patience: float) -> None:
    driver.set_variable("ASYNC_CHAT_AGENT", f"broken_agents:{agent}")
    chat = app.accepted(app.ask("Alice", "Where are my keys?"))
    page = app.poll_to_the_end("Alice", chat, timeout=patience)
    assert (page["status"], page["turn"]["error"]["code"]) == ("failed", code)
    driver.unset_variable("ASYNC_CHAT_AGENT")
    assert app.ask_until_answered("Alice", "And my hat?", chat)["status"] == "answered"


def test_lambda_reports_a_killed_worker_and_the_turn_fails(app: App, driver: HttpDriver) -> None:
    ends_as(app, driver, "leaves", "worker_died", patience=30)


def test_an_agent_that_raises_fails_its_turn(app: App, driver: HttpDriver) -> None:
    ends_as(app, driver, "raises", "agent_failed", patience=30)


@pytest.mark.usefixtures("short_timeout")
def test_agent_that_overruns_is_interrupted_before_lambda_kills_it(app: App, driver: HttpDriver) -> None:
    ends_as(app, driver, "oversleeps", "timed_out", patience=30)


@pytest.mark.usefixtures("short_timeout")
def test_agent_that_blocks_the_alarm_is_killed_by_lambda_and_its_turn_fails(app: App, driver: HttpDriver) -> None:
    ends_as(app, driver, "is_deaf", "worker_died", patience=40)
