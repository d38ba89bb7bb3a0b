"""Compares output with the shown one. Ids, times, durations and addresses differ each time; `…` matches anything."""

from __future__ import annotations

import re
from typing import Final

CHANGING: Final = (
    (re.compile(r"https?://[^\s\"']+"), "<address>"),
    (re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b"), "<id>"),
    (re.compile(r"\b01M8…"), "<id>"),
    (re.compile(r"\b\d+ memories\b"), "<number> memories"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "<time>"),
    (re.compile(r"\b\d+(\.\d+)? (s|ms)\b"), "<duration>"),
    (re.compile(r"\(\S*stack\.json\)"), "(stack.json)"),
    (re.compile(r" {2,}"), " "),
)
ANYTHING: Final = "…"


def looks_like(real: str, shown: str) -> bool:
    """Every shown line occurs in this order; a line of `…` matches any number of lines."""
    lines = [_lines_pattern(line) for line in _plain(shown).splitlines()]
    return re.fullmatch("".join(lines), _plain(real).rstrip("\n") + "\n") is not None


def _plain(text: str) -> str:
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _lines_pattern(line: str) -> str:
    if line == ANYTHING:
        return r"(?:.*\n)*"
    return re.escape(line).replace(ANYTHING, ".*") + r"\n"
