"""The judges notice what they are there for: the mutants that are caught fastest; `python -m tests protocol-mutants` takes all."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.faults.mutant import Judge, Mutant
from tests.faults.protocol_mutants import MUTANTS, verdict

SLOW = {
    "a claim does not look at the deadline",
    "an answer does not look at the deadline",
    "a retry is started, then stored",
}
#: The model-based comparison needs seconds for most: here those stand for all that it notices at once.
COMPARED = {"a key may be taken twice", "one's own key is taken for another's"}
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


def test_every_kind_of_rule_is_broken_somewhere() -> None:
    assert len(MUTANTS) >= 12
    assert {mutant.judge for mutant in MUTANTS} == set(Judge)
