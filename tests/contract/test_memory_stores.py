"""MemoryStore."""

from datetime import timedelta

import pytest

from domain.memory import Memory
from domain.ports import MemoryStore
from tests.fakes.clock import NOON
from tests.support.story import ALICE, BOB


def memory(number: int, text: str = "", tags: tuple[str, ...] = ()) -> Memory:
    return Memory(f"01KA{number:022d}", text or f"Memory {number}", NOON - timedelta(days=number), tags)


PARKED = memory(1, "Parked on level 3, bay 12.", ("car", "caf\u00e9"))
DENTIST = memory(2, "The dentist said to come back in March.")


def test_stored_memories_are_listed_unchanged(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED, DENTIST])
    assert memories.list_all(ALICE) == (DENTIST, PARKED)


def test_times_from_1912_to_9000_are_kept_to_the_millisecond(memories: MemoryStore) -> None:
    moments = [NOON.replace(year=1912, microsecond=7_000), NOON.replace(year=9000, microsecond=999_000)]
    lived = [Memory(f"01KA{number:022d}", "Born", moment) for number, moment in enumerate(moments)]
    memories.put_many(ALICE, lived)
    assert memories.list_all(ALICE) == tuple(lived[::-1])


def test_user_without_memories_has_an_empty_list(memories: MemoryStore) -> None:
    assert memories.list_all(ALICE) == ()
    assert memories.list_page(ALICE, 50) == ()


def test_putting_no_memories_is_allowed(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [])
    assert memories.list_all(ALICE) == ()


def test_memory_with_a_known_id_replaces_the_stored_one(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED])
    memories.put_many(ALICE, [memory(1, "Parked on level 4.")])
    assert [kept.text for kept in memories.list_all(ALICE)] == ["Parked on level 4."]


def test_a_batch_of_a_hundred_is_kept_whole(memories: MemoryStore) -> None:
    batch = [memory(number) for number in range(100)]
    memories.put_many(ALICE, batch)
    assert memories.list_all(ALICE) == tuple(batch[::-1])


def test_more_than_one_megabyte_of_memories_is_listed(memories: MemoryStore) -> None:
    batch = [memory(number, "\u20ac" * 4_000) for number in range(100)]
    memories.put_many(ALICE, batch)
    assert len(memories.list_all(ALICE)) == 100
    assert len(memories.list_page(ALICE, 90)) == 90


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 100])
def test_pages_show_every_memory_once(memories: MemoryStore, limit: int) -> None:
    memories.put_many(ALICE, [memory(number) for number in range(5)])
    seen: list[Memory] = []
    while page := memories.list_page(ALICE, limit, seen[-1].memory_id if seen else None):
        assert len(page) <= limit
        seen += page
    assert tuple(seen) == memories.list_all(ALICE)


def test_a_user_cannot_read_another_users_memories(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED])
    memories.put_many(BOB, [DENTIST])
    assert (memories.list_all(ALICE), memories.list_all(BOB)) == ((PARKED,), (DENTIST,))
    assert memories.list_page(BOB, 50, before="7" + "Z" * 25) == (DENTIST,)


def test_get_many_finds_memories_by_id(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [memory(number) for number in range(40)])
    named = [memory(number).memory_id for number in (0, 7, *range(20, 36))]
    assert sorted(found.memory_id for found in memories.get_many(ALICE, named)) == sorted(named)


def test_get_many_leaves_out_unknown_ids_and_other_users_memories(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED])
    memories.put_many(BOB, [DENTIST])
    named = [PARKED.memory_id, PARKED.memory_id, DENTIST.memory_id, memory(99).memory_id]
    assert memories.get_many(ALICE, named) == (PARKED,)
    assert memories.get_many(ALICE, ()) == ()


def test_a_user_cannot_delete_another_users_memory(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED])
    assert not memories.delete(BOB, PARKED.memory_id)
    assert memories.list_all(ALICE) == (PARKED,)


def test_deleted_memory_is_gone_at_once_and_cannot_be_deleted_again(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED, DENTIST])
    assert memories.delete(ALICE, PARKED.memory_id)
    assert not memories.delete(ALICE, PARKED.memory_id)
    assert memories.list_all(ALICE) == memories.list_page(ALICE, 50) == (DENTIST,)
    assert memories.get_many(ALICE, {PARKED.memory_id}) == ()
