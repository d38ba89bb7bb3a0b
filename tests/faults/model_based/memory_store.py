"""Model-based comparison of the memory store with its fake: the same calls must have the same outcome."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from adapters.dynamodb.memory_store import DynamoDbMemoryStore
from domain.memory import Memory, MemoryUsage
from domain.ports import MemoryStore
from domain.records import IdempotencyKey, MemoryTerms
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.fakes.ids import SequentialIds
from tests.fakes.memory_store import InMemoryMemoryStore
from tests.faults.model_based.repository import Outcome, compare, outcome
from tests.support.aws import dynamodb_client
from tests.support.keyed_service import BY_ACTIVITY
from tests.support.story import ALICE, BOB

LIMIT: Final = MemoryUsage(70, 2_000)
USERS: Final = st.sampled_from((ALICE, ALICE, ALICE, BOB))
#: Requests of one, two and three transactions, and some that are too large.
COUNTS: Final = st.sampled_from((1, 2, 25, 26, 51, 71))
KEYS: Final = st.sampled_from((None, None, "tap-1", "tap-2"))
DAYS: Final = st.sampled_from((None, date(2026, 8, 5)))
ZONES: Final = st.sampled_from((None, "Asia/Tokyo"))
STEPS: Final = 20


class MemoryComparison(RuleBasedStateMachine):
    """The fake beside DynamoDB's adapter over the keyed store."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.ids = SequentialIds()
        client = dynamodb_client()
        tables = {"chats": KeyedTable("pk", "sk", BY_ACTIVITY), "memories": KeyedTable("user_id", "memory_id")}
        KeyedStore(tables).answer_for(client)
        self.stores = (InMemoryMemoryStore(), DynamoDbMemoryStore(client, "memories", "chats", self.clock))
        self.stored: list[str] = []

    def both(self, call: Callable[[MemoryStore], object]) -> Outcome:
        fake, real = (outcome(partial(call, store)) for store in self.stores)
        assert fake == real, f"the fake: {fake}, the adapter: {real}"
        return fake

    @rule(user=USERS, count=COUNTS, key=KEYS, body=st.sampled_from(("tea", "coffee")), day=DAYS, zone=ZONES)
    def put(self, user: str, count: int, key: str | None, body: str, day: date | None, zone: str | None) -> None:
        now, texts = self.clock.now(), [f"{body} {number}" for number in range(count)]
        new = [Memory(self.ids.new_id(), text, now, (body,), day=day, time_zone=zone) for text in texts]
        fingerprint = f"{body} x {count}"
        named = IdempotencyKey(key or f" {fingerprint}", fingerprint, now + timedelta(hours=24))
        terms = MemoryTerms(now, named, key is None, LIMIT)
        self.both(lambda store: store.put_many(user, new, terms))
        self.both(lambda store: store.put_many(user, new, terms) if key else None)  # as after a lost reply
        self.stored += [memory.memory_id for memory in new]
        self._same(user)

    @precondition(lambda self: self.stored)
    @rule(user=USERS, which=st.integers(0, 80))
    def delete(self, user: str, which: int) -> None:
        memory_id = self.stored[-1 - which % len(self.stored)]
        self.both(lambda store: store.delete(user, memory_id))
        self._same(user)

    @rule(user=USERS, limit=st.integers(1, 30))
    def walk(self, user: str, limit: int) -> None:
        self.both(lambda store: _all_pages(store, user, limit))

    @rule(hours=st.sampled_from((1, 24)))
    def time_passes(self, hours: int) -> None:
        self.clock.sleep(timedelta(hours=hours))

    def _same(self, user: str) -> None:
        self.both(lambda store: (store.usage(user), store.list_all(user)))


def _all_pages(store: MemoryStore, user: str, limit: int) -> list[Memory]:
    page = store.list_page(user, limit)
    found = list(page.memories)
    while page.next is not None:
        page = store.list_page(user, limit, page.next)
        found += page.memories
    return found


def compare_memory_stores(examples: int, *, shortest: bool = True) -> None:
    """Raises when DynamoDB's adapter and the fake differ; with `shortest`, Hypothesis shrinks the example first."""
    compare(MemoryComparison, examples, STEPS, shortest=shortest)
