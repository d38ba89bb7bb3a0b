"""End-to-end tests, over HTTP. Their stack is in stack_fixture.py, where the features and the pages find it too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.features.http_driver import HttpDriver

pytest.register_assert_rewrite("tests.features.app")

from tests.features.app import App  # noqa: E402  # after assertion rewriting is registered


@pytest.fixture
def driver(stack: RunningStack, stack_controls: StackControls) -> Iterator[HttpDriver]:
    driver = HttpDriver(stack, stack_controls)
    yield driver
    driver.close()


@pytest.fixture
def app(driver: HttpDriver) -> App:
    return App(driver)
