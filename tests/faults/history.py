"""What happened in a run, as its users and its store saw it: all that the promises are judged by.

Times are true times, which no machine in the run has to know.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.chat import Role


@dataclass(frozen=True)
class Call:
    """Somebody called the service: when API Gateway took it, and when the answer was there."""

    user: str
    chat_id: str
    came_at: datetime
    returned_at: datetime

    def before(self, other: "Call") -> bool:
        """Its answer was there when the other was sent. Calls that overlap have no order."""
        return self.returned_at <= other.came_at


@dataclass(frozen=True)
class Said:
    """A message as an app shows it."""

    message_id: str
    role: Role
    content: str


@dataclass(frozen=True)
class Shown(Call):
    """A poll: `messages` are all that the app now shows of the chat; `turn` tells one turn from another."""

    turn: str
    status: str
    phase: str
    failure: str | None
    deadline: datetime
    ended_at: datetime | None
    draft: str | None
    messages: tuple[Said, ...]

    @property
    def ended(self) -> bool:
        return self.status != "thinking"

    @property
    def end(self) -> tuple[str, str | None, str | None]:
        """How the turn ended: status, failure, and the answer's id."""
        return self.status, self.failure, self.messages[-1].message_id if self.messages else None


@dataclass(frozen=True)
class Acknowledged(Call):
    """An ask that got its 200. `chat_id` is what the answer named."""

    question: str
    key: str | None


@dataclass(frozen=True)
class Hidden(Call):
    """A poll that found no chat."""


@dataclass(frozen=True)
class Wished(Call):
    """Its owner wanted something of a chat: `cancel`, `retry` or `delete`. `done` when a success came back."""

    wish: str
    done: bool


@dataclass(frozen=True)
class Intruded(Call):
    """Somebody called with another user's chat. `refusal` is the error that came back, None for a success."""

    refusal: str | None


@dataclass(frozen=True)
class Listed:
    """A user's list of chats."""

    user: str
    chat_ids: tuple[str, ...]


@dataclass(frozen=True)
class Accepted:
    """The asynchronous hop took an event about this question."""

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


@dataclass
class History:
    """One run. `calm` says that nothing failed in it and that all clocks were right, `skew` how wrong any clock was.

    `given_up` are the turns whose worker Lambda has given up on, `forged` counts forged events that were acted on.
    `afterwards` is how the next question of each chat ended, asked when nothing failed any more. `crowding` is how
    many places were taken when no turn was thinking.
    """

    calm: bool = False
    skew: timedelta = timedelta(0)
    turn_limit: int = 5
    capacity: int = 0
    forged: int = 0
    given_up: list[str] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    wished: list[Wished] = field(default_factory=list)
    intruded: list[Intruded] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    reasoned: list[ReasoningOutcome] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    afterwards: list[Shown] = field(default_factory=list)
    crowding: list[int] = field(default_factory=list)

    def owner(self, chat_id: str) -> str | None:
        """Whose chat it is, as far as anybody was told."""
        return next((asked.user for asked in self.acknowledged if asked.chat_id == chat_id), None)

    def wishes(self, wish: str, chat_id: str) -> list[Wished]:
        return [wished for wished in self.wished if (wished.wish, wished.chat_id) == (wish, chat_id)]


def answer_to(question: str) -> str:
    """What the agents of these tests answer: whose question it was can be told from it."""
    return f"Answer to: {question}"
