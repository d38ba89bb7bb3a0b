"""Text in Markdown that shows as it is."""

import re
from typing import Final

#: What CommonMark, tables and strikethrough would read as markup within a line. An underscore within a word is none.
_INLINE: Final = re.compile(
    r"""
    [`*] | (?<![^\W_])_ | _(?![^\W_]) | ~(?=~) | (?<=~)~
    | \\(?=[!-/:-@\[-`{-~]|$)
    | (?<=\])\(
    | <(?=[A-Za-z/!?])
    | &(?=\#?\w+;)
    """,
    re.VERBOSE,
)
#: What would begin a heading, a list, a quote, code or a table at the start of a line.
_BLOCK: Final = re.compile(r"^((?:\d{1,9}(?=[.)]))?)([#>+=|:.)~-])")


def in_list_item(text: str) -> str:
    """`text` as Markdown for the rest of a list item's line: no character is markup, and no line leaves the item."""
    first, *rest = (_INLINE.sub(r"\\\g<0>", line.strip()) for line in text.splitlines() or [""])
    return "\n  ".join([first, *(_BLOCK.sub(r"\1\\\2", line) for line in rest)])
