"""Polling: a chat's messages, and how its latest turn is getting on."""

from typing import Final, Literal

from domain.chat import Message, Role, Step, Turn
from domain.failure_codes import FailureCode
from domain.records import ChatPage
from entrypoints.schemas.fields import ApiModel, Phase, Status, Timestamp, phase_of, status_of

#: What a person reads when a turn has failed. A code that is not here gets the last one.
FAILURES: Final[dict[str, str]] = {
    FailureCode.TIMED_OUT: "The answer took too long. Try again.",
    FailureCode.NOT_STARTED: "The question could not be passed on. Try again.",
    FailureCode.WORKER_DIED: "Something broke while the answer was being made. Try again.",
    FailureCode.MODEL_BUSY: "The model has too much to do at the moment. Try again in a minute.",
    FailureCode.MODEL_UNREACHABLE: "The model could not be reached. Try again.",
    FailureCode.MODEL_DENIED: "The model may not be used as it is set up. Whoever runs this service has to look at it.",
    FailureCode.REFUSED: "The model declined to answer this question. Ask in other words.",
    FailureCode.FILTERED: "A content filter stopped the answer. Ask in other words.",
    FailureCode.EMPTY_ANSWER: "The model had nothing to say. Try again, or ask in other words.",
    FailureCode.MALFORMED_ANSWER: "The model's answer could not be read. Try again.",
    FailureCode.ANSWER_TOO_LONG: "The answer grew too long to be finished. Ask for less at once.",
    FailureCode.TOO_MANY_ROUNDS: "The model kept searching and came to no answer. Ask something more precise.",
    FailureCode.TOO_MUCH_TO_READ: "The question needs more memories than the model can read at once. Ask for less.",
    FailureCode.MEMORIES_CHANGED: "A memory was forgotten while the answer was being made. Try again.",
    FailureCode.AGENT_FAILED: "No answer could be made. Try again, or ask in other words.",
}


class CitationBody(ApiModel):
    """The words of a memory that an answer rests on."""

    memory_id: str
    quote: str


class UserMessage(ApiModel):
    """What the user asked."""

    message_id: str
    role: Literal["user"] = "user"
    content: str
    created_at: Timestamp


class AssistantMessage(ApiModel):
    """What the agent answered."""

    message_id: str
    role: Literal["assistant"] = "assistant"
    content: str
    created_at: Timestamp
    citations: list[CitationBody]


MessageBody = UserMessage | AssistantMessage


class StepBody(ApiModel):
    """Something that the agent did."""

    at: Timestamp
    text: str


class FailureBody(ApiModel):
    """Why a turn failed: a stable code, and a sentence for a person."""

    code: str
    message: str


class TurnBody(ApiModel):
    """The chat's latest turn."""

    phase: Phase
    asked_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None
    deadline: Timestamp
    progress: list[StepBody]
    draft: str | None
    error: FailureBody | None


class PollResponse(ApiModel):
    """A chat, a page of its messages (oldest first), and when to ask again."""

    chat_id: str
    status: Status
    messages: list[MessageBody]
    turn: TurnBody
    after: str
    before: str | None
    poll_after_ms: int | None


def poll_response(page: ChatPage, after: str | None, poll_after_ms: int | None) -> PollResponse:
    """A page as the wire shows it; without messages the cursor stays where the caller's was."""
    chat, messages = page.chat, page.messages
    return PollResponse(
        chat_id=chat.chat_id,
        status=status_of(chat.turn.state),
        messages=[message_body(message) for message in messages],
        turn=turn_body(chat.turn),
        after=messages[-1].message_id if messages else after or chat.last_message_id,
        before=messages[0].message_id if page.has_older and messages and not after else None,
        poll_after_ms=poll_after_ms,
    )


def message_body(message: Message) -> MessageBody:
    """A message, with citations where they belong."""
    if message.role is Role.USER:
        return UserMessage(message_id=message.message_id, content=message.content, created_at=message.created_at)
    return AssistantMessage(
        message_id=message.message_id,
        content=message.content,
        created_at=message.created_at,
        citations=[CitationBody(memory_id=cited.memory_id, quote=cited.quote) for cited in message.citations],
    )


def turn_body(turn: Turn) -> TurnBody:
    """A turn; its tokens stay with us."""
    return TurnBody(
        phase=phase_of(turn.state),
        asked_at=turn.asked_at,
        started_at=turn.started_at,
        ended_at=turn.ended_at,
        deadline=turn.deadline,
        progress=[_step(step) for step in turn.progress],
        draft=turn.draft,
        error=_failure(turn.failure) if turn.failure else None,
    )


def _step(step: Step) -> StepBody:
    return StepBody(at=step.at, text=step.text)


def _failure(code: str) -> FailureBody:
    return FailureBody(code=code, message=FAILURES.get(code, FAILURES[FailureCode.AGENT_FAILED]))
