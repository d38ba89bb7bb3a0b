"""Mutation testing of the protocol: break one rule at a time and expect a test to notice: `python -m tests protocol-mutants`.

A mutant that survives shows a rule that no judge tests: extend the judge.
"""

import argparse
import logging
import sys

from moto import mock_aws

from tests.faults.conflicts.races import RACES, run
from tests.faults.crash_points.memories import memory_breaches
from tests.faults.crash_points.runner import CrashPointRunner, all_points
from tests.faults.crash_points.stories import STORIES
from tests.faults.model_based.dynamodb import Moto, compare_with_fake
from tests.faults.model_based.memory_store import compare_memory_stores
from tests.faults.model_based.torn_reads import torn_reads
from tests.faults.mutants.broken_adapters import ADAPTER_MUTANTS
from tests.faults.mutants.broken_domain import DOMAIN_MUTANTS
from tests.faults.mutants.broken_memories import MEMORY_MUTANTS
from tests.faults.mutants.mutant import Judge, Mutant
from tests.faults.simulation.runner import failing

MUTANTS = (*DOMAIN_MUTANTS, *ADAPTER_MUTANTS, *MEMORY_MUTANTS)
SEEDS = range(600)
EXAMPLES = 240
MEMORY_EXAMPLES = 15


def verdict(mutant: Mutant) -> str | None:
    """The first fault that its judge finds, None when the mutant survives. Needs moto."""
    with mutant.applied():
        return _JUDGES[mutant.judge](mutant)


def _simulation(_: Mutant) -> str | None:
    return next((f"seed {seed}: {broken[0]}" for seed, broken in failing(SEEDS)), None)


def _crash_points(mutant: Mutant) -> str | None:
    runner = CrashPointRunner()
    stories = [story for story in STORIES if story.name == mutant.story]
    for point in all_points(runner, stories):
        broken = runner.run(point)
        if broken:
            return f"{point}: {broken[0]}"
    return None


def _model_based(_: Mutant) -> str | None:
    try:
        compare_with_fake(Moto(), EXAMPLES, shortest=False)
    except Exception as difference:  # noqa: BLE001  # an adapter that raises where its fake does not differs, too
        return f"{type(difference).__name__}: {difference}"
    return None


def _torn_reads(_: Mutant) -> str | None:
    return next(torn_reads(), None)


def _memories(_: Mutant) -> str | None:
    return next(memory_breaches(), None)


def _races(_: Mutant) -> str | None:
    return next((wrong for race in RACES for wrong in run(race, seed=0)[0]), None)


def _memory_store(_: Mutant) -> str | None:
    try:
        compare_memory_stores(MEMORY_EXAMPLES, shortest=False)
    except Exception as difference:  # noqa: BLE001  # as above
        return f"{type(difference).__name__}: {difference}"
    return None


_JUDGES = {
    Judge.SIMULATION: _simulation,
    Judge.CRASH_POINTS: _crash_points,
    Judge.MODEL_BASED: _model_based,
    Judge.TORN_READS: _torn_reads,
    Judge.MEMORIES: _memories,
    Judge.RACES: _races,
    Judge.MEMORY_STORE: _memory_store,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests protocol-mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants with this in their name")
    chosen = parser.parse_args()
    logging.disable()
    mutants = [mutant for mutant in MUTANTS if chosen.only in mutant.name]
    caught = 0
    with mock_aws():
        for mutant in mutants:
            seen = verdict(mutant)
            caught += seen is not None
            print(mutant.name, f"{mutant.judge}: {seen[:160]}" if seen else "SURVIVES", sep="\n  ", flush=True)
    print(f"{caught}/{len(mutants)} mutants caught")
    return int(caught < len(mutants))


if __name__ == "__main__":
    sys.exit(main())
