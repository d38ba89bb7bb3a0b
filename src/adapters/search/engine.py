"""The search engine: scores memories against a question by words, dates and neighbours in time.

A question has a few terms: key words and date phrases. The fewer memories match a term, the higher its weight (inverse
document frequency). The share of the question's weight that a memory matches is its coverage.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final, Self

from adapters.search.calendar import Span, on_the_wall, whole_day
from adapters.search.date_phrases import DatePhrase, date_phrases
from adapters.search.fts5_index import Fts5MemoryIndex
from adapters.search.vocabulary import FAINT_WORDS, key_words, variants, words
from adapters.time_zones import local_time_of
from domain.memory import Memory

#: With fewer memories than this, the frequency of a word is not significant.
SMALLEST_COUNT: Final = 100
#: The weight of a word that no memory contains, unless it is a name: the memory may use another word.
UNSEEN: Final = 0.5
FAINT: Final = 0.4
#: The match of a memory that mentions the date ("on 2 December") but is from another time.
MENTION: Final = 0.6
#: The bonus of the newest memory over the oldest one: newer facts replace older ones.
RECENCY: Final = 0.3
#: The share of a match's score that its neighbours in time get.
NEIGHBOUR: Final = 0.4
NEIGHBOUR_HOURS: Final = 12.0
FARTHEST: Final = timedelta(hours=48)
#: Memories that are indexed between two looks at the time: some ten milliseconds on a core.
AT_ONCE: Final = 500
#: A limit, because each date is compared with every memory.
MOST_DATES: Final = 16
#: A word after another one in the same sentence.
_INSIDE: Final = re.compile(r"(?<=\w)[,'’]?\s+(\S+)")
_WHO: Final = re.compile(r"\s*who(?:['’]s|\s+is|\s+are|\s+was|\s+were)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or date of the question: the matching rows, each with its match (0 to 1), and the term's weight."""

    matches: Mapping[int, float]
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """A found memory: its row, its score, and its coverage of the question (0 to 1)."""

    row: int
    score: float
    coverage: float


class MemorySearch:
    """Searches one user's memories. A context manager, because it holds an in-memory index.

    Once `time_is_up` it indexes no more than the first memories and looks for no further words: not `complete`.
    """

    def __init__(self, memories: Sequence[Memory], time_is_up: Callable[[], bool] = lambda: False) -> None:
        self._time_is_up = time_is_up
        self._index = Fts5MemoryIndex()
        self._times_in: dict[tzinfo | None, list[Span]] = {}
        self.complete = True
        indexed = 0
        while indexed < len(memories) and (not indexed or self._in_time()):
            self._index.add(indexed, memories[indexed : indexed + AT_ONCE])
            indexed += AT_ONCE
        self.memories = memories[:indexed]
        self._count = max(len(self.memories), SMALLEST_COUNT)

    def _in_time(self) -> bool:
        """Whether there is still time; what the caller then leaves out makes the search incomplete."""
        self.complete = self.complete and not self._time_is_up()
        return self.complete

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()

    def search(self, question: str, now: datetime | None) -> list[Match]:
        """The memories that match any term of `question`, best first. Date phrases need `now`, and are of its zone."""
        dates = date_phrases(question, on_the_wall(now))[:MOST_DATES] if now else ()
        times = self._times(now.tzinfo) if now and dates else []
        terms = [*self._word_terms(_without(question, dates)), *self._date_terms(dates, times)]
        found = _scored(terms)
        if _WHO.match(question):
            found = self._first_mentions_first(found, terms)
        return _sorted(replace(one, score=one.score * (1 + RECENCY * age)) for one, age in self._ages(found))

    def _times(self, zone: tzinfo | None) -> list[Span]:
        """When each memory was. Read once: a model searches with several phrasings, in several rounds."""
        if zone not in self._times_in:
            self._times_in[zone] = [_time_of(memory, zone) for memory in self.memories]
        return self._times_in[zone]

    def with_neighbours(self, found: Sequence[Match], best: int = 20) -> list[Match]:
        """Adds the neighbours in time of the `best` matches, which often complete them."""
        order = sorted(range(len(self.memories)), key=lambda row: self.memories[row].occurred_at)
        position = {row: index for index, row in enumerate(order)}
        shares: dict[int, float] = defaultdict(float)
        for one in found[:best]:
            start = position[one.row]
            for row in order[max(0, start - 2) : start] + order[start + 1 : start + 3]:
                closeness = _closeness(self.memories[one.row], self.memories[row])
                if closeness:
                    shares[row] = max(shares[row], one.score * closeness)
        all_found = {**{row: Match(row, 0.0, 0.0) for row in shares}, **{one.row: one for one in found}}
        return _sorted(replace(one, score=one.score + shares.get(one.row, 0.0)) for one in all_found.values())

    def _word_terms(self, question: str) -> Iterator[Term]:
        for number, word in enumerate(key_words(question)):
            if number and not self._in_time():
                return
            scores: dict[int, float] = {}
            for form in variants(word):
                for row, score in self._index.matches(form).items():
                    scores[row] = max(score, scores.get(row, 0.0))
            best = max(scores.values(), default=1.0)
            weight = self._rarity(len(scores)) * (FAINT if word in FAINT_WORDS else 1)
            if not scores and not _is_name(word, question):
                weight *= UNSEEN
            yield Term({row: 0.5 + 0.5 * score / best for row, score in scores.items()}, weight)

    def _date_terms(self, dates: Sequence[DatePhrase], times: Sequence[Span]) -> Iterator[Term]:
        for date in dates:
            within = {row: 1.0 for row, time in enumerate(times) if time.overlaps(date.span)}
            mentioned = {row: MENTION for text in date.mentions for row in self._index.matches(text)}
            yield Term({**mentioned, **within}, self._rarity(len(within)))

    def _rarity(self, matches: int) -> float:
        """Inverse document frequency as in BM25, never negative."""
        return math.log(1 + (self._count - matches + 0.5) / (matches + 0.5))

    def _first_mentions_first(self, found: Sequence[Match], terms: Sequence[Term]) -> list[Match]:
        """Ranks first mentions first: a note explains who a person is when it first mentions them."""
        bonus: dict[int, float] = defaultdict(float)
        for term in terms:
            if term.matches:
                bonus[min(term.matches, key=lambda row: self.memories[row].occurred_at)] += term.weight
        return [replace(one, score=one.score + bonus[one.row]) for one in found]

    def _ages(self, found: Sequence[Match]) -> Iterator[tuple[Match, float]]:
        """Each match with its relative age: 0 for the oldest memory, 1 for the newest."""
        times = [memory.occurred_at for memory in self.memories]
        oldest, span = min(times, default=None), max(times) - min(times) if times else None
        for one in found:
            yield one, (self.memories[one.row].occurred_at - oldest) / span if oldest and span else 1.0


def _time_of(memory: Memory, zone: tzinfo | None) -> Span:
    """A moment as the shortest span, or the whole day of a memory without a time."""
    start = on_the_wall(local_time_of(memory, zone))
    return whole_day(start) if memory.day else Span(start, start + timedelta.resolution)


def _without(question: str, dates: Sequence[DatePhrase]) -> str:
    for date in dates:
        question = question.replace(date.text, ", ")
    return question


def _is_name(word: str, question: str) -> bool:
    """Whether the word is capitalized inside a sentence."""
    return any(match[1][0].isupper() and word in words(match[1]) for match in _INSIDE.finditer(question))


def _scored(terms: Sequence[Term]) -> list[Match]:
    total = sum(term.weight for term in terms)
    scores: dict[int, float] = defaultdict(float)
    coverage: dict[int, float] = defaultdict(float)
    for term in terms:
        for row, match in term.matches.items():
            scores[row] += term.weight * match
            coverage[row] += term.weight / total
    # Multiplied by coverage: matching two words counts more than matching only the rarer one.
    return [Match(row, score * coverage[row], coverage[row]) for row, score in scores.items()]


def _closeness(one: Memory, other: Memory) -> float:
    apart = abs(one.occurred_at - other.occurred_at)
    if apart > FARTHEST:
        return 0
    of_one_kind = 1.0 if set(one.tags) & set(other.tags) else 0.4
    return NEIGHBOUR * of_one_kind * math.exp(-apart / timedelta(hours=NEIGHBOUR_HOURS))


def _sorted(found: Iterator[Match]) -> list[Match]:
    return sorted(found, key=lambda one: (-one.score, one.row))
