"""Measures: recall among the first five citations, and no citation where no memory answers."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import nan
from statistics import fmean, median
from typing import Final

from domain.errors import AgentFailed
from domain.ports import MemoryStore, ReasoningAgent
from domain.records import Assignment
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.evaluation.question_set import Question

FIRST: Final = 5
TIME: Final = timedelta(seconds=60)
MakeAgent = Callable[[MemoryStore], ReasoningAgent]


@dataclass(frozen=True, slots=True)
class Result:
    """The memories that an answer cited first, in order, or how the agent failed."""

    question: Question
    cited: tuple[str, ...]
    seconds: float
    failure: str | None = None

    def recall(self, first: int = FIRST) -> float:
        """The share of expected memories among the first ones cited."""
        return len(self.question.expect.intersection(self.cited[:first])) / len(self.question.expect)

    @property
    def correctly_unanswered(self) -> bool:
        """Cites nothing and does not fail."""
        return not self.cited and self.failure is None


@dataclass(frozen=True, slots=True)
class Measures:
    """One agent's results over all questions."""

    agent: str
    results: Sequence[Result] = field(repr=False)

    def recall(self, kind: str | None = None, first: int = FIRST) -> float:
        """Mean recall at `first` over the questions that have an answer."""
        return _mean(result.recall(first) for result in self.results if result.question.expect and _of(kind, result))

    @property
    def correctly_unanswered(self) -> float:
        """The share of questions without an answer that got none."""
        return _mean(result.correctly_unanswered for result in self.results if not result.question.expect)

    @property
    def seconds(self) -> float:
        """For the median question."""
        return median(result.seconds for result in self.results)

    @property
    def failures(self) -> int:
        return sum(result.failure is not None for result in self.results)


def measure(name: str, agent: ReasoningAgent, questions: Sequence[Question]) -> Measures:
    return Measures(name, [_result(agent, question) for question in questions])


def _result(agent: ReasoningAgent, question: Question) -> Result:
    # Asked on a fixed day; the time limit uses today's clock.
    answer_by = datetime.now(UTC) + TIME
    assignment = Assignment(question.user, question.question, (), question.asked_at, answer_by)
    start = time.perf_counter()
    try:
        answer = agent.reason(assignment, RecordingProgressReporter())
    except AgentFailed as failed:
        return Result(question, (), time.perf_counter() - start, failed.code)
    cited = tuple(dict.fromkeys(citation.memory_id for citation in answer.citations))
    return Result(question, cited, time.perf_counter() - start)


def _mean(values: Iterable[float]) -> float:
    """NaN without values: a selection may have no question of a kind."""
    known = list(values)
    return fmean(known) if known else nan


def _of(kind: str | None, result: Result) -> bool:
    return kind is None or result.question.kind == kind
