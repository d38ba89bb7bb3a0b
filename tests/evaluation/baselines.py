"""Baselines: plain BM25, and this project's search without its threshold for answering."""

from collections.abc import Sequence

from adapters.agents.recall_agent import RecallAgent
from adapters.clocks import SystemClock
from domain.ports import MemoryStore
from tests.evaluation.measures import Measures, measure
from tests.evaluation.plain_bm25_agent import PlainBm25Agent
from tests.evaluation.question_set import Question


def baselines(memories: MemoryStore, questions: Sequence[Question]) -> list[Measures]:
    """BM25 answers on any match; so does the third row, so that only ranking is compared."""
    return [
        measure("plain BM25", PlainBm25Agent(memories), questions),
        measure("BM25, stemmed", PlainBm25Agent(memories, "porter unicode61"), questions),
        measure("recall, always answering", RecallAgent(memories, SystemClock(), least_coverage=0), questions),
    ]
