"""RecallAgent: answers with quotes from the user's memories. Needs no model and no network."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from adapters.agents.markdown_text import shown_as
from adapters.agents.progress_text import counted, months
from adapters.agents.small_talk import reply_to
from adapters.search.calendar import on_the_wall
from adapters.search.date_phrases import date_phrases
from adapters.search.engine import MemorySearch
from adapters.search.folding import folded
from adapters.search.vocabulary import key_words, variants
from adapters.time_zones import asked_at, local_time_of
from domain.chat import Citation
from domain.memory import Memory
from domain.memory_service import read_memories, time_limit
from domain.ports import Clock, MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment, FoundMemories

PASSAGES: Final = 5
#: The share of the question's weight that the best memory must match. Measured on the evaluation set: below it, most
#: matches are coincidences of words. See docs/agents.md.
LEAST_COVERAGE: Final = 0.58
#: The score that a further memory needs, as a share of the best one.
LEAST_SHARE: Final = 0.15
NOTHING: Final = "I found nothing about that in your memories."
INCOMPLETE: Final = "I had no time to search all of your memories: these are from the newest ones."
#: The longest pause: a cancellation is noticed between pauses.
PAUSE: Final = timedelta(seconds=1)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


class RecallAgent(ReasoningAgent):
    """Finds the memories that match the question's words and dates, and quotes the best ones and their neighbours.

    A greeting or a word of thanks is no question for the memories: it gets a sentence about what this agent does.
    `delay` stretches the work to about that duration, to demonstrate a slow agent.
    """

    def __init__(
        self,
        memories: MemoryStore,
        clock: Clock,
        delay: timedelta = timedelta(0),
        least_coverage: float = LEAST_COVERAGE,
    ) -> None:
        self._memories = memories
        self._clock = clock
        self._delay = delay
        self._least_coverage = least_coverage

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        if reply := reply_to(assignment.question):
            self._think(self._delay, progress)
            return Answer(reply)
        read = read_memories(self._memories, assignment.user_id, self._half_of_the_time(assignment))
        progress.step(f"Searching {counted(read.memories)} for {_about(assignment)}")
        self._think(self._delay * 0.6, progress)
        found = self._find(assignment, read)
        note = "" if found.complete else f"{INCOMPLETE}\n"
        if not found.memories:
            progress.step("Found nothing that fits")
            return Answer(note + NOTHING)
        progress.step(f"Reading {counted(found.memories)} from {months(found.memories, asked_at(assignment).tzinfo)}")
        self._think(self._delay * 0.3, progress)
        progress.step("Writing")
        return self._write(note, self._kept(assignment.user_id, found.memories), assignment, progress)

    def _half_of_the_time(self, assignment: Assignment) -> Callable[[], bool]:
        """Reading and searching each end with what they have after half of the time that is left for the answer."""
        now = self._clock.now()
        return time_limit(self._clock, now + (assignment.answer_by - now) / 2)

    def _find(self, assignment: Assignment, read: FoundMemories) -> FoundMemories:
        """The best memories, best first; none when even the best covers too little of the question."""
        with MemorySearch(read.memories, self._half_of_the_time(assignment)) as search:
            found = search.search(assignment.question, asked_at(assignment))
            complete = read.complete and search.complete
            if not found or max(one.coverage for one in found) < self._least_coverage:
                return FoundMemories((), complete)
            best = search.with_neighbours(found)[:PASSAGES]
            enough = LEAST_SHARE * best[0].score
            return FoundMemories(tuple(read.memories[one.row] for one in best if one.score >= enough), complete)

    def _think(self, span: timedelta, progress: ProgressReporter) -> None:
        end = self._clock.now() + span
        while (left := end - self._clock.now()) > timedelta(0):
            self._clock.sleep(min(left, PAUSE))
            progress.raise_if_ended()

    def _kept(self, user_id: str, found: Sequence[Memory]) -> list[Memory]:
        """Without memories that the user deleted in the meantime."""
        kept = {memory.memory_id for memory in self._memories.get_many(user_id, [one.memory_id for one in found])}
        return [memory for memory in found if memory.memory_id in kept]

    def _write(self, note: str, found: Sequence[Memory], assignment: Assignment, progress: ProgressReporter) -> Answer:
        words = key_words(assignment.question)
        citations = tuple(Citation(memory.memory_id, passage(memory.text, words)) for memory in found)
        zone = asked_at(assignment).tzinfo
        lines = [note + ("This is what your memories say:" if found else NOTHING)]
        for memory, citation in zip(found, citations, strict=True):
            lines.append(f"- {local_time_of(memory, zone):%d %B %Y}: {shown_as(citation.quote)}")
            progress.draft("\n".join(lines))
            self._think(self._delay * 0.1 / len(found), progress)
        return Answer("\n".join(lines), citations)


def passage(text: str, words: Sequence[str]) -> str:
    """The sentence of `text` that contains most of `words`; the first sentence for a tie."""
    stems = [tuple(form[:5] for form in variants(word)) for word in words]

    def hits(sentence: str) -> int:
        text = folded(sentence)
        return sum(any(stem in text for stem in any_of) for any_of in stems)

    return max(_SENTENCE.split(text), key=hits)


def _about(assignment: Assignment) -> str:
    dates = [date.text for date in date_phrases(assignment.question, on_the_wall(asked_at(assignment)))]
    rest = assignment.question
    for date in dates:
        rest = rest.replace(date, " ")
    return f'"{" ".join([*key_words(rest), *dates])}"'
