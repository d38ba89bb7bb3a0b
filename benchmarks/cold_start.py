"""From the start of a process to its first response, compared with the smallest function that uses boto3."""

from benchmarks import import_times, story
from benchmarks.built import compile_all, copy, package
from benchmarks.record import Plot, Progress, Row, Section, Table, measure, ratio
from benchmarks.starts import FLOOR, Times, start, time_starts
from benchmarks.stubs.running import aws

TITLE = "Cold start"
HOW = (
    "From starting the process to its first response: the package unpacked as Lambda does, run by the real "
    "`awslambdaric` against a stub of the runtime API, with a stub of AWS on loopback (no TLS). The floor is a "
    "function that imports boto3, makes the two clients that the dispatcher needs, and calls nothing; ours read "
    "settings, validate, call AWS and log. Starts alternate; a ratio is to the floor's start of the same round."
)


def run(*, quick: bool, progress: Progress) -> Section:
    """Dispatcher and reader as shipped, and with full bytecode."""
    with aws(story.answers()) as stub:
        compiled = copy("compiled")
        compile_all(compiled, "-f", columns=False)
        times = time_starts(
            {
                "ask": start(package(), "entrypoints.chat.handler", story.ASK, stub.url),
                "ask, compiled": start(compiled, "entrypoints.chat.handler", story.ASK, stub.url),
                "poll": start(package(), "entrypoints.reads.handler", story.POLL, stub.url),
            },
            4 if quick else 40,
            stub.url,
            progress,
        )
    return Section(
        "cold_start",
        TITLE,
        HOW,
        measures=[
            times.against_floor("ask", "dispatcher, to the answer of an ask", 1.0),
            times.against_floor("poll", "reads, to the answer of a poll", 0.9),
            ratio("as shipped beside compiled in full", times.taken["ask"], times.taken["ask, compiled"], 1.02),
            times.again,
            times.work_against_floor("ask", "dispatcher"),
            times.work_against_floor("poll", "reads"),
        ],
        tables=[_milliseconds(times), import_times.table(3 if quick else 15)],
        plots=[_plot(times)],
        refused=times.refused,
    )


def _milliseconds(times: Times) -> Table:
    rows: list[Row] = []
    for name, values in times.taken.items():
        one, worked = measure(name, values), measure(name, times.worked[name])
        rows.append([name, round(one.median), round(one.low), round(one.high), round(worked.median)])
    return Table(
        "Milliseconds on this machine", ["", "median", "first tenth", "last tenth", "processor time, median"], rows
    )


def _plot(times: Times) -> Plot:
    series = {
        name: [(share / len(taken), value) for share, value in enumerate(sorted(taken), 1)]
        for name, taken in times.taken.items()
        if name in {FLOOR, "ask", "poll"}
    }
    return Plot("starts", "Share of starts within a time", "share of the starts", "ms", series)
