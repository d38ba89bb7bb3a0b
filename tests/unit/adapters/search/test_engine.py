"""MemorySearch: which memories a question finds, and in which order."""

import pytest

from adapters.search.engine import MemorySearch
from domain.memory import Memory
from tests.fakes.clock import NOON
from tests.support.people import CLAMS, DENTIST, GARAGE, LISBON, PARKED, memory

ALL = (PARKED, GARAGE, DENTIST, LISBON, CLAMS)


def found(question: str, memories: tuple[Memory, ...] = ALL) -> list[Memory]:
    with MemorySearch(memories) as search:
        return [memories[one.row] for one in search.search(question, NOON)]


def coverage(question: str, memories: tuple[Memory, ...] = ALL) -> float:
    with MemorySearch(memories) as search:
        return max((one.coverage for one in search.search(question, NOON)), default=0.0)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Where did I park?", PARKED),
        ("Which garages do I know?", GARAGE),
        ("What did the dentist's crowns cost?", DENTIST),
        ("Who drove? I mean, who put the crown on?", DENTIST),
        ("Did I eat a clam in the evenings?", LISBON),
        ("What did the gp do?", DENTIST),
    ],
)
def test_other_forms_of_a_word_match(question: str, expected: Memory) -> None:
    assert found(question)[0] == expected


def test_irregular_forms_match() -> None:
    wrote = memory(1, "Wrote to the council about the bins.")
    assert found("What did I write?", (wrote, PARKED)) == [wrote]


def test_memory_that_matches_more_words_ranks_first() -> None:
    assert found("Is the car at the garage?")[0] == GARAGE


def test_date_in_the_question_decides_between_similar_memories() -> None:
    level_2 = memory(1, "Parked on level 2, bay 41.", days_ago=300)
    level_5 = memory(2, "Parked on level 5, bay 3.", days_ago=20)
    assert found("Where did I park last January?", (level_5, level_2))[0] == level_2


def test_date_alone_finds_the_memories_of_that_time() -> None:
    assert found("What did I do in March?") == [CLAMS, LISBON]


def test_newer_of_two_equal_matches_ranks_first() -> None:
    old = memory(1, "My phone number is 07700 900118.", days_ago=500)
    new = memory(2, "My phone number is 07700 900642.", days_ago=5)
    assert found("What is my phone number?", (old, new)) == [new, old]


def test_question_about_a_person_ranks_the_first_mention_first() -> None:
    first = memory(1, "Callum, the apprentice, started today.", days_ago=400)
    later = [memory(number, f"Callum and I oiled bridge {number}.", days_ago=300 - number) for number in range(2, 9)]
    assert found("Who is Callum?", (*later, first))[0] == first


def test_neighbour_of_a_good_match_ranks_next() -> None:
    brakes = memory(1, "Car in for its brakes, ready on Friday.", days_ago=3, tags=("car",))
    bill = memory(2, "189 pounds for pads and discs.", days_ago=2.8, tags=("car",))
    others = tuple(memory(number, f"Ran {number} km by the river.", days_ago=number * 9) for number in range(3, 30))
    memories = (brakes, bill, *others)
    with MemorySearch(memories) as search:
        best = search.with_neighbours(search.search("What did the brakes cost?", NOON))[:2]
    assert [memories[one.row] for one in best] == [brakes, bill]


def test_unknown_name_lowers_the_coverage_of_all_memories() -> None:
    assert coverage("Which hotel did we stay at in Lisbon?") > coverage("Which hotel did we stay at in Rome?")


def test_time_without_memories_has_no_coverage() -> None:
    assert coverage("What did I do in February 2023?") == 0


def test_coverage_is_correct_with_a_single_memory() -> None:
    assert coverage("Where did I park?", (PARKED,)) == pytest.approx(1)
    assert coverage("What is the wifi password of the flat?", (PARKED,)) == 0


def test_scripts_without_spaces_are_searched_by_substring() -> None:
    tofu = memory(1, "\u6628\u5929\u5728\u5e02\u573a\u4e70\u4e86\u8c46\u8150\u548c\u8471\u3002")
    assert found("\u8c46\u8150", (PARKED, tofu)) == [tofu]
