"""What a warm ask and a warm poll cost beyond their AWS calls."""

import json
import os
import subprocess
import tempfile
from typing import Any

from benchmarks import story
from benchmarks.built import package
from benchmarks.record import Plot, Progress, Section, Table, measure, ratio, too_busy
from benchmarks.stubs.running import ROOT, aws
from tests.support.lambda_runtime import PYTHON

TITLE = "Handler overhead"
HOW = (
    "An ask and a poll of 20 messages through the real handlers, settings, container and adapters, with their JSON log "
    "lines and embedded metrics, compared with the same AWS calls, parameters prepared, by bare botocore clients "
    "over the SDK's own service models. The package as shipped runs on the Python of Lambda's runtime client. They "
    "alternate in one process, against a stub of AWS with constant responses on loopback in another. On AWS the calls "
    "themselves take longer, and the ratio is smaller."
)
NAMES = {"ask": "ask, beside its two AWS calls", "poll": "poll of 20 messages, beside its AWS call"}


def run(*, quick: bool, progress: Progress) -> Section:
    """Both ratios, with up to three attempts to find the machine idle."""
    for attempt in range(1, 4):
        found: dict[str, dict[str, list[float]]] = _printed_by("benchmarks.handler_times", "30" if quick else "300")
        taken, worked = found["taken"], found["worked"]
        again = [
            ratio(f"bare {what} beside itself (A/A)", taken[f"bare {what} again"], taken[f"bare {what}"])
            for what in NAMES
        ]
        refused = too_busy(again)
        progress(f"try {attempt}: {refused or 'calm enough'}")
        if not refused:
            break
    return Section(
        "overhead",
        TITLE,
        HOW,
        measures=[
            *(ratio(name, taken[what], taken[f"bare {what}"], 1.10) for what, name in NAMES.items()),
            *again,
            *(ratio(name, worked[what], worked[f"bare {what}"], note="processor time") for what, name in NAMES.items()),
        ],
        tables=[_milliseconds(taken), *_parts()],
        plots=[_plot(taken)],
        refused=refused,
    )


def _printed_by(module: str, *arguments: str) -> Any:
    """What the module prints, run against the stub with the handlers' environment."""
    credentials = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    with aws(story.answers()) as stub, tempfile.TemporaryFile() as logged:
        location = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL": stub.url, "PYTHONPATH": str(package())}
        environment = {"PATH": os.environ["PATH"], **story.SETTINGS, **credentials, **location}
        command = [str(PYTHON), "-m", module, *arguments]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=logged, cwd=ROOT, env=environment)
    return json.loads(done.stdout)


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
