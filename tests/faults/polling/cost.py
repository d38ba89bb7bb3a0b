"""What the poll hint and held polls cost and bring, beside fixed intervals: `python -m tests poll-cost`.

The real service over its fakes, in virtual time. An app asks, waits two seconds as `Retry-After` says, and then goes by
the hint until it sees the answer. What counts: its requests, how long the answer had been saved when it was shown, and
the price. `reads` and `waits` are two processes, and each knows only the answers that it has shown itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import pairwise
from random import Random
from statistics import median, quantiles
from typing import Any, Final, Literal

from domain.chat import ChatVersion, Step, Turn
from domain.chat_service import ChatService, TurnPolicy
from domain.limits import UserLimits
from domain.poll_hint import PollHint
from domain.records import ChatPage, PageRequest
from tests.fakes.agent import PacedAgent
from tests.fakes.chat_repository import InMemoryChatRepository
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SequentialIds
from tests.fakes.observer import RecordingObserver
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.support.story import ALICE, Story

POLICY: Final = TurnPolicy(hold_polls=True)
FIRST: Final = timedelta(seconds=2)
TURNS: Final = 400
#: Seconds; an agent that takes longer is stopped.
LONGEST: Final = 66
#: Of a look, at the quarter of a processor that a function of 256 MB has less than.
LOOK_TAKES: Final = timedelta(milliseconds=15)
WAIT: Final = timedelta(seconds=20)

#: US dollars, eu-central-1: a poll with its log lines (docs/capacity.md); a second of 256 MB, Arm; a read of up to 4 KB.
POLL: Final = 2.83e-6
HELD_SECOND: Final = 0.25 * 1.33334e-5
LOOK: Final = 0.1525e-6


class Shows(StrEnum):
    """What an agent shows while it works: nothing, its answer as it writes it at the end, or a step each second."""

    NOTHING = "nothing"
    DRAFT = "its draft"
    STEPS = "steps"


#: An app polls by the hint, holds polls by the hint, or polls every so many seconds, whatever the hint says.
Way = Literal["hint", "held"] | float
#: How long an agent takes, drawn anew for each turn, in seconds.
Durations = Callable[[Random], float]


@dataclass
class _Watched:
    """What one app did and saw in one turn, in seconds after the ask."""

    requests: int = 0
    held: float = 0.0
    looks: int = 0
    late: float = 0.0
    #: When it saw something new.
    updates: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Cost:
    """One entry for each turn."""

    turns: list[_Watched]

    @property
    def median_requests(self) -> float:
        return median(turn.requests for turn in self.turns)

    @property
    def median_late(self) -> float:
        return median(turn.late for turn in self.turns)

    @property
    def late_95(self) -> float:
        return _95([turn.late for turn in self.turns])

    @property
    def dollars(self) -> float:
        """For 1,000 answers."""
        of_all = sum(turn.requests * POLL + turn.held * HELD_SECOND + turn.looks * LOOK for turn in self.turns)
        return 1000 * of_all / len(self.turns)

    @property
    def fewest_updates(self) -> int:
        return min(len(turn.updates) for turn in self.turns)

    @property
    def longest_gap(self) -> float:
        """The longest time in which an app saw nothing new, from its ask to its last update."""
        return max(later - earlier for turn in self.turns for earlier, later in pairwise([0.0, *turn.updates]))

    def __str__(self) -> str:
        return (
            f"{self.median_requests:4.0f} requests (95 %: {_95([turn.requests for turn in self.turns]):4.0f}), "
            f"shown {self.median_late:5.2f} s late (95 %: {self.late_95:5.2f}), "
            f"{self.dollars:.3f} dollars per 1,000"
        )


def _95(figures: list[float] | list[int]) -> float:
    return quantiles(figures, n=20)[-1]


class _Store(InMemoryChatRepository):
    """A look takes its time, and counts."""

    clock: FakeClock
    looks: int = 0

    def version(self, chat_id: str) -> ChatVersion | None:
        self.clock.sleep(LOOK_TAKES)
        self.looks += 1
        return super().version(chat_id)


class _World:
    """One app after another, in a workspace that has shown no answer before the first."""

    def __init__(self, random: Random, *, learns: bool) -> None:
        self.random = random
        self.clock = FakeClock()
        self.chats = _Store()
        self.chats.clock = self.clock
        self.story = Story(self.chats, self.clock, SequentialIds())
        self._learns = learns
        self._reads, self._waits = self._service(), self._service()

    def _service(self) -> ChatService:
        return ChatService(
            self.chats,
            WaitingWorkerInvoker(),
            lambda: PacedAgent(self.clock),
            self.clock,
            SequentialIds(),
            RecordingObserver(),
            POLICY,
        )

    def turn(self, way: Way, takes: float, chat_id: str | None, shows: Shows) -> tuple[_Watched, str]:
        """One turn, and the id of its chat."""
        if not self._learns:
            self._reads, self._waits = self._service(), self._service()
        new = self.story.question(chat_id=chat_id, limits=UserLimits(TURNS, 0, 0))
        self.chats.save_question(new)
        saved = self._work(new.turn, takes, shows)
        return self._watch(new.turn, way, saved), new.turn.chat_id

    def _work(self, queued: Turn, takes: float, shows: Shows) -> datetime:
        """Plan the agent's work. Returns when its answer is saved."""
        began = self.clock.now() + _span(self.random.uniform(0.02, 0.5))
        saved = began + _span(takes)
        claimed = queued.claimed("lease", began)
        self._store_at(began, lambda: self.chats.compare_and_set_turn(queued, claimed))
        # An agent that streams its answer does so in the last part of its time.
        silent = takes * self.random.uniform(0.6, 0.95) if shows is Shows.DRAFT else 0
        moments = [began + _span(silent + second) for second in range(int(takes - silent))]
        for number, at in enumerate(moments if shows is not Shows.NOTHING else ()):
            steps = tuple(Step(step, "Reading") for step in moments[: number + 1]) if shows is Shows.STEPS else ()
            draft = "So far, " * number if shows is Shows.DRAFT else None
            self._store_at(at, partial(self.chats.save_progress, claimed, steps, draft))
        answered, answer = claimed.answered("lease", saved), self.story.answer()
        self._store_at(saved, lambda: self.chats.compare_and_set_turn(claimed, answered, answer))
        return saved

    def _store_at(self, moment: datetime, write: Callable[[], bool]) -> None:
        def store() -> None:
            assert write()

        self.clock.at(moment, store)

    def _watch(self, turn: Turn, way: Way, saved: datetime) -> _Watched:
        seen, asked, version = _Watched(), self.clock.now(), None
        looks, hint = self.chats.looks, PollHint(FIRST)
        while True:
            assert hint.after is not None
            self.clock.sleep(timedelta(seconds=way) if isinstance(way, float) else hint.after)
            self._travel()
            began = self.clock.now()
            page, hint = self._asked(turn, hint, way)
            seen.held += (self.clock.now() - began).total_seconds()
            seen.requests += 1
            self._travel()
            if page.chat.version != version:
                version = page.chat.version
                seen.updates.append((self.clock.now() - asked).total_seconds())
            if hint.after is None:
                seen.late = (self.clock.now() - saved).total_seconds()
                seen.looks = self.chats.looks - looks
                return seen

    def _asked(self, turn: Turn, hint: PollHint, way: Way) -> tuple[ChatPage, PollHint]:
        wanted = PageRequest(50, after=turn.question_id)
        if hint.hold:
            page = self._waits.hold(ALICE, turn.chat_id, wanted, WAIT, lambda page: bool(page.messages))
            return page, self._waits.poll_hint(page.chat, can_hold=True, held=True)
        page = self._reads.read(ALICE, turn.chat_id, wanted)
        return page, self._reads.poll_hint(page.chat, can_hold=way == "held")

    def _travel(self) -> None:
        self.clock.sleep(timedelta(milliseconds=self.random.randint(20, 80)))


def _span(seconds: float) -> timedelta:
    return timedelta(milliseconds=round(seconds * 1000))


def cost(
    way: Way,
    durations: Durations,
    *,
    one_chat: bool = False,
    learns: bool = False,
    shows: Shows = Shows.NOTHING,
    turns: int = TURNS,
    seed: int = 17,
) -> Cost:
    """`one_chat`: each question follows the one before, of which the chat knows how long it took. `learns`: the
    processes stay the same from turn to turn; else each turn meets new ones, which know nothing."""
    random = Random(seed)
    world, watched, chat_id = _World(random, learns=learns), list[_Watched](), None
    for _ in range(turns + one_chat):
        seen, asked_in = world.turn(way, durations(random), chat_id, shows)
        watched.append(seen)
        chat_id = asked_in if one_chat else None
    return Cost(watched[one_chat:])


def around(seconds: float, spread: float = 0.05) -> Durations:
    """Durations about `seconds`, normally distributed, and short of the deadline."""
    return lambda random: min(max(0.1, random.gauss(seconds, seconds * spread)), LONGEST)


def evenly(random: Random) -> float:
    """Anything from 1 to 65 s."""
    return random.uniform(1, 65)


#: A situation: how long agents take, and what `cost` is told of it.
SITUATIONS: Final[dict[str, tuple[Durations, dict[str, Any]]]] = {
    "about 56 s, one chat": (around(56), {"one_chat": True, "learns": True}),
    "about 56 s (± 12 %), one chat": (around(56, 0.12), {"one_chat": True, "learns": True}),
    "about 56 s, with a draft, one chat": (around(56), {"one_chat": True, "learns": True, "shows": Shows.DRAFT}),
    "about 20 s, one chat": (around(20), {"one_chat": True, "learns": True}),
    "about 56 s, a new chat, learned": (around(56), {"learns": True}),
    "about 56 s (± 12 %), a new chat, learned": (around(56, 0.12), {"learns": True}),
    "about 56 s, a new chat": (around(56), {}),
    "about 40 s, a new chat, learned": (around(40), {"learns": True}),
    "about 40 s, a new chat": (around(40), {}),
    "about 20 s, a new chat, learned": (around(20), {"learns": True}),
    "about 20 s, a new chat": (around(20), {}),
    "about 10 s, a new chat, learned": (around(10), {"learns": True}),
    "about 10 s, a new chat": (around(10), {}),
    "1 to 65 s, evenly spread, a new chat": (evenly, {}),
    "25 s, a step each second, a new chat": (around(25, 0), {"shows": Shows.STEPS}),
}
WAYS: Final[dict[str, Way]] = {"hint": "hint", "held": "held", "2 s": 2.0, "3 s": 3.0}


def main() -> None:
    for situation, (durations, known) in SITUATIONS.items():
        print(situation)
        for way, chosen in WAYS.items():
            found = cost(chosen, durations, **known)
            updates = f", {found.fewest_updates} updates or more, no gap above {found.longest_gap:.1f} s"
            print(f"  {way:>4}: {found}{updates if 'shows' in known else ''}", flush=True)


if __name__ == "__main__":
    main()
