"""MemoryService."""

from datetime import timedelta

import pytest

from domain.errors import IdempotencyKeyReused, MemoriesFull, MemoryNotFound, MemoryTooLong, UnreadableText
from domain.memory import Memory, MemoryUsage, NewMemory
from domain.memory_service import MemoryService
from tests.fakes.clock import NOON, FakeClock
from tests.support.people import SlowMemoryStore
from tests.support.service import Service
from tests.support.story import ALICE, BOB

PARKED = NewMemory("  Parked on level 3, bay 12. ", tags=("car",))


def remember(service: Service, *new: NewMemory, user: str = ALICE, key: str | None = None) -> tuple[Memory, ...]:
    """Store them; returns them as they are stored, in the order given."""
    ids = service.memory_service.remember(user, new, key).memory_ids
    stored = {memory.memory_id: memory for memory in service.memories.list_all(user)}
    return tuple(stored[memory_id] for memory_id in ids)


def listed(service: Service) -> tuple[Memory, ...]:
    return service.memory_service.list_page(ALICE, 50).memories


def test_memory_is_trimmed_and_gets_the_current_time(service: Service) -> None:
    (kept,) = remember(service, PARKED)
    assert (kept.text, kept.occurred_at, kept.tags) == ("Parked on level 3, bay 12.", NOON, ("car",))
    assert listed(service) == (kept,)


def test_memory_keeps_an_earlier_time(service: Service) -> None:
    born = NOON - timedelta(days=20_000)
    (kept,) = remember(service, NewMemory("Born", born))
    assert kept.occurred_at == born


def test_a_batch_keeps_its_order(service: Service) -> None:
    kept = remember(service, *(NewMemory(f"Memory {number}") for number in range(5)))
    assert [memory.text for memory in kept] == [f"Memory {number}" for number in range(5)]
    assert listed(service) == kept[::-1]


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
    assert listed(service) == ()


def test_search_finds_only_the_users_own_memories(service: Service) -> None:
    service.memory_service.remember(ALICE, [PARKED, NewMemory("Dinner with Clara.")])
    service.memory_service.remember(BOB, [NewMemory("Parked in a secret street.")])
    assert [memory.text for memory in service.memory_service.search(ALICE, "park", 50).memories] == [
        "Parked on level 3, bay 12."
    ]


def test_deleted_memory_is_not_found(service: Service) -> None:
    (kept,) = remember(service, PARKED)
    service.memory_service.forget(ALICE, kept.memory_id)
    assert service.memory_service.search(ALICE, "park", 50).memories == ()
    with pytest.raises(MemoryNotFound):
        service.memory_service.forget(ALICE, kept.memory_id)


def test_a_user_cannot_delete_another_users_memory(service: Service) -> None:
    (kept,) = remember(service, PARKED)
    with pytest.raises(MemoryNotFound):
        service.memory_service.forget(BOB, kept.memory_id)
    assert listed(service) == (kept,)


# ---- limit and keys


def test_the_workspaces_limit_holds(service: Service) -> None:
    settings = service.settings.model_copy(update={"memories_per_user": 2, "memory_bytes_per_user": 100})
    limited = Service(settings=settings)
    remember(limited, NewMemory("Tea"), NewMemory("Coffee"))
    with pytest.raises(MemoriesFull) as refused:
        remember(limited, NewMemory("Milk"))
    assert vars(refused.value) == {"memories": 2, "size": 9, "memory_limit": 2, "size_limit": 100}
    assert limited.memory_service.usage(ALICE) == MemoryUsage(2, 9)
    with pytest.raises(MemoriesFull):
        remember(Service(settings=settings), NewMemory("x" * 101))


def test_a_repetition_with_the_same_key_returns_the_same_ids_and_stores_nothing(service: Service) -> None:
    first = service.memory_service.remember(ALICE, [PARKED], "tap-1")
    service.clock.sleep(timedelta(hours=23))
    again = service.memory_service.remember(ALICE, [PARKED], "tap-1")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.memory_ids == first.memory_ids
    assert len(listed(service)) == 1


@pytest.mark.parametrize(
    "other",
    [
        [NewMemory("Parked on level 4.", tags=("car",))],
        [NewMemory(PARKED.text)],
        [NewMemory(PARKED.text, NOON, PARKED.tags)],
        [PARKED, PARKED],
    ],
    ids=["text", "tags", "time", "number"],
)
def test_the_same_key_with_another_body_is_refused(service: Service, other: list[NewMemory]) -> None:
    remember(service, PARKED, key="tap-1")
    with pytest.raises(IdempotencyKeyReused):
        remember(service, *other, key="tap-1")
    assert len(listed(service)) == 1


def test_without_a_key_the_same_memory_is_stored_each_time(service: Service) -> None:
    assert remember(service, PARKED) != remember(service, PARKED)
    assert len(listed(service)) == 2


# ---- a search that takes long


def test_a_search_ends_after_six_seconds_with_the_newest_memories_and_says_so(service: Service) -> None:
    clock = FakeClock()
    slow = SlowMemoryStore(clock)
    slow.put_many(ALICE, [Memory(f"01KA{number:022d}", f"Boat trip {number}", NOON) for number in range(1_000)])
    found = MemoryService(slow, service.container.ranking, clock, service.ids).search(ALICE, "boat", 50)
    assert slow.pages == 3
    assert not found.complete
    assert {memory.text for memory in found.memories} == {f"Boat trip {number}" for number in range(970, 1_000)}


def test_a_search_of_all_memories_is_complete(service: Service) -> None:
    remember(service, NewMemory("Boat trip"))
    assert service.memory_service.search(ALICE, "boat", 50).complete
