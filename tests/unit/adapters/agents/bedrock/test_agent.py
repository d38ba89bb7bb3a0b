"""BedrockReasoningAgent with a scripted model: what it may look at, what the user sees, what becomes of the answer."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from domain.chat import Citation, Message, Role
from domain.errors import AgentFailed, TurnOver
from domain.failure_codes import FailureCode
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


def test_several_tools_at_once_are_all_answered() -> None:
    model = ScriptedModel([[*search("parked"), ("current_date", {}), ("list_by_tag", {"tag": "health"})], LEVEL_3])
    model.agent(alice_and_bob(), FakeClock()).reason(asking("Where?"), RecordingProgressReporter())
    _question, found, today, tagged = model.heard[1].data
    assert found.memories[0].text == PARKED.text
    assert today == "Monday, 23 November 2026, 12:00 UTC"
    assert [one.text for one in tagged.memories] == [DENTIST.text]


def test_a_day_is_read_with_the_days_around_it() -> None:
    model = ScriptedModel([[("read_around", {"day": "2026-11-11", "days": 1})], LEVEL_3])
    model.agent(alice_and_bob(), FakeClock()).reason(asking("When?"), RecordingProgressReporter())
    assert [one.text for one in model.heard[1].data[1].memories] == [DENTIST.text]


def test_an_unknown_tag_shows_the_tags_that_there_are() -> None:
    model = ScriptedModel([[("list_by_tag", {"tag": "boats"})], LEVEL_3])
    model.agent(alice_and_bob(), FakeClock()).reason(asking("Boats?"), RecordingProgressReporter())
    assert model.heard[1].data[1] == ["car", "travel", "health"]


@pytest.mark.parametrize(
    "citations",
    [[("m9", "level 3")], [(PARKED.memory_id, "level 3")], [("m1", "level 4")], [("m1", "")], [("", "level 3")]],
)
def test_an_invented_citation_is_dropped(citations: list[tuple[str, str]]) -> None:
    assert reasoned(search("parked"), answer("Level 3.", *citations)) == Answer("Level 3.")


def test_memory_that_the_model_has_not_read_cannot_be_cited() -> None:
    assert reasoned(answer("Level 3.", ("m1", "level 3"))).citations == ()


def test_an_answer_in_plain_text_is_an_answer() -> None:
    assert reasoned(search("parked"), "You parked on level 3.") == Answer("You parked on level 3.")


def test_the_last_round_leaves_no_tool_but_the_answer() -> None:
    model = ScriptedModel([search("a"), search("b"), LEVEL_3])
    agent = model.agent(alice_and_bob(), FakeClock(), replace(SETTINGS, rounds=3))
    agent.reason(asking("Where?"), RecordingProgressReporter())
    assert [bool(said.tools) for said in model.heard] == [True, True, False]


def test_a_model_that_never_comes_to_an_end_is_stopped() -> None:
    assert failure(search("again")) == FailureCode.TOO_MANY_ROUNDS


def test_a_model_that_does_everything_at_once_is_stopped() -> None:
    assert failure(search("again") * 60) == FailureCode.TOO_MANY_ROUNDS


@pytest.mark.parametrize(
    "arguments",
    ["not JSON", {"phrasings": []}, {"phrasings": ["x"] * 50}, {"phrasings": ["x" * 9_000]}, {"words": "parked"}, "[]"],
)
def test_arguments_that_do_not_fit_are_sent_back_and_then_given_up(arguments: Any) -> None:
    assert failure([("search_memories", arguments)]) == FailureCode.MALFORMED_ANSWER
    assert reasoned([("search_memories", arguments)], search("parked"), LEVEL_3).text.startswith("You parked")


def test_a_tool_that_does_not_exist_is_no_tool() -> None:
    assert failure([("forget_memory", {"memory": "m1"})]) == FailureCode.MALFORMED_ANSWER


@pytest.mark.parametrize("form", ['{"text"', "{}", '{"text": ""}', '{"text": 7}'])
def test_an_answer_that_does_not_fit_its_form_is_a_failure_with_a_name(form: str) -> None:
    assert failure([("answer", form)]) == FailureCode.MALFORMED_ANSWER


def test_the_user_sees_each_step_and_the_answer_as_it_grows() -> None:
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


def test_the_chats_earlier_messages_come_along_as_far_as_they_fit() -> None:
    history = [
        Message(f"01KA{number:022d}", (Role.USER, Role.ASSISTANT)[number % 2], f"Said {number}. " * 50, NOON)
        for number in range(20)
    ]
    model = ScriptedModel([LEVEL_3])
    agent = model.agent(alice_and_bob(), FakeClock(), replace(SETTINGS, history_tokens=500))
    agent.reason(asking("And now?", history=history), RecordingProgressReporter())
    earlier = json.loads(model.heard[0].data[0])["earlier_messages"]
    assert [message["text"][:8] for message in earlier] == ["Said 17.", "Said 18.", "Said 19."]
    assert [message["by"] for message in earlier] == ["assistant", "user", "assistant"]


def test_memories_that_the_model_reads_are_bounded() -> None:
    memories = alice_and_bob()
    memories.put_many(ALICE, [memory(100 + number, f"Car {number}. " + "x" * 3_900) for number in range(200)])
    looks = [("search_memories", {"phrasings": [f"car {number}"]}) for number in range(38)]
    model = ScriptedModel([looks, LEVEL_3])
    model.agent(memories, FakeClock()).reason(asking("Cars?"), RecordingProgressReporter())
    read = [one for look in model.heard[1].data[1:] for one in look.memories]
    assert 90_000 < sum(len(one.text) for one in read) <= 100_000
    assert all(len(look.memories) <= 20 for look in model.heard[1].data[1:])


def test_slow_model_ends_as_timed_out() -> None:
    slow = ScriptedModel([answer("x" * 4_000)], before_each_piece=lambda: time.sleep(0.02))
    with pytest.raises(AgentFailed) as failed:
        slow.agent(alice_and_bob(), FakeClock(), replace(SETTINGS, seconds=0.3)).reason(
            asking("?"), RecordingProgressReporter()
        )
    assert failed.value.code == FailureCode.TIMED_OUT


def test_a_turn_that_ends_while_the_model_writes_ends_the_model_too() -> None:
    model = ScriptedModel([search("parked"), answer("You parked. " * 100)])
    progress = RecordingProgressReporter(over_at=6)
    with pytest.raises(TurnOver):
        model.agent(alice_and_bob(), FakeClock()).reason(asking("Where?"), progress)
    assert progress.looks == 6


class TestBedrockReasoningAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return ScriptedModel([search("parked"), LEVEL_3]).agent(alice_and_bob(), FakeClock())
