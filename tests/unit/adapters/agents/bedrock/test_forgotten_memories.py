"""What is forgotten is gone: from answers, drafts, citations, and from what was said before."""

from functools import partial

import pytest

from adapters.agents.bedrock.prompt import FORGOTTEN
from domain.chat import Citation, Message, Role
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.bedrock.scripted_model import Call, Said, ScriptedModel, answer, search
from tests.fakes.clock import NOON, FakeClock
from tests.support.people import GARAGE, PARKED, WatchedMemoryStore, alice_and_bob, asking
from tests.support.story import ALICE

SECRET = "level 3, bay 12"


def tells_all(said: Said) -> list[Call]:
    """It answers with all that it has got to see."""
    return [("answer", {"text": "\n".join(map(str, said.data)), "citations": [{"memory": "m1", "quote": SECRET}]})]


def forget(memories: WatchedMemoryStore) -> None:
    memories.delete(ALICE, PARKED.memory_id)


def test_a_forgotten_memory_is_in_no_later_answer_draft_or_citation() -> None:
    memories, progress = alice_and_bob(), RecordingProgressReporter()
    forget(memories)
    model = ScriptedModel([search("park", "car", "level 3 bay 12"), tells_all])
    found = model.agent(memories, FakeClock()).reason(asking("Where did I park?"), progress)
    assert SECRET not in "\n".join([found.text, *progress.drafts, *progress.steps])
    assert found.citations == ()


def test_deleting_a_memory_that_the_model_read_fails_the_answer() -> None:
    memories = alice_and_bob()

    def meanwhile(_said: Said) -> list[Call]:
        forget(memories)
        return answer("You parked well.")

    model = ScriptedModel([search("park"), meanwhile])
    with pytest.raises(AgentFailed) as failed:
        model.agent(memories, FakeClock()).reason(asking("Where did I park?"), RecordingProgressReporter())
    assert failed.value.code == FailureCode.MEMORIES_CHANGED


def test_deleting_a_memory_that_the_model_did_not_read_changes_nothing() -> None:
    memories = alice_and_bob()
    model = ScriptedModel([[("list_by_tag", {"tag": "health"})], answer("It cost 480 pounds.")])
    model.before_each_piece = partial(forget, memories)
    found = model.agent(memories, FakeClock()).reason(asking("What did the crown cost?"), RecordingProgressReporter())
    assert found.text == "It cost 480 pounds."


def test_an_earlier_answer_that_rested_on_it_is_not_told_to_the_model() -> None:
    memories = alice_and_bob()
    forget(memories)
    model = ScriptedModel([tells_all])
    history = [
        said(Role.ASSISTANT, f"On {SECRET}.", Citation(PARKED.memory_id, SECRET)),
        said(Role.ASSISTANT, "At the garage.", Citation(GARAGE.memory_id, "at the garage")),
    ]
    model.agent(memories, FakeClock()).reason(asking("And the car?", history=history), RecordingProgressReporter())
    told = str(model.heard[0].data[0])
    assert SECRET not in told
    assert FORGOTTEN in told
    assert "At the garage." in told


def said(role: Role, text: str, *citations: Citation) -> Message:
    return Message("01KA", role, text, NOON, citations)
