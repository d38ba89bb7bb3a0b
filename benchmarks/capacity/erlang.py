"""Queueing theory: Erlang's formulas for Poisson arrivals at a number of workers.

`load` is by Little's law arrivals per second times seconds each: the average number of busy workers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from math import ceil, inf, sqrt


def refused(load: float, workers: int) -> float:
    """Erlang B: the fraction of arrivals that finds all workers busy when none waits, for any service time."""
    part = 1.0
    for number in range(1, workers + 1):
        part = load * part / (number + load * part)
    return part


def waits(load: float, workers: int) -> float:
    """Erlang C: the fraction of arrivals that has to wait when all of them wait, for exponential service times."""
    if load >= workers:
        return 1.0
    blocked = refused(load, workers)
    return workers * blocked / (workers - load * (1 - blocked))


def mean_wait(load: float, workers: int, seconds: float) -> float:
    """M/M/c: the mean wait in seconds."""
    return inf if load >= workers else waits(load, workers) * seconds / (workers - load)


def refused_in_shards(load: float, workers: int, shards: int, tries: int) -> float:
    """The fraction of arrivals that finds no worker when workers are sharded and each arrival tries some random shards.

    A mean-field estimate: shards are independent, and each is as busy as all the tries make it. Never less than the
    refusals of one pool.
    """
    size, full = workers // shards, 0.0
    for _ in range(100):  # it converges long before
        # A try counts for a shard unless an earlier one has met it already.
        new = sum(
            chance * full**met * (1 - met / shards)
            for number in range(tries)
            for met, chance in _shards_met(shards, number).items()
        )
        full = (full + refused(load / shards * new, size)) / 2
    all_full = sum(chance * full**met for met, chance in _shards_met(shards, tries).items())
    return max(all_full, refused(load, workers))


@cache
def _shards_met(shards: int, tries: int) -> dict[int, float]:
    """How many different shards so many random tries meet, with the probability of each number."""
    chances = {0: 1.0}
    for _ in range(tries):
        after: dict[int, float] = {}
        for met, chance in chances.items():
            after[met] = after.get(met, 0.0) + chance * met / shards
            after[met + 1] = after.get(met + 1, 0.0) + chance * (1 - met / shards)
        chances = after
    return chances


def fewest(fits: Callable[[int], bool], load: float) -> int:
    """The fewest workers for which `fits` holds."""
    # True is 1: the first place at which `fits` holds, found by halving.
    return bisect_left(range(ceil(2 * load + 10 * sqrt(load) + 10)), 1, key=fits)
