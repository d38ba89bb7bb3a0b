"""The model-free agent reaches the floors of the evaluation set, and answers the questions that the project shows."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.agents.recall_agent import RecallAgent
from adapters.clocks import SystemClock
from scripts.hcl import Module
from tests.evaluation.baselines import baselines
from tests.evaluation.measures import Measures, measure
from tests.evaluation.question_set import USERS, Question, held_out, questions, sample_memories
from tests.evaluation.report import table

#: Measured: 0.672, 0.833 and, always answering, 0.785. The floors allow about four questions to change;
#: a change that costs more than these is not noise.
RECALL = 0.64
CORRECTLY_UNANSWERED = 0.79
ALWAYS_ANSWERING = 0.76
#: On questions that nothing was tuned on: 0.210 when always answering, and 0.781.
HELD_OUT_ALWAYS_ANSWERING = 0.18
HELD_OUT_CORRECTLY_UNANSWERED = 0.71


@pytest.fixture(scope="module")
def baseline_measures() -> tuple[Measures, ...]:
    return tuple(baselines(sample_memories(), questions()))


@pytest.fixture(scope="module")
def recall() -> Measures:
    return measure("recall", RecallAgent(sample_memories(), SystemClock()), questions())


def test_recall_reaches_its_floor(recall: Measures) -> None:
    assert recall.recall() >= RECALL


def test_unanswerable_questions_are_mostly_left_unanswered(recall: Measures) -> None:
    assert recall.correctly_unanswered >= CORRECTLY_UNANSWERED


def test_search_beats_plain_and_stemmed_bm25(baseline_measures: tuple[Measures, ...]) -> None:
    plain, stemmed, ours = baseline_measures
    assert ours.recall() >= ALWAYS_ANSWERING
    assert ours.recall() > stemmed.recall() + 0.2
    assert stemmed.recall() > plain.recall() > 0.4, "the baseline is broken"


#: The questions that the chat page offers to the demo users, and the memory that an answer must cite first.
EXAMPLES = {
    ("alice", "Where did I park the car?"): "a-297",
    ("alice", "When is my check-up with Dr Lindqvist?"): "a-276",
    ("alice", "On which day does our rubbish go out?"): "a-106",
    ("bob", "When is the Christmas dance?"): "b-244",
    ("bob", "When is my crown at the dentist?"): "b-235",
    ("bob", "Which room is Dad in at Birchwood?"): "b-210",
}


@pytest.mark.parametrize("day", [datetime(2026, 11, 26, 12, tzinfo=UTC), datetime(2028, 3, 1, 8, tzinfo=UTC)], ids=str)
@pytest.mark.parametrize(("user", "question"), EXAMPLES)
def test_shown_question_is_answered_from_the_right_memory(user: str, question: str, day: datetime) -> None:
    right = EXAMPLES[user, question]
    asked = Question("shown", user, day, question, frozenset({right}), "fact")
    (result,) = measure("recall", RecallAgent(sample_memories(), SystemClock()), [asked]).results
    assert result.cited[0] == right


def test_page_and_documents_show_these_questions() -> None:
    offered = {(user, one) for user, texts in Module().locals["demo_examples"].items() for one in texts}
    assert offered == EXAMPLES.keys()
    command = re.compile(r'^make ask Q="([^"]+)"(?: USER=(\w+))?', re.MULTILINE)
    root = Path(__file__).parents[2]
    pages = [(root / name).read_text(encoding="utf-8") for name in ("README.md", "docs/quick-start.md")]
    shown = {(user or "alice", text) for page in pages for text, user in command.findall(page)}
    assert len(shown) >= 2
    assert shown <= offered


def test_no_question_fails(recall: Measures) -> None:
    assert recall.failures == 0


def test_each_expected_memory_is_one_of_the_users_own() -> None:
    keys = {user: {memory.memory_id for memory in sample_memories().list_all(user)} for user in USERS}
    for question in [*questions(), *held_out()]:
        assert question.expect <= keys[question.user], question.id


def test_set_has_enough_questions_of_each_kind() -> None:
    asked = questions()
    assert len(asked) >= 60
    assert sum(not question.expect for question in asked) >= 12
    assert sum(question.kind == "date" for question in asked) >= 12


def test_held_out_questions_are_found_and_left_unanswered_as_the_docs_say(figure: Callable[[str], None]) -> None:
    *_, always = baselines(sample_memories(), held_out())
    gated = measure("recall", RecallAgent(sample_memories(), SystemClock()), held_out())
    for line in table([always, gated]).splitlines():
        figure(line)
    assert always.recall() >= HELD_OUT_ALWAYS_ANSWERING
    assert gated.correctly_unanswered >= HELD_OUT_CORRECTLY_UNANSWERED


def test_held_out_set_shares_no_question_with_the_tuned_one() -> None:
    kinds = Counter(question.kind for question in held_out())
    assert kinds["paraphrase"] >= 60
    assert kinds["nothing"] >= 25
    every = [question.question for question in [*questions(), *held_out()]]
    assert len(set(every)) == len(every)


def test_recall_of_the_agent_beats_plain_bm25(
    recall: Measures, baseline_measures: tuple[Measures, ...], figure: Callable[[str], None]
) -> None:
    for line in table([*baseline_measures, recall]).splitlines():
        figure(line)
    assert recall.recall() > baseline_measures[0].recall()
