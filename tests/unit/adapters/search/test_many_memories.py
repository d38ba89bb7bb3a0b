"""A user with 20,000 memories."""

import random
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.agents.recall_agent import RecallAgent
from adapters.search.engine import MemorySearch
from domain.memory import Memory
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.evaluation.question_set import sample_memories
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.support.people import PARKED, asking
from tests.support.story import ALICE

MANY = 20_000
QUESTION = "Where did I park the car on level 3, and was the lift broken again?"


@pytest.fixture(scope="module")
def life() -> tuple[Memory, ...]:
    """20,000 notes with the words and lengths of the sample memories."""
    notes = [one for user in ("alice", "bob") for one in sample_memories().list_all(user)]
    words = [word for note in notes for word in note.text.split()]
    generator = random.Random(20_000)
    return tuple(
        Memory(
            f"01KB{number:022d}",
            " ".join(generator.choices(words, k=len(notes[number % len(notes)].text.split()))),
            NOON - timedelta(minutes=53 * number),
            notes[number % len(notes)].tags,
        )
        for number in range(MANY)
    )


def test_answer_from_20000_memories_takes_less_than_ten_seconds(
    life: tuple[Memory, ...], figure: Callable[[str], None]
) -> None:
    memories = InMemoryMemoryStore()
    memories.put_many(ALICE, [*life, PARKED])
    start = time.perf_counter()
    answer = RecallAgent(memories, FakeClock()).reason(asking(QUESTION), RecordingProgressReporter())
    seconds = time.perf_counter() - start
    figure(f"{MANY:,} memories: searched and answered by the model-free agent in {seconds:.2f} s")
    assert answer.citations[0].memory_id == PARKED.memory_id
    assert seconds < 10


def test_search_reuses_the_index(life: tuple[Memory, ...], figure: Callable[[str], None]) -> None:
    start = time.perf_counter()
    with MemorySearch(life) as search:
        made = time.perf_counter()
        search.search(QUESTION, NOON)
        searched = time.perf_counter()
    figure(f"{MANY:,} memories: index made in {made - start:.2f} s, one search in {searched - made:.2f} s")
    assert searched - made < made - start + 5


def test_read_units_for_20000_memories_are_bounded(figure: Callable[[str], None]) -> None:
    """A strongly consistent read takes one unit for each 4 KB; a page has a megabyte."""
    notes = [one for user in ("alice", "bob") for one in sample_memories().list_all(user)]
    size = MANY * sum(map(_item_bytes, notes)) / len(notes)
    figure(f"{MANY:,} memories: {size / 4096:,.0f} read units and {-(-size // 1_000_000):.0f} queries a question")
    assert size / 4096 < 1_500


def _item_bytes(memory: Memory) -> int:
    """As DynamoDB counts: names and values, plus 3 bytes for a list and one for each element."""
    names = len("user_id" + "memory_id" + "text" + "occurred_at")
    tags = len("tags") + 3 + sum(len(tag.encode()) + 1 for tag in memory.tags) if memory.tags else 0
    return names + len(ALICE) + 26 + len(memory.text.encode()) + 8 + tags
