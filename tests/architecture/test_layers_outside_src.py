"""Benchmarks use what tests share, and tests use src; never the other way round."""

import pytest

from tests.architecture.source import ROOT, files


@pytest.mark.parametrize(("folder", "foreign"), [("tests", "benchmarks"), ("src", "benchmarks"), ("src", "tests")])
def test_no_file_imports_from_an_outer_layer(folder: str, foreign: str) -> None:
    found = [
        f"{file.path.relative_to(ROOT)}:{line}"
        for file in files(ROOT / folder)
        for name, line in file.imports()
        if name.split(".")[0] == foreign
    ]
    assert found == []
