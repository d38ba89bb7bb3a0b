"""The tools of a language model: they read one user's memories, and do nothing else.

The user is fixed before the model's first token. The model never sees the id of a user or a memory: it sees labels
(m1, m2, …) that are valid for this answer only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from adapters.agents.progress_text import counted, months
from adapters.search.calendar import on_the_wall
from adapters.search.engine import MemorySearch
from adapters.time_zones import local_time_of
from domain.memory import NOON, Memory
from domain.ports import ProgressReporter

#: The names under which pydantic_agent.py offers them.
TOOLS: Final = ("search_memories", "read_around", "list_by_tag", "current_date")
#: How many memories one tool call returns, how many characters of them, and how many characters all calls of one
#: answer return together. These bound what an answer costs.
RESULT_COUNT: Final = 20
RESULT_CHARS: Final = 24_000
TOTAL_CHARS: Final = 100_000


@dataclass(frozen=True, slots=True)
class MemoryView:
    """A memory as the model sees it."""

    memory: str
    when: str
    text: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What one tool call returns; `more` counts the memories that matched as well but did not fit the budget."""

    memories: tuple[MemoryView, ...]
    more: int


@dataclass
class MemoryTools:
    """A snapshot of one user's memories. `shown` holds those that the model has seen, by label.

    `now` is in the person's time zone.
    """

    search: MemorySearch
    now: datetime
    progress: ProgressReporter
    shown: dict[str, Memory] = field(default_factory=dict)
    char_budget: int = TOTAL_CHARS

    def search_for(self, phrasings: Sequence[str]) -> ToolResult:
        """The best matches of the phrasings, interleaved: the best of each phrasing first."""
        self.progress.step("Searching memories for " + ", ".join(f'"{phrasing}"' for phrasing in phrasings))
        rankings = [self._ranked(phrasing) for phrasing in phrasings]
        longest = max(map(len, rankings), default=0)
        return self._result(ranking[rank] for rank in range(longest) for ranking in rankings if rank < len(ranking))

    def around(self, day: date, days: int) -> ToolResult:
        """The memories from `days` days before to `days` days after that day, the nearest first."""
        self.progress.step(f"Reading what was around {day:%d %B %Y}")
        # Measured from noon: midnight would overflow for the first and the last day of the calendar.
        noon = datetime.combine(day, NOON, UTC)
        far = {one: abs(on_the_wall(local_time_of(one, self.now.tzinfo)) - noon) for one in self.search.memories}
        near = timedelta(days=days, hours=12)
        return self._result(sorted((one for one in far if far[one] <= near), key=far.__getitem__))

    def tagged(self, tag: str) -> ToolResult:
        """The memories with that tag, newest first."""
        self.progress.step(f'Reading memories tagged "{tag}"')
        wanted = tag.strip().casefold()
        found = [one for one in self.search.memories if wanted in (own.casefold() for own in one.tags)]
        return self._result(sorted(found, key=lambda memory: memory.occurred_at, reverse=True))

    def tags(self) -> list[str]:
        """The user's tags, the most frequent first."""
        counts: dict[str, int] = {}
        for memory in self.search.memories:
            for tag in memory.tags:
                counts[tag] = counts.get(tag, 0) + 1
        return sorted(counts, key=lambda tag: (-counts[tag], tag))[:50]

    def today(self) -> str:
        """The day on which the question was asked."""
        return f"{self.now:%A, %d %B %Y, %H:%M} {self.now.tzinfo}"

    def labelled(self, label: str) -> Memory | None:
        """The memory that was shown under that label."""
        return self.shown.get(label.strip().strip("[]"))

    def _ranked(self, phrasing: str) -> list[Memory]:
        found = self.search.with_neighbours(self.search.search(phrasing, self.now))
        return [self.search.memories[one.row] for one in found]

    def _result(self, memories: Iterable[Memory]) -> ToolResult:
        wanted = list(dict.fromkeys(memories))
        fitting = list(_fitting(wanted, min(self.char_budget, RESULT_CHARS)))
        self.char_budget -= sum(map(_length, fitting))
        if fitting:
            self.progress.step(f"Reading {counted(fitting)} from {months(fitting, self.now.tzinfo)}")
        return ToolResult(tuple(map(self._show, fitting)), len(wanted) - len(fitting))

    def _show(self, memory: Memory) -> MemoryView:
        label = next((label for label, seen in self.shown.items() if seen is memory), f"m{len(self.shown) + 1}")
        self.shown[label] = memory
        when = f"{local_time_of(memory, self.now.tzinfo):{'%a %Y-%m-%d' if memory.day else '%a %Y-%m-%d %H:%M'}}"
        return MemoryView(label, when, memory.text, memory.tags)


def _length(memory: Memory) -> int:
    return len(memory.text) + sum(map(len, memory.tags))


def _fitting(memories: Iterable[Memory], char_budget: int) -> Iterable[Memory]:
    for memory, _ in zip(memories, range(RESULT_COUNT), strict=False):
        char_budget -= _length(memory)
        if char_budget < 0:
            return
        yield memory
