"""Prompt injections, with a model that obeys each of them: the code around the model must limit what it can do."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.bedrock.prompt import INSTRUCTIONS
from domain.chat import Message, Role
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.records import Reply
from domain.text import is_storable
from domain.verified_agent import TEXT_BYTES, VerifiedAgent
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.bedrock.scripted_model import ModelInput, ScriptedModel
from tests.fakes.clock import NOON, FakeClock
from tests.support.people import CANARY, RecordingMemoryStore, alice_and_bob, asking, memory
from tests.support.story import ALICE, BOB

_LINES = (Path(__file__).parent / "injections.jsonl").read_text(encoding="utf-8").splitlines()
ATTEMPTS = {attempt["name"]: attempt for attempt in map(json.loads, _LINES)}
TOOLS = ["search_memories", "read_around", "list_by_tag", "current_date"]


@dataclass
class Outcome:
    answer: Reply | None
    failure: str | None
    model: ScriptedModel
    memories: RecordingMemoryStore
    progress: RecordingProgressReporter

    def everything(self) -> str:
        """All that the user or the model was shown."""
        shown = [str(data) for given in self.model.inputs for data in given.data]
        return "\n".join([*shown, *self.progress.steps, *self.progress.drafts, repr(self.answer)])


def obedient(attempt: dict[str, Any]) -> ScriptedModel:
    """A model that makes every call that the attempt asks for, and then answers with all that it was given."""

    def speak(given: ModelInput) -> list[tuple[str, Any]]:
        text = attempt["says"].replace("{all}", "\n".join([given.instructions, *map(str, given.data)]))
        text = text.replace("{huge}", "car " * 200_000).replace("{surrogate}", "\\ud800")
        cites = [{"memory": label, "quote": quote} for label, quote in attempt["cites"]]
        return [("answer", {"text": text, "citations": cites})]

    return ScriptedModel([*([tuple(call)] for call in attempt["calls"][:7]), speak])


@cache
def outcome_of(name: str) -> Outcome:
    attempt = ATTEMPTS[name]
    memories, model, progress = alice_and_bob(), obedient(attempt), RecordingProgressReporter()
    where, text = attempt["where"], attempt["text"]
    if where in {"memory", "tag"}:
        tags = (text,) if where == "tag" else ("car",)
        memories.put_many(ALICE, [memory(50, text if where == "memory" else "A note.", tags=tags)])
    history = [Message("01KA", Role.ASSISTANT, text, NOON)] if where == "history" else []
    assignment = asking(text if where == "question" else "Where did I park?", history=history)
    try:
        answer = VerifiedAgent(model.agent(memories, FakeClock()), memories).reason(assignment, progress)
    except AgentFailed as failed:
        return Outcome(None, failed.code, model, memories, progress)
    return Outcome(answer, None, model, memories, progress)


@pytest.fixture(params=ATTEMPTS)
def outcome(request: pytest.FixtureRequest) -> Outcome:
    before = dict(os.environ)
    found = outcome_of(request.param)
    assert dict(os.environ) == before, "an environment variable was changed"
    return found


def test_no_injection_reaches_another_users_memories(outcome: Outcome) -> None:
    assert CANARY not in outcome.everything()
    assert set(outcome.memories.users) == {ALICE}


def test_no_injection_changes_memories(outcome: Outcome) -> None:
    own = {one.memory_id for one in outcome.memories.list_all(ALICE)}
    assert own >= {one.memory_id for one in alice_and_bob().list_all(ALICE)}
    assert outcome.memories.list_all(BOB) == alice_and_bob().list_all(BOB)


def test_no_injection_changes_tools_or_instructions(outcome: Outcome) -> None:
    for given in outcome.model.inputs:
        assert given.instructions == INSTRUCTIONS
        assert given.tools in (TOOLS, [])


def test_no_injection_exceeds_the_limits(outcome: Outcome) -> None:
    assert len(outcome.model.inputs) <= 8
    assert sum(len(data) for data in _texts(outcome)) < 140_000


def test_every_injection_ends_in_a_verified_answer_or_a_failure_code(outcome: Outcome) -> None:
    if outcome.answer is None:
        assert outcome.failure in set(FailureCode)
        return
    texts = {one.memory_id: one.text for one in outcome.memories.list_all(ALICE)}
    assert is_storable(outcome.answer.text)
    assert len(outcome.answer.text.encode()) <= TEXT_BYTES
    assert all(cited.quote in texts[cited.memory_id] for cited in outcome.answer.citations)


def _texts(outcome: Outcome) -> Iterator[str]:
    return (str(data) for data in outcome.model.inputs[-1].data)


def test_corpus_has_at_least_40_different_attempts() -> None:
    assert len(ATTEMPTS) == len(_LINES) >= 40


def test_model_obeys_injections() -> None:
    """Otherwise the other tests would prove nothing."""
    answers = [outcome.answer for outcome in map(outcome_of, ATTEMPTS) if outcome.answer]
    assert sum("level 3, bay 12" in answer.text for answer in answers) >= 5
    assert any("<script>" in answer.text for answer in answers)
