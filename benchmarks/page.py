"""Writes the result file and the page from the same sections."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.record import Plot

RESULT = "result.json"
PAGE = "results.md"

Result = Mapping[str, Any]
NO_GOAL = {None: "", True: "met", False: "**not met**"}


def read(folder: Path) -> dict[str, Any]:
    """The earlier results; empty without any."""
    file = folder / RESULT
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def write(folder: Path, result: Result) -> None:
    """Write one JSON file, one page in Markdown, and the page's plots."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    (folder / RESULT).write_text(_as_json(result), encoding="utf-8")
    (folder / PAGE).write_text("\n".join(_page(result)) + "\n", encoding="utf-8")
    plots = [(section, plot) for section in result["sections"] for plot in section["plots"]]
    if plots:
        from benchmarks.plots import draw  # the plotting library is only in the benchmarks' own environment

        for section, plot in plots:
            draw(Plot(**plot), folder / _plot_file(section, plot))


def _as_json(result: Result) -> str:
    """One line per section, so that a diff shows which were measured again."""
    head = json.dumps({name: value for name, value in result.items() if name != "sections"}, ensure_ascii=False)
    sections = ",\n".join(json.dumps(section, ensure_ascii=False) for section in result["sections"])
    return f'{head[:-1]}, "sections": [\n{sections}\n]}}\n'


def _plot_file(section: Result, plot: Result) -> str:
    return f"{section['key']}-{plot['key']}.svg"


def _page(result: Result) -> Iterator[str]:
    machine = result["machine"]
    yield from ("# Measurements", "", "Written by `make bench`; how to read it is in [Performance](../speed.md).", "")
    yield f"{machine['cores']} cores of {machine['processor']} ({machine['architecture']}), "
    yield f"{machine['memory_mib']:,} MiB, {machine['system']}, Python {machine['python']}"
    yield f", Lambda's runtime client on {machine['lambda_python']}. " if machine.get("lambda_python") else ". "
    yield f"Version {result['version']}."
    yield ""
    for section in result["sections"]:
        yield from _section(section)


def _section(section: Result) -> Iterator[str]:
    yield from (f"## {section['title']}", "", section["how"], "")
    if section["refused"]:
        yield from (f"**Refused: {section['refused']}**", "")
    if section["measures"]:
        columns = ["", "median", "spread", "runs", "goal", ""]
        yield from _table(columns, [_measure_row(one) for one in section["measures"]])
    for plot in section["plots"]:
        yield from (f"![{plot['title']}]({_plot_file(section, plot)})", "")
    for table in section["tables"]:
        yield from (f"**{table['title']}**", "")
        yield from _table(table["columns"], table["rows"])
    for note in section["notes"]:
        yield f"- {note}"
    few = " **A quick run, with few repetitions.**" if section["quick"] else ""
    yield from ("", f"Measured {section['measured_at']}.{few}", "")


def _measure_row(one: Result) -> list[str]:
    name = one["name"] + (f" ({one['note']})" if one["note"] else "")
    goal = "" if one["goal"] is None else f"≤ {_figure(one['goal'], one['unit'])}"
    spread = f"{_figure(one['low'])} to {_figure(one['high'])}"
    return [name, _figure(one["median"], one["unit"]), spread, str(one["runs"]), goal, NO_GOAL[one["met"]]]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|---" * len(columns) + "|"
    for row in rows:
        yield "| " + " | ".join(_figure(cell) for cell in row) + " |"
    yield ""


def _figure(value: str | float | None, unit: str = "") -> str:
    """Three significant digits, or the whole number."""
    if value is None or isinstance(value, str):
        return (value or "").replace("|", "\\|")
    digits = f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.3g}"
    if unit == "x":
        return f"{value:.2f}×"
    return f"{digits} {unit}".strip()
