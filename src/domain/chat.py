"""Chat, Message and Turn, with the state machine of a turn."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.errors import (
    ChatBusy,
    ChatForbidden,
    InputExpired,
    InputNotFound,
    NothingToRetry,
    TransitionRefused,
)
from domain.failure_codes import FailureCode
from domain.text import excerpt, is_storable, is_visible

TITLE_LENGTH: Final = 80
EXCERPT_LENGTH: Final = 120
#: The limit of each count of a usage, and of a model's name, in characters.
MOST_USED: Final = 10**12
MODEL_LENGTH: Final = 2_048


class Role(StrEnum):
    """Who speaks in a message."""

    USER = "user"
    ASSISTANT = "assistant"


class TurnState(StrEnum):
    """State of a turn. The app sees the first two as `thinking`; with the others the turn has ended."""

    QUEUED = "queued"
    RUNNING = "running"
    ANSWERED = "answered"
    NEEDS_INPUT = "needs_input"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Allowed transitions. A retry is a new turn about the same question, not a transition. An end is final, except that
#: what the agent has asked expires.
TRANSITIONS: Final[dict[TurnState, frozenset[TurnState]]] = {
    TurnState.QUEUED: frozenset({TurnState.RUNNING, TurnState.FAILED, TurnState.CANCELLED}),
    TurnState.RUNNING: frozenset({TurnState.ANSWERED, TurnState.NEEDS_INPUT, TurnState.FAILED, TurnState.CANCELLED}),
    TurnState.ANSWERED: frozenset(),
    TurnState.NEEDS_INPUT: frozenset({TurnState.FAILED}),
    TurnState.FAILED: frozenset(),
    TurnState.CANCELLED: frozenset(),
}
THINKING: Final = frozenset({TurnState.QUEUED, TurnState.RUNNING})


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of a memory that support an answer."""

    memory_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer used of a language model: requests, and tokens of all of them.

    `input_tokens` are all that were sent, of which `cached_tokens` were read from the model's prompt cache. Raises
    `ValueError` for what no model can report.
    """

    model: str
    requests: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int

    def __post_init__(self) -> None:
        counts = (self.requests, self.input_tokens, self.cached_tokens, self.output_tokens)
        if not all(type(count) is int and 0 <= count <= MOST_USED for count in counts):
            raise ValueError(f"counts must be whole numbers from 0 to {MOST_USED:,}")
        if self.cached_tokens > self.input_tokens:
            raise ValueError("cached_tokens are a part of input_tokens")
        if not (is_visible(self.model) and is_storable(self.model) and len(self.model) <= MODEL_LENGTH):
            raise ValueError(f"model must be a name of at most {MODEL_LENGTH:,} characters")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the user says of an answer: a `rating`, 1 for good or -1 for bad, and perhaps a `reason` in own words."""

    rating: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A question or an answer. Messages of a chat are ordered by id; `created_at` is for display.

    `usage` is what an answer used of a model, if anything; `time_zone` where a question was asked, if the client said;
    `feedback` what the user said of an answer, if anything; `answers` the id of the input request that a user's message
    answers, if it does.
    """

    message_id: str
    role: Role
    content: str
    created_at: datetime
    citations: tuple[Citation, ...] = ()
    usage: Usage | None = None
    time_zone: str | None = None
    feedback: Feedback | None = None
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class InputRequest:
    """What the agent asks the user before it can go on. `input_id` is also the id of the message that asks it."""

    input_id: str
    question: str
    choices: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A progress step: what the agent does, in a few words, shown while the user waits."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it.

    The worker's event must carry `dispatch_token`; `lease` identifies the one worker that claimed the turn. Both are
    unguessable and never leave the service. `progress`, `draft` and `usage` are shown to the user and are not part of
    the state. `failure` is a plain string where another version of the service stored a code that this one does not
    know; `failure_message` is the agent's own sentence for the user, if it gave one. `cancel_reason` is why an operator
    stopped it, in words for the user; None when the user did. `input` is what the agent asked if the turn
    ended with that, also after it has expired.
    """

    chat_id: str
    user_id: str
    turn_id: str
    question_id: str
    asked_at: datetime
    deadline: datetime
    dispatch_token: str = field(repr=False)
    state: TurnState = TurnState.QUEUED
    lease: str | None = field(default=None, repr=False)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure: FailureCode | str | None = None
    failure_message: str | None = None
    cancel_reason: str | None = None
    input: InputRequest | None = None
    progress: tuple[Step, ...] = field(default=(), compare=False)
    draft: str | None = field(default=None, compare=False)
    usage: Usage | None = field(default=None, compare=False)

    @property
    def thinking(self) -> bool:
        """Not ended."""
        return self.state in THINKING

    @property
    def reasoning_time(self) -> timedelta | None:
        """How long the agent reasoned; None when it never began or has not ended."""
        return self.ended_at - self.started_at if self.started_at and self.ended_at else None

    def frees_slots(self, *, by_worker: bool) -> bool:
        """Whether an end of this turn frees its slots at once: no worker has claimed it, or its worker ends it.

        Otherwise its agent may still be at work, and the slots stay with the worker until it lets go.
        """
        return self.lease is None or by_worker

    def overdue(self, now: datetime) -> bool:
        """Still thinking at its deadline, or its question to the user has expired. Who sees this stores the end."""
        if self.state is TurnState.NEEDS_INPUT and self.input:
            return now >= self.input.expires_at
        return self.thinking and now >= self.deadline

    def claimed(self, lease: str, now: datetime) -> "Turn":
        """The turn after a worker claimed it with `lease`. Raises `TransitionRefused`."""
        if now >= self.deadline:
            raise TransitionRefused("claim after the deadline")
        return self._moved(TurnState.RUNNING, lease=lease, started_at=now)

    def answered(self, lease: str, now: datetime) -> "Turn":
        """The turn after the holder of the lease answered in time. Raises `TransitionRefused`."""
        self._check_worker(lease, now)
        return self._moved(TurnState.ANSWERED, ended_at=now, draft=None)

    def asked_back(self, lease: str, request: InputRequest, now: datetime) -> "Turn":
        """The turn after the holder of the lease asked the user in time. Raises `TransitionRefused`."""
        self._check_worker(lease, now)
        return self._moved(TurnState.NEEDS_INPUT, ended_at=now, draft=None, input=request)

    def _check_worker(self, lease: str, now: datetime) -> None:
        if lease != self.lease:
            raise TransitionRefused("answer without the lease")
        if now >= self.deadline:
            raise TransitionRefused("answer after the deadline")

    def failed(self, code: FailureCode, now: datetime, message: str | None = None) -> "Turn":
        """The turn after it ended without an answer, for the reason `code`. Raises `TransitionRefused`."""
        return self._moved(TurnState.FAILED, ended_at=now, failure=code, failure_message=message, draft=None)

    def expired(self, now: datetime) -> "Turn":
        """The turn after its deadline, or that of its question to the user, has passed. Raises `TransitionRefused`."""
        if self.state is TurnState.NEEDS_INPUT:  # it keeps the time at which the agent stopped
            return self._moved(TurnState.FAILED, failure=FailureCode.INPUT_EXPIRED)
        return self.failed(FailureCode.TIMED_OUT, now)

    def cancelled(self, now: datetime, reason: str | None = None) -> "Turn":
        """The turn after its user stopped it, or, for a `reason`, an operator. Raises `TransitionRefused`."""
        return self._moved(TurnState.CANCELLED, ended_at=now, cancel_reason=reason, draft=None)

    def _moved(self, to: TurnState, **changes: object) -> "Turn":
        if to not in TRANSITIONS[self.state]:
            raise TransitionRefused(f"{self.state} to {to}")
        return replace(self, state=to, **changes)  # type: ignore[arg-type]  # replace() is untyped by field


@dataclass(frozen=True, slots=True)
class Chat:
    """A user's chat without its messages.

    `last_message_id` bounds what a reader may see: a message beyond it belongs to a write whose header the reader
    has not seen. `last_duration` is how long the agent reasoned about this chat's last answer.
    """

    turn: Turn
    title: str
    last_text: str
    last_message_id: str
    last_answer_id: str | None = None
    read_up_to: str | None = None
    last_duration: timedelta | None = None

    @property
    def chat_id(self) -> str:
        """The chat's id."""
        return self.turn.chat_id

    @property
    def user_id(self) -> str:
        """The owner's id."""
        return self.turn.user_id

    @property
    def version(self) -> "ChatVersion":
        """What of the chat a poll shows."""
        turn = self.turn
        return ChatVersion((turn.turn_id, turn.state, self.last_message_id), turn.progress, turn.draft, turn.usage)

    def check_owner(self, user_id: str) -> None:
        """Raise `ChatForbidden` unless the chat is this user's."""
        if self.user_id != user_id:
            raise ChatForbidden

    def check_free(self, now: datetime) -> None:
        """Raise `ChatBusy` while the turn is thinking and not overdue."""
        if self.turn.thinking and not self.turn.overdue(now):
            raise ChatBusy(retry_after=(self.turn.deadline - now).total_seconds())

    def check_retriable(self, now: datetime) -> None:
        """Raise `ChatBusy` or `NothingToRetry` unless the last turn failed or was cancelled."""
        self.check_free(now)
        waits = self.turn.state is TurnState.NEEDS_INPUT and not self.turn.overdue(now)
        if waits or self.turn.state is TurnState.ANSWERED:
            raise NothingToRetry

    def check_answerable(self, input_id: str, now: datetime) -> None:
        """Raise `InputExpired` or `InputNotFound` unless the agent waits for the answer to `input_id`."""
        asked = self.turn.input
        if asked is None or asked.input_id != input_id:
            raise InputNotFound
        if self.turn.state is not TurnState.NEEDS_INPUT or self.turn.overdue(now):
            raise InputExpired

    @classmethod
    def begun(cls, question: Message, turn: Turn) -> "Chat":
        """A new chat. Its title is the start of its first question."""
        text = excerpt(question.content, EXCERPT_LENGTH)
        return cls(turn, excerpt(question.content, TITLE_LENGTH), text, question.message_id)

    def with_question(self, question: Message, turn: Turn) -> "Chat":
        """The chat after another question."""
        return replace(
            self, turn=turn, last_message_id=question.message_id, last_text=excerpt(question.content, EXCERPT_LENGTH)
        )

    def with_turn(self, turn: Turn, answer: Message | None = None) -> "Chat":
        """The chat after a transition of its turn; `answer`, if any, is its newest message: a question back, too."""
        if answer is None:
            return replace(self, turn=turn)
        return replace(
            self,
            turn=turn,
            last_message_id=answer.message_id,
            last_answer_id=answer.message_id,
            last_text=excerpt(answer.content, EXCERPT_LENGTH),
            last_duration=turn.reasoning_time if turn.state is TurnState.ANSWERED else self.last_duration,
        )


@dataclass(frozen=True, slots=True)
class ChatVersion:
    """What a poll compares: versions of a chat are equal as long as its polls show the same.

    `state` is the turn's id and state, and the id of the chat's last message; the rest is what the agent reports.
    """

    state: tuple[str, TurnState, str]
    progress: tuple[Step, ...] = ()
    draft: str | None = None
    usage: Usage | None = None

    def runs(self, turn: Turn) -> bool:
        """Whether `turn`, which a worker has claimed, is still running: no second worker can claim it."""
        return self.state[:2] == (turn.turn_id, TurnState.RUNNING)


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """An entry in a list of chats. `active_at` is the time of the last message.

    A turn that waits for the user's input is listed as answered, by the message that asks for it.
    """

    chat_id: str
    title: str
    last_text: str
    last_message_id: str
    last_answer_id: str | None
    read_up_to: str | None
    active_at: datetime
    state: TurnState
    deadline: datetime

    @property
    def unread(self) -> bool:
        """The last answer is not marked as read."""
        return self.last_answer_id is not None and (self.read_up_to or "") < self.last_answer_id

    def state_at(self, now: datetime) -> TurnState:
        """The turn's state at `now`. Past its deadline a thinking turn has failed, even if that is not stored yet."""
        overdue = self.state in THINKING and now >= self.deadline
        return TurnState.FAILED if overdue else self.state
