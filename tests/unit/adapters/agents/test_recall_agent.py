"""RecallAgent answers with the matching memories, or says that there are none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from adapters.agents.recall_agent import INCOMPLETE, NOTHING, RecallAgent
from domain.memory import Memory, NewMemory
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.clock import NOON, FakeClock
from tests.support.people import (
    CANARY,
    CLAMS,
    DENTIST,
    LISBON,
    PARKED,
    RecordingMemoryStore,
    SlowMemoryStore,
    alice_and_bob,
    asking,
    memory,
)
from tests.support.story import ALICE


def cited(question: str, memories: RecordingMemoryStore | None = None) -> list[str]:
    agent = RecallAgent(memories or alice_and_bob(), FakeClock())
    return [one.memory_id for one in agent.reason(asking(question), RecordingProgressReporter()).citations]


def forget(memories: RecordingMemoryStore, memory: Memory) -> None:
    assert memories.delete(ALICE, memory.memory_id)


def test_the_best_memory_is_cited_first_and_quoted() -> None:
    answer = RecallAgent(alice_and_bob(), FakeClock()).reason(asking("Where did I park?"), RecordingProgressReporter())
    assert answer.citations[0].memory_id == PARKED.memory_id
    assert "level 3, bay 12" in answer.text


def test_quote_shows_as_noted_where_markdown_is_drawn() -> None:
    gate = memory(1, "Gate of the wombatpark: press *4711* then the hash key")
    memories = RecordingMemoryStore()
    memories.put_many(ALICE, [gate])
    answer = RecallAgent(memories, FakeClock()).reason(asking("Gate of the wombatpark?"), RecordingProgressReporter())
    assert r"press \*4711\* then the hash key" in answer.text
    assert answer.citations[0].quote == gate.text


def test_question_without_a_matching_memory_is_answered_with_nothing_found() -> None:
    answer = RecallAgent(alice_and_bob(), FakeClock()).reason(
        asking("What is my blood group?"), RecordingProgressReporter()
    )
    assert (answer.text, answer.citations) == (NOTHING, ())


def test_memory_with_one_word_in_common_is_not_cited() -> None:
    assert cited("Which car insurance did Jeremy recommend?") == []


def test_last_week_is_relative_to_when_the_question_was_asked() -> None:
    a_week_later = asking("What did I do last week?", asked_at=NOON + timedelta(days=7))
    agent = RecallAgent(alice_and_bob(), FakeClock(NOON + timedelta(days=7)))
    assert agent.reason(a_week_later, RecordingProgressReporter()).citations[0].memory_id == PARKED.memory_id
    assert cited("What did I do two weeks ago?")[0] == DENTIST.memory_id


def at(local: str, zone: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "asked_at", "question", "expected"),
    [
        ("America/New_York", "2026-11-25T19:27", "What did I do today?", "25 November 2026: Fed the swans."),
        ("America/New_York", "2026-11-25T19:27", "What did I do this morning?", "25 November 2026: Fed the swans."),
        ("Asia/Tokyo", "2026-11-26T00:30", "What did I do yesterday?", "25 November 2026: Fed the swans."),
        ("Europe/Berlin", "2026-11-25T09:40", "What did I do this morning?", "25 November 2026: Fed the swans."),
    ],
)
def test_days_are_those_of_the_askers_zone(zone: str, asked_at: str, question: str, expected: str) -> None:
    """T10: the memory is of 9 in the morning of the 25th, there."""
    swans = Memory("01KA" + "0" * 21 + "1", "Fed the swans.", at("2026-11-25T09:00", zone))
    days_around = [
        Memory(f"01KB{number:022d}", "Read.", swans.occurred_at + timedelta(days=number)) for number in (-2, -1, 1)
    ]
    memories = RecordingMemoryStore()
    memories.put_many(ALICE, [swans, *days_around])
    asked = replace(asking(question, asked_at=at(asked_at, zone)), time_zone=zone)
    answer = RecallAgent(memories, FakeClock(asked.asked_at)).reason(asked, RecordingProgressReporter())
    assert expected in answer.text.splitlines()[1]
    assert answer.citations[0].memory_id == swans.memory_id


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Berlin", "America/Los_Angeles"])
def test_day_without_a_time_is_found_and_shown_as_that_day(zone: str) -> None:
    """T11."""
    memories = RecordingMemoryStore()
    museum = NewMemory("Visited the glass museum", day=date(2026, 8, 5)).stored_as("01KA" + "0" * 22, NOON)
    memories.put_many(ALICE, [museum])
    asked = replace(asking("What happened on 5 August 2026?"), time_zone=zone)
    answer = RecallAgent(memories, FakeClock()).reason(asked, RecordingProgressReporter())
    assert answer.text.endswith("- 05 August 2026: Visited the glass museum")


def test_neighbouring_memory_is_cited_too() -> None:
    assert cited("Who came to Lisbon?") == [LISBON.memory_id, CLAMS.memory_id]


def test_only_the_askers_memories_are_read() -> None:
    memories = alice_and_bob()
    answer = RecallAgent(memories, FakeClock()).reason(
        asking("Where did Bob park in Birch Lane?"), RecordingProgressReporter()
    )
    assert set(memories.users) == {ALICE}
    assert CANARY not in answer.text


def test_progress_shows_search_terms_and_read_memories() -> None:
    progress = RecordingProgressReporter()
    RecallAgent(alice_and_bob(), FakeClock()).reason(asking("What did the crown cost in November?"), progress)
    assert progress.steps == [
        'Searching 5 memories for "crown cost November"',
        "Reading 1 memory from November 2026",
        "Writing",
    ]


def test_memory_deleted_while_the_agent_thinks_is_not_in_the_answer() -> None:
    memories, clock = alice_and_bob(), FakeClock()
    clock.at(NOON + timedelta(seconds=4), partial(forget, memories, PARKED))
    progress = RecordingProgressReporter()
    answer = RecallAgent(memories, clock, delay=timedelta(seconds=10)).reason(asking("Where did I park?"), progress)
    assert all("bay 12" not in text for text in (answer.text, *progress.drafts, *progress.steps))
    assert PARKED.memory_id not in {one.memory_id for one in answer.citations}


def test_reading_ends_after_half_of_the_time_and_the_answer_says_so() -> None:
    clock = FakeClock()
    slow = SlowMemoryStore(clock)
    slow.put_many(ALICE, [memory(number, f"Boat trip {number} to the lighthouse.") for number in range(1_000)])
    answer = RecallAgent(slow, clock).reason(asking("boat trip lighthouse", seconds=20), RecordingProgressReporter())
    assert slow.pages == 5
    assert answer.text.startswith(INCOMPLETE)
    assert {cited.memory_id for cited in answer.citations} <= {one.memory_id for one in slow.list_all(ALICE)[:50]}
    assert answer.citations
    assert clock.now() < NOON + timedelta(seconds=20)


def test_an_answer_without_a_find_says_that_not_all_was_searched() -> None:
    clock = FakeClock()
    slow = SlowMemoryStore(clock)
    slow.put_many(ALICE, [memory(number, f"Boat trip {number}") for number in range(1_000)])
    answer = RecallAgent(slow, clock).reason(asking("What is my blood group?"), RecordingProgressReporter())
    assert answer.text == f"{INCOMPLETE}\n{NOTHING}"


def test_a_complete_answer_does_not_mention_time() -> None:
    agent = RecallAgent(alice_and_bob(), FakeClock())
    assert INCOMPLETE not in agent.reason(asking("Where did I park?", seconds=2), RecordingProgressReporter()).text
