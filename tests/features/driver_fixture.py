"""Which driver the feature files run over: `--driver=in-process` (the default), `http` (a local stack), or `deployed`.

`deployed` belongs to `make accept`, whose pytest plugin has the deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from pytest_bdd.parser import ScenarioTemplate

    from tests.e2e.running_stack import RunningStack
    from tests.e2e.stack_controls import StackControls
    from tests.features.driver import Driver

IN_PROCESS, HTTP, DEPLOYED = "in-process", "http", "deployed"
ONLY: Final = {"in-process-only": IN_PROCESS, "http-only": HTTP}
WIRE: Final = "wire"
#: Steps, by a part of their names, that only a local stack's controls can carry out, and what they do.
CONTROLS: Final[Mapping[str, str]] = {
    "a turn may think for": "it changes the functions' settings",
    "there are workers for": "it changes the functions' settings",
    "a user may": "it changes the functions' settings",
    "the workspace may": "it changes the functions' settings",
    "no worker can be started": "it takes rights away from the functions",
    "an ask cannot reach the store": "it takes rights away from the functions",
    "and it failed": "it takes rights away from the functions",
}

Function = TypeVar("Function", bound=Callable[..., object])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--driver", choices=[IN_PROCESS, HTTP, DEPLOYED], default=IN_PROCESS, help="the driver of the feature files"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only(driver): a scenario that runs with one driver only; the feature says why")
    config.addinivalue_line("markers", f"{WIRE}: a scenario whose promise API Gateway, Lambda or DynamoDB could break")
    config.addinivalue_line("markers", "code(code): a scenario about this error code of the contract")


def pytest_bdd_apply_tag(tag: str, function: Function) -> bool:
    """`@wire`, `@http-only` and `@in-process-only`, and `@code-chat_busy` for a scenario about an error code."""
    if tag in ONLY:
        pytest.mark.only(ONLY[tag])(function)
    elif tag == WIRE:
        pytest.mark.wire(function)
    elif tag.startswith("code-"):
        pytest.mark.code(tag.removeprefix("code-"))(function)
    else:
        raise ValueError(f"no such tag: @{tag}")
    return True


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = config.getoption("driver")
    if chosen == HTTP:
        items.sort(key=_conditions)
        for item in items:
            # `make accept` runs the other ones of these on the same stack: tests/e2e/test_acceptance.py.
            if scenario_steps(item) and not (any(item.iter_markers(WIRE)) and needed_control(item)):
                item.add_marker("full")
    kept = HTTP if chosen == DEPLOYED else chosen
    others = [item for item in items for mark in item.iter_markers("only") if mark.args[0] != kept]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of several processes, each with a stack of its own, one takes all features, one all docs; other files are shared."""

    def taken_together(nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        folder = file.rpartition("/")[0]
        return folder if folder in {"tests/features", "tests/docs"} else file

    if config.getoption("driver") != HTTP:
        return None
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = taken_together
    return scheduler


def _scenario(item: pytest.Item) -> ScenarioTemplate | None:
    function: Callable[..., object] | None = getattr(item, "obj", None)
    return scenario_wrapper_template_registry.get(function) if function else None


def scenario_steps(item: pytest.Item) -> list[str]:
    """The names of the scenario's steps, with its feature's background; none for another test."""
    scenario = _scenario(item)
    return [step.name for step in scenario.steps] if scenario else []


def needed_control(item: pytest.Item) -> str:
    """What the scenario does that only a local stack's controls can do; empty for nothing."""
    return next((what for part, what in CONTROLS.items() for step in scenario_steps(item) if part in step), "")


def _conditions(item: pytest.Item) -> list[str]:
    """The scenario's steps that change the function's settings: sorted by them, few changes are needed."""
    settings = ("the agent takes", "a turn may think", "there are workers for", "a user may", "the workspace may")
    return sorted(step for step in scenario_steps(item) if step.startswith(settings))


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    if request.config.getoption("driver") == HTTP:
        from tests.features.http_driver import HttpDriver  # imported late: it needs a stack

        chosen: Driver = HttpDriver(request.getfixturevalue("stack"), request.getfixturevalue("stack_controls"))
    elif request.config.getoption("driver") == DEPLOYED:
        from tests.acceptance.deployment import DEPLOYMENT, DeployedDriver

        chosen = DeployedDriver(request.config.stash[DEPLOYMENT])
    else:
        from tests.features.in_process_driver import InProcessDriver

        request.getfixturevalue("built_chat_page")
        chosen = InProcessDriver()
    yield chosen
    chosen.close()


@pytest.fixture(scope="session")
def stack_controls(stack: RunningStack) -> Iterator[StackControls]:
    from tests.e2e.stack_controls import StackControls

    controls = StackControls(stack)
    yield controls
    controls.restore()
