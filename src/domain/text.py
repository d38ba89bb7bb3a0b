"""Text rules: excerpts, visibility, storability."""

import re
import unicodedata
from typing import Final


def excerpt(text: str, length: int) -> str:
    """The start of `text` on one line, at most `length` characters, with an ellipsis if cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def is_visible(text: str) -> bool:
    """Whether `text` has a visible character: not only white space, control and format characters."""
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


#: Unicode categories. Unassigned (Cn) counts as visible: Python may be older than the newest emoji.
_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})


def is_storable(text: str) -> bool:
    """Whether a store can keep `text`: no unpaired surrogates, no NULs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def storable(text: str) -> str:
    """`text` with U+FFFD for each character that no store can keep."""
    return text if is_storable(text) else re.sub("[\x00\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
