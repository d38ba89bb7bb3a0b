"""The formulas, compared with published values."""

import pytest

from benchmarks.capacity import erlang


@pytest.mark.parametrize(
    ("load", "workers", "expected"),
    [(1, 1, 0.5), (10, 10, 0.2146), (2, 5, 0.0367), (67.2, 60, 0.1651), (100, 117, 0.0098)],
)
def test_erlang_b(load: float, workers: int, expected: float) -> None:
    assert erlang.refused(load, workers) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("load", "workers", "expected"), [(0.5, 1, 0.5), (2, 3, 4 / 9), (8, 10, 0.4092)])
def test_erlang_c(load: float, workers: int, expected: float) -> None:
    assert erlang.waits(load, workers) == pytest.approx(expected, abs=1e-4)


def test_a_single_worker_waits_as_m_m_1_does() -> None:
    assert erlang.mean_wait(0.5, 1, seconds=10) == pytest.approx(10)


def test_wait_is_infinite_when_load_exceeds_the_workers() -> None:
    assert erlang.mean_wait(3, 3, seconds=1) == float("inf")
    assert erlang.waits(3, 3) == 1


def test_fewest_workers_suffice_and_one_less_does_not() -> None:
    workers = erlang.fewest(lambda workers: erlang.refused(67.2, workers) <= 0.001, 67.2)
    assert erlang.refused(67.2, workers) <= 0.001 < erlang.refused(67.2, workers - 1)


def test_single_shard_equals_erlang_b() -> None:
    assert erlang.refused_in_shards(60, 67, shards=1, tries=1) == pytest.approx(erlang.refused(60, 67), rel=1e-6)


def test_shards_refuse_more_than_one_pool_and_retries_reduce_it() -> None:
    one_try = erlang.refused_in_shards(280, 360, shards=18, tries=1)
    three = erlang.refused_in_shards(280, 360, shards=18, tries=3)
    assert erlang.refused(280, 360) < three < one_try
    assert one_try == pytest.approx(erlang.refused(280 / 18, 20), rel=1e-6)


def test_retries_do_not_help_with_a_single_shard() -> None:
    assert erlang.refused_in_shards(17, 20, shards=1, tries=3) == pytest.approx(erlang.refused(17, 20))
