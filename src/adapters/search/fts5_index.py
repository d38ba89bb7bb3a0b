"""A user's memories in SQLite's FTS5: BM25 over stemmed words, in memory, made anew for each question.

Nothing of it outlives the question, so nothing that is forgotten lives on in it.
"""

import re
import sqlite3
from collections.abc import Sequence
from typing import Final

from domain.memory import Memory

#: A tag is the user's own word for the whole memory, but the same word may be on half of them.
TAG_WEIGHT: Final = 0.5
#: Scripts without spaces: each character becomes a word, and a phrase of them finds what it spells.
_UNSPACED: Final = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")


class Fts5MemoryIndex:
    """Rows are places in `memories`. `porter` stems English words, `unicode61` folds case and accents of any script."""

    def __init__(self, memories: Sequence[Memory]) -> None:
        self._database = sqlite3.connect(":memory:")
        # Without a copy of the content: only rows and ranks are asked for.
        self._database.execute(
            "CREATE VIRTUAL TABLE memory USING "
            "fts5 (text, tags, content = '', tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._database.executemany(
            "INSERT INTO memory (rowid, text, tags) VALUES (?, ?, ?)",
            ((row, _spaced(memory.text), _spaced(" ".join(memory.tags))) for row, memory in enumerate(memories)),
        )

    def close(self) -> None:
        """Let go of the memory that it holds."""
        self._database.close()

    def matches(self, phrase: str) -> dict[int, float]:
        """The rows that hold the words of `phrase` in a row, each with its BM25 score; the higher, the better."""
        # Quoted, words are words, whatever FTS5's query language would make of them.
        quoted = f'"{_spaced(phrase).replace(chr(34), " ")}"'
        return dict(
            self._database.execute(
                "SELECT rowid, -bm25(memory, 1.0, ?) FROM memory WHERE memory MATCH ?", (TAG_WEIGHT, quoted)
            )
        )


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \1 ", text)
