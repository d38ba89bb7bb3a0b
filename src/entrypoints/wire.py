"""The bodies that cross the wire. Unknown request fields are ignored; the OpenAPI document is made from these."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    RootModel,
    StrictStr,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticCustomError

from domain.chat import ChatSummary, FailureCode, Message, Role, Step, Turn, TurnState
from domain.chat_service import QUESTION_LIMIT
from domain.memory import MEMORY_LIMIT, Memory, NewMemory
from domain.ports import ChatPage

ULID = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
Id = Annotated[str, StringConstraints(strict=True, pattern=ULID)]
Status = Literal["thinking", "answered", "failed", "cancelled"]
Phase = Literal["queued", "running", "done"]


STATUSES: Final[dict[TurnState, Status]] = {
    TurnState.QUEUED: "thinking",
    TurnState.RUNNING: "thinking",
    TurnState.ANSWERED: "answered",
    TurnState.FAILED: "failed",
    TurnState.CANCELLED: "cancelled",
}
PHASES: Final[dict[TurnState, Phase]] = {TurnState.QUEUED: "queued", TurnState.RUNNING: "running"}


def rfc3339(moment: datetime) -> str:
    """UTC with milliseconds: `2026-11-23T12:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    datetime, PlainSerializer(rfc3339, return_type=str), Field(json_schema_extra={"format": "date-time"})
]


def status_of(state: TurnState) -> Status:
    """The app's word for a turn's state."""
    return STATUSES[state]


def phase_of(state: TurnState) -> Phase:
    """How far the work on a turn has come."""
    return PHASES.get(state, "done")


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


class Body(BaseModel):
    """What every body has in common."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_serialization_defaults_required=True)


class AskRequest(Body):
    """A question, in a new chat or in the chat named."""

    question: StrictStr = Field(
        description="Trimmed; something in it has to be visible.",
        json_schema_extra={"minLength": 1, "maxLength": QUESTION_LIMIT},
    )
    chat_id: Id | None = None


class AskResponse(Body):
    """Accepted: poll the chat for the answer."""

    chat_id: str
    status: Literal["thinking"] = "thinking"


class CitationBody(Body):
    """The words of a memory that an answer rests on."""

    memory_id: str
    quote: str


class UserMessage(Body):
    """What the user asked."""

    message_id: str
    role: Literal["user"] = "user"
    content: str
    created_at: Moment


class AssistantMessage(Body):
    """What the agent answered."""

    message_id: str
    role: Literal["assistant"] = "assistant"
    content: str
    created_at: Moment
    citations: list[CitationBody]


MessageBody = UserMessage | AssistantMessage


class StepBody(Body):
    """Something that the agent did."""

    at: Moment
    text: str


class FailureBody(Body):
    """Why a turn failed: a stable code, and a sentence for a person."""

    code: str
    message: str


class TurnBody(Body):
    """The chat's latest turn."""

    phase: Phase
    asked_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    deadline: Moment
    progress: list[StepBody]
    draft: str | None
    error: FailureBody | None


class PollResponse(Body):
    """A chat, a page of its messages (oldest first), and when to ask again."""

    chat_id: str
    status: Status
    messages: list[MessageBody]
    turn: TurnBody
    after: str
    before: str | None
    poll_after_ms: int | None


class TurnStatus(Body):
    """Where a chat's latest turn stands."""

    chat_id: str
    status: Status


class LastMessage(Body):
    """The start of a chat's newest message."""

    message_id: str
    role: Literal["user", "assistant"]
    content: str
    created_at: Moment


class ChatBody(Body):
    """A chat as a list shows it."""

    chat_id: str
    title: str
    status: Status
    last_message: LastMessage
    unread: bool


class ChatsResponse(Body):
    """A page of the user's chats, newest activity first."""

    chats: list[ChatBody]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")


def _only_text(value: object) -> object:
    """Pydantic would take a number, or a number as text, for seconds since 1970."""
    if not isinstance(value, str) or not _DATE_FIRST.match(value):
        raise PydanticCustomError("time", "A time is written as in 2026-11-23T12:00:00.000Z")
    return value


def _utc_whole_millis(moment: datetime) -> datetime:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time", "In UTC this is beyond the calendar") from None
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


_DATE_FIRST: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
Occurred = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_utc_whole_millis)]


class NewMemoryBody(Body):
    """Something to remember; without `occurred_at` it happened now."""

    text: StrictStr = Field(
        description="Trimmed; something in it has to be visible.",
        json_schema_extra={"minLength": 1, "maxLength": MEMORY_LIMIT},
    )
    occurred_at: Occurred | None = None
    tags: list[Annotated[StrictStr, StringConstraints(min_length=1, max_length=64)]] = Field(
        default_factory=list, max_length=20
    )

    def to_domain(self) -> NewMemory:
        """As the domain takes it."""
        return NewMemory(self.text, self.occurred_at, tuple(self.tags))


class MemoryBatch(Body):
    """Up to 100 memories at once."""

    memories: list[NewMemoryBody] = Field(min_length=1, max_length=100)


def _one_or_many(body: object) -> str:
    return "many" if isinstance(body, dict) and "memories" in body else "one"


class RememberRequest(
    RootModel[
        Annotated[
            Annotated[NewMemoryBody, Tag("one")] | Annotated[MemoryBatch, Tag("many")], Discriminator(_one_or_many)
        ]
    ]
):
    """One memory, or a batch."""

    def all(self) -> list[NewMemoryBody]:
        """The memories of either form."""
        return self.root.memories if isinstance(self.root, MemoryBatch) else [self.root]


class MemoryIds(Body):
    """The ids of the memories that were stored, in the order of the request."""

    memory_ids: list[str]


class MemoryBody(Body):
    """A memory."""

    memory_id: str
    text: str
    occurred_at: Moment
    tags: list[str]


class MemoriesResponse(Body):
    """A page of the user's memories, newest first, or what a search found, best first."""

    memories: list[MemoryBody]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")


class Health(Body):
    """Which version answers in which workspace."""

    status: Literal["ok"] = "ok"
    version: str
    workspace: str


class ProblemBody(Body):
    """RFC 9457, with a stable `code` and the id under which the request is logged."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str


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


def chat_body(chat: ChatSummary, now: datetime) -> ChatBody:
    """A chat in a list, its status as of `now`."""
    last = LastMessage(
        message_id=chat.last_message_id,
        role="assistant" if chat.last_message_id == chat.last_answer_id else "user",
        content=chat.last_text,
        created_at=chat.active_at,
    )
    return ChatBody(
        chat_id=chat.chat_id,
        title=chat.title,
        status=status_of(chat.state_at(now)),
        last_message=last,
        unread=chat.unread,
    )


def memory_body(memory: Memory) -> MemoryBody:
    """A memory as the wire shows it."""
    return MemoryBody(
        memory_id=memory.memory_id, text=memory.text, occurred_at=memory.occurred_at, tags=list(memory.tags)
    )


def _step(step: Step) -> StepBody:
    return StepBody(at=step.at, text=step.text)


def _failure(code: str) -> FailureBody:
    return FailureBody(code=code, message=FAILURES.get(code, FAILURES[FailureCode.AGENT_FAILED]))
