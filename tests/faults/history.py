"""What users were shown and what the store held in a run: the promises are checked against this only.

Times are true times, whatever the clocks of the run's machines say.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.chat import Role
from domain.limits import UserLimits


@dataclass(frozen=True)
class Call:
    """A request: when API Gateway received it, and when its response was there."""

    user: str
    chat_id: str
    received_at: datetime
    returned_at: datetime

    def before(self, other: "Call") -> bool:
        """Whether this call's response was there before the other call was sent. Calls that overlap have no order."""
        return self.returned_at <= other.received_at


@dataclass(frozen=True)
class ShownMessage:
    """A message as an app shows it."""

    message_id: str
    role: Role
    content: str


@dataclass(frozen=True)
class Shown(Call):
    """A poll: `messages` are all that the app now shows of the chat; `turn` identifies the turn."""

    turn: str
    status: str
    phase: str
    failure: str | None
    deadline: datetime
    ended_at: datetime | None
    draft: str | None
    messages: tuple[ShownMessage, ...]
    #: Whether the turn tells what it used of a model.
    used: bool
    #: The agent's own sentence about its failure.
    sentence: str | None
    #: Whether the turn tells why an operator stopped it.
    explained: bool
    #: Whether the poll was held.
    held: bool = False

    @property
    def ended(self) -> bool:
        return self.status != "thinking"

    @property
    def end(self) -> tuple[str, str | None, str | None]:
        """The turn's status, failure, and last message id."""
        return self.status, self.failure, self.messages[-1].message_id if self.messages else None


@dataclass(frozen=True)
class Acknowledged(Call):
    """An ask that got a 200, which named `chat_id`."""

    question: str
    key: str | None


@dataclass(frozen=True)
class TurnedAway(Call):
    """An ask that was refused with this error code."""

    question: str
    code: str


@dataclass(frozen=True)
class Hidden(Call):
    """A poll that got a 404."""


@dataclass(frozen=True)
class ActionCall(Call):
    """The owner asked to `cancel`, `retry` or `delete`, or an operator to `stop`; `done` after a success."""

    action: str
    done: bool


@dataclass(frozen=True)
class ForeignCall(Call):
    """A request for another user's chat; `refusal` is the error code, None for a success."""

    refusal: str | None


@dataclass(frozen=True)
class Listed:
    """A user's list of chats."""

    user: str
    chat_ids: tuple[str, ...]


@dataclass(frozen=True)
class Accepted:
    """Lambda accepted an event about this question."""

    at: datetime
    chat_id: str
    question: str


@dataclass(frozen=True)
class ReasoningOutcome:
    """The agent was run."""

    at: datetime
    user: str
    question: str
    heard: tuple[str, ...]


@dataclass(frozen=True)
class Stored:
    """A chat's turn after it changed in the store."""

    at: datetime
    user: str
    chat_id: str
    turn: str
    question: str
    state: str
    deadline: datetime
    failure: str | None


@dataclass(frozen=True)
class Run:
    """A turn that holds slots, or on which an agent is at work."""

    user: str
    turn: str
    deadline: datetime


@dataclass(frozen=True)
class Work:
    """The agents `at_work` at a moment, and the turns that `held` slots of the user and of the workspace then."""

    at: datetime
    at_work: tuple[Run, ...]
    held: tuple[Run, ...]


@dataclass
class History:
    """One run. `calm`: no faults and right clocks; `skew`: how far any clock was off; `limits`: of each user.

    `given_up`: turns whose event went to the on-failure destination. `forged`: forged events that had an effect.
    `afterwards`: how each chat's next question ended, without faults. `work`: what was seen whenever an agent began or
    slots changed. `kept`: turns that held slots though their worker had let go, or none had claimed them before they ended.
    `ended`: turns and states that were stored, as seen between any two calls; `told`: the same, in events' ids, `.` between.
    `miscounted`: users whose budget counts other turns than have begun. `unlimited_since`: budgets hold before that only.
    """

    calm: bool = False
    skew: timedelta = timedelta(0)
    capacity: int = 0
    forged: int = 0
    given_up: list[str] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    turned_away: list[TurnedAway] = field(default_factory=list)
    actions: list[ActionCall] = field(default_factory=list)
    foreign_calls: list[ForeignCall] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    reasoned: list[ReasoningOutcome] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    afterwards: list[Shown] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    limits: UserLimits = field(default_factory=lambda: UserLimits(5))
    miscounted: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    unlimited_since: datetime | None = None

    def owner(self, chat_id: str) -> str | None:
        """The chat's owner, None when no response named the chat."""
        return next((asked.user for asked in self.acknowledged if asked.chat_id == chat_id), None)

    def actions_of(self, action: str, chat_id: str) -> list[ActionCall]:
        return [call for call in self.actions if (call.action, call.chat_id) == (action, chat_id)]


def answer_to(question: str) -> str:
    """What the agents of these tests answer; it names the question and so its user."""
    return f"Answer to: {question}"


def sorry_for(question: str) -> str | None:
    """What a broken agent of these tests says to every other question; at the others it raises an unexpected error."""
    return f"Sorry, not: {question}" if sum(map(ord, question)) % 2 else None
