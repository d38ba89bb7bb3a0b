"""RecallAgent: answers out of the user's own memories, word for word. Needs no model and no network."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from adapters.agents.progress_text import counted, months
from adapters.search.date_phrases import date_phrases
from adapters.search.engine import MemorySearch
from adapters.search.vocabulary import key_words, variants
from domain.chat import Citation
from domain.memory import Memory
from domain.ports import Clock, MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment

PASSAGES: Final = 5
#: What part of the question, by weight, one memory must match before the agent calls it an answer. Measured on the
#: evaluation set: below it, most of what matches is a coincidence of words. See docs/agents.md.
LEAST_COVERAGE: Final = 0.58
#: How well a further memory must fit, beside the best one.
LEAST_SHARE: Final = 0.15
NOTHING: Final = "I found nothing about that in your memories."
#: How long one pause is at most: between pauses a cancellation is noticed.
PAUSE: Final = timedelta(seconds=1)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


class RecallAgent(ReasoningAgent):
    """Finds the memories that fit the question's words and dates, and quotes the best of them with their neighbours.

    `thinking` stretches the work to about that long: for showing what a slow agent does to a connection.
    """

    def __init__(
        self,
        memories: MemoryStore,
        clock: Clock,
        thinking: timedelta = timedelta(0),
        least_coverage: float = LEAST_COVERAGE,
    ) -> None:
        self._memories = memories
        self._clock = clock
        self._thinking = thinking
        self._least_coverage = least_coverage

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        memories = self._memories.list_all(assignment.user_id)
        progress.step(f"Searching {counted(memories)} for {_about(assignment)}")
        self._think(self._thinking * 0.6, progress)
        found = self._find(assignment, memories)
        if not found:
            progress.step("Found nothing that fits")
            return Answer(NOTHING)
        progress.step(f"Reading {counted(found)} from {months(found)}")
        self._think(self._thinking * 0.3, progress)
        progress.step("Writing")
        return self._write(self._kept(assignment.user_id, found), assignment, progress)

    def _find(self, assignment: Assignment, memories: Sequence[Memory]) -> tuple[Memory, ...]:
        """The best, best first; none when even the best has too little to do with the question."""
        with MemorySearch(memories) as search:
            found = search.search(assignment.question, assignment.asked_at)
            if max((one.coverage for one in found), default=0) < self._least_coverage:
                return ()
            best = search.with_neighbours(found)[:PASSAGES]
            return tuple(memories[one.row] for one in best if one.score >= LEAST_SHARE * best[0].score)

    def _think(self, span: timedelta, progress: ProgressReporter) -> None:
        end = self._clock.now() + span
        while (left := end - self._clock.now()) > timedelta(0):
            self._clock.sleep(min(left, PAUSE))
            progress.raise_if_ended()

    def _kept(self, user_id: str, found: Sequence[Memory]) -> list[Memory]:
        """Without those that the user has forgotten while the agent was thinking."""
        kept = {memory.memory_id for memory in self._memories.get_many(user_id, [one.memory_id for one in found])}
        return [memory for memory in found if memory.memory_id in kept]

    def _write(self, found: Sequence[Memory], assignment: Assignment, progress: ProgressReporter) -> Answer:
        words = key_words(assignment.question)
        citations = tuple(Citation(memory.memory_id, passage(memory.text, words)) for memory in found)
        lines = ["This is what your memories say:"] if found else [NOTHING]
        for memory, citation in zip(found, citations, strict=True):
            lines.append(f"- {memory.occurred_at:%d %B %Y}: {citation.quote}")
            progress.draft("\n".join(lines))
            self._think(self._thinking * 0.1 / len(found), progress)
        return Answer("\n".join(lines), citations)


def passage(text: str, words: Sequence[str]) -> str:
    """The sentence of `text` that holds most of `words`, or the first one."""
    stems = [tuple(form[:5] for form in variants(word)) for word in words]

    def hits(sentence: str) -> int:
        return sum(any(stem in sentence.casefold() for stem in any_of) for any_of in stems)

    return max(_SENTENCE.split(text), key=hits)


def _about(assignment: Assignment) -> str:
    dates = [date.text for date in date_phrases(assignment.question, assignment.asked_at)]
    rest = assignment.question
    for date in dates:
        rest = rest.replace(date, " ")
    return f'"{" ".join([*key_words(rest), *dates])}"'
