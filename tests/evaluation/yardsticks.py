"""What the agents are measured against: plain BM25, and our own search when it never keeps silent."""

from collections.abc import Sequence

from adapters.agents.recall_agent import RecallAgent
from adapters.clocks import SystemClock
from domain.ports import MemoryStore
from tests.evaluation.measures import Measures, measure
from tests.evaluation.plain_bm25_agent import PlainBm25Agent
from tests.evaluation.question_set import Question


def yardsticks(memories: MemoryStore, questions: Sequence[Question]) -> list[Measures]:
    """BM25 answers on any match. So that ranking is compared with ranking, the third row does as well."""
    return [
        measure("plain BM25", PlainBm25Agent(memories), questions),
        measure("BM25, stemmed", PlainBm25Agent(memories, "porter unicode61"), questions),
        measure("recall, never silent", RecallAgent(memories, SystemClock(), least_coverage=0), questions),
    ]
