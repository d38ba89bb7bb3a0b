"""MemoryStore."""

from datetime import date, timedelta

import pytest

from domain.errors import MemoriesFull
from domain.memory import Memory, MemoryUsage
from domain.ports import MemoryStore
from domain.records import IdempotencyKey, MemoryPage, MemoryTerms
from tests.fakes.clock import NOON
from tests.support.story import ALICE, BOB


def memory(number: int, text: str = "", tags: tuple[str, ...] = ()) -> Memory:
    return Memory(f"01KA{number:022d}", text or f"Memory {number}", NOON - timedelta(days=number), tags)


PARKED = memory(1, "Parked on level 3, bay 12.", ("car", "caf\u00e9"))
DENTIST = memory(2, "The dentist said to come back in March.")


def test_stored_memories_are_listed_unchanged(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED, DENTIST])
    assert memories.list_all(ALICE) == (DENTIST, PARKED)


def test_days_and_zones_are_listed_unchanged(memories: MemoryStore) -> None:
    museum = Memory("01KA" + "0" * 21 + "1", "Visited the glass museum.", NOON, day=date(2026, 8, 5))
    owl = Memory("01KA" + "0" * 21 + "2", "Saw an owl.", NOON, time_zone="America/Argentina/Buenos_Aires")
    memories.put_many(ALICE, [museum, owl])
    assert memories.list_all(ALICE) == (owl, museum)


def test_times_from_1912_to_9000_are_kept_to_the_millisecond(memories: MemoryStore) -> None:
    moments = [NOON.replace(year=1912, microsecond=7_000), NOON.replace(year=9000, microsecond=999_000)]
    lived = [Memory(f"01KA{number:022d}", "Born", moment) for number, moment in enumerate(moments)]
    memories.put_many(ALICE, lived)
    assert memories.list_all(ALICE) == tuple(lived[::-1])


def test_user_without_memories_has_an_empty_list(memories: MemoryStore) -> None:
    assert memories.list_all(ALICE) == ()
    assert memories.list_page(ALICE, 50) == MemoryPage(())
    assert memories.usage(ALICE) == MemoryUsage()


def test_putting_no_memories_is_allowed(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [])
    assert memories.list_all(ALICE) == ()


def test_putting_the_same_memories_again_stores_and_counts_them_once(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED, DENTIST])
    memories.put_many(ALICE, [PARKED, DENTIST])
    assert memories.list_all(ALICE) == (DENTIST, PARKED)
    assert memories.usage(ALICE) == MemoryUsage.of([PARKED, DENTIST])


def test_a_batch_of_a_hundred_is_kept_whole(memories: MemoryStore) -> None:
    batch = [memory(number) for number in range(100)]
    memories.put_many(ALICE, batch)
    assert memories.list_all(ALICE) == tuple(batch[::-1])


def test_more_than_one_megabyte_of_memories_is_listed(memories: MemoryStore) -> None:
    batch = [memory(number, "\u20ac" * 4_000) for number in range(100)]
    memories.put_many(ALICE, batch)
    assert len(memories.list_all(ALICE)) == 100
    assert len(all_pages(memories, 90)) == 100


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 100])
def test_pages_show_every_memory_once(memories: MemoryStore, limit: int) -> None:
    memories.put_many(ALICE, [memory(number) for number in range(5)])
    assert all_pages(memories, limit) == memories.list_all(ALICE)


def all_pages(memories: MemoryStore, limit: int) -> tuple[Memory, ...]:
    """The memories of all of Alice's pages, each no longer than `limit`."""
    page = memories.list_page(ALICE, limit)
    seen = [*page.memories]
    while page.next is not None:
        page = memories.list_page(ALICE, limit, page.next)
        assert len(page.memories) <= limit
        seen += page.memories
    return tuple(seen)


def test_pages_of_any_limit_show_every_long_memory_once(memories: MemoryStore) -> None:
    """100 memories of 16 KB: DynamoDB's page ends at a megabyte, after 65 of them."""
    batch = [memory(number, "\U0001f697" * 4_000) for number in range(100)]
    memories.put_many(ALICE, batch)
    for limit in range(1, 101):
        assert all_pages(memories, limit) == tuple(batch[::-1])


def test_a_user_cannot_read_another_users_memories(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [PARKED])
    memories.put_many(BOB, [DENTIST])
    assert (memories.list_all(ALICE), memories.list_all(BOB)) == ((PARKED,), (DENTIST,))
    assert memories.list_page(BOB, 50, before="7" + "Z" * 25) == MemoryPage((DENTIST,))


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
    assert memories.list_all(ALICE) == memories.list_page(ALICE, 50).memories == (DENTIST,)
    assert memories.get_many(ALICE, {PARKED.memory_id}) == ()


# ---- usage and its limit


PLENTY = MemoryUsage(100, 100_000)


def terms(
    limit: MemoryUsage = PLENTY,
    *,
    key: str | None = None,
    body: str = "body",
    hours: float = 0,
) -> MemoryTerms:
    """The terms of a request that came `hours` after noon."""
    now = NOON + timedelta(hours=hours)
    named = IdempotencyKey(key or f" {body}", body, now + timedelta(hours=24))
    return MemoryTerms(now, named, key is None, limit)


def test_usage_counts_memories_and_the_bytes_of_texts_and_tags(memories: MemoryStore) -> None:
    memories.put_many(ALICE, [memory(1, "caf\u00e9", ("caf\u00e9", "tea")), memory(2, "\U0001f697")])
    memories.put_many(BOB, [memory(3, "Dinner")])
    assert memories.usage(ALICE) == MemoryUsage(2, 5 + 5 + 3 + 4)
    memories.delete(ALICE, memory(1).memory_id)
    memories.delete(ALICE, memory(1).memory_id)
    assert memories.usage(ALICE) == MemoryUsage(1, 4)
    assert memories.usage(BOB) == MemoryUsage(1, 6)


@pytest.mark.parametrize(
    ("limit", "room"),
    [(MemoryUsage(5, 1_000), 5), (MemoryUsage(1_000, 40), 5), (MemoryUsage(5, 40), 5), (MemoryUsage(0, 1_000), 0)],
    ids=["count", "bytes", "both", "none at all"],
)
def test_what_does_not_fit_below_the_limit_is_refused_whole(
    memories: MemoryStore, limit: MemoryUsage, room: int
) -> None:
    batch = [memory(number) for number in range(room)]  # of 8 bytes each
    memories.put_many(ALICE, batch[:-1], terms(limit))
    for more in ([memory(8), memory(9)], [memory(number) for number in range(10, 50)]):
        with pytest.raises(MemoriesFull) as refused:
            memories.put_many(ALICE, more, terms(limit))
        stored = MemoryUsage.of(batch[:-1])
        assert vars(refused.value) == {
            "memories": stored.memories,
            "size": stored.size,
            "memory_limit": limit.memories,
            "size_limit": limit.size,
        }
    memories.put_many(ALICE, batch[-1:], terms(limit))
    assert memories.list_all(ALICE) == tuple(batch[::-1])
    assert memories.usage(ALICE) == MemoryUsage.of(batch)


def test_a_deleted_memory_makes_room(memories: MemoryStore) -> None:
    limit = MemoryUsage(2, 1_000)
    memories.put_many(ALICE, [memory(1), memory(2)], terms(limit))
    memories.delete(ALICE, memory(1).memory_id)
    memories.put_many(ALICE, [memory(3)], terms(limit))
    with pytest.raises(MemoriesFull):
        memories.put_many(ALICE, [memory(4)], terms(limit))


def test_one_users_memories_take_no_room_of_anothers(memories: MemoryStore) -> None:
    limit = MemoryUsage(1, 1_000)
    memories.put_many(ALICE, [PARKED], terms(limit))
    memories.put_many(BOB, [DENTIST], terms(limit))
    assert memories.usage(BOB) == MemoryUsage.of([DENTIST])


# ---- requests with a key


BATCH = [memory(number) for number in range(60)]
AGAIN = [memory(number + 100, kept.text) for number, kept in enumerate(BATCH)]


def test_a_request_with_a_known_key_returns_the_first_ones_ids_and_stores_nothing(memories: MemoryStore) -> None:
    assert memories.put_many(ALICE, BATCH, terms(key="tap-1")) is None
    past = memories.put_many(ALICE, AGAIN, terms(MemoryUsage(), key="tap-1", hours=23.9))
    assert past is not None
    assert (past.memory_ids, past.fingerprint) == (tuple(kept.memory_id for kept in BATCH), "body")
    assert memories.list_all(ALICE) == tuple(BATCH[::-1])
    assert memories.usage(ALICE) == MemoryUsage.of(BATCH)


def test_a_known_key_with_another_body_stores_nothing(memories: MemoryStore) -> None:
    memories.put_many(ALICE, BATCH[:3], terms(key="tap-1"))
    past = memories.put_many(ALICE, AGAIN[:2], terms(key="tap-1", body="another"))
    assert past is not None
    assert past.fingerprint == "body"
    assert memories.list_all(ALICE) == tuple(BATCH[2::-1])


def test_an_expired_key_and_another_users_key_are_new(memories: MemoryStore) -> None:
    memories.put_many(ALICE, BATCH[:1], terms(key="tap-1"))
    assert memories.put_many(BOB, AGAIN[:1], terms(key="tap-1")) is None
    assert memories.put_many(ALICE, AGAIN[:1], terms(key="tap-1", hours=24)) is None
    assert len(memories.list_all(ALICE)) == 2


def test_a_refused_request_leaves_its_key_unknown(memories: MemoryStore) -> None:
    with pytest.raises(MemoriesFull):
        memories.put_many(ALICE, BATCH[:2], terms(MemoryUsage(1, 1_000), key="tap-1"))
    assert memories.put_many(ALICE, BATCH[:2], terms(key="tap-1")) is None


def test_without_a_key_of_its_own_a_request_can_be_made_twice(memories: MemoryStore) -> None:
    for again in (BATCH, AGAIN):
        assert memories.put_many(ALICE, again, terms(MemoryUsage(200, 10_000))) is None
    assert memories.usage(ALICE) == MemoryUsage.of([*BATCH, *AGAIN])


def test_a_memory_deleted_since_is_not_stored_again_by_a_repetition(memories: MemoryStore) -> None:
    memories.put_many(ALICE, BATCH[:1], terms(key="tap-1"))
    memories.delete(ALICE, BATCH[0].memory_id)
    assert memories.put_many(ALICE, AGAIN[:1], terms(key="tap-1")) is not None
    assert memories.list_all(ALICE) == ()
