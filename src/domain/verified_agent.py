"""VerifiedAgent: any agent's answer, made fit to be kept and shown."""

import re
from collections.abc import Iterator
from typing import Final

from domain.chat import Citation
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.memory import Memory
from domain.ports import MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from domain.text import is_storable, is_visible

#: An item of the store takes 400 KB, and everybody who polls receives all of it.
TEXT_BYTES: Final = 300_000
CUT: Final = "\n\n[The answer was longer and has been cut here.]"
CITATIONS: Final = 20
QUOTE_LENGTH: Final = 500


class VerifiedAgent(ReasoningAgent):
    """Bounds the answer's size, and drops every citation that its memory does not bear out."""

    def __init__(self, agent: ReasoningAgent, memories: MemoryStore) -> None:
        self._agent = agent
        self._memories = memories

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        answer = self._agent.reason(assignment, progress)
        text = _bounded(_storable(answer.text))
        if not is_visible(text):
            raise AgentFailed(FailureCode.EMPTY_ANSWER)
        return Answer(text, self._borne_out(assignment.user_id, answer.citations))

    def _borne_out(self, user_id: str, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """Each citation in the memory's own words, once; without those that name or quote what is not there."""
        named = citations[: 2 * CITATIONS]
        found = self._memories.get_many(user_id, {citation.memory_id for citation in named}) if named else ()
        memories = {memory.memory_id: memory for memory in found}
        return tuple(dict.fromkeys(_verified(named, memories)))[:CITATIONS]


def find_quote(memory: Memory, quote: str) -> str | None:
    """The memory's own words that `quote` repeats, give or take case, spaces and punctuation; None if it has none."""
    quote = quote.strip()[:QUOTE_LENGTH]
    if quote in memory.text:
        return quote or None
    words = re.findall(r"\w+", quote)
    pattern = r"\W+".join(map(re.escape, words))
    match = re.search(rf"(?<!\w){pattern}(?!\w)", memory.text, re.IGNORECASE) if words else None
    return match.group() if match else None


def _verified(citations: tuple[Citation, ...], memories: dict[str, Memory]) -> Iterator[Citation]:
    for citation in citations:
        memory = memories.get(citation.memory_id)
        quote = find_quote(memory, citation.quote) if memory else None
        if memory and quote:
            yield Citation(memory.memory_id, quote)


def _storable(text: str) -> str:
    return text if is_storable(text) else re.sub("[\x00\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _bounded(text: str) -> str:
    data = text.encode()
    if len(data) <= TEXT_BYTES:
        return text
    return data[: TEXT_BYTES - len(CUT)].decode(errors="ignore") + CUT
