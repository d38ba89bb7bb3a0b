"""Plots as SVG, reproducible byte by byte."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.record import Plot

# Text stays text: smaller and searchable. Ids come from a fixed salt instead of the clock.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "async-chat", "font.size": 9, "axes.grid": True})
mpl.rcParams.update({"grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})


def draw(plot: Plot, file: Path) -> None:
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes: Axes = figure.add_subplot()
    (_bars if plot.kind == "bars" else _lines)(axes, plot)
    if plot.mark is not None:
        (axes.axvline if plot.kind == "bars" else axes.axhline)(plot.mark, color="black", linewidth=0.8, linestyle="--")
    axes.set_title(plot.title, loc="left", fontsize=10)
    if len(plot.series) > 1:
        axes.legend(frameon=False)
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _lines(axes: Axes, plot: Plot) -> None:
    for name, points in plot.series.items():
        xs, ys = zip(*points, strict=True)
        axes.plot(xs, ys, marker="o" if len(points) < 30 else "", markersize=3, linewidth=1.2, label=name)
    if plot.log_x:
        axes.set_xscale("log")
    if plot.log_y:
        axes.set_yscale("log")
    axes.set(xlabel=plot.x, ylabel=plot.y)


def _bars(axes: Axes, plot: Plot) -> None:
    """Horizontal, so that names have room; the first one on top."""
    names = list(dict.fromkeys(str(x) for points in plot.series.values() for x, _ in points))
    thickness = 0.8 / len(plot.series)
    for number, (name, points) in enumerate(plot.series.items()):
        heights = {str(x): y for x, y in points}
        offsets = [names.index(x) + (number - (len(plot.series) - 1) / 2) * thickness for x in heights]
        axes.barh(offsets, list(heights.values()), thickness, label=name)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    if plot.log_y:
        axes.set_xscale("log")
    axes.set(xlabel=plot.y, ylabel=plot.x)
