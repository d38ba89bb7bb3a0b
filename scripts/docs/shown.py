"""Copies of files and diffs in pages. The comment above a block names its source, so that it can be regenerated:

<!-- shown: examples/blocking/before/function/app.py -->
<!-- diff: examples/blocking/before/client/ask.py examples/blocking/after/client/ask.py -->
"""

from __future__ import annotations

import difflib
import re
from typing import Final

from docs.site.navigation import ROOT

MARKED: Final = re.compile(r"^<!-- (shown|diff): (.+?) -->\n+```(\w+)\n.*?^```$", re.MULTILINE | re.DOTALL)
LANGUAGES: Final = {"py": "python", "js": "js", "tf": "hcl", "sh": "sh", "json": "json"}


def refreshed(text: str) -> str:
    """The page with each marked block up to date."""
    return MARKED.sub(lambda found: _block(found[1], found[2]), text)


def _block(kind: str, names: str) -> str:
    language = "diff" if kind == "diff" else LANGUAGES[names.rsplit(".", 1)[1]]
    content = _diff(*names.split(" ")) if kind == "diff" else _read(names)
    return f"<!-- {kind}: {names} -->\n\n```{language}\n{content.rstrip()}\n```"


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(_read(before).splitlines(), _read(after).splitlines(), before, after, n=2, lineterm="")
    return "\n".join(line.rstrip() for line in lines)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
