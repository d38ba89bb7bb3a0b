"""The built site: what its pages load, and where their links lead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from docs.site.navigation import ROOT

SITE: Final = ROOT / "build" / "site"
#: Attributes whose URLs a page loads. `a href` is a link and loads nothing.
LOADING: Final = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
IN_STYLE: Final = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")


@dataclass
class Page(HTMLParser):
    file: Path
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    pictures: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        text = self.file.read_text(encoding="utf-8")
        self.feed(text)
        for style in re.findall(r"<style[^>]*>(.*?)</style>|style=\"([^\"]*)\"", text, re.DOTALL):
            self.loads += loaded_by_style("".join(style))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if name in found)
        self.loads += [found[name] for name in LOADING.get(tag, ()) if name in found]
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "img":
            self.pictures.append(found)


@cache
def pages() -> dict[Path, Page]:
    """All pages, by file."""
    return {file: Page(file) for file in sorted(SITE.rglob("*.html"))}


def loaded_by_style(text: str) -> list[str]:
    """URLs in a style sheet."""
    return [address or imported for address, imported in IN_STYLE.findall(text)]


def elsewhere(address: str) -> bool:
    """Whether a URL is on another host."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in {"", "data"}


def dead_end(page: Page, link: str) -> bool:
    """Whether a link within the site has no target file or no target anchor."""
    parts = urlsplit(link)
    target = (page.file.parent / unquote(parts.path)).resolve() if parts.path else page.file
    if not target.is_file():
        return True
    anchors = pages()[target].anchors if target in pages() else set()
    return bool(parts.fragment) and target.suffix == ".html" and unquote(parts.fragment) not in anchors
