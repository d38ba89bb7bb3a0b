"""An example of every response: bodies from the models, problems from the error table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain import errors
from entrypoints.http import problems
from entrypoints.http.router import problem_body
from entrypoints.schemas.ask import AskResponse
from entrypoints.schemas.cancel import TurnStatus
from entrypoints.schemas.chats import ChatBody, ChatsResponse, LastMessage
from entrypoints.schemas.fields import Status
from entrypoints.schemas.health import Health
from entrypoints.schemas.memories import MemoriesResponse, MemoryBody, RememberResponse
from entrypoints.schemas.poll import (
    FAILURES,
    AssistantMessage,
    CitationBody,
    FailureBody,
    InputBody,
    MessageBody,
    PollResponse,
    StepBody,
    TurnBody,
    UsageBody,
    UserMessage,
)

Example = dict[str, Any]

CHAT_ID: Final = "01KAR5V6ZJ5X0PJ4S8N7D3Q2WE"
QUESTION_ID: Final = "01KAR5V6ZJ9M2C6T1H4G8B0RKA"
ANSWER_ID: Final = "01KAR5X3Q8F7Y5V2W9E1N6ZDPM"
MEMORY_ID: Final = "01KAQ2M0T3S6R8J4X1K9C5HVGB"
ASKED: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANSWERED: Final = ASKED + timedelta(seconds=56)
DEADLINE: Final = ASKED + timedelta(seconds=70)
QUOTE: Final = "parked on level 3, bay 12"

USED: Final = UsageBody(
    model="eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    requests=2,
    input_tokens=4_120,
    cached_tokens=1_630,
    output_tokens=212,
)

#: Of path and query parameters.
VALUES: Final = {
    "chat_id": CHAT_ID,
    "message_id": ANSWER_ID,
    "memory_id": MEMORY_ID,
    "after": QUESTION_ID,
    "before": QUESTION_ID,
}

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "ask": {
        "in a new chat": {"question": "Where did I park?", "time_zone": "Europe/Berlin"},
        "in the same chat": {"question": "And which way out?", "chat_id": CHAT_ID},
    },
    "rate": {
        "good": {"rating": 1},
        "bad": {"rating": -1, "reason": "That was last week's level."},
    },
    "remember": {
        "one": {"text": "I parked on level 3, bay 12.", "tags": ["car"], "time_zone": "Europe/Berlin"},
        "many": {"memories": [{"text": "Nora's birthday is in May.", "occurred_at": "2025-05-03"}]},
    },
}


def _asked() -> UserMessage:
    return UserMessage(message_id=QUESTION_ID, content="Where did I park?", created_at=ASKED)


def _answered() -> AssistantMessage:
    cited = [CitationBody(memory_id=MEMORY_ID, quote=QUOTE)]
    return AssistantMessage(
        message_id=ANSWER_ID, content="Level 3, bay 12.", created_at=ANSWERED, citations=cited, usage=USED
    )


def _asked_back() -> AssistantMessage:
    return AssistantMessage(
        message_id=ANSWER_ID, content=_INPUT.question, created_at=ANSWERED, citations=[], usage=USED
    )


_INPUT: Final = InputBody(
    id=ANSWER_ID,
    question="Which of your two cars do you mean?",
    choices=["The Volvo", "The Fiat"],
    expires_at=ANSWERED + timedelta(days=1),
)


def _turn(**changes: Any) -> TurnBody:
    steps = [StepBody(at=ASKED + timedelta(seconds=1), text='Searching 214 memories for "park"')]
    times = {"asked_at": ASKED, "started_at": ASKED, "ended_at": None, "deadline": DEADLINE}
    absent = dict.fromkeys(("draft", "error", "usage", "cancel_reason", "input"))
    return TurnBody(**{"phase": "done", "progress": steps, **absent, **times, **changes})


def _poll(status: Status, messages: list[MessageBody], hint: int | None, **turn: Any) -> Example:
    page = PollResponse(
        chat_id=CHAT_ID,
        status=status,
        messages=messages,
        turn=_turn(**turn),
        after=messages[-1].message_id,
        before=None,
        poll_after_ms=hint,
    )
    return page.model_dump(mode="json")


def _chats() -> Example:
    last = LastMessage(message_id=ANSWER_ID, role="assistant", content="Level 3, bay 12.", created_at=ANSWERED)
    chat = ChatBody(chat_id=CHAT_ID, title="Where did I park?", status="answered", last_message=last, unread=True)
    return ChatsResponse(chats=[chat], next=None).model_dump(mode="json")


def _memories() -> Example:
    memory = MemoryBody(
        memory_id=MEMORY_ID,
        text="I parked on level 3, bay 12.",
        occurred_at=ASKED,
        tags=["car"],
        time_zone="Europe/Berlin",
    )
    return MemoriesResponse(memories=[memory], next=None).model_dump(mode="json")


_FAILURE: Final = FailureBody(code="timed_out", message=FAILURES["timed_out"])
_THINKING: Final = AskResponse(chat_id=CHAT_ID).model_dump(mode="json")

ANSWERS: Final[dict[str, dict[str, Example]]] = {
    "ask": {"accepted": _THINKING},
    "retry": {"accepted": _THINKING},
    "poll": {
        "thinking": _poll("thinking", [_asked()], 2000, phase="running", draft="Level 3"),
        "answered": _poll("answered", [_asked(), _answered()], None, ended_at=ANSWERED),
        "needs_input": _poll("needs_input", [_asked(), _asked_back()], None, ended_at=ANSWERED, input=_INPUT),
        "failed": _poll("failed", [_asked()], None, ended_at=DEADLINE, error=_FAILURE),
    },
    "held_poll": {
        "thinking": _poll("thinking", [_asked()], 0, phase="running", draft="Level 3"),
        "answered": _poll("answered", [_asked(), _answered()], None, ended_at=ANSWERED),
    },
    "cancel": {"stopped": TurnStatus(chat_id=CHAT_ID, status="cancelled").model_dump(mode="json")},
    "list_chats": {"one chat": _chats()},
    "remember": {"stored": RememberResponse(memory_ids=[MEMORY_ID]).model_dump(mode="json")},
    "list_memories": {"one memory": _memories()},
    "health": {"healthy": Health(version="0.1.0", workspace="prod").model_dump(mode="json")},
}

#: One instance of each error.
ERRORS: Final[dict[type[Exception], Exception]] = {
    type(error): error
    for error in (
        errors.QuestionMissing(),
        errors.QuestionTooLong(8_123, 8_000),
        errors.MemoryTooLong(4_321, 4_000),
        errors.UnreadableText("question"),
        errors.ChatNotFound(),
        errors.ChatForbidden(),
        errors.AnswerNotFound(),
        errors.ChatBusy(retry_after=31.5),
        errors.NothingToRetry(),
        errors.AlreadyAnswered(),
        errors.InputExpired(),
        errors.InputNotFound(),
        errors.TooManyTurns(limit=5, retry_after=12),
        errors.AtCapacity(retry_after=3),
        errors.TooManyAsks(limit=30, retry_after=24),
        errors.BudgetUsedUp(limit=500, retry_after=21_600),
        errors.IdempotencyKeyReused(),
        errors.MemoriesFull(19_990, 3_456_789, 20_000, 10_000_000),
        errors.MemoryNotFound(),
        errors.TryAgain(),
        problems.RequestInvalid("`chat_id` must be an id of this service.", problems.Fault(param="chat_id")),
        problems.SubjectMissing(),
        problems.BodyTooLarge(),
        problems.MediaTypeUnsupported(),
        RuntimeError(),
    )
}


def problem_example(kind: type[Exception]) -> Example:
    """The response for such an error."""
    body = problem_body(ERRORS[kind], "b1f6c0de-6b1a-4a52-9a0e-3f7f2f0e5a11", "/chats")
    return body.model_dump(mode="json", exclude_none=True)
