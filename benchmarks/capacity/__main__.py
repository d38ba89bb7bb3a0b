"""Capacity for a rate of chats: `python -m benchmarks.capacity --rate 1.2 --seconds 56`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import page
from benchmarks.capacity import section
from benchmarks.capacity.plan import sized
from benchmarks.capacity.prices import regions
from benchmarks.machine import machine
from benchmarks.record import Section, Table

PROJECT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = PROJECT / "build" / "capacity"
#: A wider table is transposed.
MOST_COLUMNS: Final = 6


def main(arguments: list[str]) -> int:
    """Print the plan; with --sweep, also write the page with its plots."""
    given = _arguments(arguments)
    plan = sized(given.rate, given.seconds, dedicated=not given.shared, workers=given.workers)
    _print(section.plan_section(plan, given.region))
    if given.sweep:
        _write(section.run(quick=False, progress=lambda said: print(f"... {said}", flush=True)))
    return 0


def _print(shown: Section) -> None:
    print(f"{shown.title}\n\n{shown.how}\n")
    for table in shown.tables:
        print(f"{table.title}\n")
        for row in _aligned(table):
            print(f"  {row}")
        print()


def _aligned(table: Table) -> list[str]:
    rows = [list(map(str, table.columns)), *([_cell(cell) for cell in row] for row in table.rows)]
    if len(table.columns) > MOST_COLUMNS:
        rows = [list(column) for column in zip(*rows, strict=True)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(cell: str | float | None) -> str:
    return f"{cell:,g}" if isinstance(cell, (int, float)) else cell or ""


def _write(swept: Section) -> None:
    result = {"version": "", "quick": False, "machine": machine(), "sections": [swept.as_json()]}
    page.write(FOLDER, result)
    print(f"{FOLDER.relative_to(PROJECT)}/{page.PAGE}")


def _above_zero(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("more than 0")
    return value


def _arguments(arguments: Sequence[str]) -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--rate", type=_above_zero, default=1.2, help="chats per second (1.2)")
    parser.add_argument("--seconds", type=_above_zero, default=56.0, help="how long the agent thinks (56)")
    parser.add_argument(
        "--shared", action="store_true", help="the chat function is its own worker; default: a dedicated worker"
    )
    parser.add_argument("--workers", type=int, help="number of workers; default: as many as refuse one ask in 1,000")
    parser.add_argument("--region", choices=regions(), default=section.REGION, help="whose prices (%(default)s)")
    parser.add_argument("--sweep", action="store_true", help="also 0.1 to 1,000 chats/s with plots, in build/capacity")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
