"""Draws Mermaid diagrams at build time, light and dark, so that no page needs a script for them."""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import mermaidx
from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER: Final = "_images"
#: Furo's class for each colour scheme, and Mermaid's theme for it.
THEMES: Final = {"only-light": "neutral", "only-dark": "dark"}
VIEW_BOX: Final = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
#: A diagram is scaled down to this share at most; below, it scrolls.
SMALLEST: Final = 0.55
#: Labels as SVG text: HTML labels do not show in an <img>.
SETTINGS: Final = {"htmlLabels": False, "sequence": {"actorMargin": 20, "wrap": True}}


def draw_diagrams(app: Sphinx, document: Any) -> None:
    """Replaces every block of language mermaid by two pictures."""
    for block in list(document.findall(nodes.literal_block)):
        if block.get("language") == "mermaid":
            up = "../" * app.env.docname.count("/")
            pictures = [_picture(app, block, up, shown, theme) for shown, theme in THEMES.items()]
            block.replace_self(nodes.raw("", "".join(pictures), format="html"))


def _picture(app: Sphinx, block: Any, up: str, shown: str, theme: str) -> str:
    source = f"%%{{init: {json.dumps({'theme': theme, **SETTINGS})}}}%%\n{block.astext()}"
    file = Path(app.outdir, FOLDER, f"{hashlib.sha256(source.encode()).hexdigest()[:12]}.svg")
    file.parent.mkdir(parents=True, exist_ok=True)
    drawn = _drawn(source, Path(app.doctreedir, file.name))
    file.write_text(drawn, encoding="utf-8")
    width, height = (round(float(length)) for length in VIEW_BOX.findall(drawn)[0])
    words = html.escape(f"Diagram: {_title(block)}")
    size = f'width="{width}" height="{height}" style="min-width: {round(width * SMALLEST)}px"'
    image = f'<img src="{up}{FOLDER}/{file.name}" alt="{words}" {size}>'
    return f'<p class="diagram {shown}" tabindex="0">{image}</p>'


def _drawn(source: str, kept: Path) -> str:
    """Drawing takes two seconds, so pictures are cached in Sphinx's doctree folder."""
    if not kept.exists():
        kept.write_text(str(mermaidx.render(source).svg()), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def _title(block: Any) -> str:
    section = block.parent
    while section is not None and not isinstance(section, nodes.section):
        section = section.parent
    return str(section.next_node(nodes.title).astext()) if section is not None else "overview"
