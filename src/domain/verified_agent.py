"""VerifiedAgent: wraps an agent, bounds its answer and verifies its citations."""

import re
from collections.abc import Iterator
from typing import Final

from domain.chat import Citation
from domain.errors import AgentFailed
from domain.failure_codes import FailureCode
from domain.memory import Memory
from domain.ports import MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment, NeedsInput, Reply
from domain.text import is_visible, storable

#: An item of DynamoDB holds at most 400 KB, and every poll returns the whole answer.
TEXT_BYTES: Final = 300_000
CUT: Final = "\n\n[The answer was longer and has been cut here.]"
CITATIONS: Final = 20
QUOTE_LENGTH: Final = 500


class VerifiedAgent(ReasoningAgent):
    """Drops every citation whose quote does not occur in the cited memory; an empty answer is `AgentFailed`."""

    def __init__(self, agent: ReasoningAgent, memories: MemoryStore) -> None:
        self._agent = agent
        self._memories = memories

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        answer = self._agent.reason(assignment, progress)
        if isinstance(answer, NeedsInput):
            return answer
        text = _bounded(storable(answer.text))
        if not is_visible(text):
            raise AgentFailed(FailureCode.EMPTY_ANSWER)
        return Answer(text, self._verified_citations(assignment.user_id, answer.citations))

    def _verified_citations(self, user_id: str, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """The valid citations, each once, with the quote as it stands in the memory."""
        named = citations[: 2 * CITATIONS]
        found = self._memories.get_many(user_id, {citation.memory_id for citation in named}) if named else ()
        memories = {memory.memory_id: memory for memory in found}
        return tuple(dict.fromkeys(_verified(named, memories)))[:CITATIONS]


def find_quote(memory: Memory, quote: str) -> str | None:
    """The words of the memory that match `quote`, ignoring case, spaces and punctuation; None if there are none."""
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


def _bounded(text: str) -> str:
    data = text.encode()
    if len(data) <= TEXT_BYTES:
        return text
    return data[: TEXT_BYTES - len(CUT)].decode(errors="ignore") + CUT
