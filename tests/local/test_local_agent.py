"""How the local stack runs an agent of one's own: what it does is shown, on that stack only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.custom_agent import AgentDependencies
from domain.errors import AgentFailed, TurnOver
from domain.records import Assignment
from local.in_the_zip.local_agent import LocalAgent
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.support.people import asking

AGENT = """
from domain.errors import AgentFailed
from domain.records import Answer

def agent(dependencies):
    def reason(assignment, progress):
        progress.step("Looking")
        print("one", end=" ")
        print("two")
        {then}
        return Answer("Found")
    return reason
"""


class Local:
    """The agent of a folder, run as the local stack's worker runs it."""

    def __init__(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        self._folder = folder
        self._caplog = caplog
        self.progress = RecordingProgressReporter()

    def reason(self, then: str = "", module: str | None = None) -> str:
        name = module or f"lab_{abs(hash(then))}"
        if module is None:
            (self._folder / f"{name}.py").write_text(AGENT.replace("{then}", then), encoding="utf-8")
        agent = LocalAgent(
            f"{name}:agent", [str(self._folder)], None, AgentDependencies(InMemoryMemoryStore(), FakeClock())
        )
        asked = asking("Where?")
        assignment = Assignment("alice", asked.question, (), asked.asked_at, asked.answer_by, "UTC", "chat-1", "turn-1")
        return agent.reason(assignment, self.progress).text

    @property
    def logged(self) -> list[Any]:
        return [record for record in self._caplog.records if getattr(record, "chat_id", None) == "chat-1"]


@pytest.fixture
def local(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Local:
    monkeypatch.syspath_prepend(tmp_path)
    caplog.set_level(logging.INFO)
    return Local(tmp_path, caplog)


def test_steps_and_prints_are_logged_with_the_chat_and_steps_reach_the_user(local: Local) -> None:
    assert local.reason() == "Found"
    assert [record.getMessage() for record in local.logged] == ["step: Looking", "print: one two"]
    assert local.progress.steps == ["Looking"]


def test_what_the_agent_raises_is_shown_with_its_file_and_its_traceback(local: Local, tmp_path: Path) -> None:
    with pytest.raises(AgentFailed) as failed:
        local.reason("{}['the missing key']")
    assert failed.value.code == "agent_failed"
    said = str(failed.value.message)
    assert "KeyError: 'the missing key' at" in said
    assert str(tmp_path) in said
    assert local.logged[-1].traceback.endswith("KeyError: 'the missing key'\n")
    assert "local_agent.py" not in local.logged[-1].traceback


def test_agent_that_cannot_be_loaded_fails_the_turn_with_the_sentence(local: Local) -> None:
    with pytest.raises(AgentFailed) as failed:
        local.reason(module="no_such_module")
    assert "No module named 'no_such_module'" in str(failed.value.message)


def test_the_agents_own_failure_passes_and_is_logged(local: Local) -> None:
    with pytest.raises(AgentFailed, match="Which car") as failed:
        local.reason("raise AgentFailed('refused', 'Which car?')")
    assert (failed.value.code, failed.value.message) == ("refused", "Which car?")
    assert local.logged[-1].getMessage() == "agent failed: Which car?"


def test_the_end_of_the_turn_passes(local: Local) -> None:
    local.progress.ends_at_check = 1
    with pytest.raises(TurnOver):
        local.reason()
