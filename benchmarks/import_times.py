"""Import time at start by package, from `-X importtime`: the minimum of several runs."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks import story
from benchmarks.built import floor, package
from benchmarks.record import Row, Table
from tests.support.lambda_runtime import PYTHON

PARTS: Final[Mapping[str, frozenset[str]]] = {
    "botocore and what it imports": frozenset({"botocore", "urllib3", "dateutil", "jmespath", "six"}),
    "boto3 with S3's transfer manager": frozenset({"boto3", "s3transfer"}),
    "pydantic": frozenset({"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}),
    "dependency-injector, and asyncio for it": frozenset({"dependency_injector", "asyncio"}),
    "making both clients (the floor's own module)": frozenset({"floor"}),
    "our settings and wire models": frozenset({"entrypoints.settings", "entrypoints.schemas"}),
    "the rest of our entrypoints": frozenset({"entrypoints"}),
    "our adapters, and ULIDs": frozenset({"adapters", "ulid"}),
    "our domain": frozenset({"domain"}),
}
LIBRARY: Final = "Python's own library"
_LINE: Final = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")


def table(runs: int) -> Table:
    """Milliseconds by part, for the dispatcher, the reads function and the floor."""
    columns = {
        "dispatcher": _by_part(package(), "entrypoints.chat", runs),
        "reads": _by_part(package(), "entrypoints.reads", runs),
        "floor": _by_part(floor(), "floor", runs),
    }
    rows: list[Row] = [
        [part, *(round(found.get(part, 0), 1) for found in columns.values())] for part in (*PARTS, LIBRARY)
    ]
    rows.append(["together", *(round(sum(found.values()), 1) for found in columns.values())])
    title = "Where the time before the first event goes, in milliseconds (-X importtime, which itself costs some)"
    return Table(title, ["", *columns], rows)


def _by_part(folder: Path, module: str, runs: int) -> dict[str, float]:
    least: dict[str, int] = {}
    for _ in range(runs):
        for name, microseconds in _imports(folder, module).items():
            least[name] = min(microseconds, least.get(name, microseconds))
    found: dict[str, float] = {}
    for name, microseconds in least.items():
        found[_part(name)] = found.get(_part(name), 0) + microseconds / 1000
    return found


def _imports(folder: Path, module: str) -> dict[str, int]:
    environment = {**story.SETTINGS, "AWS_DEFAULT_REGION": "eu-central-1", "PYTHONPATH": str(folder)}
    command = [str(PYTHON), "-X", "importtime", "-c", f"import {module}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=folder)
    return {name: int(microseconds) for microseconds, name in _LINE.findall(done.stderr)}


def _part(module: str) -> str:
    """The part whose name is the longest prefix of the module's name."""
    names = [".".join(module.split(".")[:length]) for length in range(len(module.split(".")), 0, -1)]
    return next((part for name in names for part, members in PARTS.items() if name in members), LIBRARY)
