"""What polls and held polls cost, and how soon they show an answer. `python -m tests poll-cost` runs all situations."""

from collections.abc import Callable

import pytest

from tests.faults.polling.cost import Cost, Shows, Way, around, cost, evenly

TURNS = 100
#: Dollars per 1,000 answers of 56 s: ten plain polls, as before held ones. A held poll may cost so much more.
BEFORE, MORE = 0.028, 0.05


def test_an_answer_of_56_seconds_costs_at_most_7_requests_and_shows_within_300_ms(
    figure: Callable[[str], None],
) -> None:
    found: dict[str, Way] = {"by hint": "hint", "held": "held", "every 2.5 s": 2.5}
    hinted, held, fixed = (cost(way, around(56), learns=True, turns=TURNS) for way in found.values())
    for name, each in zip(found, (hinted, held, fixed), strict=True):
        figure(f"polling answers of about 56 s, {name}: {each}")
    assert held.median_requests <= 7
    assert held.dollars <= BEFORE + MORE
    assert hinted.median_requests < fixed.median_requests


@pytest.mark.parametrize("seconds", [10, 20, 40, 56])
@pytest.mark.parametrize("learns", [True, False], ids=["learned", "nothing known"])
def test_a_new_chats_answer_is_polled_within_3_seconds(seconds: float, learns: bool) -> None:
    found = cost("hint", around(seconds), learns=learns, turns=TURNS)
    assert found.median_late <= 1.5
    assert found.late_95 <= 3


@pytest.mark.parametrize(
    "held",
    [
        lambda: cost("held", around(56), one_chat=True, learns=True, turns=TURNS),
        lambda: cost("held", around(56, 0.12), one_chat=True, learns=True, turns=TURNS),
        lambda: cost("held", around(56, 0.12), learns=True, turns=TURNS),
        lambda: cost("held", around(20), turns=TURNS),
        lambda: cost("held", evenly, turns=TURNS),
        lambda: cost("held", around(56), shows=Shows.DRAFT, turns=TURNS),
    ],
    ids=["56 s", "56 s ± 12 %", "56 s ± 12 %, new chats", "20 s, new chats", "1 to 65 s, new chats", "with a draft"],
)
def test_a_held_poll_shows_the_answer_at_once(held: Callable[[], Cost]) -> None:
    found = held()
    assert found.median_late <= 0.2
    assert round(found.late_95, 1) <= 0.3


@pytest.mark.parametrize("way", ["hint", "held"])
def test_steps_are_shown_as_they_come_without_a_request_each(way: Way) -> None:
    found = cost(way, around(25, 0), shows=Shows.STEPS, turns=20)
    assert found.fewest_updates >= 10
    assert found.longest_gap <= 4
    assert found.median_requests <= 15
