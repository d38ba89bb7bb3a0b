"""Rules about text: what fits a line, what a reader sees, what a store can keep."""

import unicodedata
from typing import Final


def excerpt(text: str, length: int) -> str:
    """The start of `text` on one line, at most `length` characters, with an ellipsis when it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def is_visible(text: str) -> bool:
    """Whether a reader would see anything: white space, control and format characters alone are nothing."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


#: Categories of Unicode. Unassigned (Cn) counts as visible: next year's emoji is unassigned to this year's Python.
_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})


def is_storable(text: str) -> bool:
    """Whether `text` survives the way to the store and back: no unpaired surrogates, no NULs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
