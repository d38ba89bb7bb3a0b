"""Every mutant can be applied to the Terraform as it is."""

from __future__ import annotations

import pytest

from tests.terraform.copy import SOURCE
from tests.terraform.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_mutant_can_be_applied(mutant: Mutant) -> None:
    assert mutant.before in (SOURCE / mutant.folder / mutant.file).read_text(encoding="utf-8")
    assert mutant.before != mutant.after


@pytest.mark.parametrize(("folder", "tests"), sorted({(mutant.folder, mutant.tests) for mutant in MUTANTS}))
def test_tests_that_must_detect_a_mutant_exist(folder: str, tests: str) -> None:
    assert (SOURCE / folder / "tests" / tests).exists()


def test_at_least_50_different_mutants_exist() -> None:
    assert len({mutant.mistake for mutant in MUTANTS}) == len(MUTANTS) >= 50
