"""Baselines: plain BM25, this project's search without its threshold for answering, and search by meaning."""

from collections.abc import Sequence

from adapters.agents.recall_agent import RecallAgent
from adapters.clocks import SystemClock
from domain.ports import MemoryStore
from tests.evaluation.hybrid_agent import HybridAgent, TextEmbedding, best_gate
from tests.evaluation.measures import Measures, measure
from tests.evaluation.plain_bm25_agent import PlainBm25Agent
from tests.evaluation.question_set import Question
from tests.evaluation.question_set import questions as tuned


def baselines(memories: MemoryStore, questions: Sequence[Question]) -> list[Measures]:
    """BM25 answers on any match; so does the third row, so that only ranking is compared."""
    return [
        measure("plain BM25", PlainBm25Agent(memories), questions),
        measure("BM25, stemmed", PlainBm25Agent(memories, "porter unicode61"), questions),
        measure("recall, always answering", RecallAgent(memories, SystemClock(), least_coverage=0), questions),
    ]


def with_embedding(memories: MemoryStore, embedding: TextEmbedding, questions: Sequence[Question]) -> list[Measures]:
    """Words, meaning, and both, always answering; both behind a gate that is tuned on the tuned set, and on `questions`.

    The last row is what no gate can exceed there.
    """
    both = HybridAgent(memories, embedding)
    _, gate = best_gate(both, tuned())
    _, hindsight = best_gate(both, questions)
    return [
        measure("words", HybridAgent(memories), questions),
        measure("meaning", HybridAgent(memories, embedding, by_words=False), questions),
        measure("words and meaning", both, questions),
        measure(f"from {gate.coverage} or {gate.similarity} on", HybridAgent(memories, embedding, gate), questions),
        measure("best gate in hindsight", HybridAgent(memories, embedding, hindsight), questions),
    ]
