"""One folding for both sides of the search: a word that stands in a memory finds it, however it is spelled."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import permutations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from adapters.search.folding import folded
from adapters.search.ranking import Fts5MemoryRanking
from adapters.search.vocabulary import STOP_WORDS, words
from domain.memory import Memory
from tests.fakes.clock import NOON

FORMS: dict[str, Callable[[str], str]] = {
    **{form: lambda word, form=form: unicodedata.normalize(form, word) for form in ("NFC", "NFD", "NFKC", "NFKD")},  # type: ignore[misc]  # bound per form
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "casefold": str.casefold,
    "wide": lambda word: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word),
    "with a soft hyphen": lambda word: word[:1] + "\u00ad" + word[1:],
}


def finds(query: str, text: str) -> bool:
    memory = Memory("01KA0000000000000000000001", text, NOON)
    return Fts5MemoryRanking().rank(query, (memory,), 1).memories == (memory,)


def word_characters() -> Iterator[str]:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character)[0] in "LMN":
            yield character


def test_every_letter_digit_and_mark_folds_to_the_same_in_every_form_and_case() -> None:
    wrong = {
        (form, character)
        for character in word_characters()
        for form, change in FORMS.items()
        if form != "with a soft hyphen" and folded(change(character)) != folded(character)
    }
    assert wrong == set()


SCRIPTS = {
    "Latin": "Hauptstraße Jürgen Böhm Işık ısı İstanbul naïveté œuvre Łódź Þór ĳsje ﬁsh ŉ Dž ſoon Øre Tiếng Việt",
    "Greek": "Αθήνα Ὀδυσσεύς ὀδυσσεὺς σοφός ΣΟΦΟΣ ᾳ ΐ",
    "Cyrillic": "Москва ёлка йод Її Ђорђе",
    "Armenian, Georgian": "Երևան և თბილისი ᲗᲑᲘᲚᲘᲡᲘ",
    "Hebrew, Arabic": "ירושלים שָׁלוֹם القاهرة مُحَمَّد ﻻ کتاب",
    "Indic": "हिन्दी नमस्ते কলকাতা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം ਪੰਜਾਬੀ ગુજરાતી සිංහල",
    "Korean": "서울 한국어 ﾡ",
    "without spaces": "東京タワー ﾄｳｷｮｳ がぎぐ 人々 上海 กรุงเทพ ວຽງຈັນ ភ្នំពេញ မြန်မာ 𠮷野家",
    "Ethiopic, Cherokee, Tifinagh": "አዲስ ᏣᎳᎩ ꭳꮳ ⵜⵉⴼⵉⵏⴰⵖ",
    "digits": "１２３ ٣٤٥ ४५६ x² ½ Ⅷ",
}
WORDS = [word for script in SCRIPTS.values() for word in script.split()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", WORDS)
def test_a_word_finds_its_memory_in_any_form_case_and_width(word: str, form: str) -> None:
    for asked, kept in ((word, FORMS[form](word)), (FORMS[form](word), word)):
        assert finds(asked, kept)
        assert finds(f"“{asked}”", f"a, {kept}—b")


#: Letters of the writing systems with spaces, and of those without.
any_word = st.text(st.characters(categories=("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Mn", "Mc")), min_size=1, max_size=12)


@given(word=any_word, form=st.sampled_from(sorted(FORMS)), before=any_word, after=any_word)
@example(word="\u0345", form="upper", before="a", after="b")
def test_any_word_finds_a_memory_that_contains_it(word: str, form: str, before: str, after: str) -> None:
    assume(words(word) and not set(words(word)) & STOP_WORDS)
    kept = f"{before} {FORMS[form](word)} {after}"
    assert finds(word, kept)
    assert finds(FORMS[form](word), f"{before}, {word}! {after}")


#: Words of scripts that the English stemmer leaves alone.
other_words = st.text(
    st.characters(min_codepoint=0x0400, max_codepoint=0x0DFF, categories=("Lu", "Ll", "Lo", "Mn", "Mc")),
    min_size=1,
    max_size=6,
)


@given(kept=st.lists(other_words, min_size=1, max_size=4), asked=other_words)
def test_a_word_finds_only_memories_that_contain_that_word(kept: list[str], asked: str) -> None:
    assume(words(asked))
    contained = set(words(asked)) & {word for text in kept for word in words(text)}
    assert finds(asked, " ".join(kept)) is bool(contained)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("йод", "иод"),  # other letters, not accents
        ("мой", "мои"),
        ("हिन्दी", "हन्द"),
        ("हिन्दी", "हीन्दि"),
        ("かき", "がぎ"),
        ("ἀγορά", "ἀγορ"),
        ("Straße", "Hauptstraße"),
        ("Haupt", "Hauptstraße"),
        ("Москва", "Моск"),
        ("京東", "東京"),
        ("تاب", "کتاب"),
    ],
)
def test_what_shares_only_letters_is_not_found(asked: str, kept: str) -> None:
    assert not finds(asked, kept)


def test_a_word_is_not_found_by_its_letters_in_another_order() -> None:
    for other in {"".join(order) for order in permutations("привет")} - {"привет"}:
        assert folded(other) != folded("привет")
    assert not finds("тевирп", "привет")


def test_invisible_characters_and_kinds_of_separators() -> None:
    assert finds("Hauptstrasse", "Haupt\u00adstraße\u200d 12")
    assert finds("warten", "hier\u200bwarten")
    assert finds("Gate", "“Gate”—open…")
    assert words("Anna’s car—and ANNA'S bike") == ["anna", "car", "and", "anna", "bike"]
