"""Queues on paper: what Erlang's formulas say of Poisson arrivals at a number of workers.

`load` is Little's law's: arrivals per second times seconds each, the workers that are busy on average.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import ceil, exp, inf, sqrt


def refused(load: float, workers: int) -> float:
    """Erlang B: what part of the arrivals finds all workers busy, when nobody waits. Holds for any spread of times."""
    part = 1.0
    for number in range(1, workers + 1):
        part = load * part / (number + load * part)
    return part


def waits(load: float, workers: int) -> float:
    """Erlang C: what part of the arrivals has to wait when all of them do, for times that are exponential."""
    if load >= workers:
        return 1.0
    blocked = refused(load, workers)
    return workers * blocked / (workers - load * (1 - blocked))


def mean_wait(load: float, workers: int, seconds: float) -> float:
    """M/M/c: seconds that an arrival waits on average."""
    return inf if load >= workers else waits(load, workers) * seconds / (workers - load)


def waits_longer(load: float, workers: int, seconds: float, than: float) -> float:
    """M/M/c: what part of the arrivals waits longer than `than` seconds."""
    return 1.0 if load >= workers else waits(load, workers) * exp(-(workers - load) * than / seconds)


def refused_in_parts(load: float, workers: int, parts: int, tries: int) -> float:
    """What part of the arrivals finds no worker when they are spread over parts, and each tries so many at random.

    A mean-field estimate: the parts are taken as independent, and each as busy as all the tries make it. Never less
    than one pool of all of them would refuse.
    """
    size, full = workers // parts, 0.0
    for _ in range(100):  # it settles long before
        # A try is new to a part, unless an earlier one has met it already.
        new = sum(
            chance * full**met * (1 - met / parts)
            for number in range(tries)
            for met, chance in _parts_met(parts, number).items()
        )
        full = (full + refused(load / parts * new, size)) / 2
    all_full = sum(chance * full**met for met, chance in _parts_met(parts, tries).items())
    return max(all_full, refused(load, workers))


@cache
def _parts_met(parts: int, tries: int) -> dict[int, float]:
    """How many different parts so many random tries meet, each number with its chance."""
    chances = {0: 1.0}
    for _ in range(tries):
        after: dict[int, float] = {}
        for met, chance in chances.items():
            after[met] = after.get(met, 0.0) + chance * met / parts
            after[met + 1] = after.get(met + 1, 0.0) + chance * (1 - met / parts)
        chances = after
    return chances


def fewest(fits: Callable[[int], bool], load: float) -> int:
    """The fewest workers that fit."""
    low, high = 0, ceil(2 * load + 10 * sqrt(load) + 10)
    while low < high:
        middle = (low + high) // 2
        if fits(middle):
            high = middle
        else:
            low = middle + 1
    return low


def workers_for(load: float, at_most: float) -> int:
    """The fewest workers that refuse at most this part of the arrivals."""
    return fewest(lambda workers: refused(load, workers) <= at_most, load)
