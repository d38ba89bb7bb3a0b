"""Chat, Message and Turn, and the only place that says which state of a turn may follow which."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.errors import ChatBusy, ChatForbidden, NothingToRetry, TransitionRefused
from domain.failure_codes import FailureCode
from domain.text import excerpt

TITLE_LENGTH: Final = 80
EXCERPT_LENGTH: Final = 120


class Role(StrEnum):
    """Who speaks in a message."""

    USER = "user"
    ASSISTANT = "assistant"


class TurnState(StrEnum):
    """Where a turn stands. The first two are `thinking` to the app, the others are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: The state machine of a turn. An end is final: a retry is a new turn about the same question.
TRANSITIONS: Final[dict[TurnState, frozenset[TurnState]]] = {
    TurnState.QUEUED: frozenset({TurnState.RUNNING, TurnState.FAILED, TurnState.CANCELLED}),
    TurnState.RUNNING: frozenset({TurnState.ANSWERED, TurnState.FAILED, TurnState.CANCELLED}),
    TurnState.ANSWERED: frozenset(),
    TurnState.FAILED: frozenset(),
    TurnState.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of a memory that an answer rests on."""

    memory_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was said. Message ids order a chat; `created_at` is for people."""

    message_id: str
    role: Role
    content: str
    created_at: datetime
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the agent did, in a few words, while the user waits."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it.

    `dispatch_token` must come with the event that starts the work; `lease` names the one worker that
    claimed it. Both are unguessable and never leave the service. `progress` and `draft` are what the
    user watches: they are no part of the state. `failure` is a plain string where another version of the service
    stored a code that this one does not know.
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
    progress: tuple[Step, ...] = field(default=(), compare=False)
    draft: str | None = field(default=None, compare=False)

    @property
    def thinking(self) -> bool:
        """No end has been stored."""
        return bool(TRANSITIONS[self.state])

    @property
    def reasoning_time(self) -> timedelta | None:
        """How long the agent reasoned; None when it never began or has not ended."""
        return self.ended_at - self.started_at if self.started_at and self.ended_at else None

    def overdue(self, now: datetime) -> bool:
        """Still thinking at its deadline: whoever sees this ends it."""
        return self.thinking and now >= self.deadline

    def claimed(self, lease: str, now: datetime) -> "Turn":
        """The one worker that holds `lease` starts to reason."""
        if now >= self.deadline:
            raise TransitionRefused("claim after the deadline")
        return self._moved(TurnState.RUNNING, lease=lease, started_at=now)

    def answered(self, lease: str, now: datetime) -> "Turn":
        """The holder of the lease has an answer, in time."""
        if lease != self.lease:
            raise TransitionRefused("answer by another than the lease's holder")
        if now >= self.deadline:
            raise TransitionRefused("answer after the deadline")
        return self._moved(TurnState.ANSWERED, ended_at=now, draft=None)

    def failed(self, code: FailureCode, now: datetime) -> "Turn":
        """The turn ends without an answer, for the reason `code`."""
        return self._moved(TurnState.FAILED, ended_at=now, failure=code, draft=None)

    def cancelled(self, now: datetime) -> "Turn":
        """The user does not want the answer any more."""
        return self._moved(TurnState.CANCELLED, ended_at=now, draft=None)

    def _moved(self, to: TurnState, **changes: object) -> "Turn":
        if to not in TRANSITIONS[self.state]:
            raise TransitionRefused(f"{self.state} to {to}")
        return replace(self, state=to, **changes)  # type: ignore[arg-type]  # replace() is untyped by field


@dataclass(frozen=True, slots=True)
class Chat:
    """A user's chat as its header knows it: everything but the messages.

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
        """The chat's name."""
        return self.turn.chat_id

    @property
    def user_id(self) -> str:
        """Whose chat it is."""
        return self.turn.user_id

    def check_owner(self, user_id: str) -> None:
        """Raise `ChatForbidden` unless the chat is this user's."""
        if self.user_id != user_id:
            raise ChatForbidden

    def check_free(self, now: datetime) -> None:
        """Raise `ChatBusy` while a turn thinks that is not overdue."""
        if self.turn.thinking and not self.turn.overdue(now):
            raise ChatBusy(retry_after=(self.turn.deadline - now).total_seconds())

    def check_retriable(self, now: datetime) -> None:
        """Raise `ChatBusy` or `NothingToRetry` unless the last turn failed or was cancelled."""
        self.check_free(now)
        if self.turn.state is TurnState.ANSWERED:
            raise NothingToRetry

    @classmethod
    def begun(cls, question: Message, turn: Turn) -> "Chat":
        """A new chat, named after its first question."""
        text = excerpt(question.content, EXCERPT_LENGTH)
        return cls(turn, excerpt(question.content, TITLE_LENGTH), text, question.message_id)

    def with_question(self, question: Message, turn: Turn) -> "Chat":
        """The chat after the user asked once more."""
        return replace(
            self, turn=turn, last_message_id=question.message_id, last_text=excerpt(question.content, EXCERPT_LENGTH)
        )

    def with_turn(self, turn: Turn, answer: Message | None = None) -> "Chat":
        """The chat after its turn moved; with `answer`, that message is its newest."""
        if answer is None:
            return replace(self, turn=turn)
        return replace(
            self,
            turn=turn,
            last_message_id=answer.message_id,
            last_answer_id=answer.message_id,
            last_text=excerpt(answer.content, EXCERPT_LENGTH),
            last_duration=turn.reasoning_time,
        )


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """A chat as a list shows it. `active_at` is when its last message was written."""

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
        """There is an answer that the user has not marked as read."""
        return self.last_answer_id is not None and (self.read_up_to or "") < self.last_answer_id

    def state_at(self, now: datetime) -> TurnState:
        """The turn's state; past the deadline a turn that still thinks has failed, stored or not."""
        overdue = TRANSITIONS[self.state] and now >= self.deadline
        return TurnState.FAILED if overdue else self.state
