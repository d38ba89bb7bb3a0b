"""The contract of every ReasoningAgent, as tests to inherit.

For an agent of your own, in whose repository it is `async_chat_agent_kit.contract`:

    from async_chat_agent_kit.contract import ReasoningAgentContract

    class TestMyAgent(ReasoningAgentContract):
        @pytest.fixture
        def agent(self) -> ReasoningAgent:
            return MyAgent()
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.chat import Message, Role, Usage
from domain.errors import AgentFailed, TurnOver
from domain.failure_codes import FailureCode
from domain.ports import ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from domain.text import is_storable, is_visible

#: The time of the fake clock.
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ODD_QUESTIONS = {
    "one letter": "?",
    "long": "Where " * 1_300,
    "other scripts": "\u0623\u064a\u0646 \u0633\u064a\u0627\u0631\u062a\u064a\u061f \u6211\u7684\u8f66\u5728\u54ea\u91cc \U0001f697",
    "quotes": "\"'`\\ %s {question} ${HOME} </memory> --",
    "only punctuation": "... !!! \u2026",
}


@dataclass
class RecordingProgressReporter(ProgressReporter):
    """Records steps and drafts; the turn ends at check number `ends_at_check`."""

    ends_at_check: int | None = None
    checks: int = 0
    steps: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    usage: Usage | None = None

    def step(self, text: str) -> None:
        self.steps.append(text)
        self.raise_if_ended()

    def draft(self, text: str) -> None:
        self.drafts.append(text)
        self.raise_if_ended()

    def used(self, usage: Usage) -> None:
        self.usage = usage

    def raise_if_ended(self) -> None:
        self.checks += 1
        if self.ends_at_check is not None and self.checks >= self.ends_at_check:
            raise TurnOver


class ReasoningAgentContract:
    """Override `agent`, and `assignment` if your agent needs another question."""

    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        raise NotImplementedError("override this fixture with your agent")

    @pytest.fixture
    def assignment(self) -> Assignment:
        return Assignment("alice", "Where did I park the car?", (), NOON, NOON + timedelta(seconds=60))

    def test_answer_is_visible_and_storable(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        answer = agent.reason(assignment, RecordingProgressReporter())
        assert is_visible(answer.text)
        assert is_storable(answer.text)

    def test_each_citation_names_a_memory_and_quotes_it(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        for citation in agent.reason(assignment, RecordingProgressReporter()).citations:
            assert citation.memory_id
            assert is_visible(citation.quote)
            assert is_storable(citation.quote)

    def test_progress_and_draft_are_storable(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        progress = RecordingProgressReporter()
        agent.reason(assignment, progress)
        assert all(is_storable(text) and is_visible(text) for text in (*progress.steps, *progress.drafts))

    def test_agent_stops_at_whichever_check_finds_that_the_turn_has_ended(
        self, agent: ReasoningAgent, assignment: Assignment
    ) -> None:
        complete = RecordingProgressReporter()
        agent.reason(assignment, complete)
        for check in range(1, complete.checks + 1):
            with pytest.raises(TurnOver):
                agent.reason(assignment, progress := RecordingProgressReporter(ends_at_check=check))
            assert progress.checks == check, "the agent went on after the turn had ended"

    @pytest.mark.parametrize("question", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS)
    def test_odd_question_gets_an_answer_or_a_failure_code(
        self, agent: ReasoningAgent, assignment: Assignment, question: str
    ) -> None:
        assert _outcome(agent, replace(assignment, question=question)) in {"answer", *FailureCode}

    def test_history_does_not_break_the_answer(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        history = tuple(
            Message(f"01KA{number:022d}", (Role.USER, Role.ASSISTANT)[number % 2], f"Said {number}", NOON)
            for number in range(20)
        )
        assert _outcome(agent, replace(assignment, history=history)) in {"answer", *FailureCode}

    def test_one_instance_answers_several_questions(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        answers = [
            agent.reason(replace(assignment, user_id=user), RecordingProgressReporter()) for user in ("alice", "bob")
        ]
        assert all(isinstance(answer, Answer) for answer in answers)


def _outcome(agent: ReasoningAgent, assignment: Assignment) -> str:
    try:
        agent.reason(assignment, RecordingProgressReporter())
    except AgentFailed as failure:
        return failure.code
    return "answer"
