"""All code blocks of all pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from docs.site.navigation import ROOT, files

FENCED: Final = re.compile(
    r"(?:^<!-- (?P<mark>.+?) -->\n+)?^(?P<fence>`{3,})(?P<language>\S*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A code block; `mark` is the comment above, `after` the language of the block before it."""

    page: str
    line: int
    language: str
    text: str
    mark: str
    after: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}-{self.language or 'plain'}"


@cache
def blocks() -> list[Block]:
    """In the order of the navigation."""
    return [block for file in files() for block in _blocks_of(file)]


def _blocks_of(file: Path) -> Iterator[Block]:
    text, before = file.read_text(encoding="utf-8"), ""
    for found in FENCED.finditer(text):
        line = text.count("\n", 0, found.start("fence")) + 1
        page = str(file.relative_to(ROOT))
        yield Block(page, line, found["language"], found["text"], found["mark"] or "", before)
        before = found["language"]
