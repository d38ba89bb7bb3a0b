"""Bytes of the zip, packed and unpacked, and peak memory of each function."""

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import story
from benchmarks.built import build, floor, package
from benchmarks.record import Plot, Progress, Row, Section, Table, measure
from benchmarks.starts import start
from benchmarks.stubs.running import aws
from domain.chat import Chat
from tests.support.lambda_runtime import running

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
    measures = [
        measure(f"zip: {name}", [file.stat().st_size / MB], "MB", ZIPS[name][1]) for name, file in archives.items()
    ]
    contents = {name: zipfile.ZipFile(file).infolist() for name, file in archives.items()}
    unpacked: list[Row] = [
        [name, round(sum(entry.file_size for entry in entries) / MB, 1)] for name, entries in contents.items()
    ]
    memory = _memory()
    return Section(
        "size",
        TITLE,
        HOW,
        measures,
        tables=[
            Table("Unpacked, MB", ["zip", "MB"], unpacked),
            Table("Largest packages (first zip)", ["package", "kB in the zip"], _parts(next(iter(contents.values())))),
            Table("Peak memory, MiB", ["function", "MiB"], [[name, size] for name, size in memory.items()]),
        ],
        plots=[Plot("memory", "Peak memory of a process", "", "MiB", {"peak": list(memory.items())}, kind="bars")],
    )


def _parts(entries: Sequence[zipfile.ZipInfo]) -> list[Row]:
    sizes = Counter[str]()
    for entry in entries:
        sizes[entry.filename.split("/")[0]] += entry.compress_size
    return [[name, round(size / 1000)] for name, size in sizes.most_common(10)]


def _memory() -> dict[str, float]:
    found = {"boto3 and two clients alone": _peak(floor(), "floor.handler", {}, story.chat())}
    for name, (handler, event, waits) in HANDLERS.items():
        found[name] = _peak(package(), handler, event, story.waiting_chat() if waits else story.chat())
    return found


def _peak(folder: Path, handler: str, event: Mapping[str, Any], chat: Chat) -> float:
    with aws(story.answers(chat)) as stub, running(start(folder, handler, event, stub.url)) as function:
        function.invoke()
        return round(function.peak_memory() / 1024, 1)
