"""The progress that polls show of an answer that takes half a minute."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from dependency_injector import providers
from pydantic_ai.exceptions import ModelHTTPError

from domain.chat import Step, Turn, TurnState
from domain.ports import ReasoningAgent
from domain.records import Ask, PageRequest
from domain.throttled_progress import ThrottledProgressReporter
from tests.fakes.bedrock.scripted_model import Script, ScriptedModel, answer, search
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.fakes.observer import RecordingObserver
from tests.support.people import alice_and_bob, asking
from tests.support.service import Service
from tests.support.story import ALICE, Story

LONG = "You parked on level 3, bay 12. The lift was broken, so take the stairs by the river. " * 6
PIECE = timedelta(seconds=1.5)


def half_a_minute(clock: FakeClock) -> ReasoningAgent:
    """A model that takes 1.5 seconds for each piece of its output."""
    script: Script = [search("parked the car"), [("list_by_tag", {"tag": "car"})], answer(LONG, ("m1", "level 3"))]
    model = ScriptedModel(script, before_each_piece=lambda: clock.sleep(PIECE))
    return model.agent(alice_and_bob(), clock)


def polls_and_end() -> tuple[list[Turn], Turn]:
    """The turn at each poll, and at its end."""
    service = Service()
    service.container.agent.override(providers.Object(half_a_minute(service.clock)))
    asked = service.chat_service.dispatch(Ask(ALICE, "Where did I park?"))
    seen: list[Turn] = []

    def poll() -> None:
        seen.append(service.chat_service.read(ALICE, asked.chat_id, PageRequest(50)).chat.turn)

    for second in range(1, 60):
        service.clock.at(service.clock.now() + timedelta(seconds=second), poll)
    service.run_worker()
    poll()
    return seen[:-1], seen[-1]


def test_polls_show_at_least_five_steps_and_five_drafts() -> None:
    polls, end = polls_and_end()
    running = [turn for turn in polls if turn.thinking]
    assert end.reasoning_time is not None
    assert end.reasoning_time >= timedelta(seconds=25)
    steps = {step.text for turn in running for step in turn.progress}
    drafts = {turn.draft for turn in running if turn.draft}
    assert len(steps) >= 5
    assert len(drafts) >= 5
    assert len({(len(turn.progress), turn.draft) for turn in running}) >= 10


def test_draft_only_grows_and_is_removed_at_the_end() -> None:
    polls, end = polls_and_end()
    drafts = [turn.draft for turn in polls if turn.draft]
    assert all(LONG.startswith(draft) for draft in drafts)
    assert [len(draft) for draft in drafts] == sorted(len(draft) for draft in drafts)
    assert end.draft is None
    assert end.state is TurnState.ANSWERED


@dataclass
class TimedChatRepository(InMemoryChatRepository):
    """Records the times of writes of progress."""

    clock: FakeClock = field(default_factory=FakeClock)
    written: list[datetime] = field(default_factory=list)

    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> bool:
        self.written.append(self.clock.now())
        return super().save_progress(turn, progress, draft)


def test_progress_is_written_at_most_once_a_second() -> None:
    clock = FakeClock()
    chats = TimedChatRepository(clock=clock)
    story = Story(chats, clock)
    model = ScriptedModel([answer(LONG)], before_each_piece=lambda: clock.sleep(timedelta(seconds=0.3)))
    turn = story.claims(story.asks())
    model.agent(alice_and_bob(), clock).reason(
        asking("Where did I park?"), ThrottledProgressReporter(chats, clock, RecordingObserver(), turn)
    )
    assert len(chats.written) >= 4
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(chats.written))


def test_cancelling_stops_the_model_and_leaves_no_draft() -> None:
    service = Service()
    service.container.agent.override(providers.Object(half_a_minute(service.clock)))
    asked = service.chat_service.dispatch(Ask(ALICE, "Where did I park?"))
    cancelled_at = service.clock.now() + timedelta(seconds=12)
    service.clock.at(cancelled_at, lambda: check_cancelled(service.chat_service.cancel(ALICE, asked.chat_id)))
    service.run_worker()
    turn = service.chat_service.read(ALICE, asked.chat_id, PageRequest(50)).chat.turn
    assert (turn.state, turn.draft) == (TurnState.CANCELLED, None)
    assert service.clock.now() - cancelled_at < timedelta(seconds=4)


def check_cancelled(turn: Turn) -> None:
    assert turn.state is TurnState.CANCELLED


def test_each_model_request_is_logged_with_its_time_and_tokens(caplog: pytest.LogCaptureFixture) -> None:
    model = ScriptedModel([search("parked the car"), answer(LONG)], before_each_piece=lambda: time.sleep(0.002))
    service = Service()
    service.container.agent.override(providers.Object(model.agent(alice_and_bob(), service.clock)))
    with caplog.at_level(logging.INFO, "adapters.agents.bedrock"):
        service.chat_service.dispatch(Ask(ALICE, "Where did I park the blue hunter2?"))
        service.run_worker()
    lines = [vars(record) for record in caplog.records if record.message == "model request"]
    assert [line["number"] for line in lines] == [1, 2]
    # The whole reply is waited for, not only its beginning.
    assert all(line["took_ms"] >= 2 for line in lines)
    assert all(line["input_tokens"] > 0 < line["output_tokens"] for line in lines)
    assert not any("hunter2" in str(line) for line in lines)


def test_a_model_request_that_fails_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    def break_off() -> None:
        raise ModelHTTPError(400, "scripted")

    model = ScriptedModel([answer(LONG)], before_each_piece=break_off)
    service = Service()
    service.container.agent.override(providers.Object(model.agent(alice_and_bob(), service.clock)))
    with caplog.at_level(logging.INFO, "adapters.agents.bedrock"):
        service.chat_service.dispatch(Ask(ALICE, "Where did I park?"))
        service.run_worker()
    lines = {record.message: vars(record) for record in caplog.records}
    assert lines["model request"]["error"] == "cut off"
    assert lines["model failed"]["error"] == "ModelHTTPError"
