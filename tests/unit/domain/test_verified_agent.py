"""VerifiedAgent: any agent's answer is storable, and its citations occur in the user's memories."""

import pytest

from domain.chat import Citation
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.memory import Memory
from domain.ports import ReasoningAgent
from domain.records import Answer, Reply
from domain.text import is_storable
from domain.verified_agent import CITATIONS, CUT, QUOTE_LENGTH, TEXT_BYTES, VerifiedAgent
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.agent import PacedAgent
from tests.fakes.clock import FakeClock
from tests.support.people import PARKED, alice_and_bob, asking, memory
from tests.support.story import ALICE, BOB

BOBS = "01KA0000000000000000000001"


def verified(answer: Answer, *more: Memory) -> Reply:
    memories = alice_and_bob()
    memories.put_many(ALICE, more)
    agent = VerifiedAgent(PacedAgent(FakeClock(), answer=answer), memories)
    return agent.reason(asking("Where did I park?"), RecordingProgressReporter())


def kept(memory_id: str, quote: str) -> list[str]:
    return [one.quote for one in verified(Answer("There.", (Citation(memory_id, quote),))).citations]


def test_citation_whose_quote_occurs_in_its_memory_is_kept() -> None:
    assert kept(PARKED.memory_id, "level 3, bay 12.") == ["level 3, bay 12."]


def test_quote_is_replaced_by_the_memorys_exact_text() -> None:
    assert kept(PARKED.memory_id, "LEVEL 3 \u2014 bay  12") == ["level 3, bay 12"]


@pytest.mark.parametrize(
    ("memory_id", "quote"),
    [
        ("01KAZZZZZZZZZZZZZZZZZZZZZZ", "level 3, bay 12"),
        (BOBS, "Birch Lane"),
        ("m1", "level 3, bay 12"),
        (PARKED.memory_id, "level 4, bay 12"),
        (PARKED.memory_id, "level 3 bay 1"),
        (PARKED.memory_id, ""),
        (PARKED.memory_id, "..."),
    ],
)
def test_an_invented_citation_is_dropped(memory_id: str, quote: str) -> None:
    assert kept(memory_id, quote) == []


def test_citations_are_deduplicated_and_limited() -> None:
    same = Citation(PARKED.memory_id, "level 3")
    others = [memory(100 + number, f"Note number {number}.") for number in range(40)]
    many = [Citation(one.memory_id, one.text) for one in others]
    assert verified(Answer("There.", (same, same, same))).citations == (same,)
    assert len(verified(Answer("There.", tuple(many)), *others).citations) == CITATIONS


def test_a_long_quote_is_shortened() -> None:
    long = memory(100, "word " * 800)
    (citation,) = verified(Answer("There.", (Citation(long.memory_id, long.text),)), long).citations
    assert len(citation.quote) == QUOTE_LENGTH


@pytest.mark.parametrize("letter", ["x", "\u20ac", "\U0001f697"])
def test_answer_beyond_the_size_limit_is_cut_with_a_mark(letter: str) -> None:
    text = verified(Answer(letter * (TEXT_BYTES + 1))).text
    assert len(text.encode()) <= TEXT_BYTES
    assert text.endswith(CUT)
    assert is_storable(text)


def test_answer_within_the_size_limit_is_unchanged() -> None:
    assert verified(Answer("x" * TEXT_BYTES)).text == "x" * TEXT_BYTES


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "\u2060"])
def test_empty_answer_fails_with_a_code(text: str) -> None:
    with pytest.raises(AgentFailed) as failed:
        verified(Answer(text))
    assert failed.value.code == FailureCode.EMPTY_ANSWER


def test_unstorable_characters_are_replaced() -> None:
    assert verified(Answer("Level\x003 \ud800")).text == "Level\ufffd3 \ufffd"


def test_only_the_askers_memories_are_read() -> None:
    memories = alice_and_bob()
    agent = VerifiedAgent(PacedAgent(FakeClock(), answer=Answer("There.", (Citation(BOBS, "Birch Lane"),))), memories)
    agent.reason(asking("Where did I park?"), RecordingProgressReporter())
    assert BOB not in memories.users


class TestVerifiedAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return VerifiedAgent(PacedAgent(FakeClock()), alice_and_bob())
