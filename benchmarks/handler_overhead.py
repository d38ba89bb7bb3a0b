"""What a warm ask and a warm poll cost beyond their AWS calls."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks import story
from benchmarks.record import Measure, Plot, Progress, Section, Table, measure, ratio
from benchmarks.starts import EQUAL
from benchmarks.stubs.running import ROOT, RunningAws, aws

TITLE = "Handler overhead"
HOW = (
    "An ask and a poll of 20 messages through the real handlers, settings, container and adapters, with their JSON log "
    "lines and embedded metrics, compared with the same AWS calls, parameters prepared, by bare botocore clients. They "
    "alternate in one process, against a stub of AWS with constant responses on loopback in another. On AWS the calls "
    "themselves take longer, and the ratio is smaller."
)


def run(*, quick: bool, progress: Progress) -> Section:
    """Both ratios, with up to three attempts to find the machine idle."""
    for attempt in range(1, 4):
        taken = _times(30 if quick else 300)
        again = [_again(taken, what) for what in ("ask", "poll")]
        refused = "" if all(EQUAL[0] <= one.median <= EQUAL[1] for one in again) else _too_busy(again)
        progress(f"try {attempt}: {refused or 'calm enough'}")
        if not refused:
            break
    return Section(
        "overhead",
        TITLE,
        HOW,
        measures=[*(ratio(_name(what), taken[what], taken[f"bare {what}"], 1.10) for what in ("ask", "poll")), *again],
        tables=[_milliseconds(taken), *_parts()],
        plots=[_plot(taken)],
        refused=refused,
    )


def _name(what: str) -> str:
    return {"ask": "ask, beside its two AWS calls", "poll": "poll of 20 messages, beside its AWS call"}[what]


def _again(taken: dict[str, list[float]], what: str) -> Measure:
    return ratio(f"bare {what} beside itself (A/A)", taken[f"bare {what} again"], taken[f"bare {what}"])


def _too_busy(again: list[Measure]) -> str:
    return "equal calls differ by " + " and ".join(f"{one.median:.2f}" for one in again) + ": the machine is too busy"


def _times(rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = _printed_by("benchmarks.handler_times", str(rounds))
    return times


def _printed_by(module: str, *arguments: str) -> Any:
    """What the module prints, run against the stub with the handlers' environment."""
    with aws(story.answers()) as stub, tempfile.TemporaryFile() as logged:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, stderr=logged, cwd=ROOT, env=_environment(stub)
        )
    return json.loads(done.stdout)


def _environment(stub: RunningAws) -> dict[str, str]:
    credentials = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    location = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL": stub.url, "PYTHONPATH": str(ROOT / "src")}
    return {"PATH": os.environ["PATH"], **story.SETTINGS, **credentials, **location}


def _milliseconds(taken: dict[str, list[float]]) -> Table:
    found = [measure(name, values, "ms") for name, values in taken.items()]
    rows = [[one.name, f"{one.median:.2f}", f"{one.low:.2f}", f"{one.high:.2f}"] for one in found]
    return Table("Milliseconds on this machine", ["", "median", "first tenth", "last tenth"], rows)


def _parts() -> list[Table]:
    """One table for the ask and one for the poll, most expensive part first."""
    found: dict[str, dict[str, float]] = _printed_by("benchmarks.handler_parts")
    return [
        Table(
            f"Where the time of {what} goes, in microseconds (with stopwatches, medians)",
            ["part", "us"],
            [[part, round(time)] for part, time in sorted(parts.items(), key=lambda item: -item[1])],
        )
        for what, parts in (("an ask", found["ask"]), ("a poll", found["poll"]))
    ]


def _plot(taken: dict[str, list[float]]) -> Plot:
    step = max(1, len(taken["ask"]) // 100)
    series = {
        name: [(rank / len(values), value) for rank, value in enumerate(sorted(values), 1)][: -len(values) // 50 : step]
        for name, values in taken.items()
        if not name.endswith("again")
    }
    return Plot("times", "Share of calls within a time (98 %)", "share of the calls", "ms", series)
