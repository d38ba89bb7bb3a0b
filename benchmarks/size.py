"""Bytes of the zip, packed and unpacked, and peak memory of each function."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks import story
from benchmarks.built import build, floor, package
from benchmarks.record import Measure, Plot, Progress, Section, Table
from benchmarks.starts import start
from benchmarks.stubs.lambda_runtime import running
from benchmarks.stubs.running import aws
from domain.chat import Chat

TITLE = "Size and memory"
HOW = (
    "The zip as `make package` builds it for AWS (Python 3.13, arm64; with bytecode where a Python 3.13 is at hand), "
    "without the SDK, which Lambda provides. Memory is the peak of a process of this machine's package from "
    "its start to its first response, by the real `awslambdaric`; `chat` as worker ran agent `recall`."
)
MB: Final = 1_000_000
ZIPS: Final[Mapping[str, tuple[tuple[str, ...], float]]] = {
    "asking, polling and agent recall": (("--without-agents",), 4.6),
    "with the agent bedrock": ((), 17.0),
}
HANDLERS: Final[Mapping[str, tuple[str, Mapping[str, Any], bool]]] = {
    "chat, an ask": ("entrypoints.chat.handler", story.ASK, False),
    "chat, as worker": ("entrypoints.chat.handler", story.WORK, True),
    "reads, a poll": ("entrypoints.reads.handler", story.POLL, False),
    "edits, a cancellation": ("entrypoints.edits.handler", story.CANCEL, False),
    "failures, a lost worker": ("entrypoints.failures.handler", story.FAILURE, True),
}


def run(*, quick: bool, progress: Progress) -> Section:
    """Everything is built and invoked once: the figures do not vary."""
    archives = {name: build(f"aws-{number}.zip", *options) for number, (name, (options, _)) in enumerate(ZIPS.items())}
    progress("built")
    measures = [_once(name, archive.stat().st_size / MB, ZIPS[name][1]) for name, archive in archives.items()]
    unpacked: list[list[str | float | None]] = [
        [name, round(_unpacked(archive) / MB, 1)] for name, archive in archives.items()
    ]
    (largest,) = list(archives.values())[:1]
    memory = _memory()
    return Section(
        "size",
        TITLE,
        HOW,
        measures,
        tables=[
            Table("Unpacked, MB", ["zip", "MB"], unpacked),
            Table("Largest packages (first zip)", ["package", "kB in the zip"], _parts(largest)),
            Table("Peak memory, MiB", ["function", "MiB"], [[name, size] for name, size in memory.items()]),
        ],
        plots=[Plot("memory", "Peak memory of a process", "", "MiB", {"peak": list(memory.items())}, kind="bars")],
    )


def _once(name: str, megabytes: float, goal: float) -> Measure:
    return Measure(f"zip: {name}", megabytes, megabytes, megabytes, 1, "MB", goal)


def _unpacked(archive: Path) -> int:
    with zipfile.ZipFile(archive) as opened:
        return sum(entry.file_size for entry in opened.infolist())


def _parts(archive: Path) -> list[list[str | float | None]]:
    sizes: dict[str, int] = {}
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            part = entry.filename.split("/")[0]
            sizes[part] = sizes.get(part, 0) + entry.compress_size
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:10]
    return [[name, round(size / 1000)] for name, size in largest]


def _memory() -> dict[str, float]:
    found = {"boto3 and two clients alone": _peak(floor(), "floor.handler", {}, story.chat())}
    for name, (handler, event, waits) in HANDLERS.items():
        found[name] = _peak(package(), handler, event, story.waiting_chat() if waits else story.chat())
    return found


def _peak(folder: Path, handler: str, event: Mapping[str, Any], chat: Chat) -> float:
    with aws(story.answers(chat)) as stub, running(start(folder, handler, event, stub.url).function) as function:
        function.invoke(event)
        return round(function.peak_memory() / 1024, 1)
