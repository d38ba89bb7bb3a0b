"""A story as one HTML page: a picture with a lane for each kind of moment, and the same as a list.

The page needs nothing else: no script, no font, no other file. Its policy forbids browsers to load or run anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from typing import Final

from scripts.turns.story import Moment, Story

#: Lanes, from above: kind and heading.
LANES: Final = {
    "turn": "Turn",
    "step": "Steps",
    "model": "Model",
    "runtime": "Lambda",
    "request": "Requests",
    "poll": "Polls",
    "fault": "Faults",
    "other": "Other lines",
}
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --quiet: #777 }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
h1 { font-size: 1.15rem; overflow-wrap: anywhere } h2 { font-size: 1rem }
.lane { display: grid; grid-template-columns: 7rem 1fr; align-items: center; border-top: 1px solid var(--line) }
.lane > div { position: relative; height: 2.2rem }
.lane i { position: absolute; top: .55rem; height: 1.1rem; min-width: 5px; border-radius: 3px; background: var(--c) }
.scale { display: flex; justify-content: space-between; margin-left: 7rem; color: var(--quiet); font-size: .8rem }
.turn { --c: #2b6cb0 } .step { --c: #6b46c1 } .model { --c: #b7791f } .runtime { --c: #718096 }
.request { --c: #2c7a7b } .poll { --c: #38a169 } .fault { --c: #c53030 } .other { --c: #a0aec0 }
table { border-collapse: collapse; width: 100%; margin-top: 1rem }
td { border-top: 1px solid var(--line); padding: .25rem .6rem; vertical-align: top; overflow-wrap: anywhere }
td:first-child { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td:nth-child(2) { border-left: 4px solid var(--c); white-space: nowrap } td:last-child { color: var(--quiet) }
pre { white-space: pre-wrap; border-left: 4px solid var(--line); padding-left: 1rem }
@media (max-width: 40rem) { td:nth-child(2) { white-space: normal } }
"""


def page(story: Story) -> str:
    """The whole HTML document."""
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(story.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            f"<h1>{escape(story.title)}</h1>",
            *(_picture(story.moments) if story.moments else ()),
            *(f"<p>{escape(note)}</p>" for note in story.notes),
            *_table(story.moments),
            *(f"<h2>{escape(whose)}</h2>\n<pre>{escape(words)}</pre>" for whose, words in story.texts),
            "</body>\n</html>\n",
        )
    )


def _picture(moments: list[Moment]) -> Iterator[str]:
    first, last = _span(moments)
    whole = max(last - first, timedelta(milliseconds=1))
    for kind, heading in LANES.items():
        marks = [_mark(moment, first, whole) for moment in moments if moment.kind == kind]
        if marks:
            yield f'<div class="lane {kind}"><b>{heading}</b><div>{"".join(marks)}</div></div>'
    ticks = "".join(f"<span>{(whole * part / 4).total_seconds():.1f} s</span>" for part in range(5))
    yield f'<div class="scale">{ticks}</div>'


def _span(moments: list[Moment]) -> tuple[datetime, datetime]:
    return min(moment.began for moment in moments), max(moment.at for moment in moments)


def _mark(moment: Moment, first: datetime, whole: timedelta) -> str:
    left, width = (moment.began - first) / whole * 100, (moment.lasted or timedelta(0)) / whole * 100
    words = escape(f"{moment.what} {moment.detail}".strip())
    # The last mark would begin at the right edge.
    return f'<i style="left:{min(left, 99.5):.2f}%;width:{width:.2f}%" title="{words}"></i>'


def _table(moments: list[Moment]) -> Iterator[str]:
    yield "<table>"
    for moment in moments:
        after = (moment.shown_at - moments[0].began).total_seconds()
        cells = (f"{after:.3f} s", escape(moment.what), escape(moment.detail))
        yield f'<tr class="{moment.kind}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    yield "</table>"
