"""Promises P1 to P6 over seeded runs; `python -m tests simulate --seeds 5000` runs more of them."""

from collections import Counter
from collections.abc import Callable

from tests.faults.simulation.runner import failing, simulate

SEEDS = range(300)


def test_every_promise_is_kept_in_every_run(figure: Callable[[str], None]) -> None:
    broken = dict(failing(SEEDS))
    figure(f"simulation: {len(SEEDS)} runs, {len(broken)} broke a promise")
    assert not broken, f"again by: python -m tests simulate --seed {next(iter(broken))}"


def test_same_seed_gives_the_same_run() -> None:
    assert simulate(17) == simulate(17)
    assert simulate(17) != simulate(18)


def test_runs_contain_every_kind_of_end_and_action() -> None:
    runs = [simulate(seed) for seed in range(60)]
    ends = Counter(stored.failure or stored.state for run in runs for stored in run.stored)
    actions = Counter(call.action for run in runs for call in run.actions)
    assert {"answered", "cancelled", "timed_out", "worker_died", "agent_failed", "not_started"} <= ends.keys()
    assert {"cancel", "retry", "delete"} <= actions.keys()
    assert all(any(getattr(run, kind) for run in runs) for kind in ("foreign_calls", "hidden", "listed", "given_up"))
    assert {run.calm for run in runs} == {True, False}
