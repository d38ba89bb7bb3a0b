"""The poll hint: few polls, and an answer is shown soon after it was saved."""

from collections.abc import Callable
from datetime import timedelta
from math import inf

import pytest

from tests.faults.polling.cost import Durations, around, by_hint, cost, every


def test_an_answer_of_56_seconds_costs_at_most_10_polls_and_shows_within_1500_ms(
    figure: Callable[[str], None],
) -> None:
    hinted, fixed = cost(by_hint, around(56)), cost(every(2.5), around(56))
    figure(f"polling an answer of about 56 s by hint:     {hinted}")
    figure(f"polling an answer of about 56 s every 2.5 s: {fixed}")
    assert hinted.median_polls <= 10
    assert hinted.median_late <= 1.5
    assert fixed.median_polls > 20


@pytest.mark.parametrize(
    ("durations", "usual", "polls", "late"),
    [
        (around(56, spread=0), None, 10, 1.5),
        (around(20), timedelta(seconds=20), 7, 1.5),
        (around(5), None, 4, 1.5),
        (around(60), timedelta(seconds=5), 16, inf),
    ],
    ids=["exactly 56 s", "20 s, as the last answer", "5 s, 56 s expected", "60 s, 5 s expected"],
)
def test_poll_hint_costs_few_polls_and_shows_the_answer_soon(
    durations: Durations, usual: timedelta | None, polls: int, late: float
) -> None:
    hinted = cost(by_hint, durations, usual)
    assert hinted.median_polls <= polls
    assert hinted.median_late <= late
