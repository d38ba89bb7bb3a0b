"""The poll hint: few polls, and an answer is shown soon after it was saved."""

from collections.abc import Callable
from datetime import timedelta

from tests.faults.poll_cost import around, by_hint, cost, every


def test_an_answer_of_56_seconds_costs_at_most_10_polls_and_shows_within_1500_ms(
    figure: Callable[[str], None],
) -> None:
    hinted, fixed = cost(by_hint, around(56)), cost(every(2.5), around(56))
    figure(f"polling an answer of about 56 s by hint:     {hinted}")
    figure(f"polling an answer of about 56 s every 2.5 s: {fixed}")
    assert hinted.median_polls <= 10
    assert hinted.median_late <= 1.5
    assert fixed.median_polls > 20


def test_an_answer_of_exactly_56_seconds_costs_at_most_10_polls_and_shows_within_1500_ms() -> None:
    hinted = cost(by_hint, around(56, spread=0))
    assert hinted.median_polls <= 10
    assert hinted.median_late <= 1.5


def test_answer_of_20_seconds_costs_at_most_7_polls_when_the_last_one_took_as_long() -> None:
    hinted = cost(by_hint, around(20), usual=timedelta(seconds=20))
    assert hinted.median_polls <= 7
    assert hinted.median_late <= 1.5


def test_fast_answer_is_shown_soon_although_a_slow_one_was_expected() -> None:
    hinted = cost(by_hint, around(5))
    assert hinted.median_polls <= 4
    assert hinted.median_late <= 1.5


def test_agent_slower_than_usual_costs_at_most_16_polls() -> None:
    hinted = cost(by_hint, around(60), usual=timedelta(seconds=5))
    assert hinted.median_polls <= 16
