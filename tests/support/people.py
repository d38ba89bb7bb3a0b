"""Alice and Bob with a few memories each, and an assignment of Alice's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.chat import Message
from domain.memory import Memory
from domain.records import Assignment, MemoryPage
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.support.story import ALICE, BOB

#: A memory that only Bob may see.
CANARY: Final = "Bob's safe opens with 4711-CANARY"


def memory(number: int, text: str, *, days_ago: float = 0, tags: tuple[str, ...] = ()) -> Memory:
    return Memory(f"01KA{number:022d}", text, NOON - timedelta(days=days_ago), tags)


PARKED: Final = memory(9, "Parked the car on level 3, bay 12. The lift was broken again.", tags=("car",))
GARAGE: Final = memory(8, "The car is at the garage on Quay Street until Thursday.", days_ago=4, tags=("car",))
DENTIST: Final = memory(7, "Dr Lindqvist put the crown on; it cost 480 pounds.", days_ago=12, tags=("health",))
LISBON: Final = memory(6, "In Lisbon with Freya and Jo. Clams in the evening.", days_ago=248, tags=("travel",))
CLAMS: Final = memory(5, "Never again clams before a flight.", days_ago=247.8, tags=("travel",))


class RecordingMemoryStore(InMemoryMemoryStore):
    """Records the users whose memories were read."""

    def __init__(self) -> None:
        super().__init__()
        self.users: list[str] = []

    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        self.users.append(user_id)
        return super().list_all(user_id)

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        self.users.append(user_id)
        return super().list_page(user_id, limit, before)


class SlowMemoryStore(InMemoryMemoryStore):
    """Each page has ten memories and takes two seconds."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.pages = 0
        self._clock = clock

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        self.pages += 1
        self._clock.sleep(timedelta(seconds=2))
        return super().list_page(user_id, min(limit, 10), before)


def alice_and_bob() -> RecordingMemoryStore:
    memories = RecordingMemoryStore()
    memories.put_many(ALICE, [PARKED, GARAGE, DENTIST, LISBON, CLAMS])
    memories.put_many(BOB, [memory(1, f"{CANARY}. Parked the car in Birch Lane.")])
    return memories


def asking(
    question: str, *, asked_at: datetime = NOON, history: Sequence[Message] = (), seconds: float = 60
) -> Assignment:
    return Assignment(ALICE, question, tuple(history), asked_at, asked_at + timedelta(seconds=seconds))
