"""Promises P1 to P6 over seeded runs; `python -m tests simulate --seeds 5000` runs more of them."""

from collections import Counter
from collections.abc import Callable

from tests.faults.simulation import failing, simulate

SEEDS = range(300)


def test_every_promise_is_kept_in_every_run(figure: Callable[[str], None]) -> None:
    broken = dict(failing(SEEDS))
    figure(f"simulation: {len(SEEDS)} runs, {len(broken)} broke a promise")
    assert not broken, f"again by: python -m tests simulate --seed {next(iter(broken))}"


def test_a_seed_replays() -> None:
    assert simulate(17) == simulate(17)
    assert simulate(17) != simulate(18)


def test_the_runs_are_full_of_incidents() -> None:
    runs = [simulate(seed) for seed in range(60)]
    ends = Counter(stored.failure or stored.state for run in runs for stored in run.stored)
    wishes = Counter(wished.wish for run in runs for wished in run.wished)
    assert {"answered", "cancelled", "timed_out", "worker_died", "agent_failed", "not_started"} <= ends.keys()
    assert {"cancel", "retry", "delete"} <= wishes.keys()
    assert all(any(getattr(run, kind) for run in runs) for kind in ("intruded", "hidden", "listed", "given_up"))
    assert {run.calm for run in runs} == {True, False}
