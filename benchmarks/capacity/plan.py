"""A workspace of a size, and what comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Final

from adapters.dynamodb.turn_slots import SLOTS_PER_SHARD
from benchmarks.capacity.erlang import fewest, refused_in_parts
from domain.chat_service import SLOT_ATTEMPTS

#: What part of the asks may be refused where a plan chooses its own size.
REFUSED_AT_MOST: Final = 0.001
#: Where asking shares the workers' pool, Terraform lets turns have this part of it.
SHARED_PART: Final = 0.8
#: Simulated at most; a larger system is simulated at a fraction of its size, which makes its waits slightly worse.
LARGEST_RATE: Final = 20.0


@dataclass(frozen=True)
class Plan:
    """Rates are per second, times in seconds. None as a number of slots: so many that nobody waits."""

    rate: float
    seconds: float
    spread: float | None = 0.05  # of the agent's times, as a part of `seconds`, normally; None: exponentially
    dedicated: bool = True
    asking: int | None = None  # slots of the chat function; a shared worker's are among them
    workers: int | None = None  # slots of the dedicated worker
    reading: int | None = None  # slots of the reads function
    one_pool: bool = False  # polls, too, share the chat function's slots: all in one function
    places: int | None = None  # turns at once; what is beyond is refused with 429
    parts: int = 1  # items that the places are spread over, each with its own limit
    part_tries: int = 1  # how many parts, drawn at random, an ask tries before it is refused
    tries: int = 1  # how often an app sends an ask that is refused
    deadline: float = 70
    closing: float = 3
    event_age: float = 60
    ask_seconds: float = 0.06
    poll_seconds: float = 0.025
    warm: bool = True  # Lambda has all environments already; else it starts them as fast as it does
    pickup_seconds: float = 0.1  # from Invoke to the worker's start, on a warm environment

    @property
    def load(self) -> float:
        """Little's law: workers that are busy on average."""
        return self.rate * self.seconds

    def scaled(self) -> tuple[Plan, float]:
        """The same, small enough to be simulated, and how many times smaller it is."""
        times = max(1.0, self.rate / LARGEST_RATE)
        if times == 1:
            return self, 1.0

        def part(slots: int | None) -> int | None:
            return None if slots is None else max(1, round(slots / times))

        return (
            replace(
                self,
                rate=self.rate / times,
                asking=part(self.asking),
                workers=part(self.workers),
                reading=part(self.reading),
                places=part(self.places),
                parts=max(1, round(self.parts / times)),
            ),
            times,
        )


def deadline_for(seconds: float) -> float:
    """The service's own deadline, or a later one for an agent that would not meet it."""
    return min(840, max(70, ceil(seconds * 1.25)))


def sized(rate: float, seconds: float, *, dedicated: bool, workers: int | None = None) -> Plan:
    """A plan with as many workers as refuse one ask in a thousand, or with so many as are given."""
    needed = workers if workers is not None else places_for(rate * seconds)
    plan = Plan(rate, seconds, dedicated=dedicated, deadline=deadline_for(seconds))
    if dedicated:
        return with_places(replace(plan, workers=needed), needed)
    if workers is not None:
        return with_places(replace(plan, asking=workers), max(1, floor(workers * SHARED_PART)))
    return with_places(replace(plan, asking=ceil(needed / SHARED_PART)), needed)


def places_for(load: float) -> int:
    """The fewest places that refuse one ask in a thousand, kept as the service keeps them."""

    def fits(places: int) -> bool:
        parts = parts_of(places)
        return parts > 0 and refused_in_parts(load, places, parts, SLOT_ATTEMPTS) <= REFUSED_AT_MOST

    return fewest(fits, load)


def parts_of(places: int) -> int:
    """Over how many items the service spreads so many places."""
    return ceil(places / SLOTS_PER_SHARD)


def with_places(plan: Plan, places: int) -> Plan:
    """So many turns at once, in parts as the service has them."""
    return replace(plan, places=places, parts=parts_of(places), part_tries=SLOT_ATTEMPTS)
