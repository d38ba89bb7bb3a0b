"""Clock and IdSource."""

import re
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clocks import SystemClock
from adapters.dynamodb.items import from_millis, millis
from adapters.ulid_ids import UlidIdSource
from domain.ports import Clock, IdSource
from entrypoints.schemas.fields import ULID
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.ids import SequentialIds


@pytest.fixture(params=[SystemClock, FakeClock])
def any_clock(request: pytest.FixtureRequest) -> Clock:
    found: Clock = request.param()
    return found


@pytest.fixture(params=["ulid", "sequential"])
def ids(request: pytest.FixtureRequest, clock: FakeClock) -> IdSource:
    return UlidIdSource(clock) if request.param == "ulid" else SequentialIds()


# ---- Clock


def test_time_is_aware_utc_in_whole_milliseconds(any_clock: Clock) -> None:
    for _ in range(50):
        now = any_clock.now()
        assert now.tzinfo is UTC
        assert now.microsecond % 1000 == 0


def test_clock_has_the_precision_of_the_store(any_clock: Clock) -> None:
    now = any_clock.now()
    assert from_millis(millis(now)) == now


def test_time_does_not_go_back(any_clock: Clock) -> None:
    moments = [any_clock.now() for _ in range(50)]
    assert moments == sorted(moments)


def test_sleeping_takes_at_least_that_long(any_clock: Clock) -> None:
    before = any_clock.now()
    any_clock.sleep(timedelta(milliseconds=20))
    assert any_clock.now() - before >= timedelta(milliseconds=19)  # the clock cuts off below a millisecond


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_any_millisecond_of_the_years_1_to_9999_is_stored_exactly(moment: int) -> None:
    assert millis(from_millis(moment)) == moment


# ---- IdSource


def test_ids_are_ulids(ids: IdSource) -> None:
    assert all(re.fullmatch(ULID, ids.new_id()) for _ in range(50))


def test_ids_are_all_different(ids: IdSource) -> None:
    assert len({ids.new_id() for _ in range(2_000)}) == 2_000


def test_id_sorts_after_the_given_one(ids: IdSource) -> None:
    last = ids.new_id()
    for _ in range(200):
        last, before = ids.new_id(after=last), last
        assert last > before


def test_tokens_are_all_different(ids: IdSource) -> None:
    tokens = {ids.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(re.fullmatch(r"[\w-]+", token) for token in tokens)


def test_ids_of_a_later_millisecond_sort_later(clock: FakeClock) -> None:
    ids = UlidIdSource(clock)
    early = [ids.new_id() for _ in range(50)]
    clock.sleep(timedelta(milliseconds=1))
    assert max(early) < min(ids.new_id() for _ in range(50))


def test_id_sorts_after_the_given_one_when_the_clock_goes_back() -> None:
    ahead = UlidIdSource(FakeClock(NOON + timedelta(minutes=5))).new_id()
    behind = UlidIdSource(FakeClock(NOON))
    following = behind.new_id(after=ahead)
    assert behind.new_id() < ahead < following
    assert re.fullmatch(ULID, following)


def test_an_id_holds_eighty_random_bits(clock: FakeClock) -> None:
    """In ids of one millisecond, each of the 80 bits is set about half of the time."""
    ids = UlidIdSource(clock)
    drawn = [random_part(ids.new_id()) for _ in range(400)]
    for bit in range(80):
        assert 100 < sum(number >> bit & 1 for number in drawn) < 300


def test_ids_after_the_same_id_cannot_be_guessed_from_each_other(clock: FakeClock) -> None:
    ids = UlidIdSource(clock)
    last = ids.new_id(after="7" + "0" * 25)
    steps = {random_part(ids.new_id(after=last)) - random_part(last) for _ in range(100)}
    assert len(steps) == 100
    assert max(steps) > 1 << 56


def random_part(ulid: str) -> int:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for character in ulid:
        number = number * 32 + alphabet.index(character)
    return number & ((1 << 80) - 1)


def test_tokens_cannot_be_guessed(clock: FakeClock) -> None:
    assert all(len(UlidIdSource(clock).new_token()) >= 20 for _ in range(50))
