"""VerifiedAgent: what leaves any agent can be stored, and its citations are true."""

import pytest

from domain.chat import Citation
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.memory import Memory
from domain.ports import ReasoningAgent
from domain.records import Answer
from domain.text import is_storable
from domain.verified_agent import CITATIONS, CUT, QUOTE_LENGTH, TEXT_BYTES, VerifiedAgent
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.agent import PacedAgent
from tests.fakes.clock import FakeClock
from tests.support.people import PARKED, alice_and_bob, asking, memory
from tests.support.story import ALICE, BOB

BOBS = "01KA0000000000000000000001"


def checked(answer: Answer, *more: Memory) -> Answer:
    memories = alice_and_bob()
    memories.put_many(ALICE, more)
    agent = VerifiedAgent(PacedAgent(FakeClock(), answer=answer), memories)
    return agent.reason(asking("Where did I park?"), RecordingProgressReporter())


def kept(memory_id: str, quote: str) -> list[str]:
    return [one.quote for one in checked(Answer("There.", (Citation(memory_id, quote),))).citations]


def test_a_citation_that_its_memory_bears_out_is_kept() -> None:
    assert kept(PARKED.memory_id, "level 3, bay 12.") == ["level 3, bay 12."]


def test_a_quote_is_put_back_into_the_memorys_own_words() -> None:
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


def test_the_same_citation_counts_once_and_many_are_bounded() -> None:
    same = Citation(PARKED.memory_id, "level 3")
    others = [memory(100 + number, f"Note number {number}.") for number in range(40)]
    many = [Citation(one.memory_id, one.text) for one in others]
    assert checked(Answer("There.", (same, same, same))).citations == (same,)
    assert len(checked(Answer("There.", tuple(many)), *others).citations) == CITATIONS


def test_a_long_quote_is_shortened() -> None:
    long = memory(100, "word " * 800)
    (citation,) = checked(Answer("There.", (Citation(long.memory_id, long.text),)), long).citations
    assert len(citation.quote) == QUOTE_LENGTH


@pytest.mark.parametrize("letter", ["x", "\u20ac", "\U0001f697"])
def test_an_answer_beyond_the_bound_is_cut_with_a_mark(letter: str) -> None:
    text = checked(Answer(letter * (TEXT_BYTES + 1))).text
    assert len(text.encode()) <= TEXT_BYTES
    assert text.endswith(CUT)
    assert is_storable(text)


def test_an_answer_within_the_bound_is_left_as_it_is() -> None:
    assert checked(Answer("x" * TEXT_BYTES)).text == "x" * TEXT_BYTES


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "\u2060"])
def test_an_answer_of_nothing_is_a_failure_with_a_name(text: str) -> None:
    with pytest.raises(AgentFailed) as failed:
        checked(Answer(text))
    assert failed.value.code == FailureCode.EMPTY_ANSWER


def test_unstorable_characters_are_replaced() -> None:
    assert checked(Answer("Level\x003 \ud800")).text == "Level\ufffd3 \ufffd"


def test_only_the_askers_memories_are_looked_at() -> None:
    memories = alice_and_bob()
    agent = VerifiedAgent(PacedAgent(FakeClock(), answer=Answer("There.", (Citation(BOBS, "Birch Lane"),))), memories)
    agent.reason(asking("Where did I park?"), RecordingProgressReporter())
    assert BOB not in memories.users


class TestVerifiedAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return VerifiedAgent(PacedAgent(FakeClock()), alice_and_bob())
