"""Apps that ask and poll, and a workspace of a given size, in simulated time."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from itertools import count
from math import inf
from random import Random
from statistics import fmean
from typing import Any, Final

import simpy

from benchmarks.capacity.plan import Plan
from benchmarks.capacity.polling import next_poll
from benchmarks.capacity.slots import Slots
from domain.held_poll import LOOK_EVERY
from entrypoints.http.parameters import LONGEST_WAIT

#: Chats that are counted, after the system has reached its steady state.
CHATS: Final = 2_000
RETRY_AFTER: Final = 2.0
LOOK_SECONDS: Final = LOOK_EVERY.total_seconds()
WAY: Final = 0.05  # network latency between app and service, one way

Process = Generator[simpy.Event, Any, None]


@dataclass
class _Turn:
    asked_at: float
    shard: int
    started_at: float | None = None
    drafts_at: float | None = None
    ended_at: float | None = None


@dataclass
class Outcome:
    """Counts in the steady state. Asks count each try of an app."""

    asks: int = 0
    at_capacity: int = 0  # 429: no turn slot
    throttled: int = 0  # 503: no Lambda slot for the ask itself
    slot_tries: int = 0
    polls: int = 0
    polls_throttled: int = 0
    held: int = 0
    held_throttled: int = 0
    most_held: float = 0.0
    too_old: int = 0  # the worker's event exceeded its maximum age
    timed_out: int = 0  # the worker began too late for its deadline
    answered: int = 0
    queue_waits: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # from the saved end to the poll that shows it
    polls_of_chats: list[int] = field(default_factory=list)  # of chats whose end was seen
    busy_workers: float = 0.0
    most_workers: float = 0.0

    @property
    def refused(self) -> float:
        """The fraction of asks that were refused, for any reason."""
        return (self.at_capacity + self.throttled) / max(1, self.asks)

    @property
    def polls_refused(self) -> float:
        """The fraction of polls that found no slot."""
        return self.polls_throttled / max(1, self.polls)

    @property
    def failed(self) -> float:
        """The fraction of accepted turns that ended without an answer."""
        return (self.too_old + self.timed_out) / max(1, self.too_old + self.timed_out + self.answered)

    def wait(self, part: float) -> float:
        """A quantile of the time from the ask to the worker's start; 0 without any."""
        waits = sorted(self.queue_waits)
        return waits[min(len(waits) - 1, int(part * len(waits)))] if waits else 0.0

    @property
    def polls_per_chat(self) -> float:
        """Polls from the ask until the answer is seen."""
        return fmean(self.polls_of_chats) if self.polls_of_chats else 0.0

    @property
    def mean_late(self) -> float:
        """Seconds from saving an end until it is seen."""
        return fmean(self.late) if self.late else 0.0


def simulate(plan: Plan, *, seed: int = 17, chats: int = CHATS, poll: bool = True) -> Outcome:
    """Run `plan` until the given number of chats has arrived; the same seed gives the same outcome.

    A warm workspace is counted from its steady state on, a cold one from its first chat.
    """
    small, times = plan.scaled()
    service = _Service(small, times, Random(seed), poll=poll)
    service.clock.process(service.arrivals())
    if small.warm:
        service.clock.run(until=small.seconds + small.deadline)
        service.count_from_now()
    began = service.clock.now
    service.clock.run(until=began + chats / small.rate)
    outcome = service.outcome
    outcome.busy_workers = service.working.mean(began) * times
    outcome.most_workers = service.working.most * times
    outcome.most_held = service.holding.most * times
    return outcome


class _Service:
    def __init__(self, plan: Plan, times: float, random: Random, *, poll: bool) -> None:
        self.plan, self.random, self._poll = plan, random, poll
        self.clock = simpy.Environment()
        growth = inf if plan.warm else 1 / times
        self.asking = Slots(self.clock, plan.asking, growth)
        self.slots = Slots(self.clock, plan.workers, growth) if plan.dedicated else self.asking
        self.reading = self.asking if plan.one_pool else Slots(self.clock, plan.reading, growth)
        self.holding = self.reading if plan.hold_in_reads else Slots(self.clock, plan.holding, growth)
        self.working = Slots(self.clock, None)  # only counts
        self.taken = [0] * plan.shards
        self.outcome = Outcome()

    def count_from_now(self) -> None:
        self.outcome = Outcome()
        self.working.reset()

    def arrivals(self) -> Process:
        while True:
            yield self.clock.timeout(self.random.expovariate(self.plan.rate))
            self.clock.process(self._app())

    # ---- the app

    def _app(self) -> Process:
        outcome = self.outcome
        for attempt in range(self.plan.tries):
            if attempt:
                yield self.clock.timeout(RETRY_AFTER * self.random.uniform(0.8, 1.2))
            turn = yield from self._ask(outcome)
            if turn is not None:
                if self._poll:
                    yield from self._watch(turn, outcome)
                return

    def _ask(self, outcome: Outcome) -> Generator[simpy.Event, Any, _Turn | None]:
        outcome.asks += 1
        if not self.asking.take():
            outcome.throttled += 1
            return None
        yield self.clock.timeout(self.plan.ask_seconds)
        self.asking.give_back()
        shard = self._acquire_slot(outcome)
        if shard is None:
            outcome.at_capacity += 1
            return None
        turn = _Turn(self.clock.now, shard)
        self.clock.process(self._work(turn, outcome))
        return turn

    def _acquire_slot(self, outcome: Outcome) -> int | None:
        """The shard with a free slot."""
        turn_slots, shards = self.plan.turn_slots, self.plan.shards
        for _ in range(self.plan.shard_tries):
            outcome.slot_tries += 1
            shard = self.random.randrange(shards)
            if turn_slots is None or self.taken[shard] < turn_slots // shards + (shard < turn_slots % shards):
                self.taken[shard] += 1
                return shard
        return None

    def _watch(self, turn: _Turn, outcome: Outcome) -> Process:
        """Poll as the service hints until the end is seen; plainly from the first held poll on that found no slot."""
        yield self.clock.timeout(RETRY_AFTER)
        hold, can_hold = False, self.plan.hold
        for polls in count(1):
            yield self.clock.timeout(WAY)
            if hold and self.holding.take():
                outcome.held += 1
                yield from self._hold(turn)
                self.holding.give_back()
            elif hold:
                outcome.held_throttled += 1
                can_hold = hold = False
                yield self.clock.timeout(WAY)
                continue
            else:
                outcome.polls += 1
            if hold or self.reading.take():
                yield self.clock.timeout(self.plan.poll_seconds)
                if not hold:
                    self.reading.give_back()
                if turn.ended_at is not None:
                    outcome.late.append(self.clock.now + WAY - turn.ended_at)
                    outcome.polls_of_chats.append(polls)
                    return
                elapsed = self.clock.now - turn.asked_at
                wait, hold = next_poll(self.plan, elapsed, *self._shown(turn), can_hold=can_hold)
            else:
                outcome.polls_throttled += 1
                wait = RETRY_AFTER
            yield self.clock.timeout(WAY + wait)

    def _hold(self, turn: _Turn) -> Process:
        """Until the turn has ended, for 20 seconds at most."""
        until = self.clock.now + LONGEST_WAIT
        while turn.ended_at is None and self.clock.now < until:
            yield self.clock.timeout(LOOK_SECONDS)

    def _shown(self, turn: _Turn) -> tuple[float | None, bool]:
        started = None if turn.started_at is None else turn.started_at - turn.asked_at
        return started, turn.drafts_at is not None and self.clock.now >= turn.drafts_at

    # ---- the worker

    def _work(self, turn: _Turn, outcome: Outcome) -> Process:
        plan = self.plan
        yield self.clock.timeout(plan.pickup_seconds)
        if not (yield from self.slots.wait(plan.event_age)):
            outcome.too_old += 1
            self._end(turn)
            return
        turn.started_at = self.clock.now
        outcome.queue_waits.append(self.clock.now - turn.asked_at)
        self.working.take()
        takes = self._duration()
        left = max(0.0, turn.asked_at + plan.deadline - plan.closing - self.clock.now)
        turn.drafts_at = self.clock.now + takes * 0.8
        yield self.clock.timeout(min(takes, left))
        self.working.give_back()
        self.slots.give_back()
        if takes > left:
            outcome.timed_out += 1
        else:
            outcome.answered += 1
        self._end(turn)

    def _duration(self) -> float:
        mean, spread = self.plan.seconds, self.plan.spread
        if spread is None:
            return self.random.expovariate(1 / mean)
        return max(0.05, self.random.gauss(mean, mean * spread))

    def _end(self, turn: _Turn) -> None:
        turn.ended_at = self.clock.now
        self.taken[turn.shard] -= 1
