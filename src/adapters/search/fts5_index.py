"""A full-text index of one user's memories in SQLite FTS5: BM25 over stemmed words, in memory, made per question.

Nothing of it outlives the question, so nothing that is forgotten lives on in it.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from adapters.search.folding import spaced
from domain.memory import Memory

#: The weight of tags against text: a tag describes the whole memory, but many memories may share it.
TAG_WEIGHT: Final = 0.5


class SearchUnavailable(RuntimeError):
    """This Python's SQLite has no FTS5, so there is no full-text search here."""


def require_fts5() -> None:
    """Make an empty index. Raises `SearchUnavailable`. Takes less than a millisecond once `sqlite3` is imported."""
    Fts5MemoryIndex().close()


class Fts5MemoryIndex:
    """Rows are numbered by the caller. `porter` stems English words, `ascii` takes folded words as they are."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:")
        # Contentless: only rows and ranks are read.
        try:
            self._database.execute(
                "CREATE VIRTUAL TABLE memory USING fts5 (text, tags, content = '', tokenize = 'porter ascii')"
            )
        except sqlite3.OperationalError as error:  # a build of SQLite may leave it out: https://sqlite.org/fts5.html
            version = sqlite3.sqlite_version
            raise SearchUnavailable(f"The runtime's SQLite {version} has no FTS5, which the search needs") from error

    def add(self, first_row: int, memories: Sequence[Memory]) -> None:
        """Index these memories, in rows from `first_row` on."""
        self._database.executemany(
            "INSERT INTO memory (rowid, text, tags) VALUES (?, ?, ?)",
            (
                (row, spaced(memory.text), spaced(" ".join(memory.tags)))
                for row, memory in enumerate(memories, first_row)
            ),
        )

    def close(self) -> None:
        """Free the index."""
        self._database.close()

    def matches(self, phrase: str) -> dict[int, float]:
        """The rows that contain the words of `phrase` in sequence, each with its BM25 score; higher is better."""
        # Quoted, so that FTS5 does not read query operators in it.
        quoted = f'"{spaced(phrase).replace(chr(34), " ")}"'
        return dict(
            self._database.execute(
                "SELECT rowid, -bm25(memory, 1.0, ?) FROM memory WHERE memory MATCH ?", (TAG_WEIGHT, quoted)
            )
        )
