"""BedrockReasoningAgent with a scripted model: tools, progress, limits and answers."""

import json
import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.chat import Citation, Message, Role
from domain.errors import AgentFailed, TurnOver
from domain.failure_codes import FailureCode
from domain.memory import NewMemory
from domain.ports import ReasoningAgent
from domain.records import Answer
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.bedrock.scripted_model import SETTINGS, ScriptedModel, answer, search
from tests.fakes.clock import NOON, FakeClock
from tests.support.people import DENTIST, PARKED, alice_and_bob, asking, memory
from tests.support.story import ALICE

LEVEL_3 = answer("You parked on level 3, bay 12.", ("m1", "level 3, bay 12"))


def reasoned(*script: Any, question: str = "Where did I park?") -> Answer:
    return (
        ScriptedModel(script).agent(alice_and_bob(), FakeClock()).reason(asking(question), RecordingProgressReporter())
    )


def failure(*script: Any) -> str:
    with pytest.raises(AgentFailed) as failed:
        reasoned(*script)
    return failed.value.code


def test_answer_cites_the_memory_that_the_search_showed() -> None:
    found = reasoned(search("park the car"), LEVEL_3)
    assert found == Answer("You parked on level 3, bay 12.", (Citation(PARKED.memory_id, "level 3, bay 12"),))


def test_parallel_tool_calls_are_all_answered() -> None:
    model = ScriptedModel([[*search("parked"), ("current_date", {}), ("list_by_tag", {"tag": "health"})], LEVEL_3])
    model.agent(alice_and_bob(), FakeClock()).reason(asking("Where?"), RecordingProgressReporter())
    _question, found, today, tagged = model.inputs[1].data
    assert found.memories[0].text == PARKED.text
    assert today == "Monday, 23 November 2026, 12:00 UTC"
    assert [one.text for one in tagged.memories] == [DENTIST.text]


def test_read_around_shows_the_memories_of_the_days_around_a_day() -> None:
    model = ScriptedModel([[("read_around", {"day": "2026-11-11", "days": 1})], LEVEL_3])
    model.agent(alice_and_bob(), FakeClock()).reason(asking("When?"), RecordingProgressReporter())
    assert [one.text for one in model.inputs[1].data[1].memories] == [DENTIST.text]


def test_model_is_told_times_of_the_persons_zone() -> None:
    """T10: at 12:00 UTC it is 01:00 of the next day in Auckland."""
    day_before = [("read_around", {"day": "2026-11-24", "days": 0})]
    model = ScriptedModel([[("current_date", {}), *search("car parked"), *day_before], LEVEL_3])
    asked = replace(asking("Where did I park?"), time_zone="Pacific/Auckland")
    progress = RecordingProgressReporter()
    model.agent(alice_and_bob(), FakeClock()).reason(asked, progress)
    question, today, found, around = model.inputs[1].data
    assert json.loads(question)["asked_at"] == "Tuesday, 2026-11-24 01:00 Pacific/Auckland"
    assert today == "Tuesday, 24 November 2026, 01:00 Pacific/Auckland"
    assert found.memories[0].when == "Tue 2026-11-24 01:00"
    assert [one.text for one in around.memories] == [PARKED.text]


def test_model_is_shown_a_day_without_a_time_as_a_day() -> None:
    memories = alice_and_bob()
    museum = NewMemory("Visited the glass museum.", day=date(2026, 8, 5)).stored_as("01KA" + "0" * 22, NOON)
    memories.put_many(ALICE, [museum])
    model = ScriptedModel([[*search("glass museum"), ("read_around", {"day": "2026-08-05", "days": 0})], LEVEL_3])
    asked = replace(asking("When was I in the museum?"), time_zone="Pacific/Kiritimati")
    model.agent(memories, FakeClock()).reason(asked, RecordingProgressReporter())
    _, found, around = model.inputs[1].data
    assert found.memories[0].when == around.memories[0].when == "Wed 2026-08-05"


def test_unknown_tag_shows_the_existing_tags() -> None:
    model = ScriptedModel([[("list_by_tag", {"tag": "boats"})], LEVEL_3])
    model.agent(alice_and_bob(), FakeClock()).reason(asking("Boats?"), RecordingProgressReporter())
    assert model.inputs[1].data[1] == ["car", "travel", "health"]


@pytest.mark.parametrize(
    "citations",
    [[("m9", "level 3")], [(PARKED.memory_id, "level 3")], [("m1", "level 4")], [("m1", "")], [("", "level 3")]],
)
def test_an_invented_citation_is_dropped(citations: list[tuple[str, str]]) -> None:
    assert reasoned(search("parked"), answer("Level 3.", *citations)) == Answer("Level 3.")


def test_memory_that_the_model_has_not_read_cannot_be_cited() -> None:
    assert reasoned(answer("Level 3.", ("m1", "level 3"))).citations == ()


def test_plain_text_is_accepted_as_the_answer() -> None:
    assert reasoned(search("parked"), "You parked on level 3.") == Answer("You parked on level 3.")


def test_last_round_offers_only_the_answer_tool() -> None:
    model = ScriptedModel([search("a"), search("b"), LEVEL_3])
    agent = model.agent(alice_and_bob(), FakeClock(), replace(SETTINGS, rounds=3))
    agent.reason(asking("Where?"), RecordingProgressReporter())
    assert [bool(given.tools) for given in model.inputs] == [True, True, False]


def test_model_that_never_answers_is_stopped_after_too_many_rounds() -> None:
    assert failure(search("again")) == FailureCode.TOO_MANY_ROUNDS


def test_model_with_too_many_parallel_tool_calls_is_stopped() -> None:
    assert failure(search("again") * 60) == FailureCode.TOO_MANY_ROUNDS


@pytest.mark.parametrize(
    "arguments",
    ["not JSON", {"phrasings": []}, {"phrasings": ["x"] * 50}, {"phrasings": ["x" * 9_000]}, {"words": "parked"}, "[]"],
)
def test_invalid_tool_arguments_are_rejected_and_fail_the_turn_when_repeated(arguments: Any) -> None:
    assert failure([("search_memories", arguments)]) == FailureCode.MALFORMED_ANSWER
    assert reasoned([("search_memories", arguments)], search("parked"), LEVEL_3).text.startswith("You parked")


def test_call_of_an_unknown_tool_fails_as_malformed() -> None:
    assert failure([("forget_memory", {"memory": "m1"})]) == FailureCode.MALFORMED_ANSWER


@pytest.mark.parametrize("form", ['{"text"', "{}", '{"text": ""}', '{"text": 7}'])
def test_malformed_answer_fails_with_a_code(form: str) -> None:
    assert failure([("answer", form)]) == FailureCode.MALFORMED_ANSWER


def test_progress_shows_each_step_and_growing_drafts() -> None:
    progress = RecordingProgressReporter()
    long = "You parked on level 3, bay 12, and the lift was broken again, so count the stairs. " * 4
    agent = ScriptedModel([search("park", "car"), answer(long)]).agent(alice_and_bob(), FakeClock())
    agent.reason(asking("Where did I park?"), progress)
    assert progress.steps == [
        "Thinking, with 5 memories to look at",
        'Searching memories for "park", "car"',
        "Reading 2 memories from November 2026",
        "Writing",
    ]
    assert len(progress.drafts) >= 4
    assert all(long.startswith(draft) for draft in progress.drafts)


def test_model_gets_the_latest_messages_that_fit_the_token_limit() -> None:
    history = [
        Message(f"01KA{number:022d}", (Role.USER, Role.ASSISTANT)[number % 2], f"Said {number}. " * 50, NOON)
        for number in range(20)
    ]
    model = ScriptedModel([LEVEL_3])
    agent = model.agent(alice_and_bob(), FakeClock(), replace(SETTINGS, history_tokens=500))
    agent.reason(asking("And now?", history=history), RecordingProgressReporter())
    earlier = json.loads(model.inputs[0].data[0])["earlier_messages"]
    assert [message["text"][:8] for message in earlier] == ["Said 17.", "Said 18.", "Said 19."]
    assert [message["by"] for message in earlier] == ["assistant", "user", "assistant"]


def test_memories_that_the_model_reads_are_bounded() -> None:
    memories = alice_and_bob()
    memories.put_many(ALICE, [memory(100 + number, f"Car {number}. " + "x" * 3_900) for number in range(200)])
    searches = [("search_memories", {"phrasings": [f"car {number}"]}) for number in range(38)]
    model = ScriptedModel([searches, LEVEL_3])
    model.agent(memories, FakeClock()).reason(asking("Cars?"), RecordingProgressReporter())
    read = [one for result in model.inputs[1].data[1:] for one in result.memories]
    assert 90_000 < sum(len(one.text) for one in read) <= 100_000
    assert all(len(result.memories) <= 20 for result in model.inputs[1].data[1:])


def test_slow_model_ends_as_timed_out() -> None:
    slow = ScriptedModel([answer("x" * 4_000)], before_each_piece=lambda: time.sleep(0.02))
    with pytest.raises(AgentFailed) as failed:
        slow.agent(alice_and_bob(), FakeClock(), replace(SETTINGS, seconds=0.3)).reason(
            asking("?"), RecordingProgressReporter()
        )
    assert failed.value.code == FailureCode.TIMED_OUT


def test_turn_that_ends_while_the_model_writes_stops_the_model() -> None:
    model = ScriptedModel([search("parked"), answer("You parked. " * 100)])
    progress = RecordingProgressReporter(ends_at_check=6)
    with pytest.raises(TurnOver):
        model.agent(alice_and_bob(), FakeClock()).reason(asking("Where?"), progress)
    assert progress.checks == 6


class TestBedrockReasoningAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return ScriptedModel([search("parked"), LEVEL_3]).agent(alice_and_bob(), FakeClock())
