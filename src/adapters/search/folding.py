"""One folding of words, for memories and for questions: what is the same word becomes the same characters.

SQLite and Python fold case, accents and compatibility forms differently, and disagree about which characters are part
of a word; wherever they did, a word would not find itself. So SQLite gets folded words only.
"""

import re
import unicodedata
from typing import Final

#: Scripts without spaces: each character is indexed as a word, and a word is searched as a phrase of them.
_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff])"
)
#: The accents of Latin and Greek letters. In other scripts, as in the Cyrillic "\u0439" or the Hindi "\u0915\u093f",
#: marks make other letters.
_ACCENTS: Final = re.compile("(?<=[\u0000-\u02ff\u0370-\u03ff])[\u0300-\u036f]+")


def folded(text: str) -> str:
    """`text` in small letters without accents, in Unicode's form NFC, full-width forms narrow; words kept apart.

    Words consist of letters, digits and marks; every other character beyond ASCII separates words, except invisible
    ones such as soft hyphens, which are dropped.
    """
    if text.isascii():
        return text.lower()
    small = _normal(_normal(text).upper()).casefold()
    return _without_accents(_normal(small)).translate(_WORD_CHARACTERS)


def spaced(text: str) -> str:
    """`folded`, with each character of a script without spaces as a word of its own."""
    return _UNSPACED.sub(r" \1 ", folded(text))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


class _WordCharacters(dict[int, str]):
    """For str.translate: what becomes of a character, looked up once for each."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if code < _ASCII_END or character.isalnum() or category.startswith("M"):
            self[code] = character
        else:
            invisible = category == "Cf" and character != _ZERO_WIDTH_SPACE
            self[code] = "" if invisible else " "
        return self[code]


_ASCII_END: Final = 0x80
#: It stands between words, as in Thai and Khmer.
_ZERO_WIDTH_SPACE: Final = "\u200b"
_WORD_CHARACTERS: Final = _WordCharacters()
