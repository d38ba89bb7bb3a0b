"""Figures and their page: ratios of pairs, goals, and refusals."""

import json
from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.record import Measure, Section, Table, measure, ratio


def test_ratio_is_computed_pair_by_pair() -> None:
    slow_moment = 10
    assert ratio("ours", [2, 2 * slow_moment, 2], [1, 1 * slow_moment, 1]).median == 2


def test_spread_is_from_the_first_to_the_last_decile() -> None:
    found = measure("calls", [100.0, *([1.0] * 18), 0.0])
    assert (found.low, found.high) == (1, 1)


@pytest.mark.parametrize(("goal", "met"), [(1.1, True), (1.0, True), (0.9, False), (None, None)])
def test_goal_applies_to_the_median(goal: float | None, met: object) -> None:
    assert Measure("ratio", 1.0, 0.5, 2.0, 9, goal=goal).met is met


def section(**changes: object) -> dict[str, object]:
    made = Section(
        "sample", "Sample", "By hand.", [measure("ratio", [1.2], goal=1.1)], [Table("Plain", ["a"], [["b"]])]
    )
    return {**made.as_json(), "quick": False, **changes}


def result(**changes: object) -> dict[str, object]:
    machine = {"cores": 2, "processor": "P", "architecture": "x", "memory_mib": 1, "system": "Linux", "python": "3"}
    return {"version": "1", "machine": machine, "sections": [section(**changes)]}


def test_page_marks_goals_that_are_not_met(tmp_path: Path) -> None:
    page.write(tmp_path, result())
    assert "| ratio | 1.20× | 1.2 to 1.2 | 1 | ≤ 1.10× | **not met** |" in (tmp_path / "results.md").read_text()
    assert json.loads((tmp_path / "result.json").read_text())["sections"][0]["measures"][0]["met"] is False


def test_page_of_a_refused_run_begins_with_the_refusal(tmp_path: Path) -> None:
    page.write(tmp_path, result(refused="the machine is too busy"))
    text = (tmp_path / "results.md").read_text()
    assert text.index("**Refused: the machine is too busy**") < text.index("| ratio |")
