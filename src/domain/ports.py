"""The whole boundary of the domain: what it needs from the world, each as a contract.

Adapters and fakes inherit these classes, so that a forgotten method fails when they are made. A docstring here
holds for every implementation; tests/contract runs the same tests over the fakes and the real ones.

Any method of ChatRepository and MemoryStore may raise `StoreUnavailable`.
"""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.chat import Chat, Message, Step, Turn
from domain.memory import Memory
from domain.records import (
    Answer,
    Assignment,
    ChatList,
    ChatPage,
    IdempotencyRecord,
    NewQuestion,
    PageRequest,
    WorkerInvocation,
)


class ChatRepository(Protocol):
    """Chats with their messages and turns. A call that has returned is durable and seen by every later read.

    A repository may be made with a capacity: no more turns than that think at once. The limit may be sharded by turn
    id: `AtCapacity` means that this turn's shard is full; a new turn id may hash to another shard.
    """

    @abstractmethod
    def save_question(self, new: NewQuestion) -> IdempotencyRecord | None:
        """Store question, turn, idempotency key and chat, all or nothing. None when stored.

        When the key is known and has not expired nothing is written, and what it stands for comes back.
        Raises `ChatNotFound`, `ChatForbidden`, `ChatBusy` (an overdue turn does not count as busy), `TooManyTurns`
        or `AtCapacity` (overdue turns do not count), checked in this order after the key.
        The message's id must be greater than the chat's last one: `OutOfOrder` otherwise.
        Storing the same `NewQuestion` twice is storing it once.
        """

    @abstractmethod
    def load(self, chat_id: str) -> Chat | None:
        """The chat as it stands, or None."""

    @abstractmethod
    def read(self, chat_id: str, page: PageRequest) -> ChatPage | None:
        """The chat and a page of its messages as of one moment, or None for an unknown chat."""

    @abstractmethod
    def compare_and_set_turn(
        self, expected: Turn, new: Turn, answer: Message | None = None, turn_limit: int | None = None
    ) -> bool:
        """Compare and set: move the chat's turn from `expected` to `new`, with `answer` in the same write.

        Done, and True, only if the stored turn still is `expected` (id, state and lease); else nothing is written,
        and False. A second call with the same arguments after the first took effect is True as well.
        A turn that starts to think acquires one of its user's `turn_limit` slots (`TooManyTurns`) and one of the
        service's (`AtCapacity`; overdue turns hold none), one that ends releases them.
        """

    @abstractmethod
    def save_progress(self, turn: Turn, progress: Sequence[Step], draft: str | None) -> bool:
        """Show what the agent does. Done, and True, only while the stored turn still is `turn`."""

    @abstractmethod
    def list_chats(self, user_id: str, limit: int, start: tuple[str, str] | None = None) -> ChatList:
        """The user's chats, newest activity first. May lag behind writes by about a second."""

    @abstractmethod
    def mark_read(self, chat_id: str, user_id: str) -> None:
        """Set the read mark to the newest message. Raises `ChatNotFound` or `ChatForbidden`."""

    @abstractmethod
    def delete(self, chat_id: str, user_id: str) -> None:
        """Remove the chat and every message of it. From the first effect on, no read finds the chat, and no move of
        its turn is done; a turn that still thinks releases its slots.

        Cut short, it goes on when called again. Raises `ChatNotFound` (nothing is left of it) or `ChatForbidden`.
        """


class WorkerInvoker(Protocol):
    """Starts the worker without waiting for it."""

    @abstractmethod
    def invoke(self, invocation: WorkerInvocation) -> None:
        """Hand over `invocation`. Accepted is not started, and delivery is at least once, late, or never.

        Raises `WorkerUnreachable` when it was not accepted or nobody knows.
        """


class ProgressReporter(Protocol):
    """The agent's view of its user, who waits. Every method raises `TurnOver` when the turn has ended."""

    @abstractmethod
    def step(self, text: str) -> None:
        """Tell what is being done, in a few words. Calling often is fine: writes are paced."""

    @abstractmethod
    def draft(self, text: str) -> None:
        """Show the whole answer so far. Calling often is fine: writes are paced."""

    @abstractmethod
    def raise_if_ended(self) -> None:
        """Nothing new, but is the answer still wanted? Calling often is fine: looks are paced."""


class ReasoningAgent(Protocol):
    """Answers a question. Slow, and perhaps paid for: it is run at most once per turn."""

    @abstractmethod
    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        """Answer by `assignment.answer_by`. Raises `AgentFailed`; lets the progress reporter's `TurnOver` pass."""


class MemoryStore(Protocol):
    """The users' memories. No method ever shows one user anything of another's."""

    @abstractmethod
    def put_many(self, user_id: str, memories: Sequence[Memory]) -> None:
        """Store them. One with a known id takes its place."""

    @abstractmethod
    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        """All of the user's memories, newest id first."""

    @abstractmethod
    def list_page(self, user_id: str, limit: int, before: str | None = None) -> tuple[Memory, ...]:
        """At most `limit` memories with ids lower than `before`, newest id first."""

    @abstractmethod
    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        """Those of the named memories that the user has at this moment, in any order."""

    @abstractmethod
    def delete(self, user_id: str, memory_id: str) -> bool:
        """Remove it. False when the user has no such memory."""


class MemoryRanking(Protocol):
    """Full-text search."""

    @abstractmethod
    def rank(
        self, query: str, memories: Sequence[Memory], limit: int, now: datetime | None = None
    ) -> tuple[Memory, ...]:
        """The memories that match any word of `query`, best first, at most `limit`; empty when none does.

        A phrase that says when ("last week") is matched by the memories of that time, seen from `now`; without
        `now` it is words like others.
        """


class TurnObserver(Protocol):
    """Is told what happens, every transition after it is stored, to log and to count. Never raises."""

    @abstractmethod
    def on_transition(self, turn: Turn) -> None:
        """`turn` has just come to its state."""

    @abstractmethod
    def on_rejected(self, user_id: str) -> None:
        """A question of this user's was refused: as many turns think as there are workers."""

    @abstractmethod
    def on_agent_crash(self, turn: Turn, exception: Exception) -> None:
        """The agent raised what it should not have: a defect, for whoever looks after it."""


class Clock(Protocol):
    """Time. All datetimes of this service are aware, UTC, whole milliseconds."""

    @abstractmethod
    def now(self) -> datetime:
        """The time of day, as far as this machine knows."""

    @abstractmethod
    def sleep(self, pause: timedelta) -> None:
        """Wait."""


class IdSource(Protocol):
    """Names for things: opaque, url-safe, sorting by creation, with at least 80 random bits."""

    @abstractmethod
    def new_id(self, after: str | None = None) -> str:
        """A fresh id; greater than `after`, whatever the clock says."""

    @abstractmethod
    def new_token(self) -> str:
        """An unguessable word, unrelated to time."""
