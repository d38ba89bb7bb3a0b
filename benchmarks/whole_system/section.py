"""The comparison of whole systems, as a section of the report."""

from __future__ import annotations

from statistics import median
from typing import Final

from benchmarks.record import Measure, Plot, Progress, Row, Section, Table, measure, ratio
from benchmarks.whole_system.async_chat import AsyncChat
from benchmarks.whole_system.langgraph_dev import LangGraphDev
from benchmarks.whole_system.run import DEADLINE_SECONDS, QUICK, Amount, Found, measure_all
from benchmarks.whole_system.trouble import KILLED_AFTER, KILLED_SECONDS, LONGEST_WAIT

ASK_GOAL, POLL_GOAL, OVERHEAD_GOAL, END_GOAL = 2.0, 1.5, 0.05, 1.05
MS: Final = 1_000
OURS: Final = AsyncChat.name
HOW: Final = (
    "Every system runs the same agent, which sleeps and logs its start and end. All systems are ready on this machine "
    "at the same time and are measured in turn, by one client over keep-alive connections. Async Chat is the Terraform "
    "applied to the embedded AWS, with {workers} warm worker processes, the JWT authorizer and IAM; the others keep "
    "their documentation's settings, with room for 100 agents, and have no users. Polls follow each other after 5 ms, "
    "so delays in seeing an answer are the system's. The deadline is {deadline} s."
)
SLOWER: Final = (
    "Async Chat's asks and polls are slower than those of a process with its own memory or Redis at hand: each goes "
    "through the embedded AWS's gateway, its authorizer, a function's process, and DynamoDB with conditions and a "
    "transaction, all emulated by one Python process. The empty function shows how much of that is the emulator. Acks "
    "per second here say what the emulator costs, not what AWS does."
)
REFUSED: Final = (
    "An ask that Async Chat refuses here was told 503 `try_again`: with fifty at once on few cores the emulator takes "
    "longer than the two seconds after which our clients give a call up. What is refused does not run later; what is "
    "taken ends by its deadline."
)
DURABLE: Final = (
    "Every ask of Async Chat is in the table, and its worker invoked, when it is acknowledged. arq's and Celery's asks "
    "are as durable as their Redis, which writes nothing to disk here; LangGraph's server keeps its threads in memory "
    "and writes them to disk every ten seconds."
)


def run(*, quick: bool, progress: Progress) -> Section:
    found = measure_all(QUICK if quick else Amount(), progress)
    return Section(
        key="whole_system",
        title="The whole system, beside what people would use instead",
        how=HOW.format(workers=found.workers, deadline=DEADLINE_SECONDS),
        measures=_goals(found),
        tables=[
            *_turn_tables(found),
            _where_table(found),
            _poll_table(found),
            _load_table(found),
            _second_table(found),
            _killed_table(found),
        ],
        plots=_plots(found),
        notes=[SLOWER, REFUSED, DURABLE, *(f"Left out: {reason}." for reason in found.skipped)],
    )


def _goals(found: Found) -> list[Measure]:
    floor, short = found.floor, found.turns[0.5]
    overheads = short[OURS].overhead, short[LangGraphDev.name].overhead
    killed = found.killed[OURS].ended or float("inf")
    return [
        ratio("Ask beside the empty function", floor.asks, floor.empty_posts, ASK_GOAL),
        ratio("Poll of 20 messages beside the empty function", floor.polls, floor.empty_gets, POLL_GOAL),
        ratio("End to end above the agent's time, beside LangGraph's server", *overheads, OVERHEAD_GOAL),
        measure("Worker killed: time to the end shown, of the deadline", [killed / DEADLINE_SECONDS], "x", END_GOAL),
    ]


# ---- tables


def _turn_tables(found: Found) -> list[Table]:
    columns = ("", "ask p50", "picked up after", "end to end above the agent", "worst", "from done to seen")
    tables = []
    for seconds, by_name in found.turns.items():
        rows: list[Row] = [
            [
                name,
                *(_ms(median(values)) for values in (turns.asked, turns.picked_up, turns.overhead)),
                _ms(max(turns.overhead)),
                _ms(median(turns.seen_after)),
            ]
            for name, turns in by_name.items()
        ]
        count = len(by_name[OURS].asked)
        tables.append(Table(f"One turn at a time, an agent of {seconds:g} s, ms (medians of {count})", columns, rows))
    return tables


def _where_table(found: Found) -> Table:
    """Which part of an ask and of a poll is the emulator's, and what remains for the service's code."""
    floor = found.floor
    ask, poll = median(floor.asks), median(floor.polls)
    empty = "the empty function by the same way"
    asking = {
        empty: median(floor.empty_posts),
        "the transaction by itself": median(floor.transactions),
        "the invocation by itself": median(floor.invocations),
    }
    polling = {empty: median(floor.empty_gets), "the query by itself": median(floor.queries)}
    rows: list[Row] = []
    for what, whole, parts in (("ask", ask, asking), ("poll of 20 messages", poll, polling)):
        left = whole - sum(parts.values())
        rows += [[what, "all of it", _ms(whole)]]
        rows += [["", name, _ms(part)] for name, part in parts.items()]
        rows += [["", "what is left: our handler, and one process in another's way", _ms(left)]]
    return Table("Where an ask and a poll go on the local stack, ms", ("", "", "median"), rows)


def _poll_table(found: Found) -> Table:
    floor = found.floor
    rows: list[Row] = [[name, *_quantiles(took)] for name, took in found.polls.items()]
    rows.append(["Empty function on the local stack", *_quantiles(floor.empty_gets)])
    return Table("A poll of 20 messages, ms", ("", "p50", "p99"), rows)


def _load_table(found: Found) -> Table:
    rows: list[Row] = [
        [f"{at_once}", name, round(median(one.per_second)), *_quantiles(one.took), one.refused, one.never_run]
        for at_once, by_name in found.loads.items()
        for name, one in by_name.items()
    ]
    columns = ("at once", "", "acks/s", "ack p50, ms", "p99, ms", "refused", "not done in time")
    return Table("Asks by so many at once, an agent of 0.5 s", columns, rows)


def _second_table(found: Found) -> Table:
    rows: list[Row] = [
        [name, one.status, one.runs, _said(one.together), _said(one.ended_early)] for name, one in found.second.items()
    ]
    columns = ("", "its answer", "runs of the agent", "two at the same time", "shown as done while an agent ran")
    return Table("A second message while the agent is at work", columns, rows)


def _killed_table(found: Found) -> Table:
    rows: list[Row] = [
        [name, one.status, "not within a minute" if one.ended is None else round(one.ended, 1), one.runs]
        for name, one in found.killed.items()
    ]
    columns = ("", "what a poll then shows", "seconds after the ask", "runs of the agent")
    title = f"The worker killed with kill -9 after {KILLED_AFTER:g} of {KILLED_SECONDS:g} s"
    return Table(f"{title}, watched for {LONGEST_WAIT:g} s", columns, rows)


# ---- plots


def _plots(found: Found) -> list[Plot]:
    overhead = {"": [(name, _ms(median(one.overhead))) for name, one in found.turns[0.5].items()]}
    rates = {
        name: [(at_once, median(by_name[name].per_second)) for at_once, by_name in found.loads.items()]
        for name in found.names
    }
    title = "End to end, above the agent's 0.5 s"
    return [
        Plot("overhead", title, "", "ms", overhead, kind="bars", log_y=True),
        Plot("acks", "Acks per second", "people at once", "acks/s", rates, log_x=True, log_y=True),
    ]


def _quantiles(took: list[float]) -> tuple[float, float]:
    """p50 and p99, in milliseconds."""
    ordered = sorted(took)
    return _ms(median(ordered)), _ms(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))])


def _ms(seconds: float) -> float:
    return round(seconds * MS, 1)


def _said(fact: bool) -> str:
    return "yes" if fact else "no"
