"""What a language model may do with the memories: look at one user's, and nothing else.

Whose they are is settled before the model says its first word. It never learns a user's or a memory's real name: it
sees labels (m1, m2, …) that mean nothing outside this one answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from adapters.agents.progress_text import counted, months
from adapters.search.engine import MemorySearch
from domain.memory import Memory
from domain.ports import ProgressReporter

#: How many memories one look shows, how many characters of them, and how many characters all looks of one answer
#: show together. These bound what an answer costs.
LOOK_COUNT: Final = 20
LOOK_LENGTH: Final = 24_000
READ_LENGTH: Final = 100_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A memory as the model sees it."""

    memory: str
    when: str
    text: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look shows; `more` are those that fit as well but found no room."""

    memories: tuple[Shown, ...]
    more: int


@dataclass
class MemoryTools:
    """One user's memories as they were when the question was taken up. `shown` are those that the model has seen."""

    search: MemorySearch
    now: datetime
    progress: ProgressReporter
    shown: dict[str, Memory] = field(default_factory=dict)
    room: int = READ_LENGTH

    def search_for(self, phrasings: Sequence[str]) -> Look:
        """The memories that fit any of the phrasings best, the best of each phrasing first."""
        self.progress.step("Searching memories for " + ", ".join(f'"{phrasing}"' for phrasing in phrasings))
        rankings = [self._ranked(phrasing) for phrasing in phrasings]
        longest = max(map(len, rankings), default=0)
        return self._look(ranking[place] for place in range(longest) for ranking in rankings if place < len(ranking))

    def around(self, day: datetime, days: int) -> Look:
        """The memories of that day and of `days` days before and after it, the nearest first."""
        self.progress.step(f"Reading what was around {day:%d %B %Y}")
        half = timedelta(hours=12)
        # From the middle of the day: its ends would lie outside of time for the first and the last day that there is.
        far = {one: abs(one.occurred_at - (day + half)) for one in self.search.memories}
        return self._look(sorted((one for one in far if far[one] <= timedelta(days=days) + half), key=far.__getitem__))

    def tagged(self, tag: str) -> Look:
        """The memories with that tag, newest first."""
        self.progress.step(f'Reading memories tagged "{tag}"')
        wanted = tag.strip().casefold()
        found = [one for one in self.search.memories if wanted in (own.casefold() for own in one.tags)]
        return self._look(sorted(found, key=lambda memory: memory.occurred_at, reverse=True))

    def tags(self) -> list[str]:
        """The user's tags, the most used first."""
        counts: dict[str, int] = {}
        for memory in self.search.memories:
            for tag in memory.tags:
                counts[tag] = counts.get(tag, 0) + 1
        return sorted(counts, key=lambda tag: (-counts[tag], tag))[:50]

    def today(self) -> str:
        """The day on which the question was asked."""
        return f"{self.now:%A, %d %B %Y, %H:%M} UTC"

    def labelled(self, label: str) -> Memory | None:
        """The memory that was shown under that label."""
        return self.shown.get(label.strip().strip("[]"))

    def _ranked(self, phrasing: str) -> list[Memory]:
        found = self.search.with_neighbours(self.search.search(phrasing, self.now))
        return [self.search.memories[one.row] for one in found]

    def _look(self, memories: Iterable[Memory]) -> Look:
        wanted = list(dict.fromkeys(memories))
        fitting = list(_fitting(wanted, min(self.room, LOOK_LENGTH)))
        self.room -= sum(map(_length, fitting))
        if fitting:
            self.progress.step(f"Reading {counted(fitting)} from {months(fitting)}")
        return Look(tuple(map(self._show, fitting)), len(wanted) - len(fitting))

    def _show(self, memory: Memory) -> Shown:
        label = next((label for label, seen in self.shown.items() if seen is memory), f"m{len(self.shown) + 1}")
        self.shown[label] = memory
        return Shown(label, f"{memory.occurred_at:%a %Y-%m-%d %H:%M}", memory.text, memory.tags)


def _length(memory: Memory) -> int:
    return len(memory.text) + sum(map(len, memory.tags))


def _fitting(memories: Iterable[Memory], room: int) -> Iterable[Memory]:
    for memory, _ in zip(memories, range(LOOK_COUNT), strict=False):
        room -= _length(memory)
        if room < 0:
            return
        yield memory
