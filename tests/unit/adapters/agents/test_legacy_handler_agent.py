"""LegacyHandlerAgent runs an existing synchronous handler unchanged."""

import base64
import json
from typing import Any

import pytest

from adapters.agents.legacy_handler_agent import Event, LegacyContext, LegacyHandlerAgent
from domain.chat import Citation
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.ports import ReasoningAgent
from domain.records import Answer
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.clock import FakeClock
from tests.support.people import asking
from tests.support.story import ALICE


def blocking_handler(event: Event, _context: LegacyContext) -> dict[str, Any]:
    """A handler as written for API Gateway."""
    question = json.loads(event["body"])["question"]
    user = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    answer = {"answer": f"{user} asked: {question}"}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(answer)}


def answer_to(result: Any) -> Answer:
    agent = LegacyHandlerAgent(lambda _event, _context: result, FakeClock())
    return agent.reason(asking("Where did I park?"), RecordingProgressReporter())


def test_handler_gets_question_and_user_in_api_gateways_format() -> None:
    answer = LegacyHandlerAgent(blocking_handler, FakeClock()).reason(
        asking("Where did I park?"), RecordingProgressReporter()
    )
    assert answer == Answer(f"{ALICE} asked: Where did I park?")


def test_handler_context_has_the_remaining_time() -> None:
    def handler(_event: Event, context: LegacyContext) -> str:
        return f"{context.get_remaining_time_in_millis()} ms for {context.function_name}"

    answer = LegacyHandlerAgent(handler, FakeClock()).reason(asking("?", seconds=60), RecordingProgressReporter())
    assert answer.text == "60000 ms for async-chat"


@pytest.mark.parametrize(
    "result",
    [
        "Level 3.",
        {"answer": "Level 3."},
        {"message": "Level 3."},
        {"statusCode": 200, "body": "Level 3."},
        {"statusCode": 200, "body": '"Level 3."'},
        {"statusCode": "200", "body": json.dumps({"text": "Level 3."})},
        {"statusCode": 200, "body": base64.b64encode(b'{"output": "Level 3."}').decode(), "isBase64Encoded": True},
    ],
)
def test_handler_result_becomes_the_answer(result: Any) -> None:
    assert answer_to(result).text == "Level 3."


def test_valid_citations_of_the_result_are_kept() -> None:
    cited = [{"memory_id": "01KA", "quote": "level 3"}, {"memory_id": 7}, "nonsense"]
    assert answer_to({"answer": "Level 3.", "citations": cited}).citations == (Citation("01KA", "level 3"),)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"statusCode": 500, "body": "boom"}, FailureCode.AGENT_FAILED),
        ({"statusCode": 429, "body": '{"answer": "Level 3."}'}, FailureCode.AGENT_FAILED),
        ({"statusCode": 200, "body": "{}"}, FailureCode.MALFORMED_ANSWER),
        (None, FailureCode.MALFORMED_ANSWER),
        ({"answer": 42}, FailureCode.MALFORMED_ANSWER),
    ],
)
def test_handler_result_without_an_answer_fails_with_a_code(result: Any, code: FailureCode) -> None:
    with pytest.raises(AgentFailed) as failed:
        answer_to(result)
    assert failed.value.code == code


def test_event_and_answer_mapping_can_be_replaced() -> None:
    agent = LegacyHandlerAgent(
        lambda event, _context: {"reply": event["prompt"][::-1]},
        FakeClock(),
        event_of=lambda assignment: {"prompt": assignment.question},
        answer_of=lambda result: Answer(result["reply"]),
    )
    assert agent.reason(asking("abc"), RecordingProgressReporter()).text == "cba"


class TestLegacyHandlerAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return LegacyHandlerAgent(blocking_handler, FakeClock())
