"""How long the agent usually takes: learned from the answers that this process has shown, and never stored."""

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import Final

from domain.chat import Chat

#: So many answers are remembered; the newest of them, or of a user's among them, tell what is usual.
ANSWERS: Final = 256
NEWEST: Final = 32
#: From fewer answers nothing is learned: their spread may be chance.
ENOUGH: Final = 5
#: An answer is likely from this share of the usual duration on, two standard deviations of 11 %.
EARLY: Final = 0.78
NEVER: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class ExpectedDuration:
    """An answer usually takes `usual`, from the agent's start, and rarely less than `earliest`: 0 when unknown."""

    usual: timedelta
    earliest: timedelta = NEVER


class UsualDurations:
    """Bounded. `otherwise` is what is usual as long as nothing is known."""

    def __init__(self, otherwise: timedelta) -> None:
        self._otherwise = otherwise
        #: User and duration of each answer, by its id, in the order in which they were shown.
        self._seen: dict[str, tuple[str, timedelta]] = {}

    def learn(self, chat: Chat) -> None:
        """Remember how long the chat's last answer took, if it has one."""
        if chat.last_duration is None or chat.last_answer_id is None:
            return
        self._seen.setdefault(chat.last_answer_id, (chat.user_id, chat.last_duration))
        if len(self._seen) > ANSWERS:
            del self._seen[next(iter(self._seen))]

    def expect(self, chat: Chat) -> ExpectedDuration:
        """By the chat's own last answer, else by the user's, else by everybody's.

        A chat's last answer is a single one: the next may come as early as the user's, or everybody's, tell.
        """
        learned = self._learned([took for user, took in self._seen.values() if user == chat.user_id]) or self._learned(
            [took for _, took in self._seen.values()]
        )
        if chat.last_duration is None:
            return learned or ExpectedDuration(self._otherwise)
        earliest = chat.last_duration * EARLY
        return ExpectedDuration(chat.last_duration, min(earliest, learned.earliest) if learned else earliest)

    def _learned(self, durations: list[timedelta]) -> ExpectedDuration | None:
        if len(durations) < ENOUGH:
            return None
        seconds = sorted(took.total_seconds() for took in durations[-NEWEST:])
        usual, mean = seconds[len(seconds) // 2], sum(seconds) / len(seconds)
        spread = sqrt(sum((took - mean) ** 2 for took in seconds) / (len(seconds) - 1))
        earliest = max(0.0, min(usual * EARLY, usual - 2 * spread))
        return ExpectedDuration(timedelta(seconds=usual), timedelta(seconds=earliest))
