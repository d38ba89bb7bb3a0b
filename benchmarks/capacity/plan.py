"""The size of a workspace and its load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Final

from adapters.dynamodb.turn_slots import SLOTS_PER_SHARD
from benchmarks.capacity.erlang import fewest, refused_in_shards
from domain.chat_service import SLOT_ATTEMPTS

#: The fraction of asks that a plan may refuse when it chooses its own size.
REFUSED_AT_MOST: Final = 0.001
#: The fraction of a shared pool that Terraform allows for turns.
SHARED_PART: Final = 0.8
#: Simulated at most; a larger system is scaled down, which makes its waits slightly longer.
LARGEST_RATE: Final = 20.0


@dataclass(frozen=True)
class Plan:
    """Rates are per second, times in seconds. A number of slots that is None means no limit."""

    rate: float
    seconds: float
    spread: float | None = 0.05  # standard deviation of the agent's times as a fraction of `seconds`; None: exponential
    dedicated: bool = True
    asking: int | None = None  # slots of the chat function, including those of a shared worker
    workers: int | None = None  # slots of the dedicated worker
    reading: int | None = None  # slots of the reads function
    hold: bool = False  # apps hold polls where the service's hint says so
    holding: int | None = None  # slots of the waits function
    hold_in_reads: bool = False  # held polls use the slots of the reads function instead
    one_pool: bool = False  # polls also use the chat function's slots: everything in one function
    turn_slots: int | None = None  # concurrent turns; more are refused with 429
    shards: int = 1  # items that hold the turn slots, each with its own limit
    shard_tries: int = 1  # how many random shards an ask tries before it is refused
    tries: int = 1  # how often an app sends a refused ask
    deadline: float = 70
    closing: float = 3
    event_age: float = 60
    ask_seconds: float = 0.06
    poll_seconds: float = 0.025
    warm: bool = True  # all environments exist; else Lambda starts them at its scaling rate
    pickup_seconds: float = 0.1  # from Invoke to the worker's start in a warm environment

    @property
    def load(self) -> float:
        """Little's law: the average number of busy workers."""
        return self.rate * self.seconds

    def scaled(self) -> tuple[Plan, float]:
        """The same plan, scaled down for the simulation, and the factor."""
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
                holding=part(self.holding),
                turn_slots=part(self.turn_slots),
                shards=max(1, round(self.shards / times)),
            ),
            times,
        )


def deadline_for(seconds: float) -> float:
    """The service's own deadline, or a later one for a slower agent."""
    return min(840, max(70, ceil(seconds * 1.25)))


def sized(rate: float, seconds: float, *, dedicated: bool, workers: int | None = None) -> Plan:
    """A plan with as many workers as refuse one ask in a thousand, or with the given number."""
    needed = workers if workers is not None else turn_slots_for(rate * seconds)
    plan = Plan(rate, seconds, dedicated=dedicated, deadline=deadline_for(seconds))
    if dedicated:
        return with_turn_slots(replace(plan, workers=needed), needed)
    if workers is not None:
        return with_turn_slots(replace(plan, asking=workers), max(1, floor(workers * SHARED_PART)))
    return with_turn_slots(replace(plan, asking=ceil(needed / SHARED_PART)), needed)


def turn_slots_for(load: float) -> int:
    """The fewest turn slots that refuse one ask in a thousand, sharded as in the service."""

    def fits(turn_slots: int) -> bool:
        shards = shards_of(turn_slots)
        return shards > 0 and refused_in_shards(load, turn_slots, shards, SLOT_ATTEMPTS) <= REFUSED_AT_MOST

    return fewest(fits, load)


#: Asking and retrying: two routes, each with its own throttle.
ASKING_ROUTES: Final = 2
#: Seconds of a poll or an ask that is cold or meets a slow table.
SLOW_POLL_SECONDS: Final = 0.1
COLD_ASK_SECONDS: Final = 1
#: Of a search in as many memories as a user may have.
SEARCH_SECONDS: Final = 2
#: For the rare calls (cancel, read, delete, memories), and for the failures queue, whose pollers are five.
EDITS, FAILURES = 20, 5


def split(*, asks: float, asks_at_once: int, searches: float, calls: float, deadline: float) -> dict[str, int]:
    """The concurrency that each function of a workspace needs for what its throttles let through."""
    return {
        # No ask waits for a worker, even if every turn takes until its deadline.
        "worker": ceil(ASKING_ROUTES * asks * deadline),
        "chat": ASKING_ROUTES * (asks_at_once + ceil(asks * COLD_ASK_SECONDS)),
        "reads": ceil(calls * SLOW_POLL_SECONDS),
        "search": ceil(searches * SEARCH_SECONDS),
        "edits": EDITS,
        "failures": FAILURES,
    }


def shards_of(turn_slots: int) -> int:
    """The number of shards in the service for so many turn slots."""
    return ceil(turn_slots / SLOTS_PER_SHARD)


def with_turn_slots(plan: Plan, turn_slots: int) -> Plan:
    """The plan with this limit on concurrent turns, sharded as in the service."""
    return replace(plan, turn_slots=turn_slots, shards=shards_of(turn_slots), shard_tries=SLOT_ATTEMPTS)
