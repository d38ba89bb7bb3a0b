"""The list of mutants fits the Terraform as it is, so that `python -m tests terraform-mutants` makes all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terraform.copy import SOURCE
from tests.terraform.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_the_mistake_can_still_be_made(mutant: Mutant) -> None:
    assert mutant.before in (SOURCE / mutant.file).read_text(encoding="utf-8")
    assert mutant.before != mutant.after


@pytest.mark.parametrize("tests", sorted({mutant.tests for mutant in MUTANTS}))
def test_the_tests_that_have_to_notice_are_there(tests: str) -> None:
    assert (Path(SOURCE) / "tests" / tests).exists()


def test_there_are_enough_of_them() -> None:
    assert len({mutant.mistake for mutant in MUTANTS}) == len(MUTANTS) >= 50
