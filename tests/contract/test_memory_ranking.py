"""MemoryRanking: full-text search."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.search.ranking import Fts5MemoryRanking
from domain.memory import Memory
from domain.ports import MemoryRanking
from domain.records import FoundMemories
from tests.fakes.clock import NOON

LIFE = (
    "Parked the car on level 3, bay 12 of the station garage.",
    "Dinner with Clara at the Thai place; she moves to Lisbon in May.",
    "The dentist said: come back in March for the crown.",
    "Bought a blue bicycle second hand, frame number 88213.",
    "Caf\u00e9 Central has the good strudel.",
    "The garage called: the car's brakes are done, 412 euros.",
)
TAGS = {3: ("bike", "purchase")}
MEMORIES = tuple(
    Memory(f"01KA{number:022d}", text, NOON - timedelta(days=number), TAGS.get(number, ()))
    for number, text in enumerate(LIFE)
)


@pytest.fixture(params=[Fts5MemoryRanking])
def ranking(request: pytest.FixtureRequest) -> MemoryRanking:
    found: MemoryRanking = request.param()
    return found


def found(ranking: MemoryRanking, query: str, limit: int = 5) -> list[int]:
    return [MEMORIES.index(memory) for memory in ranking.rank(query, MEMORIES, limit).memories]


def test_the_memory_that_matches_most_comes_first(ranking: MemoryRanking) -> None:
    assert found(ranking, "Which bay did I park the car in?")[0] == 0


def test_one_matching_word_is_enough(ranking: MemoryRanking) -> None:
    assert found(ranking, "strudel unicorn") == [4]


def test_unknown_word_matches_no_memory(ranking: MemoryRanking) -> None:
    assert found(ranking, "unicorn") == []


def test_at_most_limit_memories_are_returned(ranking: MemoryRanking) -> None:
    assert found(ranking, "car garage", limit=1) == [0]
    assert sorted(found(ranking, "car garage", limit=5)) == [0, 5]


def test_words_are_found_in_their_other_forms(ranking: MemoryRanking) -> None:
    assert found(ranking, "parking")[0] == 0
    assert found(ranking, "bicycles") == [3]


def test_case_and_accents_do_not_matter(ranking: MemoryRanking) -> None:
    assert found(ranking, "CAFE") == [4]
    assert found(ranking, "caf\u00e9") == [4]


def test_tags_are_found_too(ranking: MemoryRanking) -> None:
    assert found(ranking, "my bike") == [3]


@pytest.mark.parametrize("query", ["", "   ", "?!", "what did i say about it"])
def test_query_without_content_words_finds_nothing(ranking: MemoryRanking, query: str) -> None:
    assert found(ranking, query) == []


def test_without_memories_nothing_is_found(ranking: MemoryRanking) -> None:
    assert ranking.rank("car", (), 5) == FoundMemories(())


@pytest.mark.parametrize(
    "query", ['car" OR 1=1 --', "NEAR(car garage)", "text:car", "car*", "-car", "^car", "(car", "{text tags}: car"]
)
def test_fts5_query_syntax_is_searched_as_plain_words(ranking: MemoryRanking, query: str) -> None:
    assert 0 in found(ranking, query)


def test_query_of_1500_words_finds_its_memory(ranking: MemoryRanking) -> None:
    assert found(ranking, " ".join(f"w{number}" for number in range(1_500)) + " strudel") == [4]


@given(query=st.text(max_size=200), text=st.text(max_size=200))
def test_no_text_breaks_the_search(query: str, text: str) -> None:
    memories = (Memory("01KA0000000000000000000001", text, NOON),)
    try:
        assert Fts5MemoryRanking().rank(query, memories, 5).memories in {(), memories}
    except sqlite3.Error as error:  # pragma: no cover
        pytest.fail(f"{error!r} for {query!r} in {text!r}")


def test_date_phrase_is_relative_to_now(ranking: MemoryRanking) -> None:
    assert ranking.rank("yesterday", MEMORIES, 5, NOON).memories == (MEMORIES[1],)
    assert ranking.rank("yesterday", MEMORIES, 5, NOON + timedelta(days=1)).memories == (MEMORIES[0],)


def test_date_phrase_without_now_is_searched_as_a_word(ranking: MemoryRanking) -> None:
    assert ranking.rank("yesterday", MEMORIES, 5).memories == ()


# ---- a search that takes long


def after(looks: int) -> Callable[[], bool]:
    """Time that is up from the look after `looks` on."""
    left = iter(range(looks))
    return lambda: next(left, None) is None


MANY = tuple(Memory(f"01KB{number:022d}", f"Note {number} about the boat", NOON) for number in range(2_000))


def test_a_search_in_time_is_complete(ranking: MemoryRanking) -> None:
    assert ranking.rank("note 1999 boat", MANY, 5, time_is_up=after(100)).complete


@pytest.mark.parametrize("looks", range(7))
def test_a_search_whose_time_is_up_has_looked_at_the_first_memories_and_words(
    ranking: MemoryRanking, looks: int
) -> None:
    found = ranking.rank("boat note 1999 1998 1997", MANY, 5, time_is_up=after(looks))
    assert not found.complete
    assert found.memories, "the first word is in the first memories"


def test_the_later_time_is_up_the_more_memories_are_searched(ranking: MemoryRanking) -> None:
    for number, looks in ((510, 1), (1_010, 2), (1_510, 3)):
        assert ranking.rank(str(number), MANY, 5, time_is_up=after(looks - 1)).memories == ()
        assert ranking.rank(str(number), MANY, 5, time_is_up=after(looks)).memories == (MANY[number],)
