"""Cost and quotas, from the footprint of a chat that the real functions ran."""

import re
from dataclasses import replace
from datetime import date

import pytest

from benchmarks.capacity import settings
from benchmarks.capacity.__main__ import main
from benchmarks.capacity.cost import ALARMS, MEMORY, METRICS, METRICS_OF, Tokens, cost, model_cost
from benchmarks.capacity.footprint import footprint
from benchmarks.capacity.plan import ASKING_ROUTES, SHARED_PART, sized, split, turn_slots_for
from benchmarks.capacity.prices import FILE, read_prices, regions
from benchmarks.capacity.quotas import quotas
from scripts.hcl import Module
from tests.architecture.source import alarms_of_production

FRANKFURT = read_prices("eu-central-1")
CHAT = footprint(56)


def test_chat_costs_one_ask_one_worker_and_the_hinted_polls() -> None:
    assert (CHAT.ask.calls, CHAT.worker.calls, CHAT.held.calls) == (1, 1, 0)
    assert 12 <= CHAT.polls.calls <= 20


def test_held_polls_are_few_and_cost_less_than_5_cents_more() -> None:
    held, plan = footprint(56, hold=True), sized(1, 56, dedicated=True)
    assert held.polls.calls + held.held.calls <= CHAT.polls.calls
    assert 10 <= held.held.seconds <= 20
    amounts = cost(plan, held, FRANKFURT)
    expected = 1000 * (held.held.seconds + held.held.calls * plan.poll_seconds) / 4 * 0.0000133334
    assert amounts["Lambda, the time of held polls"] == pytest.approx(expected)
    assert sum(amounts.values()) - sum(cost(plan, CHAT, FRANKFURT).values()) < 0.05


def test_ask_writes_header_message_and_two_slots_in_a_transaction() -> None:
    assert CHAT.ask.writes == 4 * 2
    assert CHAT.ask.index_writes == 1
    assert CHAT.ask.reads == 0


def test_a_poll_costs_one_read_unit_and_writes_nothing() -> None:
    assert CHAT.polls.reads == CHAT.polls.calls
    assert CHAT.polls.writes == 0


def test_longer_agent_saves_progress_more_often() -> None:
    assert footprint(5).worker.writes <= CHAT.worker.writes / 2


def test_lambda_bills_the_workers_time() -> None:
    plan = sized(1, 56, dedicated=True)
    # 0.15 seconds of a core take seven times as long with 256 MB of 1,769, at a quarter of the price of 1,024.
    seconds = 56 + 0.15 * 1769 / 256
    assert cost(plan, CHAT, FRANKFURT)["Lambda, the worker's time"] == pytest.approx(1000 * seconds * 0.0000133334 / 4)
    shared, seconds = cost(replace(plan, dedicated=False), CHAT, FRANKFURT), 56 + 0.15 * 1769 / 512
    assert shared["Lambda, the worker's time"] == pytest.approx(1000 * seconds * 0.0000133334 / 2)


def test_a_chat_of_production_costs_at_most_30_cents_per_thousand() -> None:
    assert sum(cost(sized(1, 56, dedicated=True), CHAT, FRANKFURT).values()) <= 0.30


def test_requests_are_billed_by_the_million() -> None:
    amounts = cost(sized(1, 56, dedicated=True), CHAT, FRANKFURT)
    http_calls = CHAT.polls.calls + 1
    assert amounts["API Gateway, requests"] == pytest.approx(1000 * http_calls * 1.20 / 1e6)
    assert amounts["Lambda, requests"] == pytest.approx(1000 * (http_calls + 1) * 0.20 / 1e6)


def test_tokens_cost_the_models_price() -> None:
    assert model_cost(Tokens(1_000_000, 0), FRANKFURT)["Anthropic Claude Haiku 4.5"] == pytest.approx(1000 * 1.00)


def test_memory_equals_terraforms() -> None:
    assert {name: settings.production().memory[name] for name in MEMORY} == MEMORY


def test_production_is_split_as_planned_and_fits_an_account() -> None:
    prod = settings.production()
    planned = split(
        asks=prod.asks, asks_at_once=prod.asks_at_once, searches=prod.searches, calls=prod.calls, deadline=prod.deadline
    )
    assert prod.concurrency == planned
    # By default an account has 1,000, of which 100 must stay unreserved.
    assert sum(planned.values()) <= 900
    # Both routes at their limit, agents of 56 s: the plan's own number of turn slots fits.
    assert turn_slots_for(ASKING_ROUTES * prod.asks * 56) <= planned["worker"]


def test_metrics_alarms_and_the_shared_pools_fraction_equal_terraforms() -> None:
    module = Module()
    assert len(module.locals["metrics"]) == METRICS
    assert alarms_of_production() == ALARMS
    assert METRICS_OF.keys() == {
        name
        for name, alarm in {**module.locals["worker_alarms"], **module.locals["other_alarms"]}.items()
        if "math" in alarm
    }
    assert f"floor(local.worker_concurrency * {SHARED_PART})" in module.locals["max_concurrent_turns"]


def test_prices_have_a_date_a_source_and_the_same_names_in_every_region() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert date.fromisoformat(FRANKFURT.as_of) > date(2025, 1, 1)
    assert "check each at its source before you rely" in " ".join(re.sub(r"^# ?", "", text, flags=re.MULTILINE).split())
    assert all(read_prices(region).lambda_gb_second > 0 for region in regions())


def test_quotas_are_in_the_order_in_which_they_are_reached() -> None:
    found = quotas(56, CHAT, dedicated=True)
    rates = [quota.met for quota in found]
    assert rates == sorted(rates)
    by_name = {quota.name: quota.met for quota in found}
    assert by_name["ours: asks"] == settings.production().asks
    assert by_name["API Gateway: requests"] == pytest.approx(10_000 / (CHAT.polls.calls + 1))
    # By Little's law 1,000 slots of 56 s are 17.9 chats a second; a margin is kept for random bursts.
    assert 12 < by_name["Lambda: concurrent executions, default"] < 17.9


def test_the_command_prints_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rate", "0.2", "--seconds", "5", "--workers", "3", "--shared", "--region", "us-east-1"]) == 0
    shown = capsys.readouterr().out
    assert "0.2 chats a second, 5 s of thinking" in shown
    assert re.search(r"turns at once\s+2\s+any", shown)
    assert "us-east-1" in shown
