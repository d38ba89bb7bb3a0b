"""MemoryService."""

from datetime import timedelta

import pytest

from domain.errors import MemoryNotFound, MemoryTooLong, UnreadableText
from domain.memory import NewMemory
from tests.fakes.clock import NOON
from tests.support.service import Service
from tests.support.story import ALICE, BOB

PARKED = NewMemory("  Parked on level 3, bay 12. ", tags=("car",))


def test_memory_is_trimmed_and_gets_the_current_time(service: Service) -> None:
    (kept,) = service.memory_service.remember(ALICE, [PARKED])
    assert (kept.text, kept.occurred_at, kept.tags) == ("Parked on level 3, bay 12.", NOON, ("car",))
    assert service.memory_service.list_page(ALICE, 50) == (kept,)


def test_memory_keeps_an_earlier_time(service: Service) -> None:
    born = NOON - timedelta(days=20_000)
    (kept,) = service.memory_service.remember(ALICE, [NewMemory("Born", born)])
    assert kept.occurred_at == born


def test_a_batch_keeps_its_order(service: Service) -> None:
    kept = service.memory_service.remember(ALICE, [NewMemory(f"Memory {number}") for number in range(5)])
    assert [memory.text for memory in kept] == [f"Memory {number}" for number in range(5)]
    assert service.memory_service.list_page(ALICE, 50) == kept[::-1]


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "a\x00b", "\ud800"])
def test_memory_with_unreadable_text_is_refused(service: Service, text: str) -> None:
    with pytest.raises(UnreadableText):
        service.memory_service.remember(ALICE, [NewMemory(text)])


@pytest.mark.parametrize("tag", ["a\x00b", "\udc00"])
def test_memory_with_an_unreadable_tag_is_refused(service: Service, tag: str) -> None:
    with pytest.raises(UnreadableText):
        service.memory_service.remember(ALICE, [NewMemory("Parked", tags=("car", tag))])


def test_a_memory_has_at_most_4000_characters(service: Service) -> None:
    service.memory_service.remember(ALICE, [NewMemory("\U0001f697" * 4_000 + "  ")])
    with pytest.raises(MemoryTooLong) as refused:
        service.memory_service.remember(ALICE, [NewMemory("x" * 4_001)])
    assert (refused.value.length, refused.value.limit) == (4_001, 4_000)


def test_a_batch_with_one_bad_memory_stores_none(service: Service) -> None:
    with pytest.raises(MemoryTooLong):
        service.memory_service.remember(ALICE, [PARKED, NewMemory("x" * 4_001)])
    assert service.memory_service.list_page(ALICE, 50) == ()


def test_search_finds_only_the_users_own_memories(service: Service) -> None:
    service.memory_service.remember(ALICE, [PARKED, NewMemory("Dinner with Clara.")])
    service.memory_service.remember(BOB, [NewMemory("Parked in a secret street.")])
    assert [memory.text for memory in service.memory_service.search(ALICE, "park", 50)] == [
        "Parked on level 3, bay 12."
    ]


def test_deleted_memory_is_not_found(service: Service) -> None:
    (kept,) = service.memory_service.remember(ALICE, [PARKED])
    service.memory_service.forget(ALICE, kept.memory_id)
    assert service.memory_service.search(ALICE, "park", 50) == ()
    with pytest.raises(MemoryNotFound):
        service.memory_service.forget(ALICE, kept.memory_id)


def test_a_user_cannot_delete_another_users_memory(service: Service) -> None:
    (kept,) = service.memory_service.remember(ALICE, [PARKED])
    with pytest.raises(MemoryNotFound):
        service.memory_service.forget(BOB, kept.memory_id)
    assert service.memory_service.list_page(ALICE, 50) == (kept,)
