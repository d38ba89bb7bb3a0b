"""docs/capacity.md agrees with formulas and prices; `python -m benchmarks.capacity --sweep` prints it anew."""

from math import ceil
from pathlib import Path

import pytest

from benchmarks.capacity.cost import Tokens, cost, model_cost
from benchmarks.capacity.footprint import footprint
from benchmarks.capacity.plan import SHARED_PART, sized, turn_slots_for
from benchmarks.capacity.prices import read_prices
from benchmarks.capacity.quotas import quotas

PAGE = (Path(__file__).parents[2] / "docs" / "capacity.md").read_text(encoding="utf-8")
PRICES = read_prices("eu-central-1")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table with this first column."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", rows("chats/s"), ids=lambda row: row[0])
def test_slots_equal_the_formulas(row: list[str]) -> None:
    rate, _, turn_slots, slots = (float(cell.replace(",", "")) for cell in row)
    assert (turn_slots, slots) == (turn_slots_for(rate * 56), ceil(turn_slots_for(rate * 56) / SHARED_PART))


def test_costs_follow_from_the_prices() -> None:
    shown = {name: (float(shared), float(dedicated)) for name, shared, dedicated in rows("part")}
    for column, dedicated in enumerate((False, True)):
        amounts = cost(sized(1, 56, dedicated=dedicated), footprint(56), PRICES)
        assert shown["Lambda, the worker's time"][column] == pytest.approx(
            amounts["Lambda, the worker's time"], abs=5e-4
        )
        assert shown["all of it"][column] == pytest.approx(sum(amounts.values()), abs=5e-3)


def test_held_polls_cost_what_the_page_says() -> None:
    shown = {name: (float(plain), float(held)) for name, plain, held in rows("polls, of all that a chat costs")}
    for column, used in enumerate((footprint(56), footprint(56, hold=True))):
        amounts = cost(sized(1, 56, dedicated=False), used, PRICES)
        assert [row[column] for row in shown.values()] == [
            used.http_calls,
            round(used.held.seconds, 1),
            pytest.approx(amounts["Lambda, the time of held polls"], abs=5e-4),
            pytest.approx(sum(amounts.values()), abs=5e-3),
        ]


def test_tokens_cost_what_the_page_says() -> None:
    for amount in model_cost(Tokens(), PRICES).values():
        assert f"{amount:.2f}" in PAGE


def test_limits_are_reached_where_the_page_says() -> None:
    by_name = {quota.name: quota.met for quota in quotas(56, footprint(56), dedicated=True)}
    shown = {
        row[0]: float(row[2].split(",")[0] if "burst" in row[2] else row[2].replace(",", "")) for row in rows("limit")
    }
    for name, quota in {
        "Lambda, concurrent executions of a new account": "Lambda: concurrent executions, a new account",
        "Lambda, concurrent executions": "Lambda: concurrent executions, default",
        "Bedrock, tokens a minute of one model": "Bedrock: tokens of one model",
        "ours: turns at once in `prod`": "ours: turns at once (`worker`)",
        "ours: asks in `prod`": "ours: asks",
        "DynamoDB, writes of a table": "DynamoDB: writes of a table",
        "CloudWatch, PutLogEvents": "CloudWatch: PutLogEvents",
    }.items():
        assert shown[name] == pytest.approx(by_name[quota], rel=0.1), name
    assert list(shown.values()) == sorted(shown.values())


def test_page_has_the_date_of_the_prices() -> None:
    assert PRICES.as_of == "2025-11-01"
    assert "as known on 1 November 2025" in PAGE
