"""A baseline: plain BM25."""

import re
import sqlite3
from contextlib import closing

from domain.chat import Citation
from domain.ports import MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment

BEST = 5


class PlainBm25Agent(ReasoningAgent):
    """Searches all words of the question unchanged; answers with the five best memories."""

    def __init__(self, memories: MemoryStore, tokenizer: str = "unicode61") -> None:
        self._memories = memories
        self._tokenizer = tokenizer

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        memories = self._memories.list_all(assignment.user_id)
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", assignment.question))
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute(f"CREATE VIRTUAL TABLE memory USING fts5 (text, tokenize = '{self._tokenizer}')")
            database.executemany(
                "INSERT INTO memory (rowid, text) VALUES (?, ?)", ((row, one.text) for row, one in enumerate(memories))
            )
            found = database.execute(
                "SELECT rowid FROM memory WHERE memory MATCH ? ORDER BY bm25(memory), rowid LIMIT ?", (words, BEST)
            )
            citations = [Citation(memories[row].memory_id, memories[row].text) for (row,) in found]
        return Answer("\n".join(cited.quote for cited in citations), tuple(citations))
