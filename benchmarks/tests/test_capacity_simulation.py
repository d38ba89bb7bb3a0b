"""The simulation, compared with Erlang's formulas where they apply, and with the figures of an earlier simulation."""

from dataclasses import replace
from math import inf
from statistics import fmean

import pytest

from benchmarks.capacity import erlang
from benchmarks.capacity.plan import Plan, sized
from benchmarks.capacity.simulation import simulate


def test_refusals_match_erlang_b() -> None:
    plan = Plan(1.2, 56, workers=60, turn_slots=60)
    outcome = simulate(plan, chats=4_000, poll=False)
    assert outcome.refused == pytest.approx(erlang.refused(plan.load, 60), abs=0.02)


def test_waits_match_m_m_c() -> None:
    plan = Plan(
        1.7, 10, spread=None, workers=20, ask_seconds=0, pickup_seconds=0, deadline=300, closing=0, event_age=inf
    )
    outcome = simulate(plan, chats=20_000, poll=False)
    expected = erlang.mean_wait(plan.load, 20, 10)
    assert fmean(outcome.queue_waits) == pytest.approx(expected, rel=0.25)
    waited = sum(wait > 0.001 for wait in outcome.queue_waits) / len(outcome.queue_waits)
    assert waited == pytest.approx(erlang.waits(plan.load, 20), rel=0.15)


def test_littles_law_holds() -> None:
    assert simulate(Plan(2, 30), chats=3_000, poll=False).busy_workers == pytest.approx(60, rel=0.05)


def test_sharded_slots_refuse_about_as_many_as_estimated() -> None:
    plan = Plan(0.9 * 360 / 56, 56, workers=360, turn_slots=360, shards=18, shard_tries=1)
    one_try = simulate(plan, chats=6_000, poll=False).refused
    assert one_try == pytest.approx(erlang.refused_in_shards(plan.load, 360, 18, 1), abs=0.02)
    three = simulate(replace(plan, shard_tries=3), chats=6_000, poll=False).refused
    assert three < one_try / 2


@pytest.mark.parametrize("dedicated", [True, False], ids=["dedicated", "shared"])
def test_recommended_size_refuses_almost_no_ask(dedicated: bool) -> None:
    outcome = simulate(sized(1.2, 56, dedicated=dedicated))
    assert outcome.refused < 0.01
    assert outcome.failed == 0
    assert outcome.wait(0.99) < 0.2


def test_sixty_shared_slots_refuse_half_the_asks_and_polls() -> None:
    """An earlier simulation: 57 % of asks and 48 % of polls; apps repeat a refused ask."""
    outcome = simulate(Plan(1.2, 56, dedicated=False, asking=60, one_pool=True, tries=4), chats=4_000)
    assert outcome.refused == pytest.approx(0.57, abs=0.1)
    assert outcome.polls_refused == pytest.approx(0.48, abs=0.15)


def test_dedicated_slots_let_asks_and_polls_through() -> None:
    """An earlier simulation: with 50 slots for workers and 10 for the rest, 2 % are refused."""
    outcome = simulate(Plan(1.2, 56, workers=50, asking=10, reading=10, tries=4))
    assert outcome.refused < 0.05
    assert outcome.polls_refused < 0.05


def test_overload_fails_nearly_all_turns_without_a_limit_and_only_the_surplus_with_it() -> None:
    too_much = Plan(8, 56, workers=350)
    assert simulate(too_much, poll=False).failed > 0.9
    limited = simulate(replace(too_much, turn_slots=350), poll=False)
    assert limited.failed == 0
    assert limited.refused == pytest.approx(erlang.refused(too_much.load, 350), abs=0.05)


def test_only_a_burst_beyond_lambdas_scaling_rate_waits() -> None:
    assert simulate(replace(sized(50, 56, dedicated=True), warm=False), poll=False).wait(0.99) < 0.2
    assert simulate(replace(sized(200, 56, dedicated=True), warm=False), poll=False).wait(0.5) > 5


def test_turn_fails_when_its_event_expires_unprocessed() -> None:
    outcome = simulate(Plan(1, 60, spread=0.001, workers=30, event_age=5), chats=500, poll=False)
    assert outcome.too_old > 0
    assert max(outcome.queue_waits) < 5.2


def test_the_same_seed_gives_the_same_outcome() -> None:
    plan = sized(1, 20, dedicated=True)
    assert simulate(plan, chats=200) == simulate(plan, chats=200)
    assert simulate(plan, chats=200) != simulate(plan, chats=200, seed=18)


def test_apps_poll_less_than_every_three_seconds_and_see_the_answer_soon() -> None:
    outcome = simulate(sized(1, 56, dedicated=True), chats=500)
    assert 12 < outcome.polls_per_chat < 22
    assert outcome.mean_late < 2


def test_200_held_polls_take_no_slot_of_plain_ones() -> None:
    """16 chats a second: each holds polls for the last twelve seconds of its answer."""
    plan = Plan(16, 56, reading=50, holding=400, hold=True)
    apart, together = simulate(plan, chats=1_500), simulate(replace(plan, hold_in_reads=True), chats=1_500)
    plain = simulate(replace(plan, hold=False), chats=1_500)
    assert apart.most_held >= 200
    assert (apart.polls_refused, apart.held_throttled, plain.polls_refused) == (0, 0, 0)
    assert together.polls_refused > 0.3
    assert apart.mean_late < 0.4 < plain.mean_late


def test_apps_that_find_no_slot_to_hold_a_poll_poll_plainly() -> None:
    full = simulate(Plan(2, 56, holding=5, hold=True), chats=1_000)
    assert full.held_throttled > full.held
    assert full.most_held == 5
    assert full.mean_late < 2.5
