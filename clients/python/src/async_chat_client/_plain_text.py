"""What others wrote, made safe to print: text that must not control a terminal, nor pretend to be other text."""

import re
from typing import Final
from unicodedata import category

#: Controls, formats (bidirectional controls, tags, zero-width characters), separators of lines and paragraphs, and
#: halves of surrogate pairs. The chat page has the same list in `clients/web/page/plain-text.js`.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_PICTURE: Final = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
_LETTER: Final = "[\u0620-\u0dff]"
#: Where joiners belong to the writing: within emoji, and between letters of Arabic, Persian and the Indic scripts.
_JOINING: Final = re.compile(
    f"(?:(?<={_PICTURE})|(?<={_PICTURE}\ufe0f))\u200d(?={_PICTURE})|(?<={_LETTER})[\u200c\u200d](?={_LETTER})"
)


def plain(text: str) -> str:
    """`text` with U+FFFD for each character that could steer a terminal or hide text; tabs and line ends stay."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    joiners = {found.start() for found in _JOINING.finditer(text)}
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if _is_unsafe(character) and at not in joiners else character
        for at, character in enumerate(text)
    )


def escaped(document: str) -> str:
    """A JSON document in which the same characters stand as escapes: a program reads them, a terminal does not."""
    if document.isprintable():
        return document
    return "".join(_escape(character) if _is_unsafe(character) else character for character in document)


def _is_unsafe(character: str) -> bool:
    return category(character) in _UNSAFE and character not in "\t\n"


def _escape(character: str) -> str:
    pairs = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{pairs[at : at + 2].hex()}" for at in range(0, len(pairs), 2))
