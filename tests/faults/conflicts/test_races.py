"""Nine races behind the conflict proxy: who is accepted, how often the agent runs, and that no turn dies of a conflict."""

import logging
from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from tests.faults.conflicts.races import RACES, Race, run

ROUNDS = 2


@pytest.fixture(autouse=True)
def moto() -> Iterator[None]:
    logging.disable()  # an agent breaks on purpose
    with mock_aws():
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(20, marks=pytest.mark.full)])
def test_race_has_one_outcome(race: Race, rounds: int, figure: Callable[[str], None]) -> None:
    results = [run(race, seed) for seed in range(rounds)]
    conflicts = sum(count for _, count in results)
    figure(f"race {race.__name__.replace('_', ' ')}: {rounds} rounds, {conflicts} conflicts")
    assert [wrong for broken, _ in results for wrong in broken] == []
    assert conflicts, "a race without a conflict shows nothing"


def test_a_round_repeats_by_its_seed() -> None:
    assert run(RACES[0], 1) == run(RACES[0], 1)
