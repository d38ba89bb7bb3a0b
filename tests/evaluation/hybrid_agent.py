"""Ranks by words and by meaning: measures whether a text embedding is worth its weight (docs/adr/0020)."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from operator import itemgetter, mul
from statistics import fmean
from typing import Final, Protocol

from adapters.search.engine import MemorySearch
from domain.chat import Citation
from domain.memory import Memory
from domain.ports import MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from tests.evaluation.question_set import Question

#: As many as a language model's tool shows (adapters/agents/bedrock/tools.py).
BEST: Final = 20
#: Reciprocal rank fusion: the greater, the less the first ranks count. 60 is usual for long result lists.
RANK_OFFSET: Final = 5
DEEPEST: Final = 100
#: The rate of correct "I found nothing" that a gate must reach.
CORRECT_NOTHINGS: Final = 0.85
Vector = Sequence[float]


class TextEmbedding(Protocol):
    """A model of meaning. Its vectors have length 1: the dot product of two is their similarity."""

    @abstractmethod
    def memories(self, texts: Sequence[str]) -> Sequence[Vector]:
        """A vector for each text."""

    @abstractmethod
    def question(self, text: str) -> Vector:
        """The vector of a question."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What it takes to answer: this coverage by words, or this similarity of the best memory."""

    coverage: float
    similarity: float

    def opens(self, ranking: "Ranking") -> bool:
        return ranking.coverage >= self.coverage or ranking.similarity >= self.similarity


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best memories, best first; the greatest coverage and similarity among all."""

    memories: tuple[Memory, ...]
    coverage: float = 0.0
    similarity: float = 0.0

    def recall(self, question: Question, first: int = 5) -> float:
        """The share of expected memories among the first ones."""
        found = question.expect.intersection(memory.memory_id for memory in self.memories[:first])
        return len(found) / len(question.expect)


class HybridAgent(ReasoningAgent):
    """Cites the best memories by words, by meaning, or by both; without a gate it always answers."""

    def __init__(
        self,
        memories: MemoryStore,
        embedding: TextEmbedding | None = None,
        gate: Gate | None = None,
        *,
        by_words: bool = True,
    ) -> None:
        self._memories = memories
        self._embedding = embedding
        self._gate = gate
        self._by_words = by_words
        self._vectors: dict[str, Sequence[Vector]] = {}

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        ranking = self.rank(assignment)
        if self._gate and not self._gate.opens(ranking):
            return Answer("I found nothing about that.")
        return Answer("Found.", tuple(Citation(memory.memory_id, memory.text) for memory in ranking.memories))

    def rank(self, assignment: Assignment) -> Ranking:
        """The best memories for the question, whether or not it would be answered."""
        memories = self._memories.list_all(assignment.user_id)
        rankings: list[Sequence[int]] = []
        coverage = similarity = 0.0
        if self._by_words:
            with MemorySearch(memories) as search:
                found = search.search(assignment.question, assignment.asked_at)
                coverage = max((one.coverage for one in found), default=0.0)
                rankings.append([one.row for one in search.with_neighbours(found)])
        if self._embedding:
            close = self._similarities(self._embedding, assignment, memories)
            similarity = max(close, default=0.0)
            rankings.append(sorted(range(len(close)), key=lambda row: (-close[row], row)))
        return Ranking(tuple(memories[row] for row in _fused(rankings)[:BEST]), coverage, similarity)

    def _similarities(
        self, embedding: TextEmbedding, assignment: Assignment, memories: Sequence[Memory]
    ) -> list[float]:
        vectors = self._vectors.get(assignment.user_id)
        if vectors is None:
            vectors = embedding.memories([f"{', '.join(memory.tags)}: {memory.text}" for memory in memories])
            self._vectors[assignment.user_id] = vectors
        asked = embedding.question(assignment.question)
        return [sum(map(mul, vector, asked)) for vector in vectors]


def best_gate(
    agent: HybridAgent, questions: Sequence[Question], correct_nothings: float = CORRECT_NOTHINGS
) -> tuple[float, Gate]:
    """The gate that finds most among those that leave enough unanswerable questions unanswered, and its recall at 5."""
    ranked = [
        (one, agent.rank(Assignment(one.user, one.question, (), one.asked_at, one.asked_at))) for one in questions
    ]
    nothings = [ranking for question, ranking in ranked if not question.expect]
    answers = [(ranking, ranking.recall(question)) for question, ranking in ranked if question.expect]

    def measured() -> Iterator[tuple[float, Gate]]:
        for coverage, similarity in product(range(30, 104, 2), range(20, 104)):
            gate = Gate(coverage / 100, similarity / 100)
            if fmean(not gate.opens(ranking) for ranking in nothings) >= correct_nothings:
                yield fmean(recall if gate.opens(ranking) else 0.0 for ranking, recall in answers), gate

    return max(measured(), key=itemgetter(0))


def _fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Reciprocal rank fusion."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, row in enumerate(ranking[:DEEPEST]):
            scores[row] += 1 / (RANK_OFFSET + rank)
    return sorted(scores, key=lambda row: (-scores[row], row))
