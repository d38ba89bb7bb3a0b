"""Every feature file is run; pytest-bdd ignores a file that no test binds."""

import ast
import re
from pathlib import Path

import pytest

from entrypoints.http.problems import INTERNAL, PROBLEMS
from tests.architecture.source import FEATURES, SourceFile

FEATURE_FILES = sorted(FEATURES.rglob("*.feature"))
CODES = {problem.code for problem in PROBLEMS.values()} | {INTERNAL.code}
TAG = re.compile(r"@code-(\w+)")


def named_in(path: Path) -> set[str]:
    """The feature files that a test binds, by `scenarios(...)` or `@scenario(...)`."""
    calls = (node for node in ast.walk(SourceFile(path).tree) if isinstance(node, ast.Call))
    return {
        argument.value
        for call in calls
        if ast.unparse(call.func).split(".")[-1] in {"scenario", "scenarios"}
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_feature_files_are_found() -> None:
    assert FEATURE_FILES


@pytest.mark.parametrize("feature", FEATURE_FILES, ids=lambda path: path.name)
def test_feature_is_bound_by_the_test_of_its_name(feature: Path) -> None:
    beside = feature.with_name(f"test_{feature.stem}.py")
    assert beside.exists(), f"nothing runs {feature.name}"
    assert feature.name in named_in(beside)


@pytest.mark.parametrize("feature", FEATURE_FILES, ids=lambda path: path.name)
def test_a_feature_has_scenarios(feature: Path) -> None:
    assert re.search(r"^\s*Scenario( Outline)?: \S", feature.read_text(), re.MULTILINE)


def test_every_bound_feature_exists() -> None:
    bound = {name for path in FEATURES.rglob("test_*.py") for name in named_in(path) if name.endswith(".feature")}
    assert bound == {path.name for path in FEATURE_FILES}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_code_has_a_scenario(code: str) -> None:
    assert code in {code for path in FEATURE_FILES for code in TAG.findall(path.read_text())}


def test_every_tag_of_a_scenario_is_an_error_code() -> None:
    assert {code for path in FEATURE_FILES for code in TAG.findall(path.read_text())} <= CODES
