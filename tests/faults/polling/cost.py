"""The poll hint compared with polling at fixed intervals: `python -m tests poll-cost`.

An app asks, waits two seconds as `Retry-After` says, and then polls by the hint until it sees the answer. Two figures
count: the number of polls, and how long the answer had been saved when it was shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from statistics import median, quantiles
from typing import Final

from domain.chat import Chat, Message, Role, Turn, TurnState
from domain.chat_service import TurnPolicy
from domain.poll_hint import poll_after
from tests.fakes.clock import NOON

POLICY: Final = TurnPolicy()
FIRST: Final = timedelta(seconds=2)
TURNS: Final = 400
#: Seconds; an agent that takes longer is stopped.
LONGEST: Final = 66

#: When to poll next, from the chat as a poll sees it, and the time of that poll.
Hint = Callable[[Chat, timedelta], timedelta]
#: How long an agent takes, drawn anew for each turn, in seconds.
Durations = Callable[[Random], float]


@dataclass(frozen=True)
class Cost:
    """Number of polls and seconds of delay, one of each for each turn."""

    polls: list[int]
    late: list[float]

    @property
    def median_polls(self) -> float:
        return median(self.polls)

    @property
    def median_late(self) -> float:
        return median(self.late)

    def __str__(self) -> str:
        return (
            f"{self.median_polls:4.0f} polls (95 %: {quantiles(self.polls, n=20)[-1]:4.0f}), "
            f"shown {self.median_late:4.1f} s late (95 %: {quantiles(self.late, n=20)[-1]:4.1f})"
        )


def by_hint(chat: Chat, now: timedelta) -> timedelta:
    """Poll when the service says."""
    wait = poll_after(chat, NOON + now, POLICY.expected_duration)
    assert wait is not None
    return wait


def every(seconds: float) -> Hint:
    """Poll at a fixed interval."""
    return lambda chat, now: timedelta(seconds=seconds)


def cost(hint: Hint, durations: Durations, usual: timedelta | None = None, seed: int = 17) -> Cost:
    """`usual` is the duration of the chat's last answer."""
    random = Random(seed)
    turns = [_turn(hint, durations(random), usual, random) for _ in range(TURNS)]
    return Cost([polls for polls, _ in turns], [late for _, late in turns])


def _turn(hint: Hint, takes: float, usual: timedelta | None, random: Random) -> tuple[int, float]:
    """One turn: its number of polls, and the seconds between saving the answer and showing it."""
    picked_up = timedelta(seconds=random.uniform(0.02, 0.5))
    saved = picked_up + timedelta(seconds=takes)
    # An agent that streams its answer does so in the last part of its time.
    drafting = picked_up + timedelta(seconds=takes * random.uniform(0.6, 0.95))
    now, polls = FIRST, 0
    while True:
        request, response = (timedelta(seconds=random.uniform(0.02, 0.08)) for _ in range(2))
        seen_at = now + request
        polls += 1
        if seen_at >= saved:
            return polls, (seen_at + response - saved).total_seconds()
        now = seen_at + response + hint(_chat(seen_at, picked_up, drafting, usual), seen_at)


def _chat(now: timedelta, picked_up: timedelta, drafting: timedelta, usual: timedelta | None) -> Chat:
    running = now >= picked_up
    turn = Turn(
        chat_id="chat",
        user_id="alice",
        turn_id="turn",
        question_id="question",
        asked_at=NOON,
        deadline=NOON + POLICY.deadline,
        dispatch_token="token",
        state=TurnState.RUNNING if running else TurnState.QUEUED,
        started_at=NOON + picked_up if running else None,
        draft="So far" if now >= drafting else None,
    )
    chat = Chat.begun(Message("question", Role.USER, "Where did I park?", NOON), turn)
    return Chat(turn, chat.title, chat.last_text, chat.last_message_id, last_duration=usual)


def around(seconds: float, spread: float = 0.05) -> Durations:
    """Durations about `seconds`, normally distributed, and short of the deadline."""
    return lambda random: min(max(0.1, random.gauss(seconds, seconds * spread)), LONGEST)


SITUATIONS: Final[dict[str, tuple[Durations, float | None]]] = {
    "56 s to the second, a new chat": (around(56, 0), None),
    "about 56 s, a new chat": (around(56), None),
    "about 56 s, as the last answer": (around(56), 56),
    "about 56 s, but widely spread": (around(56, 0.12), 56),
    "about 20 s, as the last answer": (around(20), 20),
    "about 20 s, a new chat": (around(20), None),
    "about 5 s, as the last answer": (around(5), 5),
    "about 5 s, a new chat": (around(5), None),
    "anything from 1 to 65 s, a new chat": (lambda random: random.uniform(1, 65), None),
}
WAYS: Final[dict[str, Hint]] = {"hint": by_hint, "2 s": every(2), "2.5 s": every(2.5), "3 s": every(3)}


def main() -> None:
    for situation, (durations, usual) in SITUATIONS.items():
        print(situation)
        for way, hint in WAYS.items():
            print(f"  {way:>5}: {cost(hint, durations, timedelta(seconds=usual) if usual else None)}")


if __name__ == "__main__":
    main()
