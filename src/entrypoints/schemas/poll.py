"""Models of polling: messages of a chat and its latest turn."""

from dataclasses import replace
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from domain.chat import Feedback, InputRequest, Message, Role, Step, Turn, TurnState, Usage
from domain.failure_codes import FailureCode
from domain.records import ChatPage, PageRequest
from entrypoints.http.parameters import LONGEST_WAIT
from entrypoints.http.reply_size import how_many_fit
from entrypoints.schemas.fields import ApiModel, Phase, Status, Timestamp, phase_of, status_of

#: The sentence that the app shows for each failure code; an unknown code gets that of `agent_failed`.
FAILURES: Final[dict[str, str]] = {
    FailureCode.TIMED_OUT: "The answer took too long. Try again.",
    FailureCode.NOT_STARTED: "The service could not start answering. Try again.",
    FailureCode.WORKER_DIED: "The service stopped while it was answering. Try again.",
    FailureCode.MODEL_BUSY: "The model is overloaded. Try again in a minute.",
    FailureCode.MODEL_UNREACHABLE: "The model could not be reached. Try again.",
    FailureCode.MODEL_DENIED: "The service is not allowed to use the model. Its operator has to fix that.",
    FailureCode.REFUSED: "The model declined to answer this question. Try other words.",
    FailureCode.FILTERED: "A content filter blocked the answer. Try other words.",
    FailureCode.EMPTY_ANSWER: "The model returned an empty answer. Try again, or use other words.",
    FailureCode.MALFORMED_ANSWER: "The model's answer was malformed. Try again.",
    FailureCode.ANSWER_TOO_LONG: "The answer was too long to finish. Ask for less at once.",
    FailureCode.TOO_MANY_ROUNDS: "The model searched without finding an answer. Ask a more precise question.",
    FailureCode.TOO_MUCH_TO_READ: "The question needs more memories than the model can read at once. Ask for less.",
    FailureCode.MEMORIES_CHANGED: "A memory was deleted while the service was answering. Try again.",
    FailureCode.INPUT_EXPIRED: "What the agent asked was not answered in time. Try again.",
    FailureCode.AGENT_FAILED: "The agent failed. Try again, or use other words.",
}


class CitationBody(ApiModel):
    """Words of a memory that support the answer."""

    memory_id: str
    quote: str


class UserMessage(ApiModel):
    """A question of the user."""

    message_id: str
    role: Literal["user"] = "user"
    content: str
    created_at: Timestamp


class UsageBody(ApiModel):
    """What the answer used of a language model. `cached_tokens` are a part of `input_tokens`."""

    model: str
    requests: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int


class FeedbackBody(ApiModel):
    """What the user said of the answer: 1 for good, -1 for bad."""

    rating: Literal[1, -1]
    reason: str | None


class AssistantMessage(ApiModel):
    """An answer of the agent. `usage` is null where it used no model; `feedback` is absent where none was given."""

    message_id: str
    role: Literal["assistant"] = "assistant"
    content: str
    created_at: Timestamp
    citations: list[CitationBody]
    usage: UsageBody | None
    feedback: FeedbackBody | None = Field(default=None, exclude_if=lambda given: given is None)


MessageBody = UserMessage | AssistantMessage


class StepBody(ApiModel):
    """A progress step of the agent."""

    at: Timestamp
    text: str


class FailureBody(ApiModel):
    """Why the turn failed: a stable code, and a sentence to show to the user."""

    code: str
    message: str


class InputBody(ApiModel):
    """What the agent asks before it can go on: send the answer with this id in `answers`, before `expires_at`.

    `choices` are answers to choose from, often none; any other text may be sent too.
    """

    id: str
    question: str
    choices: list[str]
    expires_at: Timestamp


class TurnBody(ApiModel):
    """The chat's latest turn. `usage` is null until a model was used, and where none was.

    `cancel_reason` is why an operator stopped it, in words for the user; null otherwise.
    `input` is null unless the status is `needs_input`.
    """

    phase: Phase
    asked_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None
    deadline: Timestamp
    progress: list[StepBody]
    draft: str | None
    error: FailureBody | None
    usage: UsageBody | None
    cancel_reason: str | None
    input: InputBody | None


def _with_wait(schema: dict[str, Any]) -> None:
    schema["properties"]["wait"] = {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": LONGEST_WAIT}, {"type": "null"}],
        "title": "Wait",
        "description": "Only where the request had `wait`. A number: after `poll_after_ms`, hold a poll for so many "
        "seconds at `GET /chats/messages/held`. Null: poll plainly again.",
    }


class PollResponse(ApiModel):
    """A chat, a page of its messages (oldest first), and when to poll again.

    A body has one more member at its end, which only a client gets that sent `wait` (poll_reply.py).
    """

    model_config = ConfigDict(json_schema_extra=_with_wait)

    chat_id: str
    status: Status
    messages: list[MessageBody]
    turn: TurnBody
    after: str
    before: str | None
    poll_after_ms: int | None


def poll_response(page: ChatPage, after: str | None, poll_after_ms: int | None) -> PollResponse:
    """The page as a response model. Without messages the cursor `after` stays the caller's."""
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


def fitting(page: ChatPage, wanted: PageRequest) -> ChatPage:
    """The part of the page that fits into one reply: its oldest messages after a cursor, else its newest ones."""
    envelope = poll_response(replace(page, messages=()), wanted.after, None).model_dump_json()
    parts = [message_body(message).model_dump_json() for message in page.messages]
    if wanted.after:
        count = how_many_fit(parts, envelope)
        newer = page.has_newer or count < len(parts)
        return replace(page, messages=page.messages[:count], has_newer=newer)
    count = how_many_fit(reversed(parts), envelope)
    older = page.has_older or count < len(parts)
    return replace(page, messages=page.messages[len(parts) - count :], has_older=older)


def message_body(message: Message) -> MessageBody:
    """The message as a response model."""
    if message.role is Role.USER:
        return UserMessage(message_id=message.message_id, content=message.content, created_at=message.created_at)
    return AssistantMessage(
        message_id=message.message_id,
        content=message.content,
        created_at=message.created_at,
        citations=[CitationBody(memory_id=cited.memory_id, quote=cited.quote) for cited in message.citations],
        usage=usage_body(message.usage),
        feedback=_feedback(message.feedback),
    )


def turn_body(turn: Turn) -> TurnBody:
    """The turn as a response model, without its tokens."""
    return TurnBody(
        phase=phase_of(turn.state),
        asked_at=turn.asked_at,
        started_at=turn.started_at,
        ended_at=turn.ended_at,
        deadline=turn.deadline,
        progress=[_step(step) for step in turn.progress],
        draft=turn.draft,
        error=_failure(turn.failure, turn.failure_message) if turn.failure else None,
        usage=usage_body(turn.usage),
        cancel_reason=turn.cancel_reason,
        input=_input(turn.input) if turn.input and turn.state is TurnState.NEEDS_INPUT else None,
    )


def usage_body(usage: Usage | None) -> UsageBody | None:
    """The usage as a response model."""
    if usage is None:
        return None
    return UsageBody(
        model=usage.model,
        requests=usage.requests,
        input_tokens=usage.input_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
    )


def _feedback(feedback: Feedback | None) -> FeedbackBody | None:
    if feedback is None:
        return None
    return FeedbackBody(rating=1 if feedback.rating > 0 else -1, reason=feedback.reason)


def _input(asked: InputRequest) -> InputBody:
    return InputBody(
        id=asked.input_id, question=asked.question, choices=list(asked.choices), expires_at=asked.expires_at
    )


def _step(step: Step) -> StepBody:
    return StepBody(at=step.at, text=step.text)


def _failure(code: str, own: str | None) -> FailureBody:
    """With the agent's `own` sentence, or that of the code."""
    return FailureBody(code=code, message=own or FAILURES.get(code, FAILURES[FailureCode.AGENT_FAILED]))
