"""Deleted memories do not appear in answers, drafts, citations or the chat's history."""

from functools import partial

import pytest

from adapters.agents.bedrock.prompt import FORGOTTEN
from domain.chat import Citation, Message, Role
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.bedrock.scripted_model import Call, ModelInput, ScriptedModel, answer, search
from tests.fakes.clock import NOON, FakeClock
from tests.support.people import GARAGE, PARKED, RecordingMemoryStore, alice_and_bob, asking
from tests.support.story import ALICE

SECRET = "level 3, bay 12"


def repeat_all(given: ModelInput) -> list[Call]:
    """Answer with all that the model was given."""
    return [("answer", {"text": "\n".join(map(str, given.data)), "citations": [{"memory": "m1", "quote": SECRET}]})]


def forget(memories: RecordingMemoryStore) -> None:
    memories.delete(ALICE, PARKED.memory_id)


def test_deleted_memory_is_in_no_later_answer_draft_or_citation() -> None:
    memories, progress = alice_and_bob(), RecordingProgressReporter()
    forget(memories)
    model = ScriptedModel([search("park", "car", "level 3 bay 12"), repeat_all])
    found = model.agent(memories, FakeClock()).reason(asking("Where did I park?"), progress)
    assert SECRET not in "\n".join([found.text, *progress.drafts, *progress.steps])
    assert found.citations == ()


def test_deleting_a_memory_that_the_model_read_fails_the_answer() -> None:
    memories = alice_and_bob()

    def meanwhile(_given: ModelInput) -> list[Call]:
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


def test_earlier_answer_that_cites_a_deleted_memory_is_hidden_from_the_model() -> None:
    memories = alice_and_bob()
    forget(memories)
    model = ScriptedModel([repeat_all])
    history = [
        message(Role.ASSISTANT, f"On {SECRET}.", Citation(PARKED.memory_id, SECRET)),
        message(Role.ASSISTANT, "At the garage.", Citation(GARAGE.memory_id, "at the garage")),
    ]
    model.agent(memories, FakeClock()).reason(asking("And the car?", history=history), RecordingProgressReporter())
    given = str(model.inputs[0].data[0])
    assert SECRET not in given
    assert FORGOTTEN in given
    assert "At the garage." in given


def message(role: Role, text: str, *citations: Citation) -> Message:
    return Message("01KA", role, text, NOON, citations)
