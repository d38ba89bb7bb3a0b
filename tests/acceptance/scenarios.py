"""Runs the feature files against a deployment: a pytest plugin that chooses the scenarios and keeps their outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import pytest

from tests.acceptance.deployment import DEPLOYMENT, Deployment
from tests.features.driver_fixture import DEPLOYED, WIRE, needed_control, scenario_steps

NEEDS_AGENT: Final = "it needs the acceptance agent, which is not deployed here"
KILLS: Final = "the worker is killed"
ORDERS: Final = ("the agent takes", KILLS)
#: Without the acceptance agent, what is answered depends on the model.
ANSWERS: Final = (" sees a chat that is", "the answer cites")


@dataclass(frozen=True)
class Outcome:
    """One scenario: None for `failure` when it holds."""

    name: str
    seconds: float
    failure: str | None


@dataclass
class ScenarioRun:
    """The outcomes of one run, and why scenarios were left out."""

    deployment: Deployment
    with_agent: bool
    #: All scenarios that can run, or only those whose promise AWS's services could break, and those about access.
    every: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def run(self, keyword: str = "") -> int:
        """Returns pytest's exit code."""
        chosen = ["-k", keyword] if keyword else []
        # This module has imported what pytest would rewrite; the assertions that matter carry the reply's text.
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider"]
        return int(pytest.main(["-q", *quiet, f"--driver={DEPLOYED}", *chosen, "tests/features"], [self]))

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[DEPLOYMENT] = self.deployment

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = [item for item in items if self._wanted(item) and not self._reason(item)]
        others = [item for item in items if item not in kept]
        for item in filter(self._wanted, others):
            self.left_out.setdefault(self._reason(item), []).append(_readable(item.nodeid))
        config.hook.pytest_deselected(items=others)
        # A killed worker's slot stays taken until its turn's deadline: no other scenario follows.
        items[:] = sorted(kept, key=lambda item: KILLS in scenario_steps(item))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            failure = report.longreprtext if report.failed else None
            self.outcomes.append(Outcome(_readable(report.nodeid), report.duration, failure))

    def _wanted(self, item: pytest.Item) -> bool:
        about_access = any(mark.args == ("chat_forbidden",) for mark in item.iter_markers("code"))
        marked = about_access or any(item.iter_markers(WIRE)) or any(item.iter_markers("only"))
        return bool(scenario_steps(item)) and (self.every or marked)

    def _reason(self, item: pytest.Item) -> str:
        """Why the scenario cannot run here; empty when it can."""
        if control := needed_control(item):
            return control
        steps = scenario_steps(item)
        depends = any(step.startswith(ORDERS) or any(part in step for part in ANSWERS) for step in steps)
        return NEEDS_AGENT if depends and not self.with_agent else ""


def _readable(nodeid: str) -> str:
    """`tests/features/test_asking.py::test_an_ask_responds` as `asking: an ask responds`."""
    file, _, name = nodeid.partition("::")
    feature = file.rpartition("/")[2].removeprefix("test_").removesuffix(".py")
    return f"{feature}: {name.removeprefix('test_').replace('_', ' ')}"
