"""Each judge notices its mutants: here the fastest, with `python -m tests protocol-mutants` all."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.faults.mutants.mutant import Judge, Mutant
from tests.faults.mutants.runner import MUTANTS, verdict

SLOW = {
    "a claim ignores the deadline",
    "an answer ignores the deadline",
    "a retry invokes the worker before it is saved",
}
#: The model-based comparison takes seconds for most mutants: these two are found at once.
COMPARED = {"an idempotency key can be used twice", "a repeated write takes its own idempotency record for another's"}
FAST = [
    mutant
    for mutant in MUTANTS
    if mutant.name in COMPARED or (mutant.judge in {Judge.SIMULATION, Judge.TORN_READS} and mutant.name not in SLOW)
]


@pytest.fixture(scope="module")
def moto() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.mark.parametrize("mutant", FAST, ids=lambda mutant: mutant.name)
def test_a_broken_rule_is_noticed(mutant: Mutant, moto: None) -> None:
    assert verdict(mutant) is not None


def test_every_judge_has_mutants() -> None:
    assert len(MUTANTS) >= 12
    assert {mutant.judge for mutant in MUTANTS} == set(Judge)
