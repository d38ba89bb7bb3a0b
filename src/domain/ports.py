"""The ports of the domain: protocols for what it needs from outside.

Adapters and fakes inherit them, so that a missing method fails on construction. A docstring here is a contract for
every implementation; tests/contract runs the same tests over the fakes and the real adapters.

Any method of ChatRepository and MemoryStore may raise `StoreUnavailable`.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.chat import Chat, ChatVersion, Feedback, Message, Step, Turn, Usage
from domain.errors import Refused
from domain.limits import UserLimits
from domain.memory import Memory, MemoryUsage
from domain.records import (
    Assignment,
    ChatList,
    ChatPage,
    FoundMemories,
    IdempotencyRecord,
    MemoryPage,
    MemoryRecord,
    MemoryTerms,
    NewQuestion,
    PageRequest,
    Reply,
    SavedInput,
    WorkerInvocation,
)


class ChatRepository(Protocol):
    """Chats with their messages and turns. A call that has returned is durable and seen by every later read.

    A repository may be made with limits of the workspace. They may be sharded by turn id: `AtCapacity` and
    `WorkspaceBudgetUsedUp` mean that this turn's shard is full; a new turn id may hash to another shard. A slot is free
    again at its turn's deadline, whatever happened to the turn.
    """

    @abstractmethod
    def save_question(self, new: NewQuestion) -> IdempotencyRecord | None:
        """Store question, turn, idempotency key and chat, all or nothing. None when stored.

        When the key is known and has not expired nothing is written, and what it stands for comes back.
        Raises `ChatNotFound`, `ChatForbidden`, `AlreadyAnswered`, `ChatBusy` (an overdue turn does not count as busy),
        `InputExpired`, `InputNotFound`, `BudgetUsedUp`, `TooManyAsks`, `TooManyTurns`, `WorkspaceBudgetUsedUp` or
        `AtCapacity`, checked in this order after the key. A message with `answers` needs a turn that waits for it.
        What is refused counts in no budget.
        The message's id must be greater than the chat's last one: `OutOfOrder` otherwise.
        Storing the same `NewQuestion` twice is storing it once.
        """

    @abstractmethod
    def load(self, chat_id: str) -> Chat | None:
        """The current chat, or None."""

    @abstractmethod
    def version(self, chat_id: str) -> ChatVersion | None:
        """What polls of the chat show now, to compare with an earlier version; None for an unknown chat.

        One small read, for frequent looks. It is as consistent as `load`.
        """

    @abstractmethod
    def read(self, chat_id: str, page: PageRequest) -> ChatPage | None:
        """A consistent snapshot of the chat and a page of its messages; None for an unknown chat."""

    @abstractmethod
    def compare_and_set_turn(
        self,
        expected: Turn,
        new: Turn,
        answer: Message | None = None,
        limits: UserLimits | None = None,
        *,
        by_worker: bool = False,
        saved: SavedInput | None = None,
    ) -> bool:
        """Compare and set: move the chat's turn from `expected` to `new`, with `answer` in the same write.

        Done, and True, only if the stored turn still is `expected` (id, state and lease); else nothing is written,
        and False. A second call with the same arguments after the first took effect is True as well.
        Of the same turn, its steps stay as stored, and so does its usage unless `new` has one.
        A turn that starts to think acquires a slot of its user and one of the workspace, and counts in their budgets,
        within `limits` and with the refusals of `save_question`. One that ends releases the slots if
        `expected.frees_slots(by_worker)`; otherwise they stay taken until `release_slots`, or until the deadline. An
        `answer` always comes from the worker. `saved` is stored in the same write, in the place of an earlier one.
        """

    @abstractmethod
    def load_input(self, chat_id: str, input_id: str) -> SavedInput | None:
        """What the agent has saved with its question `input_id`; None when it is not there any more."""

    @abstractmethod
    def release_slots(self, turn: Turn) -> None:
        """Release the slots that `turn` still holds, whatever its chat holds now: its worker has let go.

        Releasing twice is releasing once; the slots of any other turn, a retry of this one too, stay taken.
        """

    @abstractmethod
    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> bool:
        """Store progress steps, draft, and `turn.usage` if it has one.

        Done, and True, only while the stored turn still is `turn`.
        """

    @abstractmethod
    def list_chats(self, user_id: str, limit: int, start: tuple[str, str] | None = None) -> ChatList:
        """The user's chats, newest activity first. May lag behind writes by about a second."""

    @abstractmethod
    def mark_read(self, chat_id: str, user_id: str) -> None:
        """Set the read mark to the newest message. Raises `ChatNotFound` or `ChatForbidden`."""

    @abstractmethod
    def set_feedback(self, chat_id: str, message_id: str, feedback: Feedback) -> Feedback | None:
        """Keep `feedback` with the answer, in the place of what was said before, which comes back.

        Raises `AnswerNotFound`: the message does not exist, its chat is deleted, or it is a question.
        """

    @abstractmethod
    def delete(self, chat_id: str, user_id: str, until: datetime | None = None) -> None:
        """Delete the chat and all its messages. From the first effect on, no read finds the chat, and no transition
        of its turn is stored. A queued turn releases its slots; those of a running one stay with its worker.

        An interrupted deletion continues when called again. A long chat is deleted `until` then: `StoreUnavailable`
        when messages are left. Raises `ChatNotFound` (nothing is left), `ChatForbidden`.
        """


class WorkerInvoker(Protocol):
    """Starts the worker without waiting for it."""

    @abstractmethod
    def invoke(self, invocation: WorkerInvocation) -> None:
        """Hand over `invocation`. Accepted is not started: the worker may run once, more than once, late or never.

        Raises `WorkerUnreachable` when it was not accepted, or the outcome is unknown.
        """


class ProgressReporter(Protocol):
    """Shows the agent's progress to the waiting user. Every method raises `TurnOver` when the turn has ended."""

    @abstractmethod
    def step(self, text: str) -> None:
        """Show a step, in a few words. May be called often: writes are throttled."""

    @abstractmethod
    def draft(self, text: str) -> None:
        """Show the whole answer so far. May be called often: writes are throttled."""

    @abstractmethod
    def raise_if_ended(self) -> None:
        """Show nothing; only check whether the turn has ended. May be called often: checks are throttled."""

    def used(self, usage: Usage) -> None:
        """Report what the answer has used of a model so far; replaces an earlier report. Writes nothing, never raises.

        Stored with the next step or draft and with the turn's end. Not abstract: an agent's own test double that
        inherits this port need not know of usage.
        """


class ReasoningAgent(Protocol):
    """Answers a question. Slow and possibly expensive: it runs at most once per turn."""

    @abstractmethod
    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        """Answer by `assignment.answer_by`, or ask the user: that ends the turn, and nothing waits meanwhile.

        Raises `AgentFailed`; lets the progress reporter's `TurnOver` pass.
        """


class MemoryStore(Protocol):
    """The users' memories. No method returns anything of another user."""

    @abstractmethod
    def put_many(
        self, user_id: str, memories: Sequence[Memory], terms: MemoryTerms | None = None
    ) -> MemoryRecord | None:
        """Store them, and count them in the user's usage. None when stored.

        When the key of `terms` is known and has not expired, what it stands for comes back, and nothing is counted
        against the limit: with the same fingerprint, memories that an interrupted request did not store are stored
        now; with another one nothing is written. Else raises `MemoriesFull`, and has stored none.

        Up to 25 memories are stored together; `StoreUnavailable` may leave the first ones of more than that. Usage is
        exact at any time. The limit is checked once for a request: requests of the same moment may pass it together,
        by at most 75 memories each. Memories with known ids are not stored again.
        """

    @abstractmethod
    def usage(self, user_id: str) -> MemoryUsage:
        """How much the user has."""

    @abstractmethod
    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        """All of the user's memories, newest id first."""

    @abstractmethod
    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        """At most `limit` memories with ids lower than `before`, newest id first; fewer where the store's page ends."""

    @abstractmethod
    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        """Those of the named memories that exist now, in any order."""

    @abstractmethod
    def delete(self, user_id: str, memory_id: str) -> bool:
        """Delete it. False when the user has no such memory."""


class MemoryRanking(Protocol):
    """Full-text search."""

    @abstractmethod
    def rank(
        self,
        query: str,
        memories: Sequence[Memory],
        limit: int,
        now: datetime | None = None,
        time_is_up: Callable[[], bool] = lambda: False,
    ) -> FoundMemories:
        """The memories that match any word of `query`, best first, at most `limit`; empty when none does.

        A date phrase ("last week") matches the memories of that time, relative to `now` and in its zone; without `now`
        it is searched as words. Once `time_is_up` the first of `memories`, and of the words, are all that is searched:
        not `complete`.
        """


class TurnObserver(Protocol):
    """Receives every transition after it is stored, and the agent's steps, for logs and metrics. Never raises."""

    @abstractmethod
    def on_transition(self, turn: Turn) -> None:
        """`turn` has just reached its state."""

    @abstractmethod
    def on_step(self, turn: Turn, number: int) -> None:
        """The agent has begun its step `number` of this turn, counted from 1. It is stored with the next write."""

    @abstractmethod
    def on_rejected(self, user_id: str, refusal: Refused) -> None:
        """A question or a retry of this user was refused: all workers are busy, or a budget is used up."""

    @abstractmethod
    def on_feedback(self, user_id: str, chat_id: str, feedback: Feedback) -> None:
        """The user has rated an answer for the first time, or differently than before."""

    @abstractmethod
    def on_agent_crash(self, turn: Turn, exception: Exception) -> None:
        """The agent raised an unexpected exception: a defect of the agent."""


class TurnEvents(Protocol):
    """Tells others that turns have ended."""

    @abstractmethod
    def publish(self, turns: Sequence[Turn]) -> None:
        """Send an event for each of these ended turns, in their order, with ids and numbers and no text of a person.

        The same turn in the same state has the same event id, whenever it is published again. Raises `EventsNotSent`
        when not all were sent: publish all of them again.
        """


class Clock(Protocol):
    """Time. All datetimes of this service are timezone-aware, UTC, in whole milliseconds."""

    @abstractmethod
    def now(self) -> datetime:
        """The current time."""

    @abstractmethod
    def sleep(self, pause: timedelta) -> None:
        """Block for `pause`."""


class IdSource(Protocol):
    """Ids: opaque, URL-safe, sorted by creation time, with at least 80 random bits."""

    @abstractmethod
    def new_id(self, after: str | None = None) -> str:
        """A new id; greater than `after`, even if the clock has gone back."""

    @abstractmethod
    def new_token(self) -> str:
        """An unguessable token with at least 128 random bits."""
