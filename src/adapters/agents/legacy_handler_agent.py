"""LegacyHandlerAgent: runs an existing synchronous Lambda handler, unchanged, as an agent."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.chat import Citation
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.ports import Clock, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment

Event = dict[str, Any]
#: Field names under which such handlers return their answer; the first that is present is used.
ANSWER_FIELDS: Final = ("answer", "response", "content", "message", "text", "output")
_ERROR: Final = 400


@dataclass(frozen=True, slots=True)
class LegacyContext:
    """The part of Lambda's context that handlers use, above all the remaining time."""

    clock: Clock
    until: datetime
    aws_request_id: str
    function_name: str = "async-chat"
    memory_limit_in_mb: int = 1024

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the turn must have its answer."""
        return max(0, (self.until - self.clock.now()) // timedelta(milliseconds=1))


class LegacyHandlerAgent(ReasoningAgent):
    """Calls `handler(event, context)` in this process.

    `event_of` makes the event, by default the one that an HTTP API sends (payload 2.0). `answer_of` reads what comes
    back, by default a response to API Gateway, a bare dict, or a string.
    """

    def __init__(
        self,
        handler: Callable[[Event, LegacyContext], Any],
        clock: Clock,
        event_of: Callable[[Assignment], Event] | None = None,
        answer_of: Callable[[Any], Answer] | None = None,
    ) -> None:
        self._handler = handler
        self._clock = clock
        self._event_of = event_of or gateway_event
        self._answer_of = answer_of or gateway_answer

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        progress.step("Thinking")
        context = LegacyContext(self._clock, assignment.answer_by, str(uuid.uuid4()))
        return self._answer_of(self._handler(self._event_of(assignment), context))


def gateway_event(assignment: Assignment) -> Event:
    """The question as an API Gateway event (HTTP API, payload 2.0); the user is the token's `sub`."""
    path = "/memories/chat"
    return {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "authorizer": {"jwt": {"claims": {"sub": assignment.user_id}, "scopes": None}},
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "", "userAgent": ""},
            "requestId": str(uuid.uuid4()),
            "routeKey": f"POST {path}",
            "stage": "$default",
            "timeEpoch": int(assignment.asked_at.timestamp() * 1000),
        },
        "body": json.dumps({"question": assignment.question}),
        "isBase64Encoded": False,
    }


def gateway_answer(result: Any) -> Answer:
    """The answer in a handler's result. Raises `AgentFailed` for an error status or an unknown shape."""
    if isinstance(result, Mapping) and "statusCode" in result:
        if int(result["statusCode"]) >= _ERROR:
            raise AgentFailed(FailureCode.AGENT_FAILED)
        return _answer_in(_body_of(result))
    return _answer_in(result)


def _body_of(response: Mapping[str, Any]) -> Any:
    body = response.get("body") or ""
    if response.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    try:
        return json.loads(body)
    except ValueError:
        return body


def _answer_in(result: Any) -> Answer:
    if isinstance(result, str):
        return Answer(result)
    fields = result if isinstance(result, Mapping) else {}
    text = next((fields[name] for name in ANSWER_FIELDS if isinstance(fields.get(name), str)), None)
    if text is None:
        raise AgentFailed(FailureCode.MALFORMED_ANSWER)
    return Answer(text, tuple(_citation(cited) for cited in fields.get("citations") or () if _is_citation(cited)))


def _is_citation(cited: Any) -> bool:
    return isinstance(cited, Mapping) and all(isinstance(cited.get(name), str) for name in ("memory_id", "quote"))


def _citation(cited: Mapping[str, str]) -> Citation:
    return Citation(cited["memory_id"], cited["quote"])
