"""Search by words and by meaning, with an embedding that knows a few synonyms."""

from collections.abc import Sequence
from math import sqrt

import pytest

from domain.memory import Memory
from domain.ports import ReasoningAgent
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.evaluation.baselines import with_embedding
from tests.evaluation.hybrid_agent import Gate, HybridAgent, TextEmbedding, Vector, best_gate
from tests.evaluation.question_set import Question, questions, sample_memories
from tests.fakes.clock import NOON
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.support.people import asking
from tests.support.story import ALICE

MEANINGS = (("bike", "bicycle", "thief", "stolen"), ("workshop", "woodworking"), ("doctor", "surgery"))
STOLEN = Memory("m-1", "My bike has been stolen", NOON)
WORKSHOP = Memory("m-2", "Tomasz has a third of a workshop", NOON)
DOCTOR = Memory("m-3", "The surgery is open again", NOON)


class SynonymEmbedding(TextEmbedding):
    """A dimension for each meaning, and a last one for everything else."""

    def memories(self, texts: Sequence[str]) -> Sequence[Vector]:
        return [self.question(text) for text in texts]

    def question(self, text: str) -> Vector:
        counts = [float(sum(word in text.casefold() for word in meaning)) for meaning in MEANINGS]
        counts.append(0.5)
        return [count / sqrt(sum(one * one for one in counts)) for count in counts]


@pytest.fixture
def memories() -> InMemoryMemoryStore:
    store = InMemoryMemoryStore()
    store.put_many(ALICE, [STOLEN, WORKSHOP, DOCTOR])
    return store


def first(agent: ReasoningAgent, question: str) -> str | None:
    cited = agent.reason(asking(question), RecordingProgressReporter()).citations
    return cited[0].memory_id if cited else None


def test_paraphrase_without_a_common_word_is_found_by_meaning_only(memories: InMemoryMemoryStore) -> None:
    question = "Where is the woodworking done?"
    assert first(HybridAgent(memories), question) is None
    assert first(HybridAgent(memories, SynonymEmbedding()), question) == WORKSHOP.memory_id


def test_by_meaning_alone_words_do_not_count(memories: InMemoryMemoryStore) -> None:
    question = "Is a bicycle thief in the third open workshop?"
    assert first(HybridAgent(memories, SynonymEmbedding(), by_words=False), question) == STOLEN.memory_id


@pytest.mark.parametrize(
    ("gate", "question", "found"),
    [
        (Gate(1.1, 0.9), "Any woodworking?", WORKSHOP.memory_id),
        (Gate(1.1, 0.9), "Any fishing?", None),
        (Gate(0.9, 1.1), "Is the surgery open?", DOCTOR.memory_id),
        (Gate(0.9, 1.1), "Any woodworking?", None),
    ],
)
def test_gate_opens_by_coverage_or_by_similarity(
    memories: InMemoryMemoryStore, gate: Gate, question: str, found: str | None
) -> None:
    assert first(HybridAgent(memories, SynonymEmbedding(), gate), question) == found


def test_best_gate_leaves_enough_unanswerable_questions_unanswered(memories: InMemoryMemoryStore) -> None:
    asked = [
        Question("1", ALICE, NOON, "Which thief took my bicycle?", frozenset({STOLEN.memory_id}), "paraphrase"),
        Question("2", ALICE, NOON, "Is a third of the hut open?", frozenset(), "nothing"),
        Question("3", ALICE, NOON, "What did the fishing cost?", frozenset(), "nothing"),
    ]
    recall, gate = best_gate(HybridAgent(memories, SynonymEmbedding()), asked, correct_nothings=1)
    assert recall == 1
    agent = HybridAgent(memories, SynonymEmbedding(), gate)
    assert [first(agent, one.question) for one in asked] == [STOLEN.memory_id, None, None]


def test_no_gate_exceeds_the_one_in_hindsight() -> None:
    asked = questions()[::4]
    *always, tuned, hindsight = with_embedding(sample_memories(), SynonymEmbedding(), asked)
    assert all(one.correctly_unanswered < 0.5 for one in always)
    assert hindsight.correctly_unanswered >= 0.85
    assert hindsight.recall() >= (tuned.recall() if tuned.correctly_unanswered >= 0.85 else 0)
