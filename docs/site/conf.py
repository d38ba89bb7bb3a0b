"""Sphinx's configuration. The source folder is the project's root, so that links work as in the repository."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs.site import navigation
from docs.site.diagrams import draw_diagrams

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_project: dict[str, Any] = tomllib.loads((navigation.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Async Chat"
version = release = str(_project["version"])
html_title = f"{project} {version}"
project_copyright = ""

root_doc = navigation.HOME
include_patterns = [str(path.relative_to(navigation.ROOT)) for path in navigation.files()]
include_patterns += ["docs/**.md"]  # so that a page missing in the navigation fails the build
# Folders without pages.
exclude_patterns = [".*", "**/.*", "build", "src", "terraform", "local", "scripts", "**/node_modules", "**/package"]

extensions = ["myst_parser", "sphinx_copybutton", "sphinx_inline_tabs"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
nitpicky = True
# For blocks without a language, such as logs.
highlight_language = "none"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options: dict[str, list[str]] = {"footer_icons": [], "top_of_page_buttons": []}


def _add_navigation(app: Sphinx, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += "\n" + navigation.toctrees()


def _make_tabs(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Code blocks below a mark `tabs` stand side by side; on other renderers, one below the other."""
    source[0] = TABS.sub(lambda found: BLOCK.sub(_tab, found["blocks"]), source[0])


def _tab(block: re.Match[str]) -> str:
    return f"````{{tab}} {NAMES[block['language']]}\n{block[0].strip()}\n````\n"


BLOCK: Final = re.compile(r"^```(?P<language>\w+)\n.*?^```\n", re.MULTILINE | re.DOTALL)
TABS: Final = re.compile(r"^<!-- tabs -->\n\n(?P<blocks>(?:^```\w+\n.*?^```\n\n?)+)", re.MULTILINE | re.DOTALL)
NAMES: Final = {"sh": "curl", "python": "Python", "js": "JavaScript"}


def _open_at_the_front_page(app: Sphinx, failure: Exception | None) -> None:
    if failure is None:
        front = Path(app.outdir, f"{root_doc}.html")
        front.with_name("index.html").write_bytes(front.read_bytes())


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_navigation)
    app.connect("source-read", _make_tabs)
    app.connect("doctree-read", draw_diagrams)
    app.connect("build-finished", _open_at_the_front_page)
