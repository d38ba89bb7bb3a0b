"""Run the benchmarks and write the results: `python -m benchmarks [--only name ...] [--quick] [--publish]`."""

import argparse
import sys
import time
import tomllib
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from benchmarks import page
from benchmarks.machine import machine
from benchmarks.record import Section

PROJECT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = PROJECT / "build" / "bench"
PUBLISHED: Final = PROJECT / "docs" / "speed"

#: In the order of the page. Each module has `run(*, quick, progress)`, which returns a Section.
BENCHMARKS: Final = {
    "round_trips": "benchmarks.round_trips",
    "overhead": "benchmarks.handler_overhead",
    "cold_start": "benchmarks.cold_start",
    "levers": "benchmarks.levers",
    "size": "benchmarks.size",
    "turns": "benchmarks.turns",
    "growth": "benchmarks.growth",
    "whole_system": "benchmarks.whole_system.section",
    "capacity": "benchmarks.capacity.section",
}


def main(arguments: list[str]) -> int:
    """Returns 0 when every benchmark ran and none refused its figures."""
    given = _arguments(arguments)
    before = page.read(BUILD) if given.only else {}
    sections = {section["key"]: section for section in before.get("sections", [])}
    failed = []
    for name in given.only or BENCHMARKS:
        section = _measured(name, quick=given.quick)
        if section is not None:
            sections[name] = {**section.as_json(), "quick": given.quick}
        if section is None or section.refused:
            failed.append(name)
    result = {
        "version": tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"],
        "machine": machine(),
        "sections": [sections[name] for name in BENCHMARKS if name in sections],
    }
    for folder in [BUILD, *([PUBLISHED] if given.publish else [])]:
        page.write(folder, result)
        print(f"{folder.relative_to(PROJECT)}/{page.PAGE} and {page.RESULT}")
    if failed:
        print(f"Without reliable figures: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _measured(name: str, *, quick: bool) -> Section | None:
    """The section; None for a benchmark that failed, whose traceback is printed: the others still run."""
    began = time.monotonic()

    def progress(said: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {name}: {said}", flush=True)

    progress("begins")
    try:
        section: Section = import_module(BENCHMARKS[name]).run(quick=quick, progress=progress)
    except Exception:  # noqa: BLE001  # one benchmark's failure must not lose the figures of the others
        traceback.print_exc()
        return None
    _tell(section)
    return replace(section, key=name, measured_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))


def _tell(section: Section) -> None:
    for one in section.measures:
        goal = "" if one.goal is None else f"  goal {one.goal:g}: {'met' if one.met else 'NOT MET'}"
        print(f"    {one.name}: {one.median:.4g} {one.unit} ({one.low:.4g} to {one.high:.4g}){goal}")
    if section.refused:
        print(f"    REFUSED: {section.refused}")


def _arguments(arguments: list[str]) -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(BENCHMARKS), metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="few repetitions, to test the benchmarks")
    parser.add_argument("--publish", action="store_true", help="also write docs/speed/, which is committed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
