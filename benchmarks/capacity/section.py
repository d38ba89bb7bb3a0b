"""The report: one plan in detail, and a sweep from 0.1 to 1,000 chats per second."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from benchmarks.capacity import erlang
from benchmarks.capacity.cost import MEMORY, Tokens, cost, fixed, model_cost
from benchmarks.capacity.footprint import Footprint, footprint
from benchmarks.capacity.plan import Plan, sized, with_turn_slots
from benchmarks.capacity.prices import Prices, read_prices
from benchmarks.capacity.quotas import quotas
from benchmarks.capacity.simulation import CHATS, Outcome, simulate
from benchmarks.record import Plot, Progress, Row, Section, Table

RATES: Final = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000)
SECONDS: Final = 56.0
REGION: Final = "eu-central-1"
FEW: Final = 300
#: A workspace of a middle size, for the tables of shards and of overload.
WORKERS: Final = 350
TITLE: Final = "Capacity"
HOW: Final = (
    "Simulated time (SimPy), Poisson arrivals, apps that poll by the service's hint, compared with Erlang's formula. "
    "Workspaces are sized so that one ask in a thousand finds no free worker. AWS usage of a chat is counted while the "
    "real functions run one; costs are AWS's list prices of {as_of} in {region}. Nothing here was measured on AWS."
)
EVERY_MONTH: Final = (
    "In addition, without any traffic, for a workspace with everything switched on: {fixed} US dollars a month."
)
SCALED: Final = (
    "Above 20 chats a second the simulated system is scaled down; its refusals and waits are slightly higher than the "
    "real ones would be."
)


def run(*, quick: bool, progress: Progress) -> Section:
    """The sweep, as a section of the report."""
    prices, used, chats = read_prices(REGION), footprint(SECONDS), FEW if quick else CHATS
    rates = RATES[::2] if quick else RATES
    progress("sweeps from 0.1 to 1,000 chats a second")
    sweep = [sized(rate, SECONDS, dedicated=dedicated) for rate in rates for dedicated in (False, True)]
    outcomes = [simulate(plan, chats=chats) for plan in sweep]
    progress("a workspace of a fixed size, more and more asks")
    return Section(
        key="capacity",
        title=TITLE,
        how=HOW.format(as_of=prices.as_of, region=prices.region),
        tables=[
            _waits_table("Sized for 56 s of thinking", sweep, outcomes),
            _shards_table(chats),
            cost_table(used, prices),
            model_table(prices),
            quota_table(SECONDS, used),
        ],
        plots=[_needed(sweep), _overload(chats), _costs(used, prices), _rush(chats)],
        notes=[EVERY_MONTH.format(fixed=_listed(fixed(prices))), SCALED],
    )


def plan_section(plan: Plan, region: str, *, chats: int = CHATS) -> Section:
    """One plan in detail, for `python -m benchmarks.capacity --rate ... --seconds ...`."""
    prices, used = read_prices(region), footprint(plan.seconds)
    plans = [plan, replace(plan, turn_slots=None, shards=1)]
    outcomes = [simulate(one, chats=chats) for one in plans]
    return Section(
        key="capacity",
        title=f"{plan.rate:g} chats a second, {plan.seconds:g} s of thinking",
        how=HOW.format(as_of=prices.as_of, region=prices.region),
        tables=[
            _waits_table("With a limit on turns at once, and without", plans, outcomes),
            cost_table(used, prices, plan.seconds),
            model_table(prices),
            quota_table(plan.seconds, used),
        ],
    )


def _waits_table(title: str, plans: list[Plan], outcomes: list[Outcome]) -> Table:
    rows = list(map(_row, plans, outcomes))
    return Table(title, list(rows[0]), [list(row.values()) for row in rows])


def _row(plan: Plan, outcome: Outcome) -> dict[str, str | float | None]:
    on_paper = None
    if plan.turn_slots is not None:
        on_paper = erlang.refused_in_shards(plan.load, plan.turn_slots, plan.shards, plan.shard_tries)
    return {
        "chats/s": plan.rate,
        "worker": "dedicated" if plan.dedicated else "shared",
        "slots": plan.workers if plan.dedicated else plan.asking,
        "turns at once": plan.turn_slots if plan.turn_slots is not None else "any",
        "busy by Little's law": round(plan.load, 1),
        "busy on average": round(outcome.busy_workers, 1),
        "at most": round(outcome.most_workers),
        "asks refused, %": round(100 * outcome.refused, 2),
        "the same on paper, %": None if on_paper is None else round(100 * on_paper, 2),
        "queue wait p50, s": round(outcome.wait(0.5), 2),
        "p99, s": round(outcome.wait(0.99), 2),
        "turns failed, %": round(100 * outcome.failed, 2),
        "polls per chat": round(outcome.polls_per_chat, 1),
        "seen after, s": round(outcome.mean_late, 2),
    }


def _shards_table(chats: int) -> Table:
    """What sharding the turn slots costs: more refusals. It is needed since concurrent asks contend for an item."""
    rows: list[Row] = []
    for use in (0.7, 0.8, 0.9, 0.95):
        real = with_turn_slots(Plan(use * WORKERS / SECONDS, SECONDS, workers=WORKERS), WORKERS)
        outcomes = [
            simulate(plan, chats=3 * chats, poll=False)
            for plan in (replace(real, shards=1, shard_tries=1), replace(real, shard_tries=1), real)
        ]
        tries = outcomes[-1].slot_tries / outcomes[-1].asks
        rows.append([f"{use:.0%}", *(round(100 * one.refused, 2) for one in outcomes), round(tries - 1, 3)])
    columns = ("workers in use", "one shard", "sharded, one try", "sharded, as shipped", "further tries per ask")
    return Table(f"Asks refused with {WORKERS} turn slots, %, by sharding", columns, rows)


# ---- money and quotas


def cost_table(used: Footprint, prices: Prices, seconds: float = SECONDS) -> Table:
    shared, dedicated = (cost(sized(1, seconds, dedicated=each), used, prices) for each in (False, True))
    rows: list[Row] = [[name, round(amount, 4), round(dedicated[name], 4)] for name, amount in shared.items()]
    rows.append(["all of it", round(sum(shared.values()), 4), round(sum(dedicated.values()), 4)])
    title = f"US dollars per 1,000 chats, without the model ({prices.region}, list prices of {prices.as_of})"
    return Table(title, ("", f"shared worker, {MEMORY['chat']} MB", f"dedicated worker, {MEMORY['worker']} MB"), rows)


def model_table(prices: Prices) -> Table:
    tokens = Tokens()
    title = f"US dollars per 1,000 chats for the model: {tokens.input:,} tokens read and {tokens.output:,} written each"
    return Table(title, ("model", "US dollars"), list(model_cost(tokens, prices).items()))


def quota_table(seconds: float, used: Footprint) -> Table:
    rows: list[Row] = [
        [one.name, one.limit, float(f"{one.met:.3g}"), one.ask_for] for one in quotas(seconds, used, dedicated=True)
    ]
    columns = ("limit", "is", "met at chats/s", "what to ask for")
    return Table("Limits in the order in which they are met", columns, rows)


def _listed(amounts: dict[str, float]) -> str:
    return ", ".join(f"{name} {amount:.2f}" for name, amount in amounts.items())


# ---- plots


def _needed(sweep: list[Plan]) -> Plot:
    series = {
        "shared worker": [(plan.rate, float(plan.asking or 0)) for plan in sweep if not plan.dedicated],
        "dedicated worker": [(plan.rate, float(plan.workers or 0)) for plan in sweep if plan.dedicated],
    }
    title = "Slots that so many chats a second need; the line is Lambda's default"
    return Plot("concurrency", title, "chats/s", "slots", series, log_x=True, log_y=True, mark=1_000)


def _overload(chats: int) -> Plot:
    """The effect of the limit on concurrent turns."""
    limited = with_turn_slots(Plan(1, SECONDS, workers=WORKERS), WORKERS)
    rates = (3, 4, 5, 5.5, 6, 6.5, 7, 8, 10)
    with_limit = [(rate, simulate(replace(limited, rate=rate), chats=chats)) for rate in rates]
    without = [(rate, simulate(replace(limited, rate=rate, turn_slots=None, shards=1), chats=chats)) for rate in rates]
    series = {
        "refused at once (429), with the limit": [(rate, 100 * one.refused) for rate, one in with_limit],
        "failed after a wait, with the limit": [(rate, 100 * one.failed) for rate, one in with_limit],
        "failed after a wait, without": [(rate, 100 * one.failed) for rate, one in without],
    }
    return Plot("overload", f"Too many asks for {WORKERS} workers", "chats/s", "% of asks", series)


def _costs(used: Footprint, prices: Prices) -> Plot:
    series = {}
    for name, dedicated in (("shared worker", False), ("dedicated worker", True)):
        amounts = cost(sized(1, SECONDS, dedicated=dedicated), used, prices)
        series[name] = [(part, max(amount, 0.0001)) for part, amount in amounts.items()]
    return Plot("cost", "1,000 chats of 56 s, without the model", "", "US dollars", series, kind="bars", log_y=True)


def _rush(chats: int) -> Plot:
    """From no traffic to a high rate at once: Lambda starts at most 100 more environments a second."""
    rates = (10, 30, 60, 100, 150, 200, 300)
    plans = [replace(sized(rate, SECONDS, dedicated=True), warm=False) for rate in rates]
    outcomes = [(plan.rate, simulate(plan, chats=chats)) for plan in plans]
    series = {
        "queue wait, median": [(rate, one.wait(0.5)) for rate, one in outcomes],
        "queue wait, 99 of 100": [(rate, one.wait(0.99)) for rate, one in outcomes],
    }
    title = "A rush out of nothing: 100 new environments a second"
    return Plot("rush", title, "chats/s", "seconds", series, log_x=True)
